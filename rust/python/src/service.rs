//! The measures of queues in their steady state.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::column::Column;
use turnout_core::erlang::{
    Definition, MetricsColumns, Queue, QueueColumns, Threshold, ThresholdColumns, service_metrics_columns,
};

use crate::numbers::{Argument, Given, Numbers, lazily, needed, refused_queue, scalars};
use crate::results::{Value, results};
use crate::wait::Maybe;

/// The definitions of service level by their names; the one with its own time is apart.
const DEFINITIONS: [(&str, Definition); 5] = [
    ("offered", Definition::Offered),
    ("answered", Definition::Answered),
    ("exclude_abandons_within_target", Definition::ExcludeAbandonsWithinTarget),
    ("count_abandons_within_target", Definition::CountAbandonsWithinTarget),
    ("virtual", Definition::Virtual),
];
const SHORT: &str = "exclude_short_abandons";

/// A definition by its name.
pub fn definition(name: &str, short_abandon_s: Option<f64>) -> PyResult<Definition> {
    match (short_abandon_s, DEFINITIONS.iter().find(|(known, _)| *known == name)) {
        (Some(short_abandon_s), None) if name == SHORT => Ok(Definition::ExcludeShortAbandons { short_abandon_s }),
        (None, None) if name == SHORT => Err(PyTypeError::new_err(format!("short_abandon_s is needed with {SHORT}"))),
        (None, Some((_, definition))) => Ok(*definition),
        (Some(_), Some(_)) => {
            Err(PyTypeError::new_err(format!("short_abandon_s goes with the definition {SHORT}, not with {name}")))
        }
        (_, None) => {
            let known: Vec<&str> = DEFINITIONS.iter().map(|(known, _)| *known).chain([SHORT]).collect();
            Err(PyValueError::new_err(format!("definition must be one of {}, not '{name}'", known.join(", "))))
        }
    }
}

results! {
    /// The service of queues in their steady state: what `service_metrics` gives.
    ///
    /// Each field is a float (`stable` a bool), an array or a series, as the arguments were; `None` where it was not
    /// asked for. Frozen, compared by value, pickled.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> queue = turnout.service_metrics(arrivals=150, interval_s=1800, aht_s=300, agents=28)
    /// >>> round(queue.service_level, 3), round(queue.asa_s, 1), queue.stable
    /// (0.626, 45.7, True)
    ServiceMetrics {
        /// Examples
        /// --------
        /// >>> import turnout
        /// >>> queue = turnout.service_metrics(arrivals=150, interval_s=1800, aht_s=300, agents=28)
        /// >>> queue.as_dict()["offered_load"]
        /// 25.0
        as_dict;
        /// Arrivals in a handle time, in erlangs.
        offered_load,
        /// Whether there is a steady state: agents exceed the load, or contacts give up.
        stable,
        /// Share of time that agents are busy, from 0 to 1.
        occupancy,
        /// Share of contacts that wait.
        wait_probability,
        /// Share of contacts that give up.
        abandon_probability,
        /// Share with good service, by the definition that was asked for.
        service_level,
        /// Mean wait of all contacts in seconds, also of those who give up.
        asa_s,
        /// Mean wait of those who are answered, in seconds.
        answered_asa_s,
        /// Mean number of contacts that wait.
        mean_queue_length,
    }
}

/// The arguments in their order.
const NAMES: [&str; 6] = ["arrivals", "interval_s", "aht_s", "agents", "answer_within_s", "patience_s"];

