//! Erlang B, C and A: probabilities and quantiles.

use pyo3::prelude::*;
use pyo3::types::PyFloat;
use turnout_core::column::Column;
use turnout_core::erlang::{
    OutOfRange, Queue, QueueColumns, RowError, erlang_a_columns, erlang_b_columns, erlang_c_columns,
    wait_quantile_columns,
};

use crate::numbers::{Argument, Given, Numbers, lazily, needed, refused_queue, scalars};
use crate::wait::Maybe;

/// The numbers of all queues in, an answer for each out.
type All<const N: usize> = dyn Fn([Column<'_>; N], &mut [f64]) -> Result<(), RowError> + Sync;

/// The answer for one queue, and for all.
struct Question<'a, const N: usize> {
    function: &'static str,
    /// The name of a series of answers.
    name: &'static str,
    one: &'a dyn Fn([f64; N]) -> Result<f64, OutOfRange>,
    all: &'a All<N>,
}

/// A number for each queue; what may be left out has its default at its place.
fn answer<'py, const N: usize>(
    py: Python<'py>,
    arguments: [Argument<'_, 'py>; N],
    defaults: [Option<f64>; N],
    question: &Question<'_, N>,
) -> PyResult<Bound<'py, PyAny>> {
    if let Some(values) = scalars(&arguments) {
        let mut told = [0.0; N];
        for (place, value) in told.iter_mut().enumerate() {
            *value = needed(arguments[place].0, values[place].or(defaults[place]))?;
        }
        let found = (question.one)(told).map_err(|error| refused_queue(&error))?;
        return Ok(PyFloat::new(py, found).into_any());
    }
    if let Some(expression) = lazily(py, question.function, &arguments, |_| Ok(()))? {
        return Ok(expression);
    }
    let (given, numbers) = Given::read(py, arguments)?;
    let mut columns = [Column::One(0.0); N];
    for (place, column) in columns.iter_mut().enumerate() {
        let told = numbers[place].as_ref().map(Numbers::column).or(defaults[place].map(Column::One));
        *column = needed(arguments[place].0, told)?;
    }
    let mut values = vec![0.0; given.rows];
    given.work(|_| (question.all)(columns, &mut values)).map_err(|error| given.refuse_row(&error))?;
    given.give(question.name, values, given.known(numbers.iter().flatten()).as_deref())
}

/// The share of contacts that are lost where nobody waits: Erlang B.
///
/// Parameters
/// ----------
/// offered_load : number, array or series
///     Arrivals in a handle time, in erlangs.
/// agents : number, array or series
///     Agents or lines; need not be whole.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     The blocking probability, to some 1e-13 of it. NaN for NaN, null for null.
///
/// Raises
/// ------
/// ValueError
///     A number is negative or infinite; the message names the argument and the row.
/// TypeError
///     An argument holds no numbers.
///
/// Notes
/// -----
/// `1/B = 1 + U(n, a)` with `U(s, x) = Q(s, x) Gamma(s+1) / (x^s e^-x)`: Erlang 1917, for real `n` Jagerman 1974.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> round(turnout.erlang_b(10, 15), 4)
/// 0.0365
/// >>> turnout.erlang_b(10, [0, 10, 20]).round(4)
/// array([1.    , 0.2146, 0.0019])
#[pyfunction]
pub fn erlang_b<'py>(
    py: Python<'py>,
    offered_load: &Bound<'py, PyAny>,
    agents: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let question = Question {
        function: "erlang_b",
        name: "blocking_probability",
        one: &|[load, agents]| turnout_core::erlang::erlang_b(load, agents),
        all: &|[load, agents], out| erlang_b_columns(load, agents, out),
    };
    answer(py, [("offered_load", Some(offered_load)), ("agents", Some(agents))], [None; 2], &question)
}

/// The share of contacts that wait where nobody gives up: Erlang C.
///
/// Parameters
/// ----------
/// offered_load : number, array or series
///     Arrivals in a handle time, in erlangs.
/// agents : number, array or series
///     Agents at work; need not be whole.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     P(wait), to some 1e-13 of it; 1 where agents do not exceed the load. NaN for NaN, null for null.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `erlang_b`.
///
/// Notes
/// -----
/// `1/C = rho + (1 - rho)/B` with `rho = offered_load / agents`: Erlang 1917.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> round(turnout.erlang_c(25, 30), 4)
/// 0.2499
/// >>> turnout.erlang_c([0, 25, 40], 30).round(4)
/// array([0.    , 0.2499, 1.    ])
#[pyfunction]
pub fn erlang_c<'py>(
    py: Python<'py>,
    offered_load: &Bound<'py, PyAny>,
    agents: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let question = Question {
        function: "erlang_c",
        name: "wait_probability",
        one: &|[load, agents]| turnout_core::erlang::erlang_c(load, agents),
        all: &|[load, agents], out| erlang_c_columns(load, agents, out),
    };
    answer(py, [("offered_load", Some(offered_load)), ("agents", Some(agents))], [None; 2], &question)
}

