//! Scores of many queues side by side.

use crate::column::{Column, Fault, Range};
use crate::special::beta_inverse::Wanted;
use crate::special::beta_lanes::quantile_columns;
use crate::wait::queues::{Queues, Wait};

/// A mean handle time is trusted from so many contacts on,
const LEAST_SAMPLES: f64 = 30.0;
/// when its standard error is at most this share of it.
const LARGEST_ERROR: f64 = 0.1;

/// What is asked of each queue beyond its mean wait and its answer probability.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Quantiles of the wait.
    pub quantiles: &'a [Wanted],
    /// The target time in seconds.
    pub answer_within_s: Option<Column<'a>>,
    /// How many contacts the handle time, or the rate of starts, was measured on.
    pub samples: Option<Column<'a>>,
    /// The standard deviation of their handle times in seconds; without it, it is taken to be their mean.
    pub aht_sd_s: Option<Column<'a>>,
    /// What the rank goes by.
    pub rank_by: RankBy,
}

/// What queues are ranked by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RankBy {
    /// The shortest mean wait is the best.
    ExpectedWait,
    /// The likeliest to be answered.
    AnswerProbability,
    /// The likeliest to be answered within the target.
    ServiceLevel,
    /// The most time to spare.
    Slack,
}

/// The scores, a number for each queue. NaN is what is not known.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Scores {
    /// The mean wait in seconds.
    pub expected_wait_s: Vec<f64>,
    /// The quantiles of the wait in seconds, in the order in which they were asked for.
    pub quantiles: Vec<Vec<f64>>,
    /// The probability of being answered before giving up.
    pub answer_probability: Vec<f64>,
    /// That of being answered within the target as well.
    pub service_level: Option<Vec<f64>>,
    /// The share of agents at work.
    pub occupancy: Option<Vec<f64>>,
    /// The target less the mean wait.
    pub slack_s: Option<Vec<f64>>,
    /// Whether the handle time is known well enough; none where that is not known.
    pub confident: Option<Vec<Option<bool>>>,
    /// The place among all queues, from 1; equal queues share the best place; none for what is not known.
    pub rank: Vec<Option<u32>>,
}

/// Scores `rows` queues.
///
/// # Errors
/// The first number that is out of range.
///
/// # Panics
/// When columns have fewer rows, or the rank goes by what is not asked for.
pub fn score(queues: &Queues<'_>, asked: &Asked<'_>, rows: usize) -> Result<Scores, Fault> {
    for (name, column) in
        [("answer_within_s", asked.answer_within_s), ("samples", asked.samples), ("aht_sd_s", asked.aht_sd_s)]
    {
        if let Some(column) = column {
            column.check(name, Range::NotNegative)?;
        }
    }
    let waits: Vec<Wait> = (0..rows).map(|row| queues.at(row)).collect();
    let (expected_wait_s, quantiles) = times(&waits, asked.quantiles);
    let answer_probability: Vec<f64> = waits.iter().map(Wait::answer_probability).collect();
    let each = |column: Column<'_>, of: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
        (0..rows).map(|row| of(row, column.at(row))).collect()
    };
    let service_level = asked.answer_within_s.map(|within| each(within, &|row, t| waits[row].service_level(t)));
    let slack_s = asked.answer_within_s.map(|within| each(within, &|row, t| t - expected_wait_s[row]));
    let occupancy = queues.given().agents.map(|_| (0..rows).map(|row| queues.occupancy(row)).collect());
    let confident = asked.samples.map(|samples| {
        (0..rows).map(|row| is_confident(relative_deviation(queues, asked, row), samples.at(row))).collect()
    });
    let rank = match asked.rank_by {
        RankBy::ExpectedWait => ranks(&expected_wait_s, false),
        RankBy::AnswerProbability => ranks(&answer_probability, true),
        RankBy::ServiceLevel => ranks(service_level.as_deref().expect("a target is given"), true),
        RankBy::Slack => ranks(slack_s.as_deref().expect("a target is given"), true),
    };
    Ok(Scores { expected_wait_s, quantiles, answer_probability, service_level, occupancy, slack_s, confident, rank })
}