/// The service of queues in their steady state: Erlang C, with patience Erlang A.
///
/// All numbers broadcast: scalars give floats, numpy arrays arrays, Polars series series, bit for bit the same.
///
/// Parameters
/// ----------
/// arrivals : number, array or series
///     Contacts that arrive in the interval.
/// interval_s : number, array or series
///     Length of the interval in seconds.
/// aht_s : number, array or series
///     Average handle time in seconds, after-call work included.
/// agents : number, array or series
///     Agents at work; need not be whole.
/// answer_within_s : number, array or series
///     Answered within so many seconds is good service; 20 unless told.
/// patience_s : number, array or series, optional
///     Mean patience in seconds; nobody gives up when it is infinite or not given, nobody waits when it is 0. From a
///     log: the total wait of all contacts, divided by the number who gave up.
/// definition : str
///     What the service level is: `"offered"`, answered in time of all offered; `"answered"`, of those answered;
///     `"exclude_abandons_within_target"`, of the offered less those who gave up in time;
///     `"count_abandons_within_target"`, who gave up in time counts as good; `"exclude_short_abandons"`, of the offered
///     less those who gave up within `short_abandon_s`; `"virtual"`, the share whose wait would have been short enough
///     had they stayed.
/// short_abandon_s : float, optional
///     With `"exclude_short_abandons"`: who gives up within so many seconds is not counted.
/// measures : sequence of str, optional
///     The fields that are wanted; all when not given. `answered_asa_s` of Erlang A costs more than all others.
///
/// Returns
/// -------
/// ServiceMetrics or polars.Expr
///     Each measure; of expressions a struct of them. NaN for NaN, null for null. A queue without a steady state is no error: it is not `stable`, with a
///     P(wait) of 1, a service level of 0, an infinite wait.
///
/// Raises
/// ------
/// ValueError
///     A number is out of range: the message names the argument and the row. An unknown definition or measure.
/// TypeError
///     An argument holds no numbers.
///
/// Notes
/// -----
/// Erlang C: `SL = 1 - C exp(-(n - a) t / AHT)`, `ASA = C AHT / (n - a)`. Erlang A as in Mandelbaum & Zeltyn 2005.
/// Service level and abandonment are within 1e-10 of arithmetic with 50 digits, from 1e-6 to 1e6 erlangs.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> queue = turnout.service_metrics(arrivals=150, interval_s=1800, aht_s=300, agents=[24, 28, 32])
/// >>> queue.service_level.round(3)
/// array([0.   , 0.626, 0.92 ])
/// >>> patient = turnout.service_metrics(arrivals=150, interval_s=1800, aht_s=300, agents=24, patience_s=90)
/// >>> round(patient.service_level, 3), round(patient.abandon_probability, 3)
/// (0.705, 0.125)
#[pyfunction]
#[pyo3(signature = (*, arrivals, interval_s, aht_s, agents, answer_within_s=None, patience_s=None, definition="offered",
                    short_abandon_s=None, measures=None))]
#[expect(clippy::too_many_arguments, reason = "what tells a queue, and what is asked of it")]
pub fn service_metrics<'py>(
    py: Python<'py>,
    arrivals: &Bound<'py, PyAny>,
    interval_s: &Bound<'py, PyAny>,
    aht_s: &Bound<'py, PyAny>,
    agents: &Bound<'py, PyAny>,
    answer_within_s: Maybe<'_, 'py>,
    patience_s: Maybe<'_, 'py>,
    definition: &str,
    short_abandon_s: Option<f64>,
    measures: Option<Vec<String>>,
) -> PyResult<Bound<'py, PyAny>> {
    let (named, definition) = (definition, self::definition(definition, short_abandon_s)?);
    let objects = [Some(arrivals), Some(interval_s), Some(aht_s), Some(agents), answer_within_s, patience_s];
    let arguments: [Argument<'_, 'py>; 6] = std::array::from_fn(|place| (NAMES[place], objects[place]));
    if measures.is_none()
        && let Some(values) = scalars(&arguments)
    {
        return Ok(Bound::new(py, scalar(values, definition)?)?.into_any());
    }
    let wanted = wanted(measures.as_deref())?;
    let how = |how: &Bound<'py, PyDict>| {
        how.set_item("definition", named)?;
        how.set_item("short_abandon_s", short_abandon_s)?;
        how.set_item("measures", measures)
    };
    if let Some(expression) = lazily(py, "service_metrics", &arguments, how)? {
        return Ok(expression);
    }
    let (given, numbers) = Given::read(py, arguments)?;
    Ok(Bound::new(py, columns(&given, &numbers, definition, wanted)?)?.into_any())
}

/// What counts as good service when nothing is said.
pub const ANSWER_WITHIN_S: f64 = 20.0;

