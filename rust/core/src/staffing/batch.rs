//! The work over columns: rows in chunks, in each chunk queues of like load together.

#![allow(clippy::needless_range_loop, reason = "loops go over places of several arrays at once")]
#![allow(clippy::needless_bitwise_bool, reason = "a jump less in loops that are to become vector instructions")]

use pulp::{Simd, WithSimd};

use super::columns::{RequirementColumns, StaffingColumns};
use super::endless::{Endless, Met, STEPS_UNTIL, Step, guess};
use super::leaving_many::Hunts;
use super::required::{Requirement, at_least, begin, binding, require};
use super::shrinkage::ceil;
use super::targets::Binding;
use crate::column::Column;
use crate::erlang::{Argument, Check, OutOfRange, QueueColumns, RowError, check_rows, patience};
use crate::special::{CHUNK, Lanes, Places, Scratch, exp, upper_many};

/// Queues that go up together: as many as hide the wait for one step's result.
const GROUP: usize = 16;

/// All rows of one call.
pub(super) struct Task<'a, 'b, 'c> {
    pub(super) queues: &'a QueueColumns<'b>,
    pub(super) staffing: &'a StaffingColumns<'b>,
    pub(super) checks: &'a [Check<'b>],
    pub(super) out: &'a mut RequirementColumns<'c>,
    pub(super) rows: usize,
}

// Which rows go up together, which are hunted for together since contacts leave, and which are done by themselves.
const TOGETHER: u8 = 0;
const LEAVING: u8 = 1;
const ALONE: u8 = 2;

/// What a chunk's rows ask for: the fields of `Endless`.
struct Rows {
    load: Lanes,
    time: Lanes,
    late: Lanes,
    asa: Lanes,
    occupancy: Lanes,
    wait: Lanes,
}

/// Room for one chunk.
struct Chunk {
    rows: Rows,
    room: Rows,
    /// Arrivals, interval, handle time, patience and the fewest agents, as they are read.
    read: [Lanes; 5],
    kinds: [u8; CHUNK],
    places: Places,
    begin: Lanes,
    sums: Lanes,
    agents: Lanes,
    /// The bounds that one agent less would break.
    met: [Met; CHUNK],
    scratch: Scratch,
    hunts: Hunts,
    /// The rows of the hunts, and the fewest agents that were asked for.
    hunted: Vec<(usize, Requirement)>,
}

impl WithSimd for Task<'_, '_, '_> {
    type Output = Result<(), RowError>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> Self::Output {
        let targets = &self.staffing.targets;
        let others =
            targets.asa_s.is_some() || targets.max_occupancy.is_some() || targets.max_wait_probability.is_some();
        let mut chunk = Box::new(Chunk::new());
        for base in (0..self.rows).step_by(CHUNK) {
            let count = CHUNK.min(self.rows - base);
            self.read(&mut chunk, base, count)?;
            if chunk.places.choose(&chunk.kinds[..count], ALONE) {
                for row in chunk.places.iter().map(|place| base + place) {
                    let found = require(&self.queues.get(row), &self.staffing.get(row));
                    self.out.set(row, &found);
                }
            }
            if chunk.places.choose(&chunk.kinds[..count], LEAVING) {
                self.leaving(&mut chunk, base);
            }
            if chunk.places.choose(&chunk.kinds[..count], TOGETHER) {
                if others {
                    chunk.together::<true>();
                } else {
                    chunk.together::<false>();
                }
                self.write(&chunk, base);
            }
        }
        Ok(())
    }
}

