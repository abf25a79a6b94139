//! Python values to the core's attributes, units and instants, and back.

use pyo3::exceptions::{PyOverflowError, PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{
    PyBool, PyDate, PyDateTime, PyDelta, PyDeltaAccess, PyFloat, PyInt, PyList, PyString, PyTuple, PyType, PyTzInfo,
    PyTzInfoAccess,
};
use turnout_core::hash::decimal;
use turnout_core::policy::Number;
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Elements, Unit};

const UNREADABLE: Attribute<'_> = Attribute::Unusable("text that is not valid Unicode");

fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyDateTime>> {
    static EPOCH: PyOnceLock<Py<PyDateTime>> = PyOnceLock::new();
    let make = || {
        let utc = PyTzInfo::utc(py)?;
        PyDateTime::new(py, 1970, 1, 1, 0, 0, 0, 0, Some(&utc)).map(Bound::unbind)
    };
    EPOCH.get_or_try_init(py, make).map(|epoch| epoch.bind(py))
}

/// Microseconds of a time span.
pub fn micros_from_delta(delta: &Bound<'_, PyDelta>) -> PyResult<Micros> {
    let seconds = i64::from(delta.get_days()) * 86_400 + i64::from(delta.get_seconds());
    let micros = seconds.checked_mul(1_000_000).and_then(|us| us.checked_add(delta.get_microseconds().into()));
    micros.ok_or_else(|| PyOverflowError::new_err("the span is too long"))
}

/// Microseconds since the epoch of an aware datetime.
pub fn micros_from_datetime(at: &Bound<'_, PyDateTime>) -> PyResult<Micros> {
    if at.get_tzinfo().is_none() || at.call_method0("utcoffset")?.is_none() {
        let message = "a datetime without a time zone; add one, such as tzinfo=datetime.UTC";
        return Err(PyValueError::new_err(message));
    }
    micros_from_delta(at.sub(epoch(at.py())?)?.cast::<PyDelta>()?)
}

/// An aware datetime in UTC.
pub fn datetime_from_micros(py: Python<'_>, at: Micros) -> PyResult<Bound<'_, PyDateTime>> {
    let (days, rest) = (at.div_euclid(86_400_000_000), at.rem_euclid(86_400_000_000));
    let days = i32::try_from(days).map_err(|_| PyOverflowError::new_err("the instant is out of range"))?;
    // The rest of a day: below 86,400 s.
    let seconds = i32::try_from(rest / 1_000_000).unwrap_or(0);
    let micros = i32::try_from(rest % 1_000_000).unwrap_or(0);
    Ok(epoch(py)?.add(PyDelta::new(py, days, seconds, micros, true)?)?.cast_into()?)
}

/// Whether an `at` argument is one instant, not a column of them.
pub fn is_instant(at: &Bound<'_, PyAny>) -> bool {
    at.is_instance_of::<PyDateTime>() || at.is_instance_of::<PyInt>() || whole_number(at).is_some()
}

/// An `at` argument: an aware datetime, or microseconds since the epoch.
pub fn instant(at: &Bound<'_, PyAny>) -> PyResult<Micros> {
    if let Ok(datetime) = at.cast::<PyDateTime>() {
        return micros_from_datetime(datetime);
    }
    if let Some(int) = whole_number(at) {
        let beyond = "at is out of range: microseconds since the epoch fit 64 bits";
        return int.extract().map_err(|_| PyValueError::new_err(beyond));
    }
    Err(PyTypeError::new_err("at must be an aware datetime, or an int of microseconds since the epoch"))
}

/// An int, or what stands for one wherever Python wants one, such as a whole number of numpy. No truth value, and no
/// array, even of one number.
fn whole_number<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyInt>> {
    if value.is_instance_of::<PyBool>() {
        return None;
    }
    if let Ok(int) = value.cast::<PyInt>() {
        return Some(int.clone());
    }
    let stands_for_one = value.hasattr("__index__").ok()? && !value.hasattr("__len__").ok()?;
    if !stands_for_one {
        return None;
    }
    value.call_method0("__index__").ok()?.cast_into().ok()
}

/// A list or tuple, walked by index: a subclass cannot bring an iteration of its own, which might never end.
enum Sequence<'a, 'py> {
    List(&'a Bound<'py, PyList>),
    Tuple(&'a Bound<'py, PyTuple>),
}

impl<'py> Sequence<'_, 'py> {
    fn items(&self) -> Box<dyn Iterator<Item = Bound<'py, PyAny>> + '_> {
        match self {
            Self::List(list) => Box::new(list.iter()),
            Self::Tuple(tuple) => Box::new(tuple.iter()),
        }
    }
}

impl Elements for Sequence<'_, '_> {
    fn any(&self, holds: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        self.items().any(|item| with_attribute(&item, &mut *holds))
    }
}

/// A numpy array of one dimension.
pub struct Array<'a, 'py>(&'a Bound<'py, PyAny>);

impl<'a, 'py> Array<'a, 'py> {
    /// `None` for everything else, subclasses too: what they hold may be masked, or lead back to themselves.
    pub fn from_object(value: &'a Bound<'py, PyAny>) -> Option<Self> {
        static NDARRAY: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        let kind = value.get_type();
        if kind.module().ok()? != "numpy" || !kind.is(NDARRAY.import(value.py(), "numpy", "ndarray").ok()?) {
            return None;
        }
        value.getattr("ndim").ok()?.eq(1).ok()?.then_some(Self(value))
    }

