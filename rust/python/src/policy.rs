//! The policy as Python sees it.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBytes, PyDict, PyTuple};
use turnout_core::policy::{Format, Policy as Core};

use crate::document::to_json;
use crate::error::{policy_error, problems};
use crate::yaml;

/// An immutable, compiled policy.
///
/// Made by `load_policy`, `Policy.from_bytes` or `Policy.from_document`; put in force by `Engine`.
#[pyclass(frozen, module = "turnout")]
pub struct Policy(Arc<Core>);

impl Policy {
    #[inline]
    pub fn core(&self) -> &Arc<Core> {
        &self.0
    }
}

fn parse(py: Python<'_>, data: &[u8], format: Format, strict: bool) -> PyResult<Policy> {
    let parsed = py.detach(|| Core::parse(data, format, strict));
    parsed.map(|core| Policy(Arc::new(core))).map_err(|found| policy_error(py, &found))
}

#[pymethods]
impl Policy {
    /// Reads a policy from the bytes of a document.
    ///
    /// Parameters
    /// ----------
    /// data : bytes
    ///     The document, in UTF-8.
    /// format : {"toml", "json", "yaml"}
    ///     What it is written in; YAML needs the extra `yaml`.
    /// strict : bool
    ///     Refuse every fault (default). Otherwise a toggle with faults becomes inert, and missing governance fields
    ///     are let pass; both are listed in `problems`.
    ///
    /// Raises
    /// ------
    /// PolicyError
    ///     The document has faults; all of them are listed.
    /// MissingExtraError
    ///     It is YAML, and the extra is not installed.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> turnout.Policy.from_bytes(b'{"turnout": 1, "toggles": {}}', format="json")
    /// Policy(0 toggles, digest ...)
    #[staticmethod]
    #[pyo3(signature = (data, format="toml", strict=true))]
    fn from_bytes(data: &Bound<'_, PyBytes>, format: &str, strict: bool) -> PyResult<Self> {
        let format = match format {
            "toml" => Format::Toml,
            "json" => Format::Json,
            "yaml" => return yaml::parse(data, strict).map(|core| Policy(Arc::new(core))),
            other => {
                let message = format!("unknown format {other:?}; known: \"toml\", \"json\", \"yaml\"");
                return Err(PyValueError::new_err(message));
            }
        };
        parse(data.py(), data.as_bytes(), format, strict)
    }

    /// Reads a policy from a document of dictionaries, lists, texts, numbers and truth values.
    ///
    /// Parameters
    /// ----------
    /// document : dict
    ///     The document, as `Policy.document` gives it. Dates and aware datetimes may stand for their texts.
    /// strict : bool
    ///     As in `from_bytes`.
    ///
    /// Raises
    /// ------
    /// PolicyError
    ///     The document has faults; all of them are listed.
    /// TypeError, ValueError
    ///     It holds something that no document can; the message says where.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> turnout.Policy.from_document({"turnout": 1, "toggles": {}}).toggles
    /// {}
    #[staticmethod]
    #[pyo3(signature = (document, strict=true))]
    fn from_document(document: &Bound<'_, PyDict>, strict: bool) -> PyResult<Self> {
        let py = document.py();
        let text = to_json(document)?;
        let parsed = py.detach(|| Core::parse(text.as_bytes(), Format::Json, strict));
        parsed.map(|core| Policy(Arc::new(core))).map_err(|mut found| {
            // Nobody wrote the text that the core read, so its lines say nothing.
            for problem in &mut found {
                (problem.line, problem.column) = (None, None);
            }
            policy_error(py, &found)
        })
    }

    /// The document as dictionaries and lists; a copy, so that changing it changes nothing.
    #[getter]
    fn document<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(py.import("json")?.call_method1("loads", (self.0.document(),))?.cast_into()?)
    }

    /// SHA-256 of the document in canonical form, with the versions of the format and the time-zone database.
    #[getter]
    fn digest(&self) -> &str {
        &self.0.digest
    }

    /// The environment that the document names.
    #[getter]
    fn environment(&self) -> Option<&str> {
        self.0.environment.as_deref()
    }

    /// The toggles of the document by key; a copy.
    #[getter]
    fn toggles<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(self.document(py)?.as_any().get_item("toggles")?.cast_into()?)
    }

    /// What a lenient load let pass: a tuple of `Problem`.
    #[getter]
    fn problems<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        problems(py, &self.0.problems)
    }

    /// Whether the policy has a toggle of this key.
    fn __contains__(&self, key: &str) -> bool {
        self.0.find(key).is_some()
    }

    fn __len__(&self) -> usize {
        self.0.toggles.len()
    }

    fn __eq__(&self, other: &Bound<'_, PyAny>) -> bool {
        other.cast::<Policy>().is_ok_and(|other| other.get().0.digest == self.0.digest)
    }

    fn __hash__(&self) -> u64 {
        turnout_core::hash::hash_unit(self.0.digest.as_bytes(), 0)
    }

    fn __repr__(&self) -> String {
        format!("Policy({} toggles, digest {})", self.0.toggles.len(), &self.0.digest[..8])
    }

    #[expect(clippy::type_complexity, reason = "what the pickle protocol wants")]
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyBytes>, &str, bool))> {
        let make = py.get_type::<Policy>().getattr("from_bytes")?;
        let strict = self.0.problems.is_empty();
        Ok((make, (PyBytes::new(py, self.0.document().as_bytes()), "json", strict)))
    }
}
