//! Columns: values of one attribute, or units, for many contacts.

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimestampMicrosecondType,
    UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, BooleanArray, PrimitiveArray, StringViewArray};
use arrow_schema::{DataType, TimeUnit};
use prefetch_index::prefetch_index;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::{PyList, PyString, PyTuple};
use pyo3_arrow::PyChunkedArray;
use turnout_core::toggle::Attribute;

use crate::context::Owned;
use crate::table::unreadable;

/// How far ahead of its use memory is asked for.
const AHEAD_BYTES: usize = 8192;

/// A column of attribute values. What has no fast form is kept as the values that single evaluations would see, so
/// that both always answer alike.
pub enum Column {
    /// The same for every row.
    Constant(Owned, usize),
    Values(Vec<Owned>),
    Bool(BooleanArray),
    Int(PrimitiveArray<Int64Type>),
    Float(PrimitiveArray<Float64Type>),
    Time(PrimitiveArray<TimestampMicrosecondType>),
    Text(StringViewArray),
    /// Few texts, named by key in each row.
    Keyed {
        keys: PrimitiveArray<UInt32Type>,
        texts: StringViewArray,
    },
}

impl Column {
    /// A column of an argument, whose name errors begin with.
    pub fn from_argument(name: &str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let column = refuse_tables(name, object).and_then(|()| Self::from_object(object));
        column.map_err(|error| {
            let py = object.py();
            if error.is_instance_of::<PyTypeError>(py) {
                let named = PyTypeError::new_err(format!("{name} must be {}", error.value(py)));
                named.set_cause(py, error.cause(py));
                return named;
            }
            error
        })
    }

    /// A column from a list, a numpy array, a Polars series or anything that one can be made of.
    pub fn from_object(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
            return object
                .try_iter()?
                .map(|item| Ok(Owned::from_object(&item?)))
                .collect::<PyResult<_>>()
                .map(Self::Values);
        }
        let class = object.py().import("polars")?.getattr("Series")?;
        if object.is_instance(&class)? {
            return Self::from_series(object);
        }
        if object.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err("a list, an array or a Polars series; got text"));
        }
        match class.call1((object,)) {
            Ok(series) => Self::from_series(&series),
            // Such as a numpy array of mixed objects.
            Err(_) if object.hasattr("tolist")? => Self::from_object(&object.call_method0("tolist")?),
            Err(cause) => {
                let kind = object.get_type().qualname()?;
                let message = format!("a list, an array or a Polars series; got {kind}");
                Err(unreadable(object.py(), message, cause))
            }
        }
    }

    /// A column from a Polars series.
    pub fn from_series(series: &Bound<'_, PyAny>) -> PyResult<Self> {
        // From so many rows on it pays to ask for the keys of categories: asking takes the time of some thousand rows.
        const MANY: usize = 8192;
        // Without its name, which crosses the border as C text: a name with a NUL in it would end the process.
        let series = series.call_method0("rechunk")?.call_method1("alias", ("",))?;
        if series.len()? >= MANY
            && series.getattr("dtype")?.hasattr("categories")?
            && let Ok(Some(column)) = categorical(&series)
        {
            return Ok(column);
        }
        // Some types, such as that of columns of nothing but nulls, do not cross the border.
        let arrays = series.extract::<PyChunkedArray>();
        match arrays.ok().and_then(|arrays| arrays.chunks().first().and_then(Self::from_arrow)) {
            Some(column) => Ok(column),
            None => Self::from_object(&series.call_method0("to_list")?),
        }
    }

    fn from_arrow(array: &ArrayRef) -> Option<Self> {
        Some(match array.data_type() {
            DataType::Boolean => Self::Bool(array.as_boolean().clone()),
            DataType::Int8 => Self::Int(widen::<Int8Type>(array)),
            DataType::Int16 => Self::Int(widen::<Int16Type>(array)),
            DataType::Int32 => Self::Int(widen::<Int32Type>(array)),
            DataType::Int64 => Self::Int(array.as_primitive().clone()),
            DataType::UInt8 => Self::Int(widen::<UInt8Type>(array)),
            DataType::UInt16 => Self::Int(widen::<UInt16Type>(array)),
            DataType::UInt32 => Self::Int(widen::<UInt32Type>(array)),
            DataType::UInt64 => Self::Int(array.as_primitive::<UInt64Type>().try_unary(i64::try_from).ok()?),
            DataType::Float32 => Self::Float(array.as_primitive::<Float32Type>().unary(f64::from)),
            DataType::Float64 => Self::Float(array.as_primitive().clone()),
            DataType::Timestamp(TimeUnit::Microsecond, Some(_)) => Self::Time(array.as_primitive().clone()),
            DataType::Utf8View => Self::Text(array.as_string_view().clone()),
            DataType::LargeUtf8 => Self::Text(array.as_string::<i64>().iter().collect()),
            DataType::Utf8 => Self::Text(array.as_string::<i32>().iter().collect()),
            DataType::Dictionary(_, values) if is_text(values) => keyed(array)?,
            _ => return None,
        })
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        match self {
            Self::Constant(_, rows) => *rows,
            Self::Values(values) => values.len(),
            Self::Bool(array) => array.len(),
            Self::Int(array) => array.len(),
            Self::Float(array) => array.len(),
            Self::Time(array) => array.len(),
            Self::Text(array) => array.len(),
            Self::Keyed { keys, .. } => keys.len(),
        }
    }

    /// Hands over the value of a row.
    #[inline]
    pub fn with<R>(&self, row: usize, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        then(match self {
            Self::Constant(value, _) => value.borrow(),
            Self::Values(values) => values[row].borrow(),
            Self::Bool(array) if array.is_valid(row) => Attribute::Bool(array.value(row)),
            Self::Int(array) if array.is_valid(row) => Attribute::Int(array.value(row)),
            Self::Float(array) if array.is_valid(row) => Attribute::Float(array.value(row)),
            Self::Time(array) if array.is_valid(row) => Attribute::Time(array.value(row)),
            Self::Text(array) if array.is_valid(row) => Attribute::Text(array.value(row)),
            Self::Keyed { keys, texts } if keys.is_valid(row) => Self::text(texts, keys.value(row)),
            _ => Attribute::Null,
        })
    }

    /// The value of a row, in the columns that can lack one.
    pub fn owned(&self, row: usize) -> Option<&Owned> {
        match self {
            Self::Constant(value, _) => Some(value),
            Self::Values(values) => values.get(row),
            _ => None,
        }
    }

    /// The text of a key. What lies under a null, or beyond all texts, is null.
    #[inline]
    pub fn text(texts: &StringViewArray, key: u32) -> Attribute<'_> {
        let key = key as usize;
        if key < texts.len() && texts.is_valid(key) { Attribute::Text(texts.value(key)) } else { Attribute::Null }
    }

    /// The same values in memory of their own: Polars shares numbers with the numpy array that they came from, which may
    /// change.
    pub fn detached(self) -> Self {
        match self {
            Self::Int(array) => Self::Int(array.unary(|value| value)),
            Self::Float(array) => Self::Float(array.unary(|value| value)),
            other => other,
        }
    }
}

