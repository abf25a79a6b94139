//! Documents that are read and not compiled: overlays, which are no policies by themselves.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyList, PyString};
use turnout_core::policy::canonical::canonical_json;
use turnout_core::policy::lines::{self, Step};
use turnout_core::policy::merge::merge;
use turnout_core::policy::node::{Arena, Node};
use turnout_core::policy::{Format, Policy as Core, Problem, Problems, source};

use crate::error::policy_error;
use crate::policy::{Policy, format};
use crate::yaml::Json;

fn read<T>(bytes: &[u8], format: source::Format, with: impl FnOnce(&Node<'_>) -> T) -> Result<T, Vec<Problem>> {
    let mut problems = Problems::default();
    let arena = Arena::for_source(bytes.len());
    match source::read(bytes, format, &arena, &mut problems) {
        Some(root) if problems.is_empty() => Ok(with(&root)),
        _ => Err(problems.finish(bytes)),
    }
}

/// The JSON of a document in YAML, or all faults of the YAML.
fn json_of_yaml<'py>(data: &Bound<'py, PyBytes>) -> PyResult<(Json<'py>, Bound<'py, PyBytes>)> {
    let read = Json::read(data)?;
    match read.text.clone() {
        Some(text) if read.problems.is_empty() => Ok((read, text)),
        _ => Err(policy_error(data.py(), &read.problems)),
    }
}

/// Reads the bytes of a document without judging what it says.
///
/// Parameters
/// ----------
/// data : bytes
///     The document, in UTF-8.
/// format : {"toml", "json", "yaml"}
///     What it is written in.
///
/// Returns
/// -------
/// object
///     Dictionaries, lists, texts, numbers and truth values; dates and times are texts. None for YAML of no document.
///
/// Raises
/// ------
/// PolicyError
///     It is not well-formed.
#[pyfunction]
#[pyo3(signature = (data, format="toml"))]
pub fn read_document<'py>(data: &Bound<'py, PyBytes>, format: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = data.py();
    let text = if format == "yaml" {
        let (yaml, json) = json_of_yaml(data)?;
        let bytes = json.as_bytes();
        if bytes.is_empty() {
            return Ok(py.None().into_bound(py));
        }
        py.detach(|| read(bytes, Format::Json, canonical_json)).map_err(|mut found| {
            yaml.move_to_source(&mut found);
            found
        })
    } else {
        let (bytes, format) = (data.as_bytes(), self::format(format)?);
        py.detach(|| read(bytes, format, canonical_json))
    };
    let text = text.map_err(|found| policy_error(py, &found))?;
    py.import("json")?.call_method1("loads", (text,))
}

/// Finds the lines on which values stand, counted from 1.
///
/// Parameters
/// ----------
/// data : bytes
///     A document that can be read.
/// format : {"toml", "json", "yaml"}
///     What it is written in.
/// paths : list of list of str or int
///     Keys and indexes from the root. Of a value that is not there, the nearest one above it is looked for.
///
/// Returns
/// -------
/// list of int
#[pyfunction]
#[pyo3(signature = (data, format, paths))]
pub fn find_lines(data: &Bound<'_, PyBytes>, format: &str, paths: &Bound<'_, PyList>) -> PyResult<Vec<Option<u32>>> {
    let step = |item: Bound<'_, PyAny>| match item.cast::<PyString>() {
        Ok(key) => Ok(Step::Key(key.to_cow()?.into_owned())),
        Err(_) => item.extract().map(Step::Index).map_err(|_| PyTypeError::new_err("a path is keys and indexes")),
    };
    let steps = |path: Bound<'_, PyAny>| path.try_iter()?.map(|item| step(item?)).collect::<PyResult<Vec<Step>>>();
    let paths = paths.iter().map(steps).collect::<PyResult<Vec<_>>>()?;
    if format == "yaml" {
        let (yaml, json) = json_of_yaml(data)?;
        let bytes = json.as_bytes();
        let found = read(bytes, Format::Json, |root| lines::lines(root, bytes, &paths));
        let found = found.map_err(|found| policy_error(data.py(), &found))?;
        return Ok(found.into_iter().map(|line| line.and_then(|line| yaml.place(line).0)).collect());
    }
    let bytes = data.as_bytes();
    let found = read(bytes, self::format(format)?, |root| lines::lines(root, bytes, &paths));
    found.map_err(|found| policy_error(data.py(), &found))
}

/// Compiles a document with its overlays, all in TOML or JSON, beside the threads that evaluate. None when anything is
/// wrong: `load_merged` then says what and where.
#[pyfunction]
#[pyo3(name = "_compile_merged")]
#[expect(clippy::needless_pass_by_value, reason = "what is made of an argument is owned")]
pub fn compile_merged(py: Python<'_>, sources: Vec<(Bound<'_, PyBytes>, String)>) -> PyResult<Option<Policy>> {
    let documents = sources.iter().map(|(data, name)| Ok((data.as_bytes(), format(name)?)));
    let documents = documents.collect::<PyResult<Vec<_>>>()?;
    let core = py.detach(|| Core::parse(merge(&documents)?.as_bytes(), Format::Json, true).ok());
    Ok(core.map(Policy::from))
}
