//! Numbers from anything: one for all rows or one for each, and results of the same kind.
//!
//! Scalars alone give a float; any Polars series makes the result one; all else gives a numpy array. Arrays broadcast
//! by numpy's rules, and a series of length 1 stands for every row.

use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::Float64Type;
use arrow_array::{Array, ArrayRef, BooleanArray, Float64Array, UInt32Array};
use numpy::{
    Element, IntoPyArray, PyArrayDescrMethods, PyArrayDyn, PyArrayMethods, PyReadonlyArrayDyn, PyUntypedArray,
    PyUntypedArrayMethods,
};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyBytes, PyFloat, PyInt, PyList, PyMemoryView, PyString, PyTuple};
use pyo3_arrow::PyChunkedArray;
use turnout_core::column::{Column, Fault};
use turnout_core::erlang::{OutOfRange, RowError};

use crate::event_table::Table;

/// From so many rows on, other threads of Python run while the core works; to let them costs a moment.
const MANY: usize = 256;

/// The numbers of an argument. Under nulls and `None` lies NaN.
pub struct Numbers<'py> {
    cells: Cells<'py>,
    /// Where a series is not null; everywhere without.
    is_there: Option<Vec<bool>>,
}

enum Cells<'py> {
    One(f64),
    Lent(PyReadonlyArrayDyn<'py, f64>),
    Own(Vec<f64>),
}

impl Numbers<'_> {
    /// The numbers, for the core.
    pub fn column(&self) -> Column<'_> {
        match &self.cells {
            Cells::One(value) => Column::One(*value),
            Cells::Own(values) => Column::Each(values),
            // What is lent was seen to lie in one piece.
            Cells::Lent(array) => Column::Each(array.as_slice().unwrap_or_default()),
        }
    }

    /// In which rows there is one; in all without.
    pub fn is_there(&self) -> Option<&[bool]> {
        self.is_there.as_deref()
    }

    /// One number or null becomes that of every row.
    fn spread(&mut self, rows: usize) {
        if rows != 1
            && let Column::Each(&[value]) = self.column()
        {
            self.cells = Cells::One(value);
            self.is_there = self.is_there.take().filter(|is_there| !is_there[0]).map(|_| vec![false; rows]);
        }
    }
}

/// What a call was given: of which kind, and how many rows.
pub struct Given<'py> {
    py: Python<'py>,
    kind: Kind,
    pub rows: usize,
}

#[derive(PartialEq)]
enum Kind {
    Scalar,
    Array(Vec<usize>),
    Series,
}

