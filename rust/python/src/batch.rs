//! Evaluation of one toggle for many contacts at once.

use std::sync::Arc;

use numpy::PyArray1;
use pyo3::exceptions::{PyIndexError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList};
use turnout_core::hash::{Percent, UnitHasher, position};
use turnout_core::toggle::{Decision, Needs};

use crate::column::Column;
use crate::contacts::Contacts;
use crate::context::Owned;
use crate::evaluation::{Evaluation, NOT_FOUND};
use crate::found::{Found, numbers};
use crate::installed::Installed;
use crate::outside::Outside;
use crate::rows::{Instants, Rows};
use crate::table::Table;

fn row_count(units: Option<&Column>, table: &Table<'_>, at: &Instants) -> PyResult<usize> {
    let mut counts: Vec<(String, usize)> = units.map(|units| ("units".to_owned(), units.len())).into_iter().collect();
    counts.extend(table.rows()?);
    if let Instants::Each(column) = at {
        counts.push(("at".to_owned(), column.len()));
    }
    let mut given = counts.into_iter();
    let Some((first, rows)) = given.next() else {
        return Err(PyValueError::new_err("no rows: give units, a frame of attributes, or a column of instants"));
    };
    if let Some((other, count)) = given.find(|(_, count)| *count != rows) {
        return Err(PyValueError::new_err(format!("{first} has {rows} rows but {other} has {count}")));
    }
    if rows >= u32::MAX as usize {
        return Err(PyValueError::new_err("too many rows for one batch: at most 2^32 - 2"));
    }
    Ok(rows)
}

/// What a batch is about, as the caller gave it.
pub struct Arguments<'a, 'py> {
    pub units: Option<&'a Bound<'py, PyAny>>,
    pub attributes: Option<&'a Bound<'py, PyAny>>,
    pub instants: Instants,
    pub default: Option<Py<PyAny>>,
    pub is_stale: bool,
}

/// Evaluates `toggle` for every row; an unknown toggle answers as a single evaluation would.
pub fn evaluate(
    outside: &Outside<'_, '_>,
    installed: Arc<Installed>,
    key: &str,
    arguments: Arguments<'_, '_>,
) -> PyResult<EvaluationBatch> {
    let table = Table::from_object(arguments.attributes)?;
    let units = arguments.units.filter(|u| !u.is_none());
    let units = units.map(|units| Column::from_argument("units", units)).transpose()?;
    let rows = row_count(units.as_ref(), &table, &arguments.instants)?;
    let toggle = installed.engine.policy.find(key);
    let nobody = || Column::Constant(Owned::Missing, rows);
    let (found, contacts) = match toggle {
        None => (Found::uniform(NOT_FOUND, rows), Contacts { units: nobody(), attributes: Vec::new() }),
        Some(toggle) => {
            if let Some(row) = arguments.instants.gap(rows) {
                let message =
                    format!("at[{row}] is no instant: write an aware datetime or microseconds since the epoch");
                return Err(PyValueError::new_err(message));
            }
            run(outside, &installed, toggle, units.unwrap_or_else(nobody), &table, &arguments.instants, rows)?
        }
    };
    let Arguments { default, is_stale, .. } = arguments;
    Ok(EvaluationBatch { installed, key: key.into(), toggle, found, contacts, default, is_stale })
}

fn run(
    outside: &Outside<'_, '_>,
    installed: &Installed,
    toggle: u32,
    units: Column,
    table: &Table<'_>,
    instants: &Instants,
    rows: usize,
) -> PyResult<(Found, Contacts)> {
    let policy = &*installed.engine.policy;
    let needs = Needs::of(policy, toggle);
    let mut contacts = Contacts { units, attributes: policy.attributes.iter().map(|_| None).collect() };
    for slot in needs.slots() {
        let place = &mut contacts.attributes[slot as usize];
        if place.is_some() {
            continue;
        }
        let name = &policy.attributes[slot as usize];
        let column = table.column(name, rows)?;
        if column.len() != rows {
            let message = format!("attribute {name:?} has {} rows where {rows} are expected", column.len());
            return Err(PyValueError::new_err(message));
        }
        *place = Some(column);
    }
    if let Some(source) = outside.consent {
        source.complete(outside, installed, &mut contacts, |row| instants.at(row).unwrap_or_default());
        outside.failed()?;
    }
    let columns = Rows::new(&contacts, instants, &needs);
    let found = outside.py.detach(|| decide(installed, toggle, &needs, &columns, rows));
    installed.engine.count(toggle, found.usage());
    for (kind, contacts) in found.kinds.iter().zip(found.per_kind()).filter(|(kind, _)| kind.refused != 0) {
        installed.engine.count_refused(toggle, kind.refused, contacts);
    }
    contacts.keep_units(&needs.units);
    Ok((found, contacts))
}

