//! The agents that queues require.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat};
use turnout_core::column::Column;
use turnout_core::erlang::{Definition, Queue, QueueColumns, RowError, Threshold, ThresholdColumns};
use turnout_core::staffing::{
    Binding, Requirement, RequirementColumns, Staffing, StaffingColumns, TargetColumns, Targets,
    required_agents_columns, schedule, schedule_columns,
};

use crate::numbers::{Argument, Given, Numbers, lazily, needed, refused_queue, scalars};
use crate::results::{Value, results};
use crate::service::ANSWER_WITHIN_S;
use crate::wait::Maybe;

results! {
    /// The agents that queues require: what `required_agents` gives.
    ///
    /// Each field is a number (`binding` a text), an array or a series, as the arguments were. Frozen, compared by
    /// value, pickled.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> need = turnout.required_agents(arrivals=150, interval_s=1800, aht_s=300, shrinkage=0.3)
    /// >>> need.required_agents, need.binding, need.scheduled_agents
    /// (30.0, 'service_level', 43.0)
    RequiredAgents {
        /// Examples
        /// --------
        /// >>> import turnout
        /// >>> need = turnout.required_agents(arrivals=150, interval_s=1800, aht_s=300)
        /// >>> list(need.as_dict())
        /// ['offered_load', 'required_agents', 'binding', 'scheduled_agents', 'scheduled_unrounded']
        as_dict;
        /// Arrivals in a handle time, in erlangs.
        offered_load,
        /// The fewest agents at work who reach every target.
        required_agents,
        /// The target that decided, or `"min_agents"`; of several that ask for the same, the first. `None` without load.
        binding,
        /// Agents to schedule, so that after shrinkage those required are at work: whole.
        scheduled_agents,
        /// The same before it was rounded up: to be summed over queues who share their people.
        scheduled_unrounded,
    }
}

/// The arguments in their order.
const NAMES: [&str; 12] = [
    "arrivals",
    "interval_s",
    "aht_s",
    "patience_s",
    "service_level",
    "asa_s",
    "max_occupancy",
    "max_abandon",
    "max_wait_probability",
    "answer_within_s",
    "shrinkage",
    "min_agents",
];

/// The service level that is asked for when nothing else is said.
const SERVICE_LEVEL: f64 = 0.8;

/// A service level, or the usual one: `None` is none.
pub enum ServiceLevel<'py> {
    Usual,
    Told(Bound<'py, PyAny>),
}

impl<'py> FromPyObject<'_, 'py> for ServiceLevel<'py> {
    type Error = PyErr;

    fn extract(object: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self::Told(object.to_owned()))
    }
}

/// How agents are counted.
struct How {
    definition: Definition,
    fractional: bool,
}

/// The fewest agents with whom queues reach their targets, and the target that decided.
///
/// All numbers broadcast: scalars give numbers, numpy arrays arrays, Polars series series, bit for bit the same.
///
/// Parameters
/// ----------
/// arrivals : number, array or series
///     Contacts that arrive in the interval.
/// interval_s : number, array or series
///     Length of the interval in seconds.
/// aht_s : number, array or series
///     Average handle time in seconds, after-call work included.
/// service_level : number, array or series, optional
///     Least service level, from 0 to 1: 0.8 unless told, and with `None` no target.
/// answer_within_s : number, array or series
///     Answered within so many seconds is good service; 20 unless told.
/// asa_s : number, array or series, optional
///     Greatest mean wait in seconds.
/// max_occupancy : number, array or series, optional
///     Greatest occupancy, above 0 and at most 1.
/// max_abandon : number, array or series, optional
///     Greatest share of contacts that give up.
/// max_wait_probability : number, array or series, optional
///     Greatest share of contacts that wait.
/// patience_s : number, array or series, optional
///     Mean patience in seconds; nobody gives up when it is infinite or not given.
/// shrinkage : number, array or series
///     Share of paid time away from the queue, from 0 (unless told) to below 1: 0.35 schedules 1/0.65 times the agents, 54 % more.
/// fractional : bool
///     Whether agents may be parts of agents, such as for a mean over many intervals.
/// min_agents : number, array or series
///     Fewest agents, also where there is no load.
/// definition : str
///     What the service level is, see `service_metrics`.
/// short_abandon_s : float, optional
///     With the definition `"exclude_short_abandons"`.
///
/// Returns
/// -------
/// RequiredAgents or polars.Expr
///     The agents, and what decided; of expressions a struct of them. NaN for NaN, null for null. Where no number of agents reaches a target, in an array
///     NaN, in a series null, with the target as `binding`.
///
/// Raises
/// ------
/// ValueError
///     A number is out of range: the message names the argument and the row. For scalars also a target out of reach.
/// TypeError
///     An argument holds no numbers.
///
/// Notes
/// -----
/// The greatest of the least numbers for each target: each reaches it, and one agent less does not. The search begins
/// above the load where nobody gives up, and at one agent where they do, who may be far fewer than the load.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> queue = {"arrivals": 150, "interval_s": 1800, "aht_s": 300}
/// >>> turnout.required_agents(**queue, service_level=0.8, max_occupancy=0.8).binding
/// 'max_occupancy'
/// >>> turnout.required_agents(**queue, service_level=0.8, patience_s=[60, 300, float("inf")]).required_agents
/// array([26., 28., 30.])
#[pyfunction]
#[pyo3(signature = (*, arrivals, interval_s, aht_s, service_level=ServiceLevel::Usual, answer_within_s=None, asa_s=None,
                    max_occupancy=None, max_abandon=None, max_wait_probability=None, patience_s=None, shrinkage=None,
                    fractional=false, min_agents=None, definition="offered", short_abandon_s=None))]