/// An argument before it is broadcast.
enum Read<'py> {
    Scalar(f64),
    Array(Bound<'py, PyArrayDyn<f64>>),
    Series(Numbers<'py>),
}

/// A name with what was given for it, if anything.
pub type Argument<'a, 'py> = (&'static str, Option<&'a Bound<'py, PyAny>>);

/// The arguments of a call that was given plain numbers alone, for a way without columns; else none.
#[inline]
pub fn scalars<const N: usize>(arguments: &[Argument<'_, '_>; N]) -> Option<[Option<f64>; N]> {
    let mut found = [None; N];
    for (place, (_, object)) in found.iter_mut().zip(arguments) {
        if let Some(object) = object.filter(|object| !object.is_none()) {
            *place = match object.cast_exact::<PyFloat>() {
                Ok(float) => Some(float.value()),
                Err(_) => Some(object.cast_exact::<PyInt>().ok()?.extract().ok()?),
            };
        }
    }
    Some(found)
}

/// What must be there.
pub fn needed<T>(name: &str, value: Option<T>) -> PyResult<T> {
    value.ok_or_else(|| PyTypeError::new_err(format!("{name} is needed")))
}

/// The error for a number that no queue can have, in such a call.
pub fn refused_queue(error: &OutOfRange) -> PyErr {
    PyValueError::new_err(error.to_string())
}

/// The error for a number of such a call.
pub fn refused_scalar(fault: &Fault) -> PyErr {
    refusal(fault, "")
}

impl<'py> Given<'py> {
    /// Reads the arguments of a call; what is `None` was not given.
    pub fn read<const N: usize>(
        py: Python<'py>,
        arguments: [Argument<'_, 'py>; N],
    ) -> PyResult<(Self, [Option<Numbers<'py>>; N])> {
        let mut read = [const { None }; N];
        for (place, (name, object)) in read.iter_mut().zip(arguments) {
            if let Some(object) = object.filter(|object| !object.is_none()) {
                *place = Some(one(name, object)?);
            }
        }
        let mut kind = kind(py, &mut read)?;
        let mut numbers = read.map(|read| read.map(numbers_of));
        let rows = rows(&arguments, &numbers)?;
        if let Kind::Array(shape) = &mut kind
            && shape.is_empty()
        {
            shape.push(rows);
        }
        numbers.iter_mut().flatten().for_each(|numbers| numbers.spread(rows));
        Ok((Self { py, kind, rows }, numbers))
    }

    /// Does the core's work, with other threads running when there is much of it.
    pub fn work<T: Send>(&self, work: impl FnOnce(usize) -> T + Send) -> T {
        let rows = self.rows;
        if rows < MANY { work(rows) } else { self.py.detach(|| work(rows)) }
    }

    /// The rows that are null in none of the columns; all without.
    pub fn known<'a>(&self, columns: impl IntoIterator<Item = &'a Numbers<'py>>) -> Option<Vec<bool>>
    where
        'py: 'a,
    {
        let mut known: Option<Vec<bool>> = None;
        for is_there in columns.into_iter().filter_map(Numbers::is_there) {
            let known = known.get_or_insert_with(|| vec![true; self.rows]);
            known.iter_mut().zip(is_there).for_each(|(known, is_there)| *known &= is_there);
        }
        known
    }

    /// A result of the kind that was given; a series has this name, and is null where the row is not known.
    pub fn give(&self, name: &str, values: Vec<f64>, known: Option<&[bool]>) -> PyResult<Bound<'py, PyAny>> {
        let py = self.py;
        match &self.kind {
            Kind::Scalar => Ok(PyFloat::new(py, values.first().copied().unwrap_or(f64::NAN)).into_any()),
            Kind::Array(shape) => shaped(py, values, shape),
            Kind::Series => {
                let Some(known) = known else {
                    return py.import("polars")?.getattr("Series")?.call1((name, values.into_pyarray(py)));
                };
                let cells = values.into_iter().zip(known).map(|(value, known)| known.then_some(value));
                self.series(name, Arc::new(cells.collect::<Float64Array>()))
            }
        }
    }

    /// A result that is no number: the values of a series, and those of an array.
    pub fn give_as<T: Element>(
        &self,
        name: &str,
        series: impl FnOnce() -> ArrayRef,
        plain: impl FnOnce() -> Vec<T>,
    ) -> PyResult<Bound<'py, PyAny>> {
        match &self.kind {
            Kind::Series => self.series(name, series()),
            Kind::Array(shape) => shaped(self.py, plain(), shape),
            Kind::Scalar => shaped(self.py, plain(), &[])?.call_method0("item"),
        }
    }

    /// Truths of the kind that was given.
    pub fn give_flags(&self, name: &str, flags: Vec<bool>, known: Option<&[bool]>) -> PyResult<Bound<'py, PyAny>> {
        let series = || -> ArrayRef {
            let known = |row: usize| known.is_none_or(|known| known[row]);
            Arc::new(flags.iter().enumerate().map(|(row, flag)| known(row).then_some(*flag)).collect::<BooleanArray>())
        };
        self.give_as(name, series, || flags.clone())
    }

    /// Words by their places among `words`, of the kind that was given; a series of them is an `Enum`.
    pub fn give_words(
        &self,
        name: &str,
        words: &[&str],
        places: &[Option<u8>],
        known: Option<&[bool]>,
    ) -> PyResult<Bound<'py, PyAny>> {
        let at = |row: usize| places[row].filter(|_| known.is_none_or(|known| known[row]));
        if self.kind == Kind::Series {
            let polars = self.py.import("polars")?;
            let kind = polars.getattr("Enum")?.call1((words.to_vec(),))?;
            let words = polars.getattr("Series")?.call1((name, words.to_vec(), kind))?;
            let places: UInt32Array = (0..places.len()).map(|row| at(row).map(u32::from)).collect();
            return words.call_method1("gather", (self.series(name, Arc::new(places))?,));
        }
        let texts: Vec<Bound<'py, PyString>> = words.iter().map(|word| PyString::new(self.py, word)).collect();
        let word = |row: usize| match at(row) {
            Some(place) => texts[usize::from(place)].clone().into_any().unbind(),
            None => self.py.None(),
        };
        let objects: Vec<Py<PyAny>> = (0..places.len()).map(word).collect();
        match &self.kind {
            Kind::Array(shape) => shaped(self.py, objects, shape),
            _ => Ok(objects.into_iter().next().map_or_else(|| self.py.None(), |word| word).into_bound(self.py)),
        }
    }

    pub fn py(&self) -> Python<'py> {
        self.py
    }

    fn series(&self, name: &str, array: ArrayRef) -> PyResult<Bound<'py, PyAny>> {
        let unnamed = self.py.import("polars")?.getattr("Series")?.call1(("", Table::new(array)))?;
        unnamed.call_method1("alias", (name,))
    }

    /// The error for a number that is out of range: it names the column, and the row.
    pub fn refuse(&self, fault: &Fault) -> PyErr {
        refusal(fault, &self.place(fault.row))
    }

    /// The same for what no queue can have.
    pub fn refuse_row(&self, fault: &RowError) -> PyErr {
        if fault.row.is_none() {
            return PyValueError::new_err(fault.error.to_string());
        }
        let (argument, place) = (fault.error.argument, self.place(fault.row));
        let message = format!("{}{place} must be {}, not {}", argument.name(), argument.range(), fault.error.value);
        PyValueError::new_err(message)
    }

    /// A row as one would look it up.
    fn place(&self, row: Option<usize>) -> String {
        match (row, &self.kind) {
            (None, _) => String::new(),
            (Some(row), Kind::Array(shape)) => format!("{:?}", indices(row, shape)),
            (Some(row), _) => format!("[{row}]"),
        }
    }
}