fn scalar(values: [Option<f64>; 6], definition: Definition) -> PyResult<ServiceMetrics> {
    let [arrivals, interval_s, aht_s, agents, answer_within_s, patience_s] = values;
    let queue = Queue {
        arrivals: needed("arrivals", arrivals)?,
        interval_s: needed("interval_s", interval_s)?,
        aht_s: needed("aht_s", aht_s)?,
        patience_s: patience_s.unwrap_or(f64::INFINITY),
    };
    let threshold = Threshold { answer_within_s: answer_within_s.unwrap_or(ANSWER_WITHIN_S), definition };
    let found = turnout_core::erlang::service_metrics(&queue, needed("agents", agents)?, &threshold);
    let found = found.map_err(|error| refused_queue(&error))?;
    Ok(ServiceMetrics {
        offered_load: Value::Number(found.offered_load),
        stable: Value::Flag(found.stable),
        occupancy: Value::Number(found.occupancy),
        wait_probability: Value::Number(found.wait_probability),
        abandon_probability: Value::Number(found.abandon_probability),
        service_level: Value::Number(found.service_level),
        asa_s: Value::Number(found.asa_s),
        answered_asa_s: Value::Number(found.answered_asa_s),
        mean_queue_length: Value::Number(found.mean_queue_length),
    })
}

/// The measures that are numbers, in the order of the fields; `stable` stands before the second.
const MEASURES: [&str; 8] = [
    "offered_load",
    "occupancy",
    "wait_probability",
    "abandon_probability",
    "service_level",
    "asa_s",
    "answered_asa_s",
    "mean_queue_length",
];

/// Which of the measures are wanted, and whether `stable` is.
fn wanted(measures: Option<&[String]>) -> PyResult<([bool; MEASURES.len()], bool)> {
    let Some(measures) = measures else { return Ok(([true; MEASURES.len()], true)) };
    if let Some(strange) = measures.iter().find(|name| *name != "stable" && !MEASURES.contains(&name.as_str())) {
        let known = MEASURES.join(", ");
        return Err(PyValueError::new_err(format!("measures must be among stable, {known}; not {strange:?}")));
    }
    if measures.is_empty() {
        return Err(PyValueError::new_err("measures names none; leave it out for all"));
    }
    let has = |name: &str| measures.iter().any(|measure| measure == name);
    Ok((MEASURES.map(has), has("stable")))
}

fn columns<'py>(
    given: &Given<'py>,
    numbers: &[Option<Numbers<'py>>; 6],
    definition: Definition,
    (wanted, wants_stable): ([bool; MEASURES.len()], bool),
) -> PyResult<ServiceMetrics> {
    let at = |place: usize, default: f64| numbers[place].as_ref().map_or(Column::One(default), Numbers::column);
    let needed = |place: usize| needed(NAMES[place], numbers[place].as_ref().map(Numbers::column));
    let (arrivals, interval_s, aht_s, agents) = (needed(0)?, needed(1)?, needed(2)?, needed(3)?);
    let queues = QueueColumns { arrivals, interval_s, aht_s, patience_s: at(5, f64::INFINITY) };
    let thresholds = ThresholdColumns { answer_within_s: at(4, ANSWER_WITHIN_S), definition };
    let rows = given.rows;
    let mut measures = wanted.map(|wanted| wanted.then(|| vec![0.0; rows]));
    let mut stable = wants_stable.then(|| vec![false; rows]);
    let work = |_| {
        let mut rest = measures.iter_mut();
        let mut next = || rest.next().and_then(|column| column.as_deref_mut());
        let mut out = MetricsColumns {
            offered_load: next(),
            occupancy: next(),
            wait_probability: next(),
            abandon_probability: next(),
            service_level: next(),
            asa_s: next(),
            answered_asa_s: next(),
            mean_queue_length: next(),
            stable: stable.as_deref_mut(),
        };
        service_metrics_columns(&queues, agents, &thresholds, &mut out)
    };
    given.work(work).map_err(|error| given.refuse_row(&error))?;
    let known = given.known(numbers.iter().flatten());
    let mut told = measures.into_iter().zip(MEASURES).map(|(values, name)| {
        values.map_or(Ok(Value::Absent), |values| given.give(name, values, known.as_deref()).map(Value::from))
    });
    let mut next = || told.next().unwrap_or(Ok(Value::Absent));
    Ok(ServiceMetrics {
        offered_load: next()?,
        stable: match stable {
            Some(flags) => given.give_flags("stable", &flags, known.as_deref())?.into(),
            None => Value::Absent,
        },
        occupancy: next()?,
        wait_probability: next()?,
        abandon_probability: next()?,
        service_level: next()?,
        asa_s: next()?,
        answered_asa_s: next()?,
        mean_queue_length: next()?,
    })
}
