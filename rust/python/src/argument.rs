//! One argument of a call: numbers from whatever they are written in.

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use numpy::{
    IntoPyArray, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDelta, PyFloat, PyInt, PyList, PyTuple};
use pyo3_arrow::PyChunkedArray;

use crate::numbers::Numbers;

/// Where the numbers lie.
pub enum Cells<'py> {
    One(f64),
    Lent(PyReadonlyArrayDyn<'py, f64>),
    Own(Vec<f64>),
}

/// An argument before it is broadcast.
pub enum Read<'py> {
    Scalar(f64),
    Array(Bound<'py, PyArrayDyn<f64>>),
    Series(Numbers<'py>),
}

/// Reads one argument.
pub fn one<'py>(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Read<'py>> {
    if let Ok(float) = object.cast::<PyFloat>() {
        return Ok(Read::Scalar(float.value()));
    }
    if object.is_exact_instance_of::<PyInt>() {
        return Ok(Read::Scalar(object.extract().map_err(|_| PyValueError::new_err(format!("{name} is too large")))?));
    }
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        let made = object.py().import("numpy")?.call_method1("asarray", (object,));
        return array(name, &made.map_err(|_| refused(name, "lists of different lengths"))?);
    }
    let class = object.get_type();
    let module = class.module()?;
    let (module, class) = (module.to_str()?, class.name()?);
    if module.starts_with("polars") {
        return match class.to_str()? {
            "Series" => series(name, object).map(Read::Series),
            other => Err(refused(name, other)),
        };
    }
    if matches!((module, class.to_str()?), ("builtins", "memoryview") | ("array", "array")) {
        return array(name, object);
    }
    if object.hasattr("__array__")? && !object.hasattr("__float__")? || object.cast::<PyUntypedArray>().is_ok() {
        return array(name, object);
    }
    number(name, object).map(Read::Scalar)
}

/// How many seconds the unit has in which an argument counts time: its name says so.
fn unit_s(name: &str) -> Option<f64> {
    let name = name.split('[').next().unwrap_or(name);
    if name.ends_with("_s") { Some(1.0) } else { name.ends_with("_hours").then_some(3600.0) }
}

/// A number that is no float of Python's.
fn number(name: &str, object: &Bound<'_, PyAny>) -> PyResult<f64> {
    if let (Some(unit_s), Ok(duration)) = (unit_s(name), object.cast::<PyDelta>()) {
        return Ok(duration.call_method0("total_seconds")?.extract::<f64>()? / unit_s);
    }
    let class = object.get_type().name()?;
    // Truth is no number here, not even numpy's.
    let is_truth = object.is_instance_of::<PyBool>() || class.to_str()?.starts_with("bool");
    let value = if is_truth { None } else { object.extract::<f64>().ok() };
    value.ok_or_else(|| refused(name, class.to_str().unwrap_or("an object")))
}

fn refused(name: &str, found: &str) -> PyErr {
    PyTypeError::new_err(format!("{name} must be a number, an array of numbers or a Polars series; got {found}"))
}

/// A numpy array, or what numpy makes of an object.
fn array<'py>(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Read<'py>> {
    let numpy = object.py().import("numpy")?;
    // What a masked array masks is not known.
    let plain = if object.hasattr("filled")? {
        object.call_method1("astype", ("float64",))?.call_method1("filled", (f64::NAN,))?
    } else {
        numpy.call_method1("asarray", (object,))?
    };
    let kind = plain.cast::<PyUntypedArray>().map_err(PyErr::from)?.dtype().kind();
    let floats = match kind {
        b'f' | b'i' | b'u' => numpy.call_method1("ascontiguousarray", (&plain, "float64"))?,
        b'O' => {
            let items = plain.call_method0("ravel")?.try_iter()?.enumerate().map(|(row, item)| {
                let item = item?;
                if item.is_none() { Ok(f64::NAN) } else { number(&format!("{name}[{row}]"), &item) }
            });
            let items = items.collect::<PyResult<Vec<f64>>>()?.into_pyarray(object.py());
            items.call_method1("reshape", (plain.getattr("shape")?,))?
        }
        _ => return Err(refused(name, &format!("an array of {}", plain.getattr("dtype")?.str()?))),
    };
    // Of contiguous arrays without dimensions numpy makes some with one.
    let dimensions = plain.getattr("ndim")?.extract::<usize>()?;
    if dimensions == 0 {
        return floats.call_method0("item")?.extract().map(Read::Scalar);
    }
    Ok(Read::Array(floats.cast_into()?))
}

/// A Polars series of numbers.
fn series<'py>(name: &str, series: &Bound<'py, PyAny>) -> PyResult<Numbers<'py>> {
    let py = series.py();
    let polars = py.import("polars")?;
    let dtype = series.getattr("dtype")?;
    if let Some(unit_s) = unit_s(name).filter(|_| dtype.get_type().name().is_ok_and(|name| name == "Duration")) {
        let seconds = series.getattr("dt")?.call_method("total_microseconds", (), None)?.div(1e6 * unit_s)?;
        return self::series("", &seconds);
    }
    let is_number = dtype.call_method0("is_numeric")?.is_truthy()? || dtype.eq(polars.getattr("Null")?)?;
    if !is_number {
        return Err(PyTypeError::new_err(format!("{name} must hold numbers; it holds {}", dtype.str()?)));
    }
    let floats = series.call_method1("cast", (polars.getattr("Float64")?,))?;
    if series.call_method0("null_count")?.eq(0)? {
        let array = floats.call_method0("to_numpy")?.cast_into::<PyArrayDyn<f64>>()?;
        return Ok(Numbers { cells: lent(&array), is_there: None });
    }
    // Without its name, which crosses the border as C text: a name with a NUL in it would end the process.
    let arrow = floats.call_method0("rechunk")?.call_method1("alias", ("",))?.extract::<PyChunkedArray>()?;
    let (mut values, mut is_there) = (Vec::new(), Vec::new());
    for chunk in arrow.chunks() {
        let cells = chunk.as_primitive::<Float64Type>();
        values.extend(cells.iter().map(|cell| cell.unwrap_or(f64::NAN)));
        is_there.extend((0..cells.len()).map(|row| cells.is_valid(row)));
    }
    Ok(Numbers { cells: Cells::Own(values), is_there: Some(is_there) })
}

/// The numbers of an array, where they lie if they lie in one piece.
pub fn lent<'py>(array: &Bound<'py, PyArrayDyn<f64>>) -> Cells<'py> {
    match array.try_readonly() {
        Ok(lent) if lent.as_slice().is_ok() => Cells::Lent(lent),
        _ => Cells::Own(array.to_vec().unwrap_or_default()),
    }
}
