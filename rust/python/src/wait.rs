//! The wait of live queues.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyFloat;
use turnout_core::column::{Column, Fault, Range};
use turnout_core::wait::{Given as Columns, Measured, Queues, Wait, Wanted, quantiles};

use crate::numbers::{Argument, Given, Numbers, lazily, refused_scalar, scalars};

/// What queues are told by, in the order of their places in a call; one more argument stands after them.
pub const NAMES: [&str; 7] =
    ["contacts_ahead", "agents", "aht_s", "starts_per_hour", "idle_agents", "patience_s", "priority_arrivals_per_hour"];
/// The place of the starts that were measured.
pub const STARTS: usize = 3;

/// A value of Python's, or none.
pub type Maybe<'a, 'py> = Option<&'a Bound<'py, PyAny>>;

/// For calls that have no argument after those of all.
const NO_MORE: (&str, Maybe<'_, '_>, Range) = ("", None, Range::NotNegative);

/// The arguments of a call with their names.
fn named<'a, 'py>(told: [Maybe<'a, 'py>; 7], extra: Argument<'a, 'py>) -> [Argument<'a, 'py>; 8] {
    std::array::from_fn(|place| if place < 7 { (NAMES[place], told[place]) } else { extra })
}

/// The queues of a call, checked; `measured` are the rows that have a number of starts.
///
/// # Errors
/// What is missing, or out of range.
pub fn queues<'a>(
    columns: &[Option<Column<'a>>],
    measured: Option<&'a [bool]>,
    refuse: impl Fn(&Fault) -> PyErr,
) -> PyResult<Queues<'a>> {
    let &[ahead, agents, aht_s, starts, idle_agents, patience_s, priority_arrivals_per_hour, ..] = columns else {
        return Err(PyTypeError::new_err("columns are missing"));
    };
    let plain = Columns::new(ahead.ok_or_else(|| PyTypeError::new_err("contacts_ahead is needed"))?);
    if starts.is_none() && (agents.is_none() || aht_s.is_none()) {
        return Err(PyTypeError::new_err("agents and aht_s are needed, or starts_per_hour"));
    }
    let given = Columns {
        agents,
        aht_s,
        starts_per_hour: starts.map(|column| Measured { column, is_there: measured }),
        idle_agents: idle_agents.unwrap_or(plain.idle_agents),
        patience_s: patience_s.unwrap_or(plain.patience_s),
        priority_arrivals_per_hour: priority_arrivals_per_hour.unwrap_or(plain.priority_arrivals_per_hour),
        ..plain
    };
    Queues::new(given).map_err(|fault| refuse(&fault))
}

/// The columns whose nulls make a wait null: starts that were not measured do so only where nothing stands in for them.
pub fn decisive<'a, 'py>(numbers: &'a [Option<Numbers<'py>>]) -> impl Iterator<Item = &'a Numbers<'py>> {
    let has_others = numbers[1].is_some() && numbers[2].is_some();
    let places = numbers.iter().enumerate().filter(move |(place, _)| *place != STARTS || !has_others);
    places.filter_map(|(_, numbers)| numbers.as_ref())
}

/// Answers for so many queues, with the numbers of one more argument.
type All = fn(&Queues<'_>, Column<'_>, usize) -> Vec<f64>;

/// What is asked of each queue.
struct Question<'a, 'py> {
    function: &'static str,
    /// The name of a series of answers.
    name: &'static str,
    /// One more argument, if there is one: what it is called, what it was, and what it may be.
    extra: (&'static str, Maybe<'a, 'py>, Range),
    /// The answer for one.
    one: fn(&Wait, f64) -> f64,
    /// The answers for all, where that is quicker than one by one.
    all: Option<All>,
}

/// A number for each queue.
fn answer<'py>(
    py: Python<'py>,
    told: [Maybe<'_, 'py>; 7],
    question: &Question<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let (extra, object, range) = question.extra;
    let arguments = named(told, (extra, object));
    let check = |column: Option<Column<'_>>| column.map_or(Ok(()), |column| column.check(extra, range));
    if let Some(values) = scalars(&arguments) {
        let columns = values.map(|value| value.map(Column::One));
        let queues = queues(&columns, None, refused_scalar)?;
        check(columns[7]).map_err(|fault| refused_scalar(&fault))?;
        return Ok(PyFloat::new(py, (question.one)(&queues.at(0), values[7].unwrap_or_default())).into_any());
    }
    if let Some(expression) = lazily(py, question.function, &arguments, |_| Ok(()))? {
        return Ok(expression);
    }
    let (given, numbers) = Given::read(py, arguments)?;
    let columns = std::array::from_fn::<_, 8, _>(|place| numbers[place].as_ref().map(Numbers::column));
    let queues = queues(&columns, numbers[STARTS].as_ref().and_then(Numbers::is_there), |fault| given.refuse(fault))?;
    check(columns[7]).map_err(|fault| given.refuse(&fault))?;
    let more = columns[7].unwrap_or(Column::One(0.0));
    let (one, all) = (question.one, question.all);
    let values = given.work(|rows| match all {
        Some(all) => all(&queues, more, rows),
        None => (0..rows).map(|row| one(&queues.at(row), more.at(row))).collect(),
    });
    given.give(question.name, values, given.known(decisive(&numbers)).as_deref())
}

