//! The native hash, for those who check it or keep it in a column.

use numpy::{IntoPyArray, PyArray1};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use turnout_core::hash::{Percent, Stage, UnitHasher, hash_unit, position, seed};

use crate::column::Column;
use crate::contacts::Contacts;
use crate::convert::{with_attribute, with_unit};

fn stage(name: &str) -> PyResult<Stage> {
    [Stage::Ramp, Stage::Variant]
        .into_iter()
        .find(|stage| stage.name() == name)
        .ok_or_else(|| PyValueError::new_err(format!("unknown stage {name:?}; known: \"ramp\", \"variant\"")))
}

/// Where a unit stands on a ramp: a percentage from 0 to below 100.
///
/// A unit is exposed at `p` percent iff its position is below `p`.
///
/// Parameters
/// ----------
/// unit : str or int
///     The unit. An integer stands where its decimal form stands.
/// salt : str
///     The ramp's salt; a toggle's key unless its ramp names another.
/// stage : {"ramp", "variant"}
///     What the hash is for.
///
/// Returns
/// -------
/// float
///     The position, in steps of 0.00001 percent.
///
/// Raises
/// ------
/// ValueError
///     The unit is empty or of another type, or the stage is unknown.
///
/// Notes
/// -----
/// `xxh3_64(unit, seed=xxh3_64(salt + "\x1f" + stage)) * 100 / 2**64`, cut to five decimal places.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> turnout.bucket("customer-42", "billing-bot") == turnout.bucket("customer-42", "billing-bot")
/// True
/// >>> turnout.bucket(42, "billing-bot") == turnout.bucket("42", "billing-bot")
/// True
#[pyfunction]
#[pyo3(name = "bucket", signature = (unit, salt, stage="ramp"))]
pub fn bucket(unit: &Bound<'_, PyAny>, salt: &str, stage: &str) -> PyResult<f64> {
    let seed = seed(salt, self::stage(stage)?);
    let hash = with_attribute(unit, |attribute| {
        with_unit(attribute, |unit| unit.key().map(|key| hash_unit(key.as_bytes(), seed)))
    });
    let hash = hash.map_err(|_| PyValueError::new_err("unit must be non-empty text or a whole number"))?;
    Ok(f64::from(position(hash)) / f64::from(Percent::STEPS))
}

/// The 64-bit hashes of a column of units.
///
/// Parameters
/// ----------
/// units : list, numpy array or Polars series of str or int
///     The units, without missing ones.
/// salt : str
///     The ramp's salt; a toggle's key unless its ramp names another.
/// stage : {"ramp", "variant"}
///     What the hashes are for.
///
/// Returns
/// -------
/// numpy.ndarray of uint64
///     One hash per unit; exposed at `p` percent iff below `p * 2**64 / 100`.
///
/// Raises
/// ------
/// ValueError
///     A unit is missing or of another type; the message names its place.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> turnout.hash_units(["a", "b"], "billing-bot").dtype
/// dtype('uint64')
#[pyfunction]
#[pyo3(signature = (units, salt, stage="ramp"))]
pub fn hash_units<'py>(
    py: Python<'py>,
    units: &Bound<'py, PyAny>,
    salt: &str,
    stage: &str,
) -> PyResult<Bound<'py, PyArray1<u64>>> {
    let seed = seed(salt, self::stage(stage)?);
    let column = Column::from_argument("units", units)?;
    let rows = column.len();
    let contacts = Contacts { units: column, attributes: Vec::new() };
    let hashes: Result<Vec<u64>, usize> = py.detach(|| {
        let hashes = contacts.hashes(None, UnitHasher::new(seed));
        let mut found = Vec::with_capacity(rows);
        (0..rows).try_for_each(|row| hashes.at(row).map(|hash| found.push(hash)).map_err(|_| row))?;
        Ok(found)
    });
    match hashes {
        Ok(hashes) => Ok(hashes.into_pyarray(py)),
        Err(row) => Err(PyValueError::new_err(format!("units[{row}] is not a unit: non-empty text or a whole number"))),
    }
}

/// Does nothing: the cost of a call, for benchmarks. No part of what the module offers.
#[pyfunction]
#[pyo3(name = "_noop", signature = (key, unit=None, attributes=None))]
pub fn noop(key: &Bound<'_, PyAny>, unit: Option<&Bound<'_, PyAny>>, attributes: Option<&Bound<'_, PyAny>>) -> bool {
    let _ = (key, unit, attributes);
    true
}
