//! The attributes of many contacts.

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyString, PyTuple};

use crate::column::Column;
use crate::context::Owned;
use crate::installed::parts;
use crate::subject::Attributes;

/// A frame, a dictionary of columns, or a dictionary per contact.
pub enum Table<'py> {
    None,
    Frame(Bound<'py, PyAny>),
    Columns(Bound<'py, PyDict>),
    Rows(Vec<Option<Bound<'py, PyDict>>>),
}

impl<'py> Table<'py> {
    pub fn from_object(object: Option<&Bound<'py, PyAny>>) -> PyResult<Self> {
        let Some(object) = object.filter(|o| !o.is_none()) else { return Ok(Self::None) };
        if let Ok(columns) = object.cast::<PyDict>() {
            return Ok(Self::Columns(columns.clone()));
        }
        if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
            return object
                .try_iter()?
                .enumerate()
                .map(|(row, item)| mapping(row, &item?))
                .collect::<PyResult<_>>()
                .map(Self::Rows);
        }
        let polars = object.py().import("polars")?;
        if object.is_instance(&polars.getattr("LazyFrame")?)? {
            return Err(PyTypeError::new_err("attributes is a LazyFrame; collect it first"));
        }
        let class = polars.getattr("DataFrame")?;
        if object.is_instance(&class)? {
            return Ok(Self::Frame(object.clone()));
        }
        match class.call1((object,)) {
            Ok(frame) => Ok(Self::Frame(frame)),
            Err(cause) => {
                let kind = object.get_type().qualname()?;
                let message = format!("attributes must be a frame, a dict of columns or a list of dicts; got {kind}");
                Err(unreadable(object.py(), message, cause))
            }
        }
    }

    /// The column of an attribute. A dotted name is looked for whole first, then as a field of what its first part names.
    pub fn column(&self, name: &str, rows: usize) -> PyResult<Column> {
        match self {
            Self::None => Ok(Column::Constant(Owned::Missing, rows)),
            Self::Rows(dicts) => {
                let cells = dicts.iter().map(|row| row.as_ref().map_or(Ok(Owned::Missing), |row| cell(row, name)));
                cells.collect::<PyResult<_>>().map(Column::Values)
            }
            Self::Frame(frame) => {
                let known = frame.getattr("columns")?;
                let get =
                    |name: &str| known.contains(name)?.then(|| frame.call_method1("get_column", (name,))).transpose();
                named(get, name, rows)
            }
            Self::Columns(columns) => named(|name| columns.get_item(name), name, rows),
        }
    }

    /// How many contacts each part of it speaks of, by the part's name.
    pub fn rows(&self) -> PyResult<Vec<(String, usize)>> {
        let whole = |rows| vec![("attributes".to_owned(), rows)];
        match self {
            Self::Frame(frame) => frame.len().map(whole),
            Self::Rows(rows) => Ok(whole(rows.len())),
            Self::None => Ok(Vec::new()),
            Self::Columns(columns) => {
                let columns = columns.iter().filter(|(_, values)| !is_scalar(values));
                columns.map(|(name, values)| Ok((format!("attributes[{}]", name.repr()?), values.len()?))).collect()
            }
        }
    }
}

/// The error for what Polars could not read. Its own words are given where they say more than the type, such as that a
/// package is not there.
pub fn unreadable(py: Python<'_>, mut message: String, cause: PyErr) -> PyErr {
    if !cause.is_instance_of::<PyTypeError>(py) {
        message = format!("{message}; polars could not read it: {}", cause.value(py));
    }
    let error = PyTypeError::new_err(message);
    error.set_cause(py, Some(cause));
    error
}

fn mapping<'py>(row: usize, item: &Bound<'py, PyAny>) -> PyResult<Option<Bound<'py, PyDict>>> {
    match Attributes::from_argument(Some(item)) {
        Some(attributes) => Ok(attributes.get().cloned()),
        None => Err(PyValueError::new_err(format!("attributes[{row}] is no mapping from names to values"))),
    }
}

/// Whether a value of a dictionary of columns stands for every row.
fn is_scalar(value: &Bound<'_, PyAny>) -> bool {
    let has_length = value.hasattr("__len__").unwrap_or(false);
    !has_length || value.is_instance_of::<PyString>() || value.is_instance_of::<PyDict>()
}

fn whole(values: &Bound<'_, PyAny>, rows: usize) -> PyResult<Column> {
    if is_scalar(values) { Ok(Column::Constant(Owned::from_object(values), rows)) } else { Column::from_object(values) }
}

fn named<'py>(get: impl Fn(&str) -> PyResult<Option<Bound<'py, PyAny>>>, name: &str, rows: usize) -> PyResult<Column> {
    if let Some(values) = get(name)? {
        return whole(&values, rows);
    }
    let parts: Vec<&str> = parts(name).collect();
    let Some((first, inner)) = parts.split_first() else { return Ok(Column::Constant(Owned::Missing, rows)) };
    let Some(values) = get(first)? else { return Ok(Column::Constant(Owned::Missing, rows)) };
    if is_scalar(&values) {
        return Ok(Column::Constant(walk(&values, inner)?, rows));
    }
    match field(&values, inner)? {
        Some(series) => Column::from_series(&series),
        None => values.try_iter()?.map(|item| walk(&item?, inner)).collect::<PyResult<_>>().map(Column::Values),
    }
}

/// The field of a struct column, when it is one that has it.
fn field<'py>(values: &Bound<'py, PyAny>, parts: &[&str]) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut series = values.clone();
    for part in parts {
        let Ok(fields) = series.getattr("dtype").and_then(|dtype| dtype.getattr("fields")) else { return Ok(None) };
        let has = |field: PyResult<Bound<'py, PyAny>>| field?.getattr("name")?.eq(part);
        if !fields.try_iter()?.map(has).any(|found| found.unwrap_or(false)) {
            return Ok(None);
        }
        series = series.getattr("struct")?.call_method1("field", (part,))?;
    }
    Ok(Some(series))
}

/// The value under some keys of dictionaries inside dictionaries. What belongs to nothing is nothing.
fn walk(value: &Bound<'_, PyAny>, parts: &[&str]) -> PyResult<Owned> {
    let mut value = value.clone();
    for part in parts {
        if value.is_none() {
            break;
        }
        let Ok(dict) = value.cast::<PyDict>() else { return Ok(Owned::Missing) };
        let Some(inner) = dict.get_item(part)? else { return Ok(Owned::Missing) };
        value = inner;
    }
    Ok(Owned::from_object(&value))
}

/// The value of an attribute in a contact's own dictionary.
fn cell(row: &Bound<'_, PyDict>, name: &str) -> PyResult<Owned> {
    match row.get_item(name)? {
        Some(value) => Ok(Owned::from_object(&value)),
        None => {
            let parts: Vec<&str> = parts(name).collect();
            if parts.is_empty() { Ok(Owned::Missing) } else { walk(row.as_any(), &parts) }
        }
    }
}