impl Task<'_, '_, '_> {
    #[inline(always)]
    fn read(&self, chunk: &mut Chunk, base: usize, count: usize) -> Result<(), RowError> {
        check_rows(self.checks, base..base + count)?;
        let Chunk { rows, read, kinds, .. } = chunk;
        let [arrivals, interval_s, aht_s, patience_s, fewest] = read;
        let fill = |column: &Column, into: &mut Lanes| column.fill(base, &mut into[..count]);
        fill(&self.queues.arrivals, arrivals);
        fill(&self.queues.interval_s, interval_s);
        fill(&self.queues.aht_s, aht_s);
        fill(&self.queues.patience_s, patience_s);
        fill(&self.staffing.min_agents, fewest);
        let targets = &self.staffing.targets;
        let none = Column::One(f64::INFINITY);
        let timed = if targets.service_level.is_some() { self.staffing.thresholds.answer_within_s } else { ZERO };
        fill(&timed, &mut rows.time);
        fill(&targets.service_level.unwrap_or(ZERO), &mut rows.late);
        fill(&targets.asa_s.unwrap_or(none), &mut rows.asa);
        fill(&targets.max_occupancy.unwrap_or(Column::One(1.0)), &mut rows.occupancy);
        fill(&targets.max_wait_probability.unwrap_or(none), &mut rows.wait);
        let mut too_large = false;
        for i in 0..count.min(CHUNK) {
            let load = arrivals[i] * aht_s[i] / interval_s[i];
            rows.load[i] = load;
            rows.time[i] /= aht_s[i];
            let late = 1.0 - rows.late[i];
            rows.late[i] = if late < 1.0 { late } else { late * f64::INFINITY };
            rows.asa[i] /= aht_s[i];
            let wait = rows.wait[i];
            rows.wait[i] = if wait < 1.0 { wait } else { wait * f64::INFINITY };
            too_large |= load == f64::INFINITY;
            // NaN is neither above nor below anything.
            let patience = patience(patience_s[i], aht_s[i]);
            let usual = (load > 0.0)
                & (load <= STEPS_UNTIL * rows.occupancy[i])
                & (patience == f64::INFINITY)
                & !self.staffing.fractional;
            let reachable = (rows.late[i] > 0.0) & (rows.asa[i] > 0.0) & (rows.wait[i] > 0.0);
            let known = (rows.time[i] >= 0.0) & (rows.occupancy[i] > 0.0) & (fewest[i] >= 0.0);
            let leaving = (load > 0.0) & (patience > 0.0) & (patience < f64::INFINITY);
            let other = if leaving { LEAVING } else { ALONE };
            kinds[i] = if usual & reachable & known { TOGETHER } else { other };
        }
        if let Some(abandon) = &targets.max_abandon {
            // It decides nothing here, but not to know it is not to know the answer.
            (0..count).filter(|i| abandon.at(base + i).is_nan()).for_each(|i| kinds[i] = ALONE);
        }
        match (0..count).find(|i| too_large && rows.load[*i] == f64::INFINITY) {
            None => Ok(()),
            Some(i) => Err(RowError {
                row: Some(base + i),
                error: OutOfRange { argument: Argument::OfferedLoad, value: f64::INFINITY },
            }),
        }
    }

    #[inline(always)]
    fn leaving(&mut self, chunk: &mut Chunk, base: usize) {
        let Chunk { places, hunts, hunted, scratch, .. } = chunk;
        hunts.clear();
        hunted.clear();
        for row in places.iter().map(|place| base + place) {
            let (queue, staffing) = (self.queues.get(row), self.staffing.get(row));
            let found = begin(&queue, &staffing).and_then(|(load, fewest)| {
                let patience = patience(queue.patience_s, queue.aht_s);
                let known = hunts.add(load, patience, &queue, &staffing);
                known.map(|()| fewest).map_err(|known| at_least(fewest, known))
            });
            match found {
                Ok(fewest) => hunted.push((row, fewest)),
                Err(known) => self.out.set(row, &known),
            }
        }
        let targets = &self.staffing.targets;
        let present = [targets.service_level, targets.asa_s, targets.max_occupancy, targets.max_abandon];
        let [late, asa, occupancy, abandon] = present.map(|target| target.is_some());
        let present = [late, asa, occupancy, abandon, targets.max_wait_probability.is_some()];
        hunts.run(self.staffing.thresholds.definition, present, scratch);
        for ((row, fewest), found) in hunted.iter().zip(hunts.requirements()) {
            self.out.set(*row, &at_least(*fewest, found));
        }
    }

    #[inline(always)]
    fn write(&mut self, chunk: &Chunk, base: usize) {
        let bounds = |row: usize| self.staffing.targets.get(row).in_order();
        let fewest = &chunk.read[4];
        for (i, place) in chunk.places.iter().enumerate() {
            let (row, least) = (base + place, ceil(fewest[place]));
            self.out.agents[row] = if least > chunk.agents[i] { least } else { chunk.agents[i] };
        }
        let Some(column) = &mut self.out.binding else { return };
        for (i, place) in chunk.places.iter().enumerate() {
            let row = base + place;
            let by_fewest = ceil(fewest[place]) > chunk.agents[i];
            column[row] = if by_fewest { Binding::MinAgents } else { binding(&bounds(row), chunk.met[i]) };
        }
    }
}

const ZERO: Column = Column::One(0.0);

impl Chunk {
    /// Bring the rows at `places` in order of their load, and take them up.
    #[inline(always)]
    fn together<const OTHERS: bool>(&mut self) {
        let Self { rows, room, places, begin, sums, agents, met, scratch, .. } = self;
        places.sort_by(|place| octave(rows.load[place]));
        let part = Part {
            load: places.gather(&rows.load, &mut room.load),
            time: places.gather(&rows.time, &mut room.time),
            late: places.gather(&rows.late, &mut room.late),
            asa: places.gather(&rows.asa, &mut room.asa),
            occupancy: places.gather(&rows.occupancy, &mut room.occupancy),
            wait: places.gather(&rows.wait, &mut room.wait),
        };
        let count = part.len();
        for i in 0..count {
            begin[i] = part.get(i).begin_low();
        }
        for from in (0..count).step_by(GROUP) {
            let queues = part.group(from);
            if queues.iter().any(Endless::is_large) {
                let betas = guess(&queues);
                for i in (0..GROUP.min(count - from)).filter(|i| queues[*i].is_large()) {
                    begin[from + i] = queues[i].begin_at(betas[i]);
                }
            }
        }
        upper_many(&begin[..count], part.load, sums, scratch);
        for from in (0..count).step_by(GROUP) {
            let queues = part.group(from);
            let of = |values: &Lanes| -> Wide { std::array::from_fn(|i| values[(from + i).min(count - 1)]) };
            let (enough, broken) = climb::<OTHERS>(&queues, &of(begin), &of(sums));
            for i in 0..GROUP.min(count - from) {
                // Begun too high, fewer may be enough.
                let too_high = enough[i] <= begin[from + i] && enough[i] > queues[i].first();
                (agents[from + i], met[from + i]) = if too_high { queues[i].whole() } else { (enough[i], broken[i]) };
            }
        }
    }
}