/// The mean wait of the next contact of a queue, in seconds.
///
/// All arguments broadcast: numbers, numpy arrays and Polars series give what they are.
///
/// Parameters
/// ----------
/// contacts_ahead : number, array or series
///     Contacts of the same class or a higher one who wait already: whole numbers up to 1,000,000.
/// agents : number, array or series, optional
///     Eligible agents, all of them busy. Of agents who serve several queues, the sum of their shares of time on this
///     one. 0 is a closed queue.
/// aht_s : number, array or series, optional
///     Average handle time in seconds.
/// patience_s : number, array or series, optional
///     Mean patience in seconds of those ahead; nobody gives up when it is infinite or not given.
/// starts_per_hour : number, array or series, optional
///     Contacts of this queue that agents take in an hour while somebody waits, as measured, such as by a moving
///     average over the last 15 minutes. It replaces `agents / aht_s`, which stands in for it where it is null.
/// idle_agents : number, array or series, optional
///     Eligible agents who are free.
/// priority_arrivals_per_hour : number, array or series, optional
///     Arrivals of higher classes in an hour, which overtake.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     The mean time until the contact is answered, if it stays. 0 when an agent is free; infinite when the queue is
///     closed, or when overtakers come at least as fast as contacts are started and nobody gives up. NaN for NaN, null
///     for null.
///
/// Raises
/// ------
/// ValueError
///     A number is negative, infinite or, of contacts, not whole; the message names its column and row.
/// TypeError
///     An argument holds no numbers, or neither `agents` and `aht_s` nor `starts_per_hour` are given.
///
/// Notes
/// -----
/// With `n` ahead, starts at the rate `r` and abandonment at the rate `h` of each of those ahead, the wait is a sum of
/// exponentials with the rates `r, r+h, ..., r+nh`; its mean is `(psi(r/h+n+1) - psi(r/h)) / h`. With overtaking at the
/// rate `o` the mean time from a place to the next is `E_k = (1 + o E_(k+1)) / (r + kh)`; the recursion begins so far
/// back that the error of the mean is below 1e-15 of it, but at most 100,000 places behind the contact.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> round(turnout.expected_wait(4, agents=10, aht_s=300, patience_s=600), 1)
/// 136.9
/// >>> turnout.expected_wait([0, 4, 9], agents=10, aht_s=300)
/// array([ 30., 150., 300.])
/// >>> turnout.expected_wait(4, agents=0, aht_s=300)
/// inf
#[pyfunction]
#[pyo3(signature = (contacts_ahead, agents=None, aht_s=None, *, patience_s=None, starts_per_hour=None, idle_agents=None,
                    priority_arrivals_per_hour=None))]
#[expect(clippy::too_many_arguments, reason = "the numbers that tell a queue")]
pub fn expected_wait<'py>(
    py: Python<'py>,
    contacts_ahead: &Bound<'py, PyAny>,
    agents: Maybe<'_, 'py>,
    aht_s: Maybe<'_, 'py>,
    patience_s: Maybe<'_, 'py>,
    starts_per_hour: Maybe<'_, 'py>,
    idle_agents: Maybe<'_, 'py>,
    priority_arrivals_per_hour: Maybe<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let told =
        [Some(contacts_ahead), agents, aht_s, starts_per_hour, idle_agents, patience_s, priority_arrivals_per_hour];
    let question = Question {
        function: "expected_wait",
        name: "expected_wait_s",
        extra: NO_MORE,
        one: |wait, _| wait.mean(),
        all: None,
    };
    answer(py, told, &question)
}

/// The variance of the wait of the next contact of a queue, in square seconds.
///
/// Parameters
/// ----------
/// contacts_ahead, agents, aht_s : number, array or series
///     As those of `expected_wait`.
/// patience_s, starts_per_hour, idle_agents, priority_arrivals_per_hour : number, array or series, optional
///     As those of `expected_wait`.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     `(psi'(r/h) - psi'(r/h+n+1)) / h^2`, and by the same recursion as the mean where others overtake.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `expected_wait`.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> round(turnout.wait_variance(4, agents=10, aht_s=300, patience_s=600) ** 0.5, 1)
/// 61.4
#[pyfunction]
#[pyo3(signature = (contacts_ahead, agents=None, aht_s=None, *, patience_s=None, starts_per_hour=None, idle_agents=None,
                    priority_arrivals_per_hour=None))]
#[expect(clippy::too_many_arguments, reason = "the numbers that tell a queue")]
pub fn wait_variance<'py>(
    py: Python<'py>,
    contacts_ahead: &Bound<'py, PyAny>,
    agents: Maybe<'_, 'py>,
    aht_s: Maybe<'_, 'py>,
    patience_s: Maybe<'_, 'py>,
    starts_per_hour: Maybe<'_, 'py>,
    idle_agents: Maybe<'_, 'py>,
    priority_arrivals_per_hour: Maybe<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let told =
        [Some(contacts_ahead), agents, aht_s, starts_per_hour, idle_agents, patience_s, priority_arrivals_per_hour];
    let question = Question {
        function: "wait_variance",
        name: "wait_variance",
        extra: NO_MORE,
        one: |wait, _| wait.variance(),
        all: None,
    };
    answer(py, told, &question)
}

