//! What is said by name, and not in numbers.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use turnout_core::erlang::Definition;
use turnout_core::models::{Argument, LoadBasis, LoadMethod, USUAL_NODES};

/// The options of a call; those that are not given are the usual ones.
pub struct Options {
    /// The time of short abandons is that of each row.
    pub definition: Definition,
    pub fractional: bool,
    pub nodes: usize,
    pub method: LoadMethod,
    pub basis: LoadBasis,
    pub smooth: bool,
}

const DEFINITIONS: [(&str, Definition); 6] = [
    ("offered", Definition::Offered),
    ("answered", Definition::Answered),
    ("exclude_abandons_within_target", Definition::ExcludeAbandonsWithinTarget),
    ("count_abandons_within_target", Definition::CountAbandonsWithinTarget),
    ("exclude_short_abandons", Definition::ExcludeShortAbandons { short_abandon_s: f64::NAN }),
    ("virtual", Definition::Virtual),
];
const METHODS: [(&str, LoadMethod); 3] = [
    ("sipp", LoadMethod::Sipp),
    ("lagged_sipp", LoadMethod::LaggedSipp),
    ("modified_offered_load", LoadMethod::ModifiedOfferedLoad),
];
const BASES: [(&str, LoadBasis); 2] = [("mean", LoadBasis::Mean), ("peak", LoadBasis::Peak)];
const PLANS: [(&str, bool); 2] = [("constant", false), ("smooth", true)];

impl Options {
    pub fn read(given: &Bound<'_, PyDict>) -> PyResult<Self> {
        let fractional = given.get_item("fractional")?;
        let nodes = given.get_item("nodes")?;
        Ok(Self {
            definition: choice(given, "definition", &DEFINITIONS)?,
            fractional: fractional.map_or(Ok(false), |fractional| fractional.is_truthy())?,
            nodes: nodes.map_or(Ok(USUAL_NODES), |nodes| whole(Argument::Nodes, &nodes))?,
            method: choice(given, "method", &METHODS)?,
            basis: choice(given, "basis", &BASES)?,
            smooth: choice(given, "plan", &PLANS)?,
        })
    }
}

/// A number of things; whether it is too small or too large, the core says.
fn whole(argument: Argument, number: &Bound<'_, PyAny>) -> PyResult<usize> {
    let (name, py) = (argument.name(), number.py());
    let found = number.extract::<i64>();
    let found = found.map_err(|error| PyTypeError::new_err(format!("{name}: {}", error.value(py))))?;
    let negative = |_| PyValueError::new_err(format!("{name} must be {}, not {found}", argument.range()));
    usize::try_from(found).map_err(negative)
}

/// What a name stands for; the first where none is given.
fn choice<T: Copy>(given: &Bound<'_, PyDict>, argument: &str, known: &[(&str, T)]) -> PyResult<T> {
    let Some(object) = given.get_item(argument)? else { return Ok(known[0].1) };
    let found = object.extract::<String>().ok();
    let chosen = known.iter().find(|(name, _)| found.as_deref() == Some(name));
    chosen.map(|(_, value)| *value).ok_or_else(|| {
        let names: Vec<&str> = known.iter().map(|(name, _)| *name).collect();
        PyValueError::new_err(format!("{argument} must be one of {}, not {object:?}", names.join(", ")))
    })
}
