//! Every error that reaches Python is mapped here. The classes live in `turnout.errors`.

use pyo3::prelude::*;
use pyo3::types::PyTuple;
use turnout_core::policy::Problem;

/// The problems as `turnout.errors.Problem` objects.
pub fn problems<'py>(py: Python<'py>, found: &[Problem]) -> PyResult<Bound<'py, PyTuple>> {
    let class = py.import("turnout.errors")?.getattr("Problem")?;
    let items = found.iter().map(|p| class.call1((&p.path, p.line, p.column, &p.message, &p.hint, p.kind.name())));
    PyTuple::new(py, items.collect::<PyResult<Vec<_>>>()?)
}

/// A `PolicyError` that lists all problems.
pub fn policy_error(py: Python<'_>, found: &[Problem]) -> PyErr {
    let error = || {
        let problems = problems(py, found)?;
        py.import("turnout.errors")?.getattr("PolicyError")?.call1((problems,))
    };
    error().map_or_else(|failure| failure, PyErr::from_value)
}
