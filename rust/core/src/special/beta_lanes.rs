//! Quantiles of many ladders side by side, each to the bit what it is alone.
//!
//! They are worked on in blocks, in loops without branches, which become vector instructions: the widest that the processor has.
//! A step costs a sum of as many terms as the ladder has, so that ladders of like length share a block.

use crate::special::beta::{ADDED, FADED, Ladder, RECIPROCALS};
use crate::special::beta_inverse::{Guess, Step, Wanted};
use crate::special::decay::Decay;

/// So many in a block: few enough for the first cache, enough that no sum waits for its last term.
const BLOCK: usize = 64;
/// Steps before a quantile is left to the slower way that always ends.
const STEPS: usize = 2;

/// The quantiles of all ladders, whose cumulants are known: a column for each probability.
///
/// # Panics
/// When there are not cumulants for each ladder.
#[must_use]
pub fn quantile_columns(ladders: &[Ladder], cumulants: &[[f64; 3]], wanted: &[Wanted]) -> Vec<Vec<f64>> {
    let order = by_count(ladders);
    let sorted: Vec<Ladder> = order.iter().map(|row| ladders[*row as usize]).collect();
    let guesses: Vec<Guess> = order.iter().map(|row| Guess::new(cumulants[*row as usize])).collect();
    let column = |wanted: &Wanted| {
        let mut times: Vec<f64> = guesses.iter().map(|guess| guess.at(wanted.normal())).collect();
        let done = pulp::Arch::new().dispatch(Search { ladders: &sorted, wanted: *wanted, times: &mut times });
        let mut found = vec![0.0; ladders.len()];
        for (place, row) in order.iter().enumerate() {
            found[*row as usize] = if done[place] {
                times[place]
            } else {
                sorted[place].alone(wanted.probability(), guesses[place].at(wanted.normal()))
            };
        }
        found
    };
    wanted.iter().map(column).collect()
}

impl Ladder {
    /// The time that is not exceeded with the probability: 0 for 0, infinity for 1, NaN for NaN.
    #[must_use]
    pub fn quantile(&self, wanted: Wanted) -> f64 {
        let guess = Guess::new(self.cumulants()).at(wanted.normal());
        if !fits(self, &wanted) {
            return self.alone(wanted.probability(), guess);
        }
        let mut block = Block::<1>::default();
        block.put(0, self, guess);
        for _ in 0..STEPS {
            block.improve(1, &wanted);
            if Step::is_near(block.sizes[0]) {
                block.times[0] += block.lengths[0];
                if Step::is_last(block.sizes[0]) {
                    return block.times[0];
                }
            }
        }
        self.alone(wanted.probability(), guess)
    }
}

/// Whether the quick way serves: sums from their first term on, and probabilities that the other side tells to the last digit.
fn fits(ladder: &Ladder, wanted: &Wanted) -> bool {
    wanted.is_usual() && ladder.count > 0 && ladder.count <= ADDED
}

/// One quantile of ladders in the order of their counts: `times` are guesses, and then found where it says so.
struct Search<'a> {
    ladders: &'a [Ladder],
    wanted: Wanted,
    times: &'a mut [f64],
}

impl pulp::WithSimd for Search<'_> {
    type Output = Vec<bool>;

    #[expect(clippy::inline_always, reason = "it is compiled for each kind of processor")]
    #[inline(always)]
    fn with_simd<S: pulp::Simd>(self, _: S) -> Vec<bool> {
        let mut done = vec![false; self.ladders.len()];
        let mut open: Vec<usize> =
            (0..self.ladders.len()).filter(|place| fits(&self.ladders[*place], &self.wanted)).collect();
        let mut block = Block::<BLOCK>::default();
        for _ in 0..STEPS {
            let mut left = Vec::with_capacity(open.len());
            for places in open.chunks(BLOCK) {
                for (k, place) in places.iter().enumerate() {
                    block.put(k, &self.ladders[*place], self.times[*place]);
                }
                block.improve(places.len(), &self.wanted);
                for (k, place) in places.iter().enumerate() {
                    if Step::is_near(block.sizes[k]) {
                        self.times[*place] += block.lengths[k];
                        done[*place] = Step::is_last(block.sizes[k]);
                    }
                    if !done[*place] {
                        left.push(*place);
                    }
                }
            }
            open = left;
        }
        done
    }
}

