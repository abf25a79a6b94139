//! The work over columns: rows in chunks, in each chunk the rows of one model together.

#![allow(clippy::needless_range_loop, reason = "loops go over places of several arrays at once")]
#![allow(clippy::needless_bitwise_bool, reason = "a jump less in loops that are to become vector instructions")]

use pulp::{Simd, WithSimd};

use super::answered::asa_of_answered;
use super::column::{Check, RowError, check_rows};
use super::columns::{MetricsColumns, QueueColumns, ThresholdColumns};
use super::impatient::{Impatient, Part};
use super::input::{Argument, OutOfRange, patience};
use super::metrics::{ServiceMetrics, endless, impatient_with, measure};
use crate::column::Column;
use crate::special::{CHUNK, Lanes, Places, Scratch, upper_many};

/// All rows of one call.
pub(super) struct Task<'a, 'b, 'c> {
    pub(super) queues: &'a QueueColumns<'b>,
    pub(super) agents: Column<'b>,
    pub(super) thresholds: &'a ThresholdColumns<'b>,
    pub(super) checks: [Check<'b>; 6],
    pub(super) out: &'a mut MetricsColumns<'c>,
    pub(super) rows: usize,
}

/// The numbers of a chunk's rows.
struct Rows {
    kinds: [u8; CHUNK],
    load: Lanes,
    agents: Lanes,
    aht_s: Lanes,
    patience_s: Lanes,
    /// In units of the handle time.
    patience: Lanes,
    within_s: Lanes,
}

// What a row's queue is: patience without end and agents enough, patience that ends, or one that is done by itself, for
// it costs next to nothing or is rarely asked for.
const ENDLESS: u8 = 0;
const IMPATIENT: u8 = 1;
const OTHER: u8 = 2;

/// The measures of some rows.
struct Results {
    offered_load: Lanes,
    occupancy: Lanes,
    wait_probability: Lanes,
    abandon_probability: Lanes,
    service_level: Lanes,
    asa_s: Lanes,
    answered_asa_s: Lanes,
    mean_queue_length: Lanes,
}

/// Room for one chunk.
struct Chunk {
    rows: Rows,
    room: Rows,
    places: Places,
    sums: Lanes,
    results: Results,
    impatient: Impatient,
    scratch: Scratch,
}

impl WithSimd for Task<'_, '_, '_> {
    type Output = Result<(), RowError>;

    #[inline(always)]
    fn with_simd<S: Simd>(mut self, _: S) -> Self::Output {
        let mut chunk = Box::new(Chunk::new());
        for base in (0..self.rows).step_by(CHUNK) {
            let count = CHUNK.min(self.rows - base);
            self.read(&mut chunk, base, count)?;
            if chunk.places.choose(&chunk.rows.kinds[..count], OTHER) {
                for row in chunk.places.iter().map(|place| base + place) {
                    let metrics = measure(&self.queues.get(row), self.agents.at(row), &self.thresholds.get(row));
                    self.out.set(row, &metrics);
                }
            }
            if chunk.places.choose(&chunk.rows.kinds[..count], ENDLESS) {
                self.endless(&mut chunk, base);
            }
            if chunk.places.choose(&chunk.rows.kinds[..count], IMPATIENT) {
                self.impatient(&mut chunk, base);
            }
        }
        Ok(())
    }
}

impl Task<'_, '_, '_> {
    #[inline(always)]
    fn read(&self, chunk: &mut Chunk, base: usize, count: usize) -> Result<(), RowError> {
        check_rows(&self.checks, base..base + count)?;
        let Chunk { rows, room, .. } = chunk;
        self.agents.fill(base, &mut rows.agents[..count]);
        self.queues.aht_s.fill(base, &mut rows.aht_s[..count]);
        self.queues.patience_s.fill(base, &mut rows.patience_s[..count]);
        self.thresholds.answer_within_s.fill(base, &mut rows.within_s[..count]);
        let (arrivals, interval_s) = (&mut room.load[..count], &mut room.agents[..count]);
        self.queues.arrivals.fill(base, arrivals);
        self.queues.interval_s.fill(base, interval_s);
        let mut too_large = false;
        for place in 0..count.min(CHUNK) {
            rows.load[place] = arrivals[place] * rows.aht_s[place] / interval_s[place];
            rows.patience[place] = patience(rows.patience_s[place], rows.aht_s[place]);
            too_large |= rows.load[place] == f64::INFINITY;
        }
        for place in 0..count.min(CHUNK) {
            rows.kinds[place] = rows.kind(place);
        }
        match (0..count).find(|place| too_large && rows.load[*place] == f64::INFINITY) {
            None => Ok(()),
            Some(place) => Err(RowError {
                row: Some(base + place),
                error: OutOfRange { argument: Argument::OfferedLoad, value: f64::INFINITY },
            }),
        }
    }

    #[inline(always)]
    fn endless(&mut self, chunk: &mut Chunk, base: usize) {
        let Chunk { rows, room, places, sums, results, scratch, .. } = chunk;
        let part = rows.at(places, room);
        upper_many(part.agents, part.load, sums, scratch);
        let Part { load, agents, aht_s, within_s, .. } = part;
        for i in 0..part.len() {
            results.set(i, &endless(load[i], agents[i], aht_s[i], within_s[i], sums[i]));
        }
        results.spread(self.out, base, places);
    }

    #[inline(always)]
    fn impatient(&mut self, chunk: &mut Chunk, base: usize) {
        let Chunk { rows, room, places, results, impatient, scratch, .. } = chunk;
        let part = rows.at(places, room);
        impatient.begin(&part, scratch);
        impatient.judge(&part, self.thresholds.definition, scratch);
        for i in 0..part.len() {
            let (load, agents, patience_s) = (part.load[i], part.agents[i], part.patience_s[i]);
            let model = impatient.model(&part, i);
            results.set(i, &impatient_with(load, agents, patience_s, part.patience[i], &model, impatient.late[i]));
        }
        if self.out.answered_asa_s.is_some() {
            for i in 0..part.len() {
                let model = impatient.model(&part, i);
                let asa = asa_of_answered(&model, part.load[i], part.agents[i], part.patience[i]);
                results.answered_asa_s[i] = asa * part.aht_s[i];
            }
        }
        results.spread(self.out, base, places);
    }
}

