//! Agents for a queue that nobody leaves (Erlang C).

use super::root::{Search, least};
use super::square_root::beta_for;
use super::targets::SLACK;
use crate::special::{exp, ln, upper};

/// From this load on, a guess saves more steps than it costs.
const GUESS_FROM: f64 = 200.0;
/// Beyond this load one agent more is less than the last digit that matters.
const STEPS_UNTIL: f64 = 1e12;

/// A queue and the greatest values that its measures may have; infinite where there is no such target. Times are in
/// units of the handle time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Endless {
    pub(super) load: f64,
    /// Time within which an answer is good service.
    pub(super) time: f64,
    /// Greatest share not answered in that time.
    pub(super) late: f64,
    /// Greatest mean wait.
    pub(super) asa: f64,
    /// Greatest occupancy.
    pub(super) occupancy: f64,
    /// Greatest share that waits.
    pub(super) wait: f64,
}

/// Whether each bound is met: late, mean wait, occupancy, wait.
type Met = [bool; 4];

impl Endless {
    /// The least whole number, and the bounds that one agent less would break (all true: none, for it is the first
    /// number above the load).
    pub(super) fn whole(&self) -> (f64, Met) {
        if self.load > STEPS_UNTIL {
            let agents = (self.real() - SLACK).ceil();
            return (agents, self.met(agents - 1.0));
        }
        let first = self.load.floor() + 1.0;
        let mut agents = first.max(self.from_occupancy() - 1.0);
        if self.load >= GUESS_FROM {
            agents = agents.max((self.load + self.guess() * self.load.sqrt()).floor() - 1.0);
        }
        let mut back = 1.0;
        while agents > first && self.met(agents) == [true; 4] {
            agents = (agents - back).max(first);
            back *= 2.0;
        }
        self.scan(agents)
    }

    /// Upwards from a number that is the first or not enough.
    fn scan(&self, from: f64) -> (f64, Met) {
        let (inverse, fewer) = (1.0 / self.load, exp(-self.time));
        let mut agents = from;
        let mut sum = upper(from, self.load);
        let mut late = exp(-((from - self.load) * self.time));
        let mut before = [true; 4];
        loop {
            let met = self.tests(agents, sum, late);
            if met == [true; 4] {
                return (agents, before);
            }
            before = met;
            agents += 1.0;
            sum = (sum + 1.0) * (agents * inverse);
            late *= fewer;
        }
    }

    fn met(&self, agents: f64) -> Met {
        if agents <= self.load {
            return [true; 4];
        }
        self.tests(agents, upper(agents, self.load), exp(-((agents - self.load) * self.time)))
    }

    /// `sum` is U(agents, load), and `late` the share of waits that are longer than the time.
    fn tests(&self, agents: f64, sum: f64, late: f64) -> Met {
        let spare = agents - self.load;
        // 1/C, with a hair's breadth of slack.
        let inverse = (1.0 + spare / agents * sum) * (1.0 + SLACK);
        [
            late <= self.late * inverse,
            1.0 <= self.asa * spare * inverse,
            self.load <= self.occupancy * agents * (1.0 + SLACK),
            1.0 <= self.wait * inverse,
        ]
    }

    fn from_occupancy(&self) -> f64 {
        (self.load / (self.occupancy * (1.0 + SLACK))).ceil()
    }

    /// The beta that square-root staffing gives.
    fn guess(&self) -> f64 {
        let root = self.load.sqrt();
        let late = if self.late < 1.0 { beta_for(self.late, root * self.time, 0.0) } else { 0.0 };
        let asa = if self.asa < f64::INFINITY { beta_for(self.asa * root, 0.0, 1.0) } else { 0.0 };
        let wait = if self.wait < 1.0 { beta_for(self.wait, 0.0, 0.0) } else { 0.0 };
        late.max(asa).max(wait)
    }

    /// The least real number; the load itself when every number above it is enough.
    pub(super) fn real(&self) -> f64 {
        let beta = self.guess();
        let by_occupancy = self.load / self.occupancy;
        if beta == 0.0 {
            return by_occupancy.max(self.load);
        }
        let root = self.load.sqrt();
        let start = self.load + beta * root;
        let step = (0.02 * beta * root).max(0.2).min(0.5 * beta * root);
        let search = Search { low: self.load, start, step, whole: false };
        let (late, asa, wait) = (ln(self.late), ln(self.asa), ln(self.wait));
        let found = least(&search, |agents| {
            let spare = agents - self.load;
            let log = -ln(1.0 + spare / agents * upper(agents, self.load));
            (log - spare * self.time - late).max(log - ln(spare) - asa).max(log - wait)
        });
        found.max(by_occupancy)
    }

    /// The bound that binds at the least real number: the one least met there.
    pub(super) fn tightest(&self, agents: f64) -> usize {
        let spare = (agents - self.load).max(f64::MIN_POSITIVE);
        let log = -ln(1.0 + spare / agents * upper(agents, self.load));
        let excess = [
            log - spare * self.time - ln(self.late),
            log - ln(spare) - ln(self.asa),
            ln(self.load / agents) - ln(self.occupancy),
            log - ln(self.wait),
        ];
        let most = excess.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        excess.iter().position(|value| *value >= most - 1e-9).unwrap_or(0)
    }
}