fn shaped<'py, T: Element>(py: Python<'py>, values: Vec<T>, shape: &[usize]) -> PyResult<Bound<'py, PyAny>> {
    let array = values.into_pyarray(py);
    if shape.len() == 1 { Ok(array.into_any()) } else { Ok(array.reshape(shape)?.into_any()) }
}

fn refusal(fault: &Fault, place: &str) -> PyErr {
    PyValueError::new_err(format!("{}{place} must be {}, not {}", fault.column, fault.range, fault.value))
}

/// The indices of an element, along each of the dimensions.
fn indices(place: usize, shape: &[usize]) -> Vec<usize> {
    let mut rest = place;
    let mut found: Vec<usize> = Vec::with_capacity(shape.len());
    for size in shape.iter().rev() {
        found.push(rest % size);
        rest /= size;
    }
    found.reverse();
    found
}

/// Reads one argument.
fn one<'py>(name: &str, object: &Bound<'py, PyAny>) -> PyResult<Read<'py>> {
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
            "Expr" => Err(PyTypeError::new_err(format!(
                "{name} is a Polars expression, which has no values yet; give a column of a frame"
            ))),
            other => Err(refused(name, other)),
        };
    }
    let is_text = object.is_instance_of::<PyString>() || object.is_instance_of::<PyBytes>();
    if !is_text && let Ok(buffer) = PyMemoryView::from(object) {
        return array(name, &buffer);
    }
    if object.hasattr("__array__")? && !object.hasattr("__float__")? || object.cast::<PyUntypedArray>().is_ok() {
        return array(name, object);
    }
    number(name, object).map(Read::Scalar)
}

/// A number that is no float of Python's.
fn number(name: &str, object: &Bound<'_, PyAny>) -> PyResult<f64> {
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
fn lent<'py>(array: &Bound<'py, PyArrayDyn<f64>>) -> Cells<'py> {
    match array.try_readonly() {
        Ok(lent) if lent.as_slice().is_ok() => Cells::Lent(lent),
        _ => Cells::Own(array.to_vec().unwrap_or_default()),
    }
}

fn numbers_of(read: Read<'_>) -> Numbers<'_> {
    match read {
        Read::Scalar(value) => Numbers { cells: Cells::One(value), is_there: None },
        Read::Array(array) => Numbers { cells: lent(&array), is_there: None },
        Read::Series(numbers) => numbers,
    }
}

/// Of which kind the result is. Arrays of several dimensions are brought to the shape of all.
fn kind<'py>(py: Python<'py>, read: &mut [Option<Read<'py>>]) -> PyResult<Kind> {
    let has_series = read.iter().any(|read| matches!(read, Some(Read::Series(_))));
    let arrays = read.iter_mut().filter_map(|read| match read {
        Some(Read::Array(array)) => Some(array),
        _ => None,
    });
    let mut arrays: Vec<&mut Bound<'py, PyArrayDyn<f64>>> = arrays.collect();
    let is_wide = arrays.iter().any(|array| array.ndim() > 1);
    match (has_series, arrays.is_empty()) {
        (true, _) if is_wide => {
            Err(PyValueError::new_err("arrays beside a Polars series must have one dimension, not several"))
        }
        (true, _) => Ok(Kind::Series),
        (false, true) => Ok(Kind::Scalar),
        (false, false) if is_wide => {
            let numpy = py.import("numpy")?;
            let all =
                numpy.getattr("broadcast_arrays")?.call1(PyTuple::new(py, arrays.iter().map(|array| &**array))?)?;
            let mut shape = Vec::new();
            for (array, broadcast) in arrays.iter_mut().zip(all.try_iter()?) {
                let broadcast = broadcast?;
                shape = broadcast.getattr("shape")?.extract()?;
                **array = numpy.call_method1("ravel", (broadcast,))?.cast_into()?;
            }
            Ok(Kind::Array(shape))
        }
        (false, false) => Ok(Kind::Array(Vec::new())),
    }
}

/// How many rows there are: as many as in every column that has not just one.
fn rows(arguments: &[Argument<'_, '_>], numbers: &[Option<Numbers<'_>>]) -> PyResult<usize> {
    let mut found: Option<(&str, usize)> = None;
    for ((name, _), numbers) in arguments.iter().zip(numbers) {
        let Some(Column::Each(values)) = numbers.as_ref().map(Numbers::column) else { continue };
        match found {
            Some((_, rows)) if values.len() == rows || values.len() == 1 => {}
            Some((other, rows)) if rows != 1 => {
                let message = format!("{other} has {rows} rows but {name} has {}", values.len());
                return Err(PyValueError::new_err(message));
            }
            _ => found = Some((name, values.len())),
        }
    }
    Ok(found.map_or(1, |(_, rows)| rows))
}