/// The share of contacts that wait where waiting contacts give up: Erlang A.
///
/// Parameters
/// ----------
/// offered_load : number, array or series
///     Arrivals in a handle time, in erlangs.
/// agents : number, array or series
///     Agents at work; need not be whole, and may be fewer than the load.
/// aht_s : number, array or series
///     Average handle time in seconds.
/// patience_s : number, array or series
///     Mean patience in seconds: infinite makes it Erlang C; with 0 nobody waits who stays, and P(wait) is the share
///     that is lost, Erlang B.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     P(wait), to some 1e-13 of it. NaN for NaN, null for null.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `erlang_b`.
///
/// Notes
/// -----
/// Palm 1957; Garnett, Mandelbaum & Reiman 2002. `service_metrics` gives all measures.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> round(turnout.erlang_a(25, 30, aht_s=240, patience_s=120), 4)
/// 0.1586
#[pyfunction]
pub fn erlang_a<'py>(
    py: Python<'py>,
    offered_load: &Bound<'py, PyAny>,
    agents: &Bound<'py, PyAny>,
    aht_s: &Bound<'py, PyAny>,
    patience_s: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let question = Question {
        function: "erlang_a",
        name: "wait_probability",
        one: &|[load, agents, aht_s, patience_s]| turnout_core::erlang::erlang_a(load, agents, aht_s, patience_s),
        all: &|[load, agents, aht_s, patience_s], out| erlang_a_columns(load, agents, aht_s, patience_s, out),
    };
    let arguments = [
        ("offered_load", Some(offered_load)),
        ("agents", Some(agents)),
        ("aht_s", Some(aht_s)),
        ("patience_s", Some(patience_s)),
    ];
    answer(py, arguments, [None; 4], &question)
}

/// The wait that a contact of a queue in its steady state does not exceed with a probability, in seconds.
///
/// Of a live queue, whose waiting contacts are known, `wait_quantile` tells more.
///
/// Parameters
/// ----------
/// quantile : number, array or series
///     The probability, from 0 to below 1: 0.9 gives the P90.
/// arrivals, interval_s, aht_s, agents : number, array or series
///     As those of `service_metrics`.
/// patience_s : number, array or series, optional
///     Mean patience in seconds; nobody gives up when it is infinite or not given.
///
/// Returns
/// -------
/// float, numpy.ndarray or polars.Series
///     The quantile of the time in the queue, of those who are answered and those who give up; 0 where that many do
///     not wait at all, infinite in a queue without a steady state. NaN for NaN, null for null.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `service_metrics`.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> queue = {"arrivals": 150, "interval_s": 1800, "aht_s": 300, "agents": 28}
/// >>> turnout.erlang_wait_quantile([0.5, 0.9], **queue).round(1)
/// array([  0., 152.])
#[pyfunction]
#[pyo3(signature = (quantile, *, arrivals, interval_s, aht_s, agents, patience_s=None))]
pub fn erlang_wait_quantile<'py>(
    py: Python<'py>,
    quantile: &Bound<'py, PyAny>,
    arrivals: &Bound<'py, PyAny>,
    interval_s: &Bound<'py, PyAny>,
    aht_s: &Bound<'py, PyAny>,
    agents: &Bound<'py, PyAny>,
    patience_s: Maybe<'_, 'py>,
) -> PyResult<Bound<'py, PyAny>> {
    let question = Question {
        function: "erlang_wait_quantile",
        name: "wait_quantile_s",
        one: &|[quantile, arrivals, interval_s, aht_s, agents, patience_s]| {
            turnout_core::erlang::wait_quantile(&Queue { arrivals, interval_s, aht_s, patience_s }, agents, quantile)
        },
        all: &|[quantile, arrivals, interval_s, aht_s, agents, patience_s], out| {
            let queues = QueueColumns { arrivals, interval_s, aht_s, patience_s };
            wait_quantile_columns(&queues, agents, quantile, out)
        },
    };
    let arguments = [
        ("quantile", Some(quantile)),
        ("arrivals", Some(arrivals)),
        ("interval_s", Some(interval_s)),
        ("aht_s", Some(aht_s)),
        ("agents", Some(agents)),
        ("patience_s", patience_s),
    ];
    answer(py, arguments, [None, None, None, None, None, Some(f64::INFINITY)], &question)
}