/// Sixteen numbers, one for each queue of a group.
type Wide = [f64; GROUP];

/// Up from the beginnings, agent by agent, until each queue has enough; and what one agent less would break.
#[inline(always)]
fn climb<const OTHERS: bool>(queues: &[Endless; GROUP], begin: &Wide, sums: &Wide) -> (Wide, [Met; GROUP]) {
    let of = |field: fn(&Endless) -> f64| -> Wide { std::array::from_fn(|i| field(&queues[i])) };
    let (load, time, late_bound) = (of(|q| q.load), of(|q| q.time), of(|q| q.late));
    let (asa, occupancy, wait) = (of(|q| q.asa), of(|q| q.occupancy), of(|q| q.wait));
    let queue = |i: usize| Endless {
        load: load[i],
        time: time[i],
        late: late_bound[i],
        asa: if OTHERS { asa[i] } else { f64::INFINITY },
        occupancy: if OTHERS { occupancy[i] } else { 1.0 },
        wait: if OTHERS { wait[i] } else { f64::INFINITY },
    };
    let (mut inverse, mut fewer, mut late): (Wide, Wide, Wide) = ([0.0; GROUP], [0.0; GROUP], [0.0; GROUP]);
    for i in 0..GROUP {
        inverse[i] = 1.0 / load[i];
        fewer[i] = exp(-time[i]);
        late[i] = queue(i).late_at(begin[i]);
    }
    let (mut agents, mut sum) = (*begin, *sums);
    let (mut sum_before, mut late_before) = (sum, late);
    loop {
        let mut short = false;
        for i in 0..GROUP {
            let step = Step { agents: agents[i], sum: sum[i], late: late[i] };
            let met = queue(i).tests(&step);
            let enough = met.late & (!OTHERS | (met.asa & met.occupancy & met.wait));
            let up = step.up(inverse[i], fewer[i]);
            if OTHERS {
                sum_before[i] = if enough { sum_before[i] } else { sum[i] };
                late_before[i] = if enough { late_before[i] } else { late[i] };
            }
            agents[i] = if enough { agents[i] } else { up.agents };
            sum[i] = if enough { sum[i] } else { up.sum };
            late[i] = if enough { late[i] } else { up.late };
            short |= !enough;
        }
        if !short {
            break;
        }
    }
    let met = std::array::from_fn(|i| {
        let before = Step { agents: agents[i] - 1.0, sum: sum_before[i], late: late_before[i] };
        if OTHERS && agents[i] > begin[i] { queue(i).tests(&before) } else { Met::ALL }
    });
    (agents, met)
}

/// Loads within a quarter of an octave of each other have the same number.
#[inline(always)]
fn octave(load: f64) -> u8 {
    /// Of 2^-32, below which all loads are alike.
    const LOWEST: u64 = (1023 - 32) << 2;
    let quarter = (load.to_bits() >> 50).saturating_sub(LOWEST).min(255);
    u8::try_from(quarter).unwrap_or(u8::MAX)
}

/// Some of the rows, side by side: slices of equal length, at most a chunk's.
struct Part<'a> {
    load: &'a [f64],
    time: &'a [f64],
    late: &'a [f64],
    asa: &'a [f64],
    occupancy: &'a [f64],
    wait: &'a [f64],
}

impl Part<'_> {
    /// How many; every slice has as many, and said so here no access need be looked at.
    #[inline(always)]
    fn len(&self) -> usize {
        let others = [self.time, self.late, self.asa, self.occupancy, self.wait];
        others.iter().fold(self.load.len(), |least, other| least.min(other.len())).min(CHUNK)
    }

    #[inline(always)]
    fn get(&self, i: usize) -> Endless {
        Endless {
            load: self.load[i],
            time: self.time[i],
            late: self.late[i],
            asa: self.asa[i],
            occupancy: self.occupancy[i],
            wait: self.wait[i],
        }
    }

    /// The queues from one place on; where they end, the last one again.
    #[inline(always)]
    fn group(&self, from: usize) -> [Endless; GROUP] {
        std::array::from_fn(|i| self.get((from + i).min(self.len() - 1)))
    }
}

impl Chunk {
    fn new() -> Self {
        let none = [0.0; CHUNK];
        let rows = || Rows { load: none, time: none, late: none, asa: none, occupancy: none, wait: none };
        Self {
            rows: rows(),
            room: rows(),
            read: [none; 5],
            kinds: [ALONE; CHUNK],
            places: Places::new(),
            begin: none,
            sums: none,
            agents: none,
            met: [Met::ALL; CHUNK],
            scratch: Scratch::new(),
            hunts: Hunts::new(),
            hunted: Vec::with_capacity(CHUNK),
        }
    }
}
