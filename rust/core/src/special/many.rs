//! U and L of many pairs at once, to the bit what they are one by one.
//!
//! Pairs are dealt out by the method that serves them, and each method runs over its pairs as vector instructions.

use super::elementary::is_whole;
use super::incomplete::{
    Lower, RECURRENCE, lower_central, lower_far, lower_near, needs_rest, upper_central, upper_far, upper_whole,
    with_rest,
};
use super::near::{Start, Steps, down, from_expansion, serves_near, start};
use super::places::{CHUNK, Lanes, Places};
use super::temme::serves;

/// Pairs that go through a recurrence together: as many as hide the wait for one step's result.
const GROUP: usize = 16;

/// L of a chunk's pairs.
pub(crate) struct LowerLanes {
    pub(crate) value: Lanes,
    pub(crate) exponent: Lanes,
    pub(crate) delay: Lanes,
}

impl LowerLanes {
    pub(crate) fn new() -> Self {
        Self { value: [0.0; CHUNK], exponent: [0.0; CHUNK], delay: [0.0; CHUNK] }
    }

    #[inline(always)]
    pub(crate) fn get(&self, place: usize) -> Lower {
        Lower { value: self.value[place], exponent: self.exponent[place], delay: self.delay[place] }
    }

    #[inline(always)]
    fn set(&mut self, place: usize, found: Lower) {
        self.value[place] = found.value;
        self.exponent[place] = found.exponent;
        self.delay[place] = found.delay;
    }

    /// From side by side to their places.
    #[inline(always)]
    fn scatter(&self, places: &Places, into: &mut Self) {
        places.scatter(&self.value, &mut into.value);
        places.scatter(&self.exponent, &mut into.exponent);
        places.scatter(&self.delay, &mut into.delay);
    }
}

/// Room to work in.
pub(crate) struct Scratch {
    methods: [u8; CHUNK],
    places: Places,
    s: Lanes,
    x: Lanes,
    found: LowerLanes,
    starts: [Start; CHUNK],
}

impl Scratch {
    pub(crate) fn new() -> Self {
        let (s, x) = ([0.0; CHUNK], [0.0; CHUNK]);
        let (found, starts) = (LowerLanes::new(), [Start::NONE; CHUNK]);
        Self { methods: [0; CHUNK], places: Places::new(), s, x, found, starts }
    }
}

// The methods, in the order in which one pair would try them.
const WHOLE: u8 = 0;
const CENTRAL: u8 = 1;
const NEAR_EXPANSION: u8 = 2;
const NEAR: u8 = 3;
const FAR: u8 = 4;

#[inline(always)]
fn upper_method(s: f64, x: f64) -> u8 {
    let other = if serves(s, x) { CENTRAL } else { FAR };
    if s <= RECURRENCE && is_whole(s) { WHOLE } else { other }
}

#[inline(always)]
fn lower_method(s: f64, x: f64) -> u8 {
    let near = if from_expansion(x) { NEAR_EXPANSION } else { NEAR };
    let other = if serves_near(s, x) { near } else { FAR };
    if serves(s, x) { CENTRAL } else { other }
}

/// U(s, x) for each pair.
#[inline(always)]
pub(crate) fn upper_many(s: &[f64], x: &[f64], into: &mut Lanes, scratch: &mut Scratch) {
    let count = s.len().min(x.len()).min(CHUNK);
    let Scratch { methods, places, s: some_s, x: some_x, found, .. } = scratch;
    for i in 0..count {
        methods[i] = upper_method(s[i], x[i]);
    }

    if places.choose(&methods[..count], WHOLE) {
        let (s, x) = (places.gather(s, some_s), places.gather(x, some_x));
        for from in (0..s.len()).step_by(GROUP) {
            let sums = upper_whole(&group(s, from), &group(x, from));
            let left = GROUP.min(s.len() - from);
            found.value[from..from + left].copy_from_slice(&sums[..left]);
        }
        places.scatter(&found.value, into);
    }
    if places.choose(&methods[..count], CENTRAL) {
        let (s, x) = (places.gather(s, some_s), places.gather(x, some_x));
        for ((sum, s), x) in found.value.iter_mut().zip(s).zip(x) {
            *sum = upper_central(*s, *x);
        }
        places.scatter(&found.value, into);
    }
    if places.choose(&methods[..count], FAR) {
        for place in places.iter() {
            into[place] = upper_far(s[place], x[place]);
        }
    }
}

/// L(s, x) for each pair; without `DELAY`, the delays are not to be used.
#[inline(always)]
pub(crate) fn lower_many<const DELAY: bool>(s: &[f64], x: &[f64], into: &mut LowerLanes, scratch: &mut Scratch) {
    let count = s.len().min(x.len()).min(CHUNK);
    for i in 0..count {
        scratch.methods[i] = lower_method(s[i], x[i]);
    }
    if scratch.places.choose(&scratch.methods[..count], CENTRAL) {
        central::<DELAY>(s, x, into, scratch);
    }
    if scratch.places.choose(&scratch.methods[..count], NEAR_EXPANSION) {
        steps::<true>(s, x, into, scratch);
    }
    if scratch.places.choose(&scratch.methods[..count], NEAR) {
        steps::<false>(s, x, into, scratch);
    }
    if scratch.places.choose(&scratch.methods[..count], FAR) {
        for place in scratch.places.iter() {
            into.set(place, lower_far(s[place], x[place]));
        }
    }
}

#[inline(always)]
fn central<const DELAY: bool>(s: &[f64], x: &[f64], into: &mut LowerLanes, scratch: &mut Scratch) {
    let Scratch { places, s: some_s, x: some_x, found, .. } = scratch;
    let (s, x) = (places.gather(s, some_s), places.gather(x, some_x));
    for i in 0..s.len().min(x.len()).min(CHUNK) {
        found.set(i, lower_central(s[i], x[i]));
    }
    if DELAY {
        for i in 0..s.len() {
            let lower = found.get(i);
            if needs_rest(s[i], x[i], &lower) {
                found.set(i, with_rest(s[i], x[i], lower));
            }
        }
    }
    found.scatter(places, into);
}

#[inline(always)]
fn steps<const EXPANSION: bool>(s: &[f64], x: &[f64], into: &mut LowerLanes, scratch: &mut Scratch) {
    let Scratch { places, s: some_s, x: some_x, found, starts, .. } = scratch;
    let (s, x) = (places.gather(s, some_s), places.gather(x, some_x));
    let count = s.len().min(x.len()).min(CHUNK);
    for i in 0..count {
        starts[i] = start::<EXPANSION>(s[i], x[i]);
    }
    for from in (0..count).step_by(GROUP) {
        let begin: [Start; GROUP] = std::array::from_fn(|i| starts[(from + i).min(count - 1)]);
        let Steps { value, next } = down(&group(s, from), &group(x, from), &begin);
        let left = GROUP.min(count - from);
        found.value[from..from + left].copy_from_slice(&value[..left]);
        found.delay[from..from + left].copy_from_slice(&next[..left]);
    }
    for i in 0..count {
        found.set(i, lower_near(s[i], x[i], found.value[i], found.delay[i]));
    }
    found.scatter(places, into);
}

/// The numbers from one place on; where they end, the last one again.
#[inline(always)]
fn group(values: &[f64], from: usize) -> [f64; GROUP] {
    match values.get(from..from + GROUP) {
        Some(whole) => std::array::from_fn(|i| whole[i]),
        None => std::array::from_fn(|i| values[(from + i).min(values.len() - 1)]),
    }
}
