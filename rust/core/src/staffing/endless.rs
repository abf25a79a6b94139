//! Agents for a queue that nobody leaves (Erlang C).

use super::root::{Search, least};
use super::square_root::beta_for;
use super::targets::SLACK;
use crate::special::{exp, ln, upper};

/// From this load on, a guess saves more steps than it costs.
const GUESS_FROM: f64 = 4096.0;
/// Beyond so many agents one more is less than the last digit that matters.
pub(super) const STEPS_UNTIL: f64 = 1e9;
/// Bounds with the slack that any test of them has.
const LOOSE: f64 = 1.0 + SLACK;

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

/// A number of agents, U(agents, load), and the share of waits that are longer than the time.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) agents: f64,
    pub(super) sum: f64,
    pub(super) late: f64,
}

/// Whether each bound is met.
#[expect(clippy::struct_excessive_bools, reason = "four bounds")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Met {
    pub(super) late: bool,
    pub(super) asa: bool,
    pub(super) occupancy: bool,
    pub(super) wait: bool,
}

impl Met {
    pub(super) const ALL: Self = Self { late: true, asa: true, occupancy: true, wait: true };
}

impl Endless {
    /// The least whole number, and the bounds that one agent less would break: none, if it is the first above the load.
    pub(super) fn whole(&self) -> (f64, Met) {
        if self.load > STEPS_UNTIL * self.occupancy {
            let agents = (self.real() - SLACK).ceil();
            return (agents, self.tests(&self.at((agents - 1.0).max(self.load))));
        }
        let first = self.first();
        let mut step = self.at(self.begin());
        let mut back = 1.0;
        while step.agents > first && self.tests(&step) == Met::ALL {
            step = self.at((step.agents - back).max(first));
            back *= 2.0;
        }
        let mut broken = Met::ALL;
        loop {
            let met = self.tests(&step);
            if met == Met::ALL {
                return (step.agents, broken);
            }
            broken = met;
            step = step.up(1.0 / self.load, exp(-self.time));
        }
    }

    /// The least whole number above the load.
    #[inline(always)]
    pub(super) fn first(&self) -> f64 {
        self.load.floor() + 1.0
    }

    /// Where to begin: not far below the answer, if need be after steps back.
    fn begin(&self) -> f64 {
        if self.is_large() { self.begin_at(self.guess()) } else { self.begin_low() }
    }

    #[inline(always)]
    pub(super) fn is_large(&self) -> bool {
        self.load >= GUESS_FROM
    }

    /// Where to begin without a guess: never above the answer.
    #[inline(always)]
    pub(super) fn begin_low(&self) -> f64 {
        let before = (self.load / (self.occupancy * LOOSE)).ceil() - 1.0;
        if before > self.first() { before } else { self.first() }
    }

    /// Where to begin with a guess.
    #[inline(always)]
    pub(super) fn begin_at(&self, beta: f64) -> f64 {
        self.begin_low().max((self.load + beta * self.load.sqrt()).floor() - 1.0)
    }

    pub(super) fn at(&self, agents: f64) -> Step {
        Step { agents, sum: upper(agents, self.load), late: self.late_at(agents) }
    }

    #[inline(always)]
    pub(super) fn late_at(&self, agents: f64) -> f64 {
        exp(-((agents - self.load) * self.time))
    }

    #[inline(always)]
    pub(super) fn tests(&self, step: &Step) -> Met {
        let spare = step.agents - self.load;
        // agents/C
        let whole = step.agents + spare * step.sum;
        Met {
            late: step.late * step.agents <= self.late * LOOSE * whole,
            asa: step.agents <= self.asa * LOOSE * (spare * whole),
            occupancy: self.load <= self.occupancy * LOOSE * step.agents,
            wait: step.agents <= self.wait * LOOSE * whole,
        }
    }

    fn guess(&self) -> f64 {
        guess(&[*self])[0]
    }

    /// The least real number; the load itself when every number above it is enough.
    pub(super) fn real(&self) -> f64 {
        let beta = self.guess();
        let by_occupancy = self.load / self.occupancy;
        if beta == 0.0 {
            return by_occupancy.max(self.load);
        }
        let root = self.load.sqrt();
        let step = (0.02 * beta * root).max(0.2).min(0.5 * beta * root);
        let search = Search { low: self.load, start: self.load + beta * root, step, whole: false };
        least(search, |agents| self.excess(agents).into_iter().fold(f64::NEG_INFINITY, f64::max)).max(by_occupancy)
    }

    /// How far each measure lies above its bound, as a logarithm: late, mean wait, occupancy, wait.
    pub(super) fn excess(&self, agents: f64) -> [f64; 4] {
        let spare = agents - self.load;
        let log = -ln(1.0 + spare / agents * upper(agents, self.load));
        [
            log - spare * self.time - ln(self.late),
            log - ln(spare) - ln(self.asa),
            ln(self.load / agents) - ln(self.occupancy),
            log - ln(self.wait),
        ]
    }
}

/// The beta that square-root staffing gives each queue.
#[inline(always)]
pub(super) fn guess<const W: usize>(queues: &[Endless; W]) -> [f64; W] {
    let root: [f64; W] = std::array::from_fn(|i| queues[i].load.sqrt());
    let mut most = [0.0; W];
    let mut raise = |betas: [f64; W], counts: fn(&Endless) -> bool| {
        for i in 0..W {
            most[i] = if counts(&queues[i]) { betas[i].max(most[i]) } else { most[i] };
        }
    };
    let (late, asa, wait) =
        (|q: &Endless| q.late < 1.0, |q: &Endless| q.asa < f64::INFINITY, |q: &Endless| q.wait < 1.0);
    if queues.iter().any(late) {
        let decay = std::array::from_fn(|i| root[i] * queues[i].time);
        raise(beta_for::<W, false>(&std::array::from_fn(|i| queues[i].late), &decay), late);
    }
    if queues.iter().any(asa) {
        raise(beta_for::<W, true>(&std::array::from_fn(|i| queues[i].asa * root[i]), &[0.0; W]), asa);
    }
    if queues.iter().any(wait) {
        raise(beta_for::<W, false>(&std::array::from_fn(|i| queues[i].wait), &[0.0; W]), wait);
    }
    most
}

impl Step {
    /// One agent more: U(n, a) = (n/a)(1 + U(n-1, a)). `inverse` is 1/load, and `fewer` what one agent leaves of the late.
    #[inline(always)]
    pub(super) fn up(&self, inverse: f64, fewer: f64) -> Self {
        let agents = self.agents + 1.0;
        Self { agents, sum: (self.sum + 1.0) * (agents * inverse), late: self.late * fewer }
    }
}