/// A quantile of the wait of each of `rows` queues, each what it is alone. NaN for the probability gives NaN.
#[must_use]
pub fn quantiles(queues: &Queues<'_>, probability: Column<'_>, rows: usize) -> Vec<f64> {
    let waits = (0..rows).map(|row| queues.at(row));
    match probability {
        Column::One(probability) if !probability.is_nan() => {
            let (_, mut columns) = times(&waits.collect::<Vec<_>>(), &[Wanted::new(probability)]);
            columns.swap_remove(0)
        }
        _ => (0..).zip(waits).map(|(row, wait)| wait.quantile(Wanted::new(probability.at(row)))).collect(),
    }
}

/// The mean waits, and the quantiles of all waits.
fn times(waits: &[Wait], wanted: &[Wanted]) -> (Vec<f64>, Vec<Vec<f64>>) {
    if wanted.is_empty() {
        return (waits.iter().map(Wait::mean).collect(), Vec::new());
    }
    let (mut rows, mut ladders, mut cumulants, mut others) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for (row, wait) in waits.iter().enumerate() {
        if let Some(ladder) = wait.ladder() {
            rows.push(row);
            cumulants.push(ladder.cumulants());
            ladders.push(ladder);
        } else {
            others.push(row);
        }
    }
    let filled = |quick: &mut dyn Iterator<Item = f64>, other: &dyn Fn(&Wait) -> f64| {
        let mut found = vec![0.0; waits.len()];
        rows.iter().zip(quick).for_each(|(row, time)| found[*row] = time);
        for row in &others {
            found[*row] = other(&waits[*row]);
        }
        found
    };
    let means = filled(&mut cumulants.iter().map(|cumulants| cumulants[0]), &Wait::mean);
    let columns = wanted.iter().zip(quantile_columns(&ladders, &cumulants, wanted));
    let columns = columns.map(|(wanted, quick)| filled(&mut quick.into_iter(), &|wait| wait.quantile(*wanted)));
    (means, columns.collect())
}

/// The standard deviation of what the start rate was measured by, over its mean: of handle times, or 1, that of times
/// between starts.
fn relative_deviation(queues: &Queues<'_>, asked: &Asked<'_>, row: usize) -> f64 {
    match (queues.given().aht_s, asked.aht_sd_s) {
        (Some(aht_s), Some(aht_sd_s)) if !queues.is_measured(row) => aht_sd_s.at(row) / aht_s.at(row),
        _ => 1.0,
    }
}

fn is_confident(deviation: f64, samples: f64) -> Option<bool> {
    if deviation.is_nan() || samples.is_nan() {
        return None;
    }
    Some(samples >= LEAST_SAMPLES && deviation <= LARGEST_ERROR * samples.sqrt())
}

/// Places from 1; equal values share the best of theirs.
fn ranks(values: &[f64], highest_first: bool) -> Vec<Option<u32>> {
    let mut keys: Vec<(u64, u32)> = (0..)
        .zip(values)
        .filter(|(_, value)| !value.is_nan())
        .map(|(row, value)| (if highest_first { !sortable(*value) } else { sortable(*value) }, row))
        .collect();
    keys.sort_unstable();
    let mut ranks = vec![None; values.len()];
    let (mut last, mut rank) = (None, 0);
    for (place, (key, row)) in (1..).zip(keys) {
        if last != Some(key) {
            (last, rank) = (Some(key), place);
        }
        ranks[row as usize] = Some(rank);
    }
    ranks
}

/// Bits that sort as the numbers do.
fn sortable(value: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    // Of the two zeros, one.
    let bits = (value + 0.0).to_bits();
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}