impl Rows {
    /// The rows at `places`; `room` is used if they must be moved.
    #[inline(always)]
    fn at<'a>(&'a self, places: &Places, room: &'a mut Self) -> Part<'a> {
        Part {
            load: places.gather(&self.load, &mut room.load),
            agents: places.gather(&self.agents, &mut room.agents),
            aht_s: places.gather(&self.aht_s, &mut room.aht_s),
            patience_s: places.gather(&self.patience_s, &mut room.patience_s),
            patience: places.gather(&self.patience, &mut room.patience),
            within_s: places.gather(&self.within_s, &mut room.within_s),
        }
    }

    /// NaN is not above anything.
    #[inline(always)]
    fn kind(&self, place: usize) -> u8 {
        let usual = (self.load[place] > 0.0) & (self.agents[place] >= 0.0) & (self.within_s[place] >= 0.0);
        let is_endless = self.patience[place] == f64::INFINITY;
        let endless = usual & is_endless & (self.agents[place] > self.load[place]);
        let impatient = usual & (self.patience[place] > 0.0) & !is_endless;
        let other = if impatient { IMPATIENT } else { OTHER };
        if endless { ENDLESS } else { other }
    }
}

impl Results {
    #[inline(always)]
    fn set(&mut self, place: usize, metrics: &ServiceMetrics) {
        self.offered_load[place] = metrics.offered_load;
        self.occupancy[place] = metrics.occupancy;
        self.wait_probability[place] = metrics.wait_probability;
        self.abandon_probability[place] = metrics.abandon_probability;
        self.service_level[place] = metrics.service_level;
        self.asa_s[place] = metrics.asa_s;
        self.answered_asa_s[place] = metrics.answered_asa_s;
        self.mean_queue_length[place] = metrics.mean_queue_length;
    }

    /// To the rows from `base` on at `places`: all of them have a steady state.
    #[inline(always)]
    fn spread(&self, out: &mut MetricsColumns, base: usize, places: &Places) {
        let spread = |column: &mut Option<&mut [f64]>, values: &Lanes| {
            if let Some(column) = column {
                places.scatter(values, &mut column[base..]);
            }
        };
        spread(&mut out.offered_load, &self.offered_load);
        spread(&mut out.occupancy, &self.occupancy);
        spread(&mut out.wait_probability, &self.wait_probability);
        spread(&mut out.abandon_probability, &self.abandon_probability);
        spread(&mut out.service_level, &self.service_level);
        spread(&mut out.asa_s, &self.asa_s);
        spread(&mut out.answered_asa_s, &self.answered_asa_s);
        spread(&mut out.mean_queue_length, &self.mean_queue_length);
        if let Some(column) = &mut out.stable {
            places.iter().for_each(|place| column[base + place] = true);
        }
    }
}

impl Chunk {
    fn new() -> Self {
        let none = [0.0; CHUNK];
        let rows = || Rows {
            kinds: [OTHER; CHUNK],
            load: none,
            agents: none,
            aht_s: none,
            patience_s: none,
            patience: none,
            within_s: none,
        };
        Self {
            rows: rows(),
            room: rows(),
            places: Places::new(),
            sums: none,
            results: Results {
                offered_load: none,
                occupancy: none,
                wait_probability: none,
                abandon_probability: none,
                service_level: none,
                asa_s: none,
                answered_asa_s: none,
                mean_queue_length: none,
            },
            impatient: Impatient::new(),
            scratch: Scratch::new(),
        }
    }
}