/// Refuses what holds several columns: read as one, every row of it would be no unit and no instant.
fn refuse_tables(name: &str, object: &Bound<'_, PyAny>) -> PyResult<()> {
    if object.is_instance_of::<PyList>() || object.is_instance_of::<PyTuple>() {
        return Ok(());
    }
    let py = object.py();
    let is_mapping = py.import("collections.abc")?.getattr("Mapping").and_then(|kind| object.is_instance(&kind));
    let dimensions = object.getattr("shape").and_then(|shape| shape.len()).unwrap_or(1);
    if !is_mapping.unwrap_or(false) && dimensions == 1 {
        return Ok(());
    }
    let found = object.get_type().qualname()?;
    let example = if name == "at" { "arrived_at" } else { "customer_id" };
    Err(PyTypeError::new_err(format!("one column, such as {name}=frame[\"{example}\"]; got {found}")))
}

fn is_text(values: &DataType) -> bool {
    matches!(values, DataType::Utf8View | DataType::LargeUtf8 | DataType::Utf8)
}

fn widen<T: ArrowPrimitiveType>(array: &ArrayRef) -> PrimitiveArray<Int64Type>
where
    T::Native: Into<i64>,
{
    array.as_primitive::<T>().unary(Into::into)
}

fn keyed(array: &ArrayRef) -> Option<Column> {
    let dictionary = array.as_any_dictionary();
    let Column::Text(texts) = Column::from_arrow(dictionary.values())? else { return None };
    Some(Column::Keyed { keys: keys(dictionary.keys())?, texts })
}

fn keys(array: &dyn Array) -> Option<PrimitiveArray<UInt32Type>> {
    Some(match array.data_type() {
        DataType::UInt32 => array.as_primitive().clone(),
        DataType::UInt16 => array.as_primitive::<UInt16Type>().unary(Into::into),
        DataType::UInt8 => array.as_primitive::<UInt8Type>().unary(Into::into),
        _ => return None,
    })
}

/// A categorical series by its physical keys, which Polars hands over as they stand; its way through Arrow copies them.
fn categorical(series: &Bound<'_, PyAny>) -> PyResult<Option<Column>> {
    let categories = series.getattr("dtype")?.getattr("categories")?;
    let physical = series.call_method0("to_physical")?.extract::<PyChunkedArray>()?;
    // Read after the keys: categories are only ever added.
    let texts = match categories.call_method0("to_series") {
        Ok(texts) => Column::from_series(&texts)?,
        Err(_) => Column::from_series(&categories)?,
    };
    let keys = physical.chunks().first().and_then(|chunk| keys(chunk));
    Ok(match (keys, texts) {
        (Some(keys), Column::Text(texts)) => Some(Column::Keyed { keys, texts }),
        _ => None,
    })
}

/// Walks values piece by piece, with those that come later on their way from memory: the loops over them do so much with
/// each that waiting would otherwise be most of their time.
pub fn walk<T>(values: &[T], from: usize, out: &mut [bool], each: impl Fn(&T) -> bool) {
    const PIECE: usize = 64;
    for (place, out) in out.chunks_mut(PIECE).enumerate() {
        let start = from + place * PIECE;
        prefetch(values, start, PIECE);
        out.iter_mut().zip(&values[start..]).for_each(|(cell, value)| *cell = each(value));
    }
}

/// Asks for the values that will be looked at some pages after those from `start` on.
#[inline]
pub fn prefetch<T>(values: &[T], start: usize, count: usize) {
    const LINE_BYTES: usize = 64;
    let ahead = start + AHEAD_BYTES / size_of::<T>();
    for place in (ahead..ahead + count).step_by(LINE_BYTES / size_of::<T>()) {
        prefetch_index(values, place);
    }
}
