//! Numbers from anything: one for all rows or one for each, and results of the same kind.
//!
//! Scalars alone give a float; any Polars series makes the result one; all else gives a numpy array. Arrays broadcast
//! by numpy's rules, and a series of length 1 stands for every row.

use std::sync::Arc;

use arrow_array::{ArrayRef, BooleanArray, Float64Array, UInt32Array};
use numpy::{Element, IntoPyArray, PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyFloat, PyInt, PyString, PyTuple, PyType};
use turnout_core::column::{Column, Fault};
use turnout_core::erlang::{OutOfRange, RowError};

use crate::argument::{Cells, Read, lent, one};
use crate::event_table::Table;

/// From so many rows on, other threads of Python run while the core works; to let them costs a moment.
const MANY: usize = 256;

/// The numbers of an argument. Under nulls and `None` lies NaN.
pub struct Numbers<'py> {
    pub cells: Cells<'py>,
    /// Where a series is not null; everywhere without.
    pub is_there: Option<Vec<bool>>,
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

/// Where an argument is an expression of Polars, the expression that calls this function once the columns are there; `how`
/// are its other arguments.
pub fn lazily<'py>(
    py: Python<'py>,
    function: &str,
    arguments: &[Argument<'_, 'py>],
    how: impl FnOnce(&Bound<'py, PyDict>) -> PyResult<()>,
) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut has_expression = false;
    for (_, object) in arguments {
        let class = object.filter(|object| !object.is_exact_instance_of::<PyFloat>()).map(Bound::get_type);
        has_expression |= class.map_or(Ok(false), |class| is_expression(&class))?;
    }
    if !has_expression {
        return Ok(None);
    }
    let (told, rest) = (PyDict::new(py), PyDict::new(py));
    for (name, object) in arguments.iter().filter(|(_, object)| object.is_some()) {
        told.set_item(name, object)?;
    }
    how(&rest)?;
    py.import("turnout.expressions")?.getattr("lazily")?.call1((function, told, rest)).map(Some)
}

fn is_expression(class: &Bound<'_, PyType>) -> PyResult<bool> {
    Ok(class.name()?.to_str()? == "Expr" && class.module()?.to_str()?.starts_with("polars"))
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
    pub fn give_flags(&self, name: &str, flags: &[bool], known: Option<&[bool]>) -> PyResult<Bound<'py, PyAny>> {
        let series = || -> ArrayRef {
            let known = |row: usize| known.is_none_or(|known| known[row]);
            Arc::new(flags.iter().enumerate().map(|(row, flag)| known(row).then_some(*flag)).collect::<BooleanArray>())
        };
        self.give_as(name, series, || flags.to_vec())
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
            _ => Ok(objects.into_iter().next().unwrap_or_else(|| self.py.None()).into_bound(self.py)),
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