#[expect(clippy::too_many_arguments, reason = "what tells a queue, and what is asked of it")]
pub fn required_agents<'py>(
    py: Python<'py>,
    arrivals: &Bound<'py, PyAny>,
    interval_s: &Bound<'py, PyAny>,
    aht_s: &Bound<'py, PyAny>,
    service_level: ServiceLevel<'py>,
    answer_within_s: Maybe<'_, 'py>,
    asa_s: Maybe<'_, 'py>,
    max_occupancy: Maybe<'_, 'py>,
    max_abandon: Maybe<'_, 'py>,
    max_wait_probability: Maybe<'_, 'py>,
    patience_s: Maybe<'_, 'py>,
    shrinkage: Maybe<'_, 'py>,
    fractional: bool,
    min_agents: Maybe<'_, 'py>,
    definition: &str,
    short_abandon_s: Option<f64>,
) -> PyResult<Bound<'py, PyAny>> {
    let how = How { definition: crate::service::definition(definition, short_abandon_s)?, fractional };
    let service_level = match service_level {
        ServiceLevel::Usual => PyFloat::new(py, SERVICE_LEVEL).into_any(),
        ServiceLevel::Told(object) => object,
    };
    let objects = [
        Some(arrivals),
        Some(interval_s),
        Some(aht_s),
        patience_s,
        Some(&service_level),
        asa_s,
        max_occupancy,
        max_abandon,
        max_wait_probability,
        answer_within_s,
        shrinkage,
        min_agents,
    ];
    let arguments: [Argument<'_, 'py>; 12] = std::array::from_fn(|place| (NAMES[place], objects[place]));
    if let Some(values) = scalars(&arguments) {
        return Ok(Bound::new(py, scalar(values, &how)?)?.into_any());
    }
    let told = |told: &Bound<'py, PyDict>| {
        told.set_item("fractional", fractional)?;
        told.set_item("definition", definition)?;
        told.set_item("short_abandon_s", short_abandon_s)
    };
    if let Some(expression) = lazily(py, "required_agents", &arguments, told)? {
        return Ok(expression);
    }
    let (given, numbers) = Given::read(py, arguments)?;
    Ok(Bound::new(py, columns(&given, &numbers, &how)?)?.into_any())
}

fn scalar(values: [Option<f64>; 12], how: &How) -> PyResult<RequiredAgents> {
    let [arrivals, interval_s, aht_s, patience_s, service_level, asa_s, max_occupancy, max_abandon, ..] = values;
    let [.., max_wait_probability, answer_within_s, shrinkage, min_agents] = values;
    let queue = Queue {
        arrivals: needed("arrivals", arrivals)?,
        interval_s: needed("interval_s", interval_s)?,
        aht_s: needed("aht_s", aht_s)?,
        patience_s: patience_s.unwrap_or(f64::INFINITY),
    };
    let answer_within_s = answer_within_s.unwrap_or(ANSWER_WITHIN_S);
    let staffing = Staffing {
        targets: Targets { service_level, asa_s, max_occupancy, max_abandon, max_wait_probability },
        threshold: Threshold { answer_within_s, definition: how.definition },
        fractional: how.fractional,
        min_agents: min_agents.unwrap_or(0.0),
    };
    let refused = |error| refused_queue(&error);
    let Requirement { agents, binding } =
        turnout_core::staffing::required_agents(&queue, &staffing).map_err(refused)?;
    if agents == f64::INFINITY {
        return Err(out_of_reach(binding, values));
    }
    let scheduled = schedule(agents, shrinkage.unwrap_or(0.0)).map_err(refused)?;
    Ok(RequiredAgents {
        offered_load: Value::Number(queue.offered_load()),
        required_agents: Value::Number(agents),
        binding: binding.name().map_or(Value::Absent, Value::Text),
        scheduled_agents: Value::Number(scheduled.agents),
        scheduled_unrounded: Value::Number(scheduled.unrounded),
    })
}

