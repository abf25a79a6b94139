//! Quantiles of many ladders side by side: the same steps for each, several at a time, so that they become vector
//! instructions. Each is to the bit what it is alone.

use crate::special::beta::{ADDED, FADED, Ladder, RECIPROCALS};
use crate::special::beta_inverse::{Guess, Step, Wanted};
use crate::special::decay::Decay;

/// So many at a time.
const WIDTH: usize = 8;
/// Steps before a quantile is left to the slower way that always ends.
const STEPS: usize = 2;

/// What is looked for in each lane, and how far it is.
struct Lanes<const L: usize> {
    /// The probability of more than the quantile.
    above: f64,
    counts: [u32; L],
    rates: [f64; L],
    steps: [f64; L],
    /// The times found.
    times: [f64; L],
    /// Where a step is needed.
    open: [bool; L],
    /// Where none is any more.
    done: [bool; L],
}

impl<const L: usize> Lanes<L> {
    /// Lanes in which nothing is looked for.
    #[inline]
    fn new(wanted: &Wanted) -> Self {
        Self {
            above: 1.0 - wanted.probability(),
            counts: [0; L],
            rates: [1.0; L],
            steps: [0.0; L],
            times: [1.0; L],
            open: [false; L],
            done: [false; L],
        }
    }

    #[inline]
    fn put(&mut self, k: usize, ladder: &Ladder, guess: &Guess, wanted: &Wanted) {
        self.counts[k] = ladder.count;
        self.rates[k] = ladder.rate;
        self.steps[k] = ladder.step;
        self.times[k] = guess.at(wanted.normal());
        self.open[k] = wanted.is_usual() && ladder.count > 0 && ladder.count <= ADDED;
    }

    #[inline]
    fn run(&mut self) {
        for _ in 0..STEPS {
            if self.open.contains(&true) {
                self.improve();
            }
        }
    }

    /// What was found, or what is found by the way for any probability and any length.
    #[inline]
    fn take(&self, k: usize, ladder: &Ladder, guess: &Guess, wanted: &Wanted) -> f64 {
        if self.done[k] {
            return self.times[k];
        }
        ladder.alone(wanted.probability(), guess.at(wanted.normal()))
    }

    #[inline]
    fn improve(&mut self) {
        let (mut z, mut u, mut faded) = ([0.0; L], [0.0; L], [0.0; L]);
        for k in 0..L {
            let Decay { kept, gone } = Decay::of(self.steps[k] * self.times[k]);
            z[k] = kept;
            u[k] = if self.steps[k] * self.times[k] < 1e-280 { self.times[k] } else { gone / self.steps[k] };
            faded[k] = Decay::of(self.rates[k] * self.times[k]).kept;
        }
        let (sums, terms) = self.sums(&u);
        let (mut length, mut size) = ([0.0; L], [0.0; L]);
        for k in 0..L {
            let count = f64::from(self.counts[k]);
            let density = faded[k] * terms[k] * (self.rates[k] + count * self.steps[k]);
            let step = Step::new(count, self.rates[k], z[k], u[k], (self.above - faded[k] * sums[k]) / density);
            length[k] = step.length();
            // Beyond FADED the sums are not numbers.
            size[k] = if self.rates[k] * self.times[k] < FADED { step.size } else { f64::INFINITY };
        }
        for k in 0..L {
            let moves = self.open[k] && Step::is_near(size[k]);
            self.times[k] += if moves { length[k] } else { 0.0 };
            self.open[k] = moves && !Step::is_last(size[k]);
            if moves && !self.open[k] {
                self.done[k] = true;
            }
        }
    }

    /// The sums of all terms, and the last ones.
    #[inline]
    fn sums(&self, u: &[f64; L]) -> ([f64; L], [f64; L]) {
        let (mut terms, mut sums) = ([1.0; L], [1.0; L]);
        let (mut first, mut rise) = ([0.0; L], [0.0; L]);
        let mut counts = [0; L];
        let (mut least, mut most) = (usize::MAX, 0);
        for k in 0..L {
            first[k] = self.rates[k] * u[k];
            rise[k] = self.steps[k] * u[k];
            counts[k] = if self.open[k] { self.counts[k] as usize } else { 0 };
            least = least.min(counts[k]);
            most = most.max(counts[k]);
        }
        let mut i = 0.0;
        for reciprocal in &RECIPROCALS[..least] {
            for k in 0..L {
                terms[k] *= (first[k] + i * rise[k]) * reciprocal;
                sums[k] += terms[k];
            }
            i += 1.0;
        }
        for (place, reciprocal) in (least..most).zip(&RECIPROCALS[least..most]) {
            for k in 0..L {
                if place < counts[k] {
                    terms[k] *= (first[k] + i * rise[k]) * reciprocal;
                    sums[k] += terms[k];
                }
            }
            i += 1.0;
        }
        (sums, terms)
    }
}

/// The quantiles of all ladders: a column for each probability.
#[must_use]
pub fn quantile_columns(ladders: &[Ladder], wanted: &[Wanted]) -> Vec<Vec<f64>> {
    let order = by_count(ladders);
    let guesses: Vec<Guess> = order.iter().map(|row| Guess::new(ladders[*row as usize].cumulants())).collect();
    let column = |wanted: &Wanted| {
        let mut found = vec![0.0; ladders.len()];
        for (rows, guesses) in order.chunks(WIDTH).zip(guesses.chunks(WIDTH)) {
            let mut lanes = Lanes::<WIDTH>::new(wanted);
            for (k, (row, guess)) in rows.iter().zip(guesses).enumerate() {
                lanes.put(k, &ladders[*row as usize], guess, wanted);
            }
            lanes.run();
            for (k, (row, guess)) in rows.iter().zip(guesses).enumerate() {
                let row = *row as usize;
                found[row] = lanes.take(k, &ladders[row], guess, wanted);
            }
        }
        found
    };
    wanted.iter().map(column).collect()
}

impl Ladder {
    /// The time that is not exceeded with the probability: 0 for 0, infinity for 1, NaN for NaN.
    #[must_use]
    pub fn quantile(&self, wanted: Wanted) -> f64 {
        let guess = Guess::new(self.cumulants());
        let mut lanes = Lanes::<1>::new(&wanted);
        lanes.put(0, self, &guess, &wanted);
        lanes.run();
        lanes.take(0, self, &guess, &wanted)
    }
}

/// The places of ladders, those of equal counts together, so that lanes end together.
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
