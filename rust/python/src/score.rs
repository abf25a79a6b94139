//! The scores of live queues, as columns.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, UInt32Array};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::wait::{Asked, RankBy, Scores, Wanted, score};

use crate::numbers::{Given, Numbers};
use crate::wait::{NAMES, STARTS, decisive, queues};

/// What is told beyond `NAMES`.
const MORE: [&str; 3] = ["answer_within_s", "samples", "aht_sd_s"];
const ANSWER_WITHIN: usize = 7;
const SAMPLES: usize = 8;
const AHT_SD: usize = 9;
const RANKS: [(&str, RankBy); 4] = [
    ("expected_wait_s", RankBy::ExpectedWait),
    ("answer_probability", RankBy::AnswerProbability),
    ("service_level", RankBy::ServiceLevel),
    ("slack_s", RankBy::Slack),
];

/// The columns of scores by their names, from the columns of queues by theirs.
///
/// Parameters
/// ----------
/// columns : dict
///     Numbers, arrays or series, by the names of the arguments of `expected_wait`, and `answer_within_s`, `samples` and `aht_sd_s`.
/// quantiles : list of float
///     Probabilities of the quantiles wanted.
/// rank_by : str
///     The score by which queues are ranked.
///
/// Returns
/// -------
/// dict
///     Series when a column is one, else arrays.
#[pyfunction]
#[expect(clippy::needless_pass_by_value, reason = "PyO3 hands over lists as vectors")]
pub fn score_columns<'py>(
    py: Python<'py>,
    columns: &Bound<'py, PyDict>,
    quantiles: Vec<f64>,
    rank_by: &str,
) -> PyResult<Bound<'py, PyDict>> {
    let objects = NAMES.iter().chain(&MORE).map(|name| columns.get_item(name)).collect::<PyResult<Vec<_>>>()?;
    let arguments: [_; 10] = std::array::from_fn(|place| {
        let name = NAMES.iter().chain(&MORE).nth(place).copied().unwrap_or_default();
        (name, objects[place].as_ref())
    });
    let (given, numbers) = Given::read(py, arguments)?;
    let columns: [_; 10] = std::array::from_fn(|place| numbers[place].as_ref().map(Numbers::column));
    let queues = queues(&columns, numbers[STARTS].as_ref().and_then(Numbers::is_there), |fault| given.refuse(fault))?;
    let wanted = quantiles.iter().map(|probability| wanted(*probability)).collect::<PyResult<Vec<_>>>()?;
    let asked = Asked {
        quantiles: &wanted,
        answer_within_s: columns[ANSWER_WITHIN],
        samples: columns[SAMPLES],
        aht_sd_s: columns[AHT_SD],
        rank_by: rank(rank_by, numbers[ANSWER_WITHIN].is_some())?,
    };
    let scores = given.work(|rows| score(&queues, &asked, rows)).map_err(|fault| given.refuse(&fault))?;
    give(&given, &numbers, &quantiles, scores)
}

fn wanted(probability: f64) -> PyResult<Wanted> {
    if (0.0..=1.0).contains(&probability) {
        return Ok(Wanted::new(probability));
    }
    Err(PyValueError::new_err(format!("quantiles must be from 0 to 1, not {probability}")))
}

fn rank(by: &str, has_target: bool) -> PyResult<RankBy> {
    let Some((_, rank)) = RANKS.iter().find(|(name, _)| *name == by) else {
        let known: Vec<&str> = RANKS.iter().map(|(name, _)| *name).collect();
        return Err(PyValueError::new_err(format!("rank_by must be one of {}, not {by:?}", known.join(", "))));
    };
    if !has_target && matches!(rank, RankBy::ServiceLevel | RankBy::Slack) {
        return Err(PyTypeError::new_err(format!("answer_within_s is needed to rank by {by}")));
    }
    Ok(*rank)
}

/// The scores under their names. A score is null where one of the columns that it is made of is.
fn give<'py>(
    given: &Given<'py>,
    numbers: &[Option<Numbers<'py>>; 10],
    quantiles: &[f64],
    scores: Scores,
) -> PyResult<Bound<'py, PyDict>> {
    let found = PyDict::new(given.py());
    let wait = || decisive(&numbers[..NAMES.len()]);
    let known = given.known(wait());
    let known_target = given.known(wait().chain(&numbers[ANSWER_WITHIN]));
    let mut floats = vec![("expected_wait_s".to_owned(), scores.expected_wait_s, &known)];
    floats.extend(quantiles.iter().zip(scores.quantiles).map(|(q, values)| (quantile_name(*q), values, &known)));
    floats.push(("answer_probability".to_owned(), scores.answer_probability, &known));
    floats.extend(scores.service_level.map(|values| ("service_level".to_owned(), values, &known_target)));
    floats.extend(scores.slack_s.map(|values| ("slack_s".to_owned(), values, &known_target)));
    let known_agents = given.known(numbers[1].iter().chain(&numbers[4]));
    floats.extend(scores.occupancy.map(|values| ("occupancy".to_owned(), values, &known_agents)));
    for (name, values, known) in floats {
        found.set_item(&name, given.give(&name, values, known.as_deref())?)?;
    }
    if let Some(confident) = scores.confident {
        let series = || -> ArrayRef { Arc::new(confident.iter().copied().collect::<BooleanArray>()) };
        let plain = || confident.iter().map(|flag| *flag == Some(true)).collect();
        found.set_item("confident", given.give_as("confident", series, plain)?)?;
    }
    let series = || -> ArrayRef { Arc::new(scores.rank.iter().copied().collect::<UInt32Array>()) };
    let plain = || scores.rank.iter().map(|rank| rank.map_or(f64::NAN, f64::from)).collect();
    found.set_item("rank", given.give_as("rank", series, plain)?)?;
    Ok(found)
}

/// `wait_p90_s` for 0.9, `wait_p99.9_s` for 0.999.
fn quantile_name(probability: f64) -> String {
    let percent = (probability * 1e12).round() / 1e10;
    format!("wait_p{percent}_s")
}