fn out_of_reach(binding: Binding, values: [Option<f64>; 12]) -> PyErr {
    let name = binding.name().unwrap_or("a target");
    let place = NAMES.iter().position(|known| *known == name);
    let value = place.and_then(|place| values[place]).map_or(String::new(), |value| format!(" {value}"));
    PyValueError::new_err(format!("no number of agents reaches {name}{value}; choose an easier target"))
}

/// What the core's columns are made into.
struct Found {
    loads: Vec<f64>,
    agents: Vec<f64>,
    bindings: Vec<Binding>,
    unrounded: Vec<f64>,
    scheduled: Vec<f64>,
}

fn columns<'py>(given: &Given<'py>, numbers: &[Option<Numbers<'py>>; 12], how: &How) -> PyResult<RequiredAgents> {
    for place in 0..3 {
        needed(NAMES[place], numbers[place].as_ref())?;
    }
    let columns: [Option<Column<'_>>; 12] = std::array::from_fn(|place| numbers[place].as_ref().map(Numbers::column));
    let found = given.work(|rows| find(&columns, how, rows)).map_err(|error| given.refuse_row(&error))?;
    let Found { loads, mut agents, bindings, mut unrounded, mut scheduled } = found;
    let known = given.known(numbers.iter().flatten());
    let mut reached = known.clone();
    if agents.contains(&f64::INFINITY) {
        let reached = reached.get_or_insert_with(|| vec![true; agents.len()]);
        for (row, is_reached) in reached.iter_mut().enumerate() {
            if agents[row] == f64::INFINITY {
                *is_reached = false;
                (agents[row], unrounded[row], scheduled[row]) = (f64::NAN, f64::NAN, f64::NAN);
            }
        }
    }
    let (known, reached) = (known.as_deref(), reached.as_deref());
    let places: Vec<Option<u8>> = bindings.iter().map(|binding| place(*binding)).collect();
    Ok(RequiredAgents {
        offered_load: given.give("offered_load", loads, known)?.into(),
        required_agents: given.give("required_agents", agents, reached)?.into(),
        binding: given.give_words("binding", &WORDS, &places, known)?.into(),
        scheduled_agents: given.give("scheduled_agents", scheduled, reached)?.into(),
        scheduled_unrounded: given.give("scheduled_unrounded", unrounded, reached)?.into(),
    })
}

/// What may decide, in the words of the arguments.
pub const WORDS: [&str; 6] =
    ["service_level", "asa_s", "max_occupancy", "max_abandon", "max_wait_probability", "min_agents"];

fn place(binding: Binding) -> Option<u8> {
    match binding {
        Binding::Nothing => None,
        Binding::ServiceLevel => Some(0),
        Binding::Asa => Some(1),
        Binding::MaxOccupancy => Some(2),
        Binding::MaxAbandon => Some(3),
        Binding::MaxWaitProbability => Some(4),
        Binding::MinAgents => Some(5),
    }
}

fn find(columns: &[Option<Column<'_>>; 12], how: &How, rows: usize) -> Result<Found, RowError> {
    let at = |place: usize, default: f64| columns[place].unwrap_or(Column::One(default));
    let (arrivals, interval_s, aht_s) = (at(0, f64::NAN), at(1, f64::NAN), at(2, f64::NAN));
    let queues = QueueColumns { arrivals, interval_s, aht_s, patience_s: at(3, f64::INFINITY) };
    let staffing = StaffingColumns {
        targets: TargetColumns {
            service_level: columns[4],
            asa_s: columns[5],
            max_occupancy: columns[6],
            max_abandon: columns[7],
            max_wait_probability: columns[8],
        },
        thresholds: ThresholdColumns { answer_within_s: at(9, ANSWER_WITHIN_S), definition: how.definition },
        fractional: how.fractional,
        min_agents: at(11, 0.0),
    };
    let (mut agents, mut bindings) = (vec![0.0; rows], vec![Binding::Nothing; rows]);
    let mut out = RequirementColumns { agents: &mut agents, binding: Some(&mut bindings) };
    required_agents_columns(&queues, &staffing, &mut out)?;
    let (mut scheduled, mut unrounded) = (vec![0.0; rows], vec![0.0; rows]);
    schedule_columns(&agents, at(10, 0.0), &mut scheduled, &mut unrounded)?;
    let loads = (0..rows).map(|row| queues.get(row).offered_load()).collect();
    Ok(Found { loads, agents, bindings, unrounded, scheduled })
}
