//! The decisions for many contacts: few different ones, and a number for each row.

use crate::hash::KeyMap;

use super::decision::Decision;

/// The number of a kind of decision.
pub trait KindCode: Copy {
    /// The code of a place among the kinds, when it has room for it.
    fn from_place(place: usize) -> Option<Self>;
    /// The place among the kinds.
    fn place(self) -> usize;
}

impl KindCode for u8 {
    #[inline]
    fn from_place(place: usize) -> Option<Self> {
        Self::try_from(place).ok()
    }

    #[inline]
    fn place(self) -> usize {
        self.into()
    }
}

impl KindCode for u32 {
    #[inline]
    fn from_place(place: usize) -> Option<Self> {
        Self::try_from(place).ok()
    }

    #[inline]
    fn place(self) -> usize {
        self as usize
    }
}

/// The kinds met so far, and the rows' codes.
pub struct Kinds<C> {
    /// The kinds, with buckets left out: those are the rows' own.
    pub met: Vec<Decision>,
    /// The code of each row's kind.
    pub codes: Vec<C>,
    /// Where the kinds stand, for those beyond the first few.
    known: KeyMap<Decision, C>,
    /// Whether there were more kinds than codes.
    pub full: bool,
}

impl<C: KindCode> Kinds<C> {
    /// Up to this many kinds a walk beats a hash; most toggles have fewer.
    const FEW: usize = 12;

    /// Nothing met yet, and room for so many rows.
    #[must_use]
    pub fn with_capacity(rows: usize) -> Self {
        Self { met: Vec::new(), codes: Vec::with_capacity(rows), known: KeyMap::default(), full: false }
    }

    /// The code of a decision's kind.
    #[inline]
    pub fn code(&mut self, decision: Decision) -> C {
        let kind = Decision { bucket: None, ..decision };
        let few = &self.met[..self.met.len().min(Self::FEW)];
        let place = few.iter().position(|known| *known == kind);
        place.and_then(C::from_place).unwrap_or_else(|| self.look_up(kind))
    }

    fn look_up(&mut self, kind: Decision) -> C {
        if let Some(code) = self.known.get(&kind) {
            return *code;
        }
        let Some(code) = C::from_place(self.met.len()) else {
            self.full = true;
            return self.codes.first().copied().unwrap_or_else(|| self.known[&self.met[0]]);
        };
        self.met.push(kind);
        self.known.insert(kind, code);
        code
    }
}
