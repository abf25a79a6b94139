//! What explains required agents, and what lies between them and the roster.

use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use turnout_core::column::Range;
use turnout_core::staffing::square_root;

use crate::numbers::{Given, Numbers, lazily, refused_queue};
use crate::results::results;

results! {
    /// What the square-root rule says of agents and their load: what `square_root_staffing` gives.
    ///
    /// Each field is a float, an array or a series, as the arguments were. Frozen, compared by value, pickled.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> turnout.square_root_staffing(100, 110)
    /// SquareRootStaffing(beta=1.0, wait_probability=0.22336127479826076)
    SquareRootStaffing {
        /// Examples
        /// --------
        /// >>> import turnout
        /// >>> turnout.square_root_staffing(100, 110).as_dict()["beta"]
        /// 1.0
        as_dict;
        /// `(agents - load) / sqrt(load)`: 0 is a queue on the brink, 1 a usual phone queue, 2 a quiet one.
        beta,
        /// Approximate share of contacts that wait, by Halfin & Whitt; 1 without spare agents.
        wait_probability,
    }
}

/// How far agents are above their load, in the measure that explains service at every size.
///
/// Parameters
/// ----------
/// offered_load : number, array or series
///     Arrivals in a handle time, in erlangs, above 0; without load the answer is NaN.
/// agents : number, array or series
///     Agents at work.
///
/// Returns
/// -------
/// SquareRootStaffing or polars.Expr
///     `beta` and the approximate P(wait). NaN for NaN, null for null.
///
/// Raises
/// ------
/// ValueError, TypeError
///     As `erlang_c`, which is exact.
///
/// Notes
/// -----
/// `n = a + beta sqrt(a)` and `P(wait) = 1 / (1 + beta Phi(beta) / phi(beta))`: Halfin & Whitt 1981. Queues of the same
/// `beta` wait alike, whatever their size: a load four times as large wants only twice the spare agents.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> turnout.square_root_staffing([25, 100, 400], [30, 110, 420]).beta
/// array([1., 1., 1.])
#[pyfunction]
pub fn square_root_staffing<'py>(
    py: Python<'py>,
    offered_load: &Bound<'py, PyAny>,
    agents: &Bound<'py, PyAny>,
) -> PyResult<Bound<'py, PyAny>> {
    let arguments = [("offered_load", Some(offered_load)), ("agents", Some(agents))];
    if let Some(expression) = lazily(py, "square_root_staffing", &arguments, |_| Ok(()))? {
        return Ok(expression);
    }
    let (given, numbers) = Given::read(py, arguments)?;
    let [Some(load), Some(agents)] = numbers.each_ref().map(|numbers| numbers.as_ref().map(Numbers::column)) else {
        return Err(PyTypeError::new_err("offered_load and agents are needed"));
    };
    load.check("offered_load", Range::NotNegative).map_err(|fault| given.refuse(&fault))?;
    agents.check("agents", Range::NotNegative).map_err(|fault| given.refuse(&fault))?;
    let found = given.work(|rows| {
        let each = (0..rows).map(|row| square_root(load.at(row), agents.at(row)));
        each.map(|found| (found.beta, found.wait_probability)).unzip::<f64, f64, Vec<_>, Vec<_>>()
    });
    let known = given.known(numbers.iter().flatten());
    let found = SquareRootStaffing {
        beta: given.give("beta", found.0, known.as_deref())?.into(),
        wait_probability: given.give("wait_probability", found.1, known.as_deref())?.into(),
    };
    Ok(Bound::new(py, found)?.into_any())
}

/// One shrinkage from several: breaks, meetings, training, leave.
///
/// Parameters
/// ----------
/// shares : sequence of float
///     Each from 0 to below 1.
/// compound : bool
///     Whether each is a share of what those before it leave; else each is one of all paid time, and they are added.
///
/// Returns
/// -------
/// float
///     The shrinkage, from 0 to below 1.
///
/// Raises
/// ------
/// ValueError
///     A share, or their sum, is not from 0 to below 1.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> round(turnout.combine_shrinkage([0.2, 0.1]), 12), round(turnout.combine_shrinkage([0.2, 0.1], compound=True), 12)
/// (0.3, 0.28)
#[pyfunction]
#[pyo3(signature = (shares, compound=false))]
#[expect(clippy::needless_pass_by_value, reason = "PyO3 hands over lists as vectors")]
pub fn combine_shrinkage(shares: Vec<f64>, compound: bool) -> PyResult<f64> {
    turnout_core::staffing::combine_shrinkage(&shares, compound).map_err(|error| refused_queue(&error))
}