/// Decides all rows. Should a byte not tell their kinds apart, they are decided once more with wider codes.
fn decide(installed: &Installed, toggle: u32, needs: &Needs<'_>, columns: &Rows<'_>, rows: usize) -> Found {
    let narrow = installed.engine.decide_rows::<u8, _>(toggle, needs, columns, rows);
    if narrow.full {
        installed.engine.decide_rows::<u32, _>(toggle, needs, columns, rows).into()
    } else {
        narrow.into()
    }
}

/// The evaluations of one toggle for many contacts, in the order of the rows.
///
/// Columns are made when they are asked for: `enabled`, `bucket` and `percent` as numpy arrays (`NaN` for none),
/// `value`, `variant`, `mode`, `reason`, `code`, `rule`, `shadow` and `refused` as Polars series, all together by
/// `to_frame()`.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> monday = datetime.datetime(2026, 3, 23, 15, tzinfo=datetime.UTC)
/// >>> batch = engine.evaluate_many("sms", ["c-1", "c-2"], {"language": ["en", "fr"]}, at=monday)
/// >>> batch.enabled
/// array([ True, False])
/// >>> batch[1].reason
/// 'DEFAULT'
#[pyclass(frozen, module = "turnout")]
pub struct EvaluationBatch {
    installed: Arc<Installed>,
    key: Box<str>,
    toggle: Option<u32>,
    found: Found,
    /// Whom it is about: places on ramps are worked out when somebody asks for them.
    contacts: Contacts,
    default: Option<Py<PyAny>>,
    is_stale: bool,
}

impl EvaluationBatch {
    fn evaluation(&self, py: Python<'_>, kind: Decision) -> Evaluation {
        let default = self.default.as_ref().map(|d| d.clone_ref(py));
        Evaluation::new(Arc::clone(&self.installed), self.toggle, &self.key, kind, default, self.is_stale)
    }

    /// Where the unit of a row stands on the ramp that decided it.
    fn place(&self, row: usize, kind: Decision) -> Option<u32> {
        let toggle = &self.installed.engine.policy.toggles[self.toggle? as usize];
        let ramp = toggle.rules[usize::from(kind.rule?)].ramp.as_ref().filter(|_| kind.code.is_none())?;
        self.contacts.hashes(Some(ramp.unit), UnitHasher::new(ramp.ramp_seed)).at(row).ok().map(position)
    }

    fn series<'py>(
        &self,
        py: Python<'py>,
        name: &str,
        of: impl Fn(&Evaluation, Python<'py>) -> Py<PyAny>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let values = self.found.kinds.iter().map(|kind| of(&self.evaluation(py, *kind), py));
        let values = PyList::new(py, values.collect::<Vec<_>>())?;
        let polars = py.import("polars")?;
        let kinds = match polars.getattr("Series")?.call1((name, &values)) {
            Ok(series) if !series.getattr("dtype")?.eq(polars.getattr("Null")?)? => series,
            Ok(series) => series.call_method1("cast", (polars.getattr("String")?,))?,
            Err(_) => polars.getattr("Series")?.call1((name, values, polars.getattr("Object")?))?,
        };
        kinds.call_method1("gather", (self.found.codes(py),))
    }
}

#[pymethods]
impl EvaluationBatch {
    fn __len__(&self) -> usize {
        self.found.rows()
    }

    fn __getitem__(&self, py: Python<'_>, index: isize) -> PyResult<Evaluation> {
        let rows = self.found.rows();
        let row = if index < 0 { index.checked_add_unsigned(rows) } else { Some(index) };
        let row = row.and_then(|row| usize::try_from(row).ok()).filter(|row| *row < rows);
        let row = row.ok_or_else(|| PyIndexError::new_err(format!("row {index} of {rows}")))?;
        let kind = self.found.kind(row);
        Ok(self.evaluation(py, Decision { bucket: self.place(row, kind), ..kind }))
    }

    /// Whether the toggle is on: a numpy array of bool.
    #[getter]
    fn enabled<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<bool>> {
        numbers(py, &self.found, Decision::enabled)
    }

