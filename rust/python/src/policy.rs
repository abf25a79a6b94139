//! The policy as Python sees it.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyAny, PyBytes, PyDict, PyTuple};
use turnout_core::policy::{Format, Policy as Core, Problem};

use crate::document::to_json;
use crate::error::{policy_error, problems};
use crate::yaml;

/// An immutable, compiled policy.
///
/// Made by `load_policy`, `Policy.from_bytes` or `Policy.from_document`; put in force by `Engine`.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> len(policy) == len(policy.toggles), "phone" in policy
/// (True, True)
#[pyclass(frozen, module = "turnout")]
pub struct Policy(Arc<Core>);

impl Policy {
    pub fn from_core(core: Core) -> Self {
        Self(Arc::new(core))
    }

    #[inline]
    pub fn core(&self) -> &Arc<Core> {
        &self.0
    }
}

/// The format of a name.
pub fn format(name: &str) -> PyResult<Format> {
    match name {
        "toml" => Ok(Format::Toml),
        "json" => Ok(Format::Json),
        other => Err(PyValueError::new_err(format!("unknown format {other:?}; known: \"toml\", \"json\", \"yaml\""))),
    }
}

fn parse(py: Python<'_>, data: &[u8], format: Format, strict: bool) -> PyResult<Policy> {
    let parsed = py.detach(|| Core::parse(data, format, strict));
    parsed.map(|core| Policy(Arc::new(core))).map_err(|found| policy_error(py, &found))
}

/// Takes away lines and columns in a text that nobody wrote.
fn forget_places(problems: &mut [Problem]) {
    for problem in problems {
        (problem.line, problem.column) = (None, None);
    }
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
        if format == "yaml" {
            return yaml::parse(data, strict).map(|core| Policy(Arc::new(core)));
        }
        parse(data.py(), data.as_bytes(), self::format(format)?, strict)
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
        match parsed {
            Ok(mut core) => {
                forget_places(&mut core.problems);
                Ok(Policy(Arc::new(core)))
            }
            Err(mut found) => {
                forget_places(&mut found);
                Err(policy_error(py, &found))
            }
        }
    }

    /// Changes the document by a merge patch: another policy, which says who made it, why, and from which.
    ///
    /// This policy stays as it is. The record stands in the new document as `change`, so it belongs to its digest. A
    /// patch that changes nothing gives this policy back, so the same change made twice leaves one record.
    ///
    /// Parameters
    /// ----------
    /// patch : dict
    ///     An RFC 7386 merge patch: tables are merged key by key, None deletes a key, everything else replaces what was
    ///     there, lists as a whole.
    /// operator : str
    ///     Who changes it.
    /// reason : str
    ///     Why.
    /// at : datetime or int
    ///     When it is changed, for the record; microseconds since the epoch if an int. A ramp that cannot have left 0 %
    ///     by then may be rebucketed freely; without `at`, every ramp is taken to be under way.
    ///
    /// Raises
    /// ------
    /// PolicyError
    ///     The changed document has faults, the operator or the reason says nothing, or a ramp under way would shuffle
    ///     its customers without `rebucket = true` and a reason; all faults are listed.
    /// TypeError, ValueError
    ///     The patch holds something that no document can, or `at` is no instant.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> policy = turnout.load_policy(turnout.sample_policy_path())
    /// >>> patch = {"toggles": {"sms": {"killed": "carrier outage"}}}
    /// >>> changed = policy.with_changes(patch, operator="maria@example.com", reason="INC-2201")
    /// >>> changed.document["change"]["operator"], changed.document["change"]["previous"] == policy.digest
    /// ('maria@example.com', True)
    /// >>> changed.with_changes(patch, operator="maria@example.com", reason="INC-2201") is changed
    /// True
    #[pyo3(signature = (patch, *, operator, reason, at=None))]
    fn with_changes<'py>(
        slf: &Bound<'py, Self>,
        patch: &Bound<'py, PyAny>,
        operator: &Bound<'py, PyAny>,
        reason: &Bound<'py, PyAny>,
        at: Option<&Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, Policy>> {
        let change = slf.py().import("turnout.change")?.getattr("with_changes")?;
        Ok(change.call1((slf, patch, operator, reason, at))?.cast_into()?)
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
    fn __reduce__<'py>(&self, py: Python<'py>) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyAny>, bool))> {
        // By the document, whose reader keeps no places: the text that it is kept as is nobody's.
        let make = py.get_type::<Policy>().getattr("from_document")?;
        Ok((make, (self.document(py)?.into_any(), self.0.problems.is_empty())))
    }
}
