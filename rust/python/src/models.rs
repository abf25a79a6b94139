//! The models beyond Erlang's: columns in, columns out. The typed face is `python/turnout/models`.

mod answers;
mod days;
mod deadlines;
mod options;
mod plain;
mod queues;
mod table;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyDict;

use options::Options;

/// The answers of a model by their names, from its columns by theirs.
///
/// Parameters
/// ----------
/// model : str
///     The name of the public function.
/// columns : dict
///     Numbers, arrays or series, by the names of the function's arguments.
/// options : dict
///     What is no number: `definition`, `fractional`, `nodes`, `method`, `basis`, `plan`.
///
/// Returns
/// -------
/// dict
///     Numbers, arrays or series, as the columns are.
#[pyfunction]
pub fn model_columns<'py>(
    py: Python<'py>,
    model: &str,
    columns: &Bound<'py, PyDict>,
    options: &Bound<'py, PyDict>,
) -> PyResult<Bound<'py, PyDict>> {
    let options = &Options::read(options)?;
    match model {
        "workload_fte" => plain::workload_fte(py, columns),
        "coverage" => plain::coverage(py, columns),
        "capacity_triggers" => plain::capacity_triggers(py, columns),
        "retrial_metrics" => queues::retrial_metrics(py, columns, options),
        "retrial_required_agents" => queues::retrial_required_agents(py, columns, options),
        "forecast_metrics" => queues::forecast_metrics(py, columns, options),
        "forecast_required_agents" => queues::forecast_required_agents(py, columns, options),
        "chat_metrics" => queues::chat_metrics(py, columns, options),
        "chat_required_agents" => queues::chat_required_agents(py, columns, options),
        "interval_loads" => days::interval_loads(py, columns, options),
        "interval_metrics" => days::interval_metrics(py, columns, options),
        "interval_required_agents" => days::interval_required_agents(py, columns, options),
        "carried_metrics" => days::carried_metrics(py, columns, options),
        "carried_required_agents" => days::carried_required_agents(py, columns, options),
        "deadline_agents" => deadlines::deadline_agents(py, columns, options),
        "deadline_completion" => deadlines::deadline_completion(py, columns),
        other => Err(PyValueError::new_err(format!("there is no model {other:?}"))),
    }
}
