//! Queues that contacts leave, many side by side: each to the bit what it is alone.

use super::abandon::{Abandon, ByTime};
use super::input::Definition;
use crate::special::{CHUNK, Lanes, LowerLanes, Scratch, lower_many, upper_many};

/// Some of the rows, side by side: slices of equal length, at most a chunk's.
pub(crate) struct Part<'a> {
    pub(crate) load: &'a [f64],
    pub(crate) agents: &'a [f64],
    pub(crate) aht_s: &'a [f64],
    pub(crate) patience_s: &'a [f64],
    /// In units of the handle time.
    pub(crate) patience: &'a [f64],
    pub(crate) within_s: &'a [f64],
}

/// What is known of them.
pub(crate) struct Impatient {
    /// P(V > 0).
    pub(crate) wait: Lanes,
    /// What the service level lacks to 1.
    pub(crate) late: Lanes,
    sums: Lanes,
    x: Lanes,
    all: LowerLanes,
    stay: Lanes,
    y: Lanes,
    later: LowerLanes,
    short: Lanes,
}

impl Part<'_> {
    /// How many; every slice has as many, and said so here no access need be looked at.
    #[inline(always)]
    pub(crate) fn len(&self) -> usize {
        let others = [self.agents, self.aht_s, self.patience_s, self.patience, self.within_s];
        others.iter().fold(self.load.len(), |least, other| least.min(other.len())).min(CHUNK)
    }
}

impl Impatient {
    pub(crate) fn new() -> Self {
        let none = [0.0; CHUNK];
        Self {
            wait: none,
            late: none,
            sums: none,
            x: none,
            all: LowerLanes::new(),
            stay: none,
            y: none,
            later: LowerLanes::new(),
            short: none,
        }
    }

    /// The state of each queue.
    #[inline(always)]
    pub(crate) fn begin(&mut self, part: &Part, scratch: &mut Scratch) {
        upper_many(part.agents, part.load, &mut self.sums, scratch);
        for i in 0..part.len() {
            self.x[i] = part.agents[i] * part.patience[i];
            self.y[i] = part.load[i] * part.patience[i];
        }
        lower_many::<true>(&self.x[..part.len()], &self.y[..part.len()], &mut self.all, scratch);
        for i in 0..part.len() {
            let model = Abandon::of(part.load[i], part.agents[i], part.patience[i], self.sums[i], self.all.get(i));
            self.wait[i] = model.wait_probability;
        }
    }

    /// How far each is from the best service level.
    #[inline(always)]
    pub(crate) fn judge(&mut self, part: &Part, definition: Definition, scratch: &mut Scratch) {
        if let Definition::ExcludeShortAbandons { short_abandon_s } = definition {
            self.at(part, |_| short_abandon_s, scratch);
            for i in 0..part.len() {
                self.short[i] = self.by_time(part, i, short_abandon_s).abandoned_within;
            }
        }
        self.at(part, |i| part.within_s[i], scratch);
        for i in 0..part.len() {
            self.late[i] = self.by_time(part, i, part.within_s[i]).late(definition, self.short[i]);
        }
    }

    #[inline(always)]
    pub(crate) fn model(&self, part: &Part, i: usize) -> Abandon {
        Abandon::with_wait(part.load[i], part.agents[i], part.patience[i], self.all.get(i), self.wait[i])
    }

    /// L at the y of a time.
    #[inline(always)]
    fn at(&mut self, part: &Part, time_s: impl Fn(usize) -> f64, scratch: &mut Scratch) {
        for i in 0..part.len() {
            let (stay, y) = self.model(part, i).later(time_s(i) / part.aht_s[i]);
            self.stay[i] = stay;
            self.y[i] = y;
        }
        lower_many::<false>(&self.x[..part.len()], &self.y[..part.len()], &mut self.later, scratch);
    }

    /// What has happened by that time.
    #[inline(always)]
    fn by_time(&self, part: &Part, i: usize, time_s: f64) -> ByTime {
        let time = time_s / part.aht_s[i];
        self.model(part, i).by_time_of(time, self.stay[i], self.y[i], &self.later.get(i))
    }
}