/// The wait that is not exceeded with a probability, in seconds.
///
/// Parameters
/// ----------
/// quantile : number, array or series
///     The probability, from 0 to 1: 0.9 gives the P90.
/// contacts_ahead, agents, aht_s : number, array or series
///     As those of `expected_wait`.
/// patience_s, starts_per_hour, idle_agents, priority_arrivals_per_hour : number, array or series, optional
///     As those of `expected_wait`.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     The quantile of the wait of a contact that stays; infinite for 1, and beyond the probability of ever being
///     answered.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `expected_wait`.
///
/// Notes
/// -----
/// `-ln(z) / h` with the `z` at which the regularised incomplete beta function `I_z(r/h, n+1)` is `1 - quantile`, exact
/// to some 1e-12. Where others overtake, the Laplace transform of the first passage is inverted, to some 1e-9.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> turnout.wait_quantile([0.5, 0.9], 4, agents=10, aht_s=300, patience_s=600).round(1)
/// array([127.9, 219.1])
#[pyfunction]
#[pyo3(signature = (quantile, contacts_ahead, agents=None, aht_s=None, *, patience_s=None, starts_per_hour=None,
                    idle_agents=None, priority_arrivals_per_hour=None))]
#[expect(clippy::too_many_arguments, reason = "the numbers that tell a queue")]
pub fn wait_quantile<'py>(
    py: Python<'py>,
    quantile: &Bound<'py, PyAny>,
    contacts_ahead: &Bound<'py, PyAny>,
    agents: Maybe<'_, 'py>,
    aht_s: Maybe<'_, 'py>,
    patience_s: Maybe<'_, 'py>,
    starts_per_hour: Maybe<'_, 'py>,
    idle_agents: Maybe<'_, 'py>,
    priority_arrivals_per_hour: Maybe<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let told =
        [Some(contacts_ahead), agents, aht_s, starts_per_hour, idle_agents, patience_s, priority_arrivals_per_hour];
    let extra = ("quantile", Some(quantile), Range::Probability);
    let one = |wait: &Wait, probability: f64| wait.quantile(Wanted::new(probability));
    answer(py, told, &Question { function: "wait_quantile", name: "wait_quantile_s", extra, one, all: Some(quantiles) })
}

/// The probability that the next contact of a queue is answered before it gives up.
///
/// Parameters
/// ----------
/// contacts_ahead, agents, aht_s : number, array or series
///     As those of `expected_wait`.
/// answer_within_s : number, array or series, optional
///     A target time in seconds: the probability is that of being answered within it as well, the service level that
///     the contact can expect.
/// patience_s, starts_per_hour, idle_agents, priority_arrivals_per_hour : number, array or series, optional
///     As those of `expected_wait`; the contact is as patient as those ahead.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     A probability: 1 when an agent is free, 0 when the queue is closed.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `expected_wait`.
///
/// Notes
/// -----
/// With `x = r/h`: `x / (x+n+1)`, and within `t`, `x / (x+n+1) (1 - I_z(x+1, n+1))` with `z = e^(-h t)`, to some 1e-13.
/// Where others overtake, the Laplace transform of the first passage at `h`, and its inverse, to some 1e-10.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> turnout.answer_probability(4, agents=10, aht_s=300, patience_s=600)
/// 0.8
/// >>> round(turnout.answer_probability(4, agents=10, aht_s=300, patience_s=600, answer_within_s=120), 3)
/// 0.387
#[pyfunction]
#[pyo3(signature = (contacts_ahead, agents=None, aht_s=None, *, answer_within_s=None, patience_s=None,
                    starts_per_hour=None, idle_agents=None, priority_arrivals_per_hour=None))]
#[expect(clippy::too_many_arguments, reason = "the numbers that tell a queue")]
pub fn answer_probability<'py>(
    py: Python<'py>,
    contacts_ahead: &Bound<'py, PyAny>,
    agents: Maybe<'_, 'py>,
    aht_s: Maybe<'_, 'py>,
    answer_within_s: Maybe<'_, 'py>,
    patience_s: Maybe<'_, 'py>,
    starts_per_hour: Maybe<'_, 'py>,
    idle_agents: Maybe<'_, 'py>,
    priority_arrivals_per_hour: Maybe<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let told =
        [Some(contacts_ahead), agents, aht_s, starts_per_hour, idle_agents, patience_s, priority_arrivals_per_hour];
    let within = answer_within_s.filter(|within| !within.is_none());
    let extra = ("answer_within_s", within, Range::NotNegative);
    let one = if within.is_some() { Wait::service_level } else { |wait: &Wait, _| wait.answer_probability() };
    answer(py, told, &Question { function: "answer_probability", name: "answer_probability", extra, one, all: None })
}
