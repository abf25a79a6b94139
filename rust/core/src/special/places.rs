//! Rows in chunks, and the places of a chunk that one method serves.

/// Rows at a time: what is worked on stays in the first caches.
pub(crate) const CHUNK: usize = 256;

/// Numbers of one chunk.
pub(crate) type Lanes = [f64; CHUNK];

/// The places of a chunk that have something in common.
pub(crate) struct Places {
    at: [u16; CHUNK],
    count: usize,
    /// These are all the places from the first on: nothing need be moved.
    all: bool,
}

impl Places {
    pub(crate) fn new() -> Self {
        Self { at: [0; CHUNK], count: 0, all: false }
    }

    /// The places that hold `kind`; whether there are any.
    #[inline(always)]
    pub(crate) fn choose(&mut self, kinds: &[u8], kind: u8) -> bool {
        let found = kinds.iter().fold(0_u16, |count, other| count + u16::from(*other == kind));
        self.all = usize::from(found) == kinds.len();
        self.count = usize::from(found);
        if self.all || found == 0 {
            return found > 0;
        }
        let mut next = 0;
        for (place, other) in (0_u16..).zip(kinds) {
            // Written in any case, and kept if it belongs: no jump that could be foreseen wrongly.
            self.at[next.min(CHUNK - 1)] = place;
            next += usize::from(*other == kind);
        }
        true
    }

    /// Bring them in order of their key.
    #[inline(always)]
    pub(crate) fn sort_by(&mut self, key: impl Fn(usize) -> u8) {
        let mut next = [0_u16; 256];
        let mut keys = [0_u8; CHUNK];
        for (place, found) in self.iter().zip(&mut keys) {
            *found = key(place);
            next[usize::from(*found)] += 1;
        }
        let mut before = 0;
        for count in &mut next {
            (*count, before) = (before, before + *count);
        }
        let mut sorted = [0_u16; CHUNK];
        for (i, key) in (0_u16..).zip(&keys[..self.count]) {
            let place = if self.all { i } else { self.at[usize::from(i)] };
            let to = &mut next[usize::from(*key)];
            sorted[usize::from(*to) % CHUNK] = place;
            *to += 1;
        }
        self.at = sorted;
        self.all = false;
    }

    /// The places, from the first on.
    pub(crate) fn iter(&self) -> impl Iterator<Item = usize> {
        (0..self.count).map(|i| if self.all { i } else { usize::from(self.at[i]) })
    }

    /// The numbers at these places, side by side; `room` is used if they must be moved.
    #[inline(always)]
    pub(crate) fn gather<'a>(&self, from: &'a [f64], room: &'a mut Lanes) -> &'a [f64] {
        if self.all {
            return &from[..self.count];
        }
        for (to, place) in room.iter_mut().zip(&self.at[..self.count]) {
            *to = from[usize::from(*place)];
        }
        &room[..self.count]
    }

    /// Numbers side by side to their places.
    #[inline(always)]
    pub(crate) fn scatter(&self, from: &[f64], into: &mut [f64]) {
        if self.all {
            into[..self.count].copy_from_slice(&from[..self.count]);
            return;
        }
        for (value, place) in from.iter().zip(&self.at[..self.count]) {
            into[usize::from(*place)] = *value;
        }
    }
}
