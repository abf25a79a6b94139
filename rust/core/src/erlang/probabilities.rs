//! The classic probabilities and the quantiles of waits over columns.

#![allow(clippy::needless_bitwise_bool, reason = "a jump less in loops that are to become vector instructions")]

use pulp::{Simd, WithSimd};

use super::column::{Check, Range, RowError, check_constants, check_rows};
use super::columns::QueueColumns;
use super::input::Argument;
use super::metrics::quantile;
use super::probability::{blocking_probability, impatient_probability, wait_probability};
use crate::column::Column;
use crate::special::{CHUNK, Lanes, Places, Scratch, upper_many};

/// Erlang B for each row; see [`erlang_b`](super::erlang_b).
///
/// # Errors
/// A number for all rows that is out of range, or else the first row with one.
///
/// # Panics
/// When columns differ in length.
pub fn erlang_b_columns(offered_load: Column, agents: Column, out: &mut [f64]) -> Result<(), RowError> {
    check(&checks(offered_load, agents), out.len())?;
    pulp::Arch::new().dispatch(Task::<false> { offered_load, agents, out });
    Ok(())
}

/// Erlang C for each row; see [`erlang_c`](super::erlang_c).
///
/// # Errors
/// A number for all rows that is out of range, or else the first row with one.
///
/// # Panics
/// When columns differ in length.
pub fn erlang_c_columns(offered_load: Column, agents: Column, out: &mut [f64]) -> Result<(), RowError> {
    check(&checks(offered_load, agents), out.len())?;
    pulp::Arch::new().dispatch(Task::<true> { offered_load, agents, out });
    Ok(())
}

/// Erlang A for each row; see [`erlang_a`](super::erlang_a).
///
/// # Errors
/// A number for all rows that is out of range, or else the first row with one.
///
/// # Panics
/// When columns differ in length.
pub fn erlang_a_columns(
    offered_load: Column,
    agents: Column,
    aht_s: Column,
    patience_s: Column,
    out: &mut [f64],
) -> Result<(), RowError> {
    let [load_check, agents_check] = checks(offered_load, agents);
    let aht_check = Check::new(Argument::AhtS, aht_s, Range::AtLeastZero);
    let patience_check = Check::new(Argument::PatienceS, patience_s, Range::Patience);
    check(&[load_check, agents_check, aht_check, patience_check], out.len())?;
    for (row, value) in out.iter_mut().enumerate() {
        *value = impatient_probability(offered_load.at(row), agents.at(row), aht_s.at(row), patience_s.at(row));
    }
    Ok(())
}

/// The quantile of the wait for each row; see [`wait_quantile`](super::wait_quantile).
///
/// # Errors
/// A number for all rows that is out of range, or else the first row with one.
///
/// # Panics
/// When columns differ in length.
pub fn wait_quantile_columns(
    queues: &QueueColumns,
    agents: Column,
    probability: Column,
    out: &mut [f64],
) -> Result<(), RowError> {
    let [arrivals, interval_s, aht_s, patience_s] = queues.checks();
    let agents_check = Check::new(Argument::Agents, agents, Range::AtLeastZero);
    let own = Check::new(Argument::Probability, probability, Range::BelowOne);
    check(&[arrivals, interval_s, aht_s, patience_s, agents_check, own], out.len())?;
    for (row, value) in out.iter_mut().enumerate() {
        let queue = queues.get(row);
        queue.check().map_err(|error| RowError { row: Some(row), error })?;
        *value = quantile(&queue, agents.at(row), probability.at(row));
    }
    Ok(())
}

fn checks<'a>(offered_load: Column<'a>, agents: Column<'a>) -> [Check<'a>; 2] {
    [
        Check::new(Argument::OfferedLoad, offered_load, Range::AtLeastZero),
        Check::new(Argument::Agents, agents, Range::AtLeastZero),
    ]
}

fn check(checks: &[Check], rows: usize) -> Result<(), RowError> {
    check_constants(checks, rows)?;
    check_rows(checks, 0..rows)
}

/// All rows of one call: of Erlang C with `WAITING`, else of B.
struct Task<'a, 'b, const WAITING: bool> {
    offered_load: Column<'a>,
    agents: Column<'a>,
    out: &'b mut [f64],
}

// Which rows need U, and which are known without it.
const SUM: u8 = 0;
const KNOWN: u8 = 1;

impl<const WAITING: bool> WithSimd for Task<'_, '_, WAITING> {
    type Output = ();

    #[inline(always)]
    fn with_simd<S: Simd>(self, _: S) {
        let none: Lanes = [0.0; CHUNK];
        let (mut load, mut agents, mut sums, mut places) = (none, none, none, Places::new());
        let (mut some_load, mut some_agents, mut scratch) = (none, none, Box::new(Scratch::new()));
        for (base, out) in (0..).step_by(CHUNK).zip(self.out.chunks_mut(CHUNK)) {
            let count = out.len();
            self.offered_load.fill(base, &mut load[..count]);
            self.agents.fill(base, &mut agents[..count]);
            let mut kinds = [KNOWN; CHUNK];
            for place in 0..count.min(CHUNK) {
                let least = if WAITING { load[place] } else { -1.0 };
                let needed = (load[place] > 0.0) & (agents[place] > least);
                kinds[place] = if needed { SUM } else { KNOWN };
            }
            if places.choose(&kinds[..count], KNOWN) {
                let known = if WAITING { wait_probability } else { blocking_probability };
                places.iter().for_each(|place| out[place] = known(load[place], agents[place]));
            }
            if places.choose(&kinds[..count], SUM) {
                let (load, agents) = (places.gather(&load, &mut some_load), places.gather(&agents, &mut some_agents));
                upper_many(agents, load, &mut sums, &mut scratch);
                for ((sum, load), agents) in sums.iter_mut().zip(load).zip(agents) {
                    let share = if WAITING { (agents - load) / agents } else { 1.0 };
                    *sum = 1.0 / (1.0 + share * *sum);
                }
                places.scatter(&sums, out);
            }
        }
    }
}
