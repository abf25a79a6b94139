//! The classic probabilities and the quantiles of waits over columns.

use pulp::{Simd, WithSimd};

use super::column::{Column, RowError, below_zero, negative};
use super::columns::QueueColumns;
use super::input::Argument;
use super::metrics::quantile;
use super::probability::{blocking_probability, impatient_probability, wait_probability};
use crate::special::{CHUNK, Lanes, Places, Scratch, upper_many};

/// Erlang B for each row; see [`erlang_b`](super::erlang_b).
///
/// # Errors
/// The first row of the first argument that is out of range.
///
/// # Panics
/// When columns differ in length.
pub fn erlang_b_columns(offered_load: Column, agents: Column, out: &mut [f64]) -> Result<(), RowError> {
    check(offered_load, agents, out.len())?;
    pulp::Arch::new().dispatch(Task::<false> { offered_load, agents, out });
    Ok(())
}

/// Erlang C for each row; see [`erlang_c`](super::erlang_c).
///
/// # Errors
/// The first row of the first argument that is out of range.
///
/// # Panics
/// When columns differ in length.
pub fn erlang_c_columns(offered_load: Column, agents: Column, out: &mut [f64]) -> Result<(), RowError> {
    check(offered_load, agents, out.len())?;
    pulp::Arch::new().dispatch(Task::<true> { offered_load, agents, out });
    Ok(())
}

/// Erlang A for each row; see [`erlang_a`](super::erlang_a).
///
/// # Errors
/// The first row of the first argument that is out of range.
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
    check(offered_load, agents, out.len())?;
    aht_s.check(out.len(), Argument::AhtS, below_zero)?;
    patience_s.check(out.len(), Argument::PatienceS, negative)?;
    for (row, value) in out.iter_mut().enumerate() {
        *value = impatient_probability(offered_load.get(row), agents.get(row), aht_s.get(row), patience_s.get(row));
    }
    Ok(())
}

/// The quantile of the wait for each row; see [`wait_quantile`](super::wait_quantile).
///
/// # Errors
/// The first row of the first argument that is out of range.
///
/// # Panics
/// When columns differ in length.
pub fn wait_quantile_columns(
    queues: &QueueColumns,
    agents: Column,
    probability: Column,
    out: &mut [f64],
) -> Result<(), RowError> {
    queues.check(out.len())?;
    agents.check(out.len(), Argument::Agents, below_zero)?;
    let wrong = |value: f64| !(0.0..1.0).contains(&value) && !value.is_nan();
    probability.check(out.len(), Argument::Probability, wrong)?;
    for (row, value) in out.iter_mut().enumerate() {
        let queue = queues.get(row);
        queue.check().map_err(|error| RowError { row: Some(row), error })?;
        *value = quantile(&queue, agents.get(row), probability.get(row));
    }
    Ok(())
}

fn check(offered_load: Column, agents: Column, rows: usize) -> Result<(), RowError> {
    offered_load.check(rows, Argument::OfferedLoad, below_zero)?;
    agents.check(rows, Argument::Agents, below_zero)
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