/// Ladders and times side by side.
struct Block<const N: usize> {
    counts: [f64; N],
    rates: [f64; N],
    steps: [f64; N],
    times: [f64; N],
    /// `e^(-ht)`, `(1 - e^(-ht)) / h` and `e^(-rt)`.
    z: [f64; N],
    u: [f64; N],
    faded: [f64; N],
    /// What terms grow by, the last terms, and the sums of all.
    first: [f64; N],
    rise: [f64; N],
    terms: [f64; N],
    sums: [f64; N],
    /// Steps towards the quantile, and their sizes.
    lengths: [f64; N],
    sizes: [f64; N],
}

impl<const N: usize> Default for Block<N> {
    fn default() -> Self {
        let none = [0.0; N];
        Self {
            counts: none,
            rates: none,
            steps: none,
            times: none,
            z: none,
            u: none,
            faded: none,
            first: none,
            rise: none,
            terms: none,
            sums: none,
            lengths: none,
            sizes: none,
        }
    }
}

#[expect(clippy::inline_always, reason = "it is compiled for each kind of processor")]
impl<const N: usize> Block<N> {
    #[inline(always)]
    fn put(&mut self, k: usize, ladder: &Ladder, time: f64) {
        self.counts[k] = f64::from(ladder.count);
        self.rates[k] = ladder.rate;
        self.steps[k] = ladder.step;
        self.times[k] = time;
    }

    /// A step for each of the first `used`, whose counts rise.
    #[inline(always)]
    fn improve(&mut self, used: usize, wanted: &Wanted) {
        for k in 0..N {
            let y = self.steps[k] * self.times[k];
            let Decay { kept, gone } = Decay::of(y);
            self.z[k] = kept;
            self.u[k] = if y < 1e-280 { self.times[k] } else { gone / self.steps[k] };
        }
        for k in 0..N {
            self.faded[k] = Decay::of(self.rates[k] * self.times[k]).kept;
            self.first[k] = self.rates[k] * self.u[k];
            self.rise[k] = self.steps[k] * self.u[k];
            self.terms[k] = 1.0;
            self.sums[k] = 1.0;
        }
        self.add(used);
        let above = 1.0 - wanted.probability();
        for k in 0..N {
            let top = self.rates[k] + self.counts[k] * self.steps[k];
            let excess = (above - self.faded[k] * self.sums[k]) / (self.faded[k] * self.terms[k] * top);
            let step = Step::new(self.counts[k], self.rates[k], self.z[k], self.u[k], excess);
            self.lengths[k] = step.length();
            // Beyond FADED the sums are not numbers.
            self.sizes[k] = if self.rates[k] * self.times[k] < FADED { step.size } else { f64::INFINITY };
        }
    }

    /// Adds the terms of all sums.
    #[inline(always)]
    fn add(&mut self, used: usize) {
        let (mut shortest, mut i) = (0, 0.0);
        for reciprocal in &RECIPROCALS {
            while shortest < used && self.counts[shortest] <= i {
                shortest += 1;
            }
            if shortest == used {
                break;
            }
            for k in shortest..used {
                self.terms[k] *= (self.first[k] + i * self.rise[k]) * reciprocal;
                self.sums[k] += self.terms[k];
            }
            i += 1.0;
        }
    }
}

/// The places of ladders, those of equal counts together.
fn by_count(ladders: &[Ladder]) -> Vec<u32> {
    let bucket = |ladder: &Ladder| ladder.count.min(ADDED + 1) as usize;
    let mut ends = [0_usize; ADDED as usize + 2];
    for ladder in ladders {
        ends[bucket(ladder)] += 1;
    }
    let mut end = 0;
    for place in &mut ends {
        end += *place;
        *place = end - *place;
    }
    let mut order = vec![0; ladders.len()];
    for (row, ladder) in (0..).zip(ladders) {
        let place = &mut ends[bucket(ladder)];
        order[*place] = row;
        *place += 1;
    }
    order
}