    /// The share in force, in percent: a numpy array of float64, `NaN` where no ramp decided.
    #[getter]
    fn percent<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        numbers(py, &self.found, |kind| kind.percent.map_or(f64::NAN, Percent::as_f64))
    }

    /// The units' places on the ramp, in percent: a numpy array of float64, `NaN` where no ramp decided.
    #[getter]
    fn bucket<'py>(&self, py: Python<'py>) -> Bound<'py, PyArray1<f64>> {
        let place = |row| self.place(row, self.found.kind(row)).map_or(f64::NAN, percent_of);
        PyArray1::from_vec(py, (0..self.found.rows()).map(place).collect())
    }

    /// What is served: a Polars series.
    #[getter]
    fn value<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "value", |evaluation, py| evaluation.value(py))
    }

    /// The variant that is served, null for none: a Polars series.
    #[getter]
    fn variant<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "variant", |evaluation, py| text(py, evaluation.variant()))
    }

    /// `off`, `shadow` or `live`: a Polars series.
    #[getter]
    fn mode<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "mode", |evaluation, py| text(py, Some(evaluation.mode())))
    }

    /// Why: a Polars series.
    #[getter]
    fn reason<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "reason", |evaluation, py| text(py, Some(evaluation.reason())))
    }

    /// Whether the policy was older than its `PolicyWatch` allows, for all rows; see `Evaluation.stale`.
    #[getter]
    fn stale(&self) -> bool {
        self.is_stale
    }

    /// What stood in the way, null for nothing: a Polars series.
    #[getter]
    fn code<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "code", |evaluation, py| text(py, evaluation.code()))
    }

    /// The purposes that the contact has not consented to: a Polars series of lists.
    #[getter]
    fn refused<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let purposes = |evaluation: &Evaluation| PyList::new(py, evaluation.refused()).map(Bound::unbind);
        let kinds = self.found.kinds.iter().map(|kind| purposes(&self.evaluation(py, *kind)));
        let polars = py.import("polars")?;
        let lists = polars.getattr("List")?.call1((polars.getattr("String")?,))?;
        let values = PyList::new(py, kinds.collect::<PyResult<Vec<_>>>()?)?;
        let kinds = polars.getattr("Series")?.call1(("refused", values, lists))?;
        kinds.call_method1("gather", (self.found.codes(py),))
    }

    /// The rule that matched, null for none: a Polars series.
    #[getter]
    fn rule<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "rule", |evaluation, py| text(py, evaluation.rule()))
    }

    /// What the new path would have served in a shadow step, null elsewhere: a Polars series.
    #[getter]
    fn shadow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.series(py, "shadow", |evaluation, py| evaluation.shadow(py).unwrap_or_else(|| py.None()))
    }

    /// All columns as a Polars frame.
    ///
    /// Returns
    /// -------
    /// polars.DataFrame
    ///     enabled, value, variant, mode, reason, code, rule, bucket, percent, shadow, refused; null for none.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
    /// >>> batch = engine.evaluate_many("sms", ["c-1", "c-2"], {"language": ["en", "fr"]})
    /// >>> batch.to_frame().select("enabled", "reason", "rule").rows()
    /// [(True, 'TARGETING_MATCH', 'we-write-it'), (False, 'DEFAULT', None)]
    fn to_frame<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let polars = py.import("polars")?;
        let columns = PyDict::new(py);
        columns.set_item("enabled", self.enabled(py))?;
        columns.set_item("value", self.value(py)?)?;
        columns.set_item("variant", self.variant(py)?)?;
        columns.set_item("mode", self.mode(py)?)?;
        columns.set_item("reason", self.reason(py)?)?;
        columns.set_item("code", self.code(py)?)?;
        columns.set_item("rule", self.rule(py)?)?;
        for (name, values) in [("bucket", self.bucket(py)), ("percent", self.percent(py))] {
            let series = polars.getattr("Series")?.call1((name, values))?;
            columns.set_item(name, series.call_method1("fill_nan", (py.None(),))?)?;
        }
        columns.set_item("shadow", self.shadow(py)?)?;
        columns.set_item("refused", self.refused(py)?)?;
        polars.getattr("DataFrame")?.call1((columns,))
    }

    fn __repr__(&self) -> String {
        format!("EvaluationBatch({:?}, {} rows)", self.key, self.found.rows())
    }
}

fn percent_of(place: u32) -> f64 {
    f64::from(place) / f64::from(Percent::STEPS)
}

fn text(py: Python<'_>, text: Option<&str>) -> Py<PyAny> {
    text.map_or_else(|| py.None(), |text| pyo3::types::PyString::new(py, text).into_any().unbind())
}