    /// Its elements, as the same ones alone would be seen. Made when they are looked at: an array inside another is not.
    pub fn to_list(&self) -> PyResult<Bound<'py, PyList>> {
        let kind: char = self.0.getattr("dtype")?.getattr("kind")?.extract()?;
        // Times of some units would become plain numbers.
        if "Mm".contains(kind) {
            return PyList::new(self.0.py(), self.0.try_iter()?.collect::<PyResult<Vec<_>>>()?);
        }
        Ok(self.0.call_method0("tolist")?.cast_into()?)
    }
}

impl Elements for Array<'_, '_> {
    fn any(&self, holds: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        self.to_list().is_ok_and(|list| Sequence::List(&list).any(holds))
    }
}

/// Hands over a Python value as an attribute, without copying it.
#[inline]
pub fn with_attribute<R>(value: &Bound<'_, PyAny>, then: impl FnOnce(Attribute<'_>) -> R) -> R {
    if let Ok(text) = value.cast::<PyString>() {
        return then(text.to_str().map_or(UNREADABLE, Attribute::Text));
    }
    if let Ok(truth) = value.cast::<PyBool>() {
        return then(Attribute::Bool(truth.is_true()));
    }
    if let Ok(int) = value.cast::<PyInt>() {
        return match int.extract() {
            Ok(int) => then(Attribute::Int(int)),
            Err(_) => with_huge(int, then),
        };
    }
    if let Ok(float) = value.cast::<PyFloat>() {
        return then(Attribute::Float(float.value()));
    }
    if value.is_none() {
        return then(Attribute::Null);
    }
    with_rarer(value, then)
}

#[cold]
fn with_huge<R>(int: &Bound<'_, PyInt>, then: impl FnOnce(Attribute<'_>) -> R) -> R {
    match int.str() {
        Ok(text) => then(text.to_str().map_or(UNREADABLE, Attribute::Huge)),
        Err(_) => then(Attribute::Unusable("a whole number of thousands of digits")),
    }
}

fn with_rarer<R>(value: &Bound<'_, PyAny>, then: impl FnOnce(Attribute<'_>) -> R) -> R {
    if let Ok(at) = value.cast::<PyDateTime>() {
        let naive = Attribute::Unusable("a datetime without a time zone");
        return then(micros_from_datetime(at).map_or(naive, Attribute::Time));
    }
    if value.is_instance_of::<PyDate>() {
        // Its text is its ISO form, which the core reads as midnight UTC.
        return match value.str() {
            Ok(text) => then(text.to_str().map_or(UNREADABLE, Attribute::Text)),
            Err(_) => then(Attribute::Unusable("a date that has no text")),
        };
    }
    if let Ok(list) = value.cast::<PyList>() {
        return then(Attribute::List(&Sequence::List(list)));
    }
    if let Ok(tuple) = value.cast::<PyTuple>() {
        return then(Attribute::List(&Sequence::Tuple(tuple)));
    }
    if let Some(array) = Array::from_object(value) {
        return then(Attribute::List(&array));
    }
    if let Some(item) = numpy_scalar(value) {
        return with_attribute(&item, then);
    }
    then(Attribute::Unusable("a value of a type that no operator looks at"))
}

/// The Python value of a numpy scalar that is a truth value, a number or text.
fn numpy_scalar<'py>(value: &Bound<'py, PyAny>) -> Option<Bound<'py, PyAny>> {
    let module = value.get_type().module().ok()?;
    if module != "numpy" {
        return None;
    }
    let kind: char = value.getattr("dtype").ok()?.getattr("kind").ok()?.extract().ok()?;
    let is_scalar = value.getattr("ndim").ok()?.eq(0).ok()?;
    let item = value.call_method0("item").ok()?;
    // Nothing that would lead back here.
    // Days and not-a-time are what they are in a column; other numpy times are numbers of some unit.
    if "Mm".contains(kind) {
        return (is_scalar && (item.is_none() || item.is_exact_instance_of::<PyDate>())).then_some(item);
    }
    let plain = item.is_exact_instance_of::<PyBool>()
        || item.is_exact_instance_of::<PyInt>()
        || item.is_exact_instance_of::<PyFloat>()
        || item.is_exact_instance_of::<PyString>();
    (is_scalar && plain && "biufU".contains(kind)).then_some(item)
}

/// Hands over an attribute as a unit. Whole floats are integers here as everywhere.
#[inline]
pub fn with_unit<R>(attribute: Attribute<'_>, then: impl FnOnce(Unit<'_>) -> R) -> R {
    let number = match attribute {
        Attribute::Text("") | Attribute::Missing | Attribute::Null => return then(Unit::Missing),
        Attribute::Text(text) | Attribute::Huge(text) => return then(Unit::Key(text)),
        Attribute::Int(value) => Number::Int(value),
        Attribute::Float(value) => Number::from_f64(value),
        _ => return then(Unit::Unusable),
    };
    let Number::Int(value) = number else { return then(Unit::Unusable) };
    let mut buffer = [0; 20];
    then(std::str::from_utf8(decimal(value, &mut buffer)).map_or(Unit::Unusable, Unit::Key))
}
