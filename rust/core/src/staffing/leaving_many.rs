//! Required agents where contacts leave, many queues side by side: their hunts ask for values together.

#![allow(clippy::needless_range_loop, reason = "loops go over places of several arrays at once")]

use super::leaving::{Leaving, odds};
use super::required::Requirement;
use super::root::Hunt;
use super::targets::Staffing;
use crate::erlang::{Definition, Impatient, Part, Queue};
use crate::special::{CHUNK, Lanes, Scratch, ln};

/// Queues whose agents are hunted for.
pub(super) struct Hunts {
    models: Vec<Leaving>,
    each: Vec<Hunt>,
    /// Those whose hunts go on.
    open: Vec<u16>,
    /// Their numbers, side by side.
    load: Lanes,
    agents: Lanes,
    aht_s: Lanes,
    patience_s: Lanes,
    patience: Lanes,
    within_s: Lanes,
    /// Odds of what the measures may be at most (of the mean wait, that wait), in the order of targets.
    bounds: [Lanes; 5],
    excess: Lanes,
    impatient: Impatient,
}

impl Hunts {
    pub(super) fn new() -> Self {
        let none = [0.0; CHUNK];
        Self {
            models: Vec::with_capacity(CHUNK),
            each: Vec::with_capacity(CHUNK),
            open: Vec::with_capacity(CHUNK),
            load: none,
            agents: none,
            aht_s: none,
            patience_s: none,
            patience: none,
            within_s: none,
            bounds: [none; 5],
            excess: none,
            impatient: Impatient::new(),
        }
    }

    pub(super) fn clear(&mut self) {
        self.models.clear();
        self.each.clear();
    }

    /// One more, unless it is known without a hunt; at most a chunk's.
    pub(super) fn add(
        &mut self,
        load: f64,
        patience: f64,
        queue: &Queue,
        staffing: &Staffing,
    ) -> Result<(), Requirement> {
        let model = Leaving::new(load, patience, queue, staffing)?;
        self.each.push(Hunt::new(model.search()));
        self.models.push(model);
        Ok(())
    }

    /// Goes on until all have found their agents; `present` are the targets that any of them has.
    #[inline(always)]
    pub(super) fn run(&mut self, definition: Definition, present: [bool; 5], scratch: &mut Scratch) {
        self.open.clear();
        self.open.extend((0_u16..).zip(&self.each).map(|(i, _)| i));
        loop {
            let each = &self.each;
            self.open.retain(|i| each[usize::from(*i)].asks().is_some());
            if self.open.is_empty() {
                return;
            }
            self.gather();
            self.measure(definition, present, scratch);
            for (place, i) in self.open.iter().enumerate() {
                self.each[usize::from(*i)].tell(self.excess[place]);
            }
        }
    }

    /// What was found, in the order of `add`.
    pub(super) fn requirements(&self) -> impl Iterator<Item = Requirement> {
        self.models.iter().zip(&self.each).map(|(model, hunt)| model.requirement(hunt.found()))
    }

    fn gather(&mut self) {
        for (place, i) in self.open.iter().enumerate() {
            let (model, hunt) = (&self.models[usize::from(*i)], &self.each[usize::from(*i)]);
            self.load[place] = model.load;
            self.agents[place] = hunt.asks().unwrap_or_default();
            self.aht_s[place] = model.queue.aht_s;
            self.patience_s[place] = model.queue.patience_s;
            self.patience[place] = model.patience;
            self.within_s[place] = model.staffing.threshold.answer_within_s;
            for (lanes, bound) in self.bounds.iter_mut().zip(model.scaled) {
                lanes[place] = bound;
            }
        }
    }

    /// The greatest excess of each over its bounds.
    #[inline(always)]
    fn measure(&mut self, definition: Definition, present: [bool; 5], scratch: &mut Scratch) {
        let Self { load, agents, aht_s, patience_s, patience, within_s, bounds, excess, impatient, open, .. } = self;
        let count = open.len().min(CHUNK);
        let part = Part {
            load: &load[..count],
            agents: &agents[..count],
            aht_s: &aht_s[..count],
            patience_s: &patience_s[..count],
            patience: &patience[..count],
            within_s: &within_s[..count],
        };
        impatient.begin(&part, scratch);
        let [late, asa, occupancy, abandon, wait] = present;
        if late {
            impatient.judge(&part, definition, scratch);
            for i in 0..count {
                excess[i] = odds(impatient.late[i]) - bounds[0][i];
            }
        } else {
            excess[..count].fill(f64::NEG_INFINITY);
        }
        if asa {
            for i in 0..count {
                let left = impatient.model(&part, i).abandon_probability();
                excess[i] = excess[i].max(ln(left * patience_s[i] / bounds[1][i]));
            }
        }
        if occupancy {
            for i in 0..count {
                let left = impatient.model(&part, i).abandon_probability();
                excess[i] = excess[i].max(odds(load[i] * (1.0 - left) / agents[i]) - bounds[2][i]);
            }
        }
        if abandon {
            for i in 0..count {
                let left = impatient.model(&part, i).abandon_probability();
                excess[i] = excess[i].max(odds(left) - bounds[3][i]);
            }
        }
        if wait {
            for i in 0..count {
                excess[i] = excess[i].max(odds(impatient.wait[i]) - bounds[4][i]);
            }
        }
    }
}
