//! A contact prepared once and evaluated many times.

use std::sync::{Arc, OnceLock};

use compact_str::{CompactString, ToCompactString};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyTuple};
use turnout_core::hash::KeyMap;
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Elements};

use crate::convert::{Array, with_attribute};
use crate::installed::{Installed, parts};
use crate::subject::Attributes;

/// An attribute value that outlives the Python object it came from.
#[derive(Clone)]
pub enum Owned {
    Missing,
    Null,
    Bool(bool),
    Int(i64),
    Huge(Box<str>),
    Float(f64),
    Text(CompactString),
    Time(Micros),
    List(List),
    Unusable(&'static str),
}

/// The elements of a list.
#[derive(Clone)]
pub struct List(Arc<[Owned]>);

impl Elements for List {
    fn any(&self, holds: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool {
        self.0.iter().any(|element| holds(element.borrow()))
    }
}

impl Owned {
    /// Lists inside lists are looked at by no operator, so they are not followed.
    pub fn from_object(value: &Bound<'_, PyAny>) -> Self {
        Self::convert(value, true)
    }

    /// A value that is no list.
    pub fn without_lists(attribute: Attribute<'_>) -> Self {
        match attribute {
            Attribute::Missing => Self::Missing,
            Attribute::Null => Self::Null,
            Attribute::Bool(truth) => Self::Bool(truth),
            Attribute::Int(int) => Self::Int(int),
            Attribute::Huge(text) => Self::Huge(text.into()),
            Attribute::Float(float) => Self::Float(float),
            Attribute::Text(text) => Self::Text(text.into()),
            Attribute::Time(at) => Self::Time(at),
            Attribute::Unusable(why) => Self::Unusable(why),
            Attribute::List(_) => Self::Unusable("a list"),
        }
    }

    /// As text, for a log; none for what is no single value.
    pub fn to_text(&self) -> Option<CompactString> {
        match self {
            Self::Bool(truth) => Some(truth.to_compact_string()),
            Self::Int(int) => Some(int.to_compact_string()),
            Self::Huge(text) => Some(CompactString::from(&**text)),
            Self::Float(float) => Some(float.to_compact_string()),
            Self::Text(text) => Some(text.clone()),
            Self::Time(at) => Some(at.to_compact_string()),
            Self::Missing | Self::Null | Self::List(_) | Self::Unusable(_) => None,
        }
    }

    fn convert(value: &Bound<'_, PyAny>, follow: bool) -> Self {
        with_attribute(value, |attribute| match attribute {
            Attribute::List(_) if !follow => Self::Unusable("a list inside a list"),
            Attribute::List(_) => {
                let items: Vec<Self> = if let Ok(list) = value.cast::<PyList>() {
                    list.iter().map(|item| Self::convert(&item, false)).collect()
                } else if let Ok(tuple) = value.cast::<PyTuple>() {
                    tuple.iter().map(|item| Self::convert(&item, false)).collect()
                } else if let Some(Ok(list)) = Array::from_object(value).map(|array| array.to_list()) {
                    list.iter().map(|item| Self::convert(&item, false)).collect()
                } else {
                    Vec::new()
                };
                Self::List(List(items.into()))
            }
            single => Self::without_lists(single),
        })
    }

    #[inline]
    pub fn borrow(&self) -> Attribute<'_> {
        match self {
            Self::Missing => Attribute::Missing,
            Self::Null => Attribute::Null,
            Self::Bool(truth) => Attribute::Bool(*truth),
            Self::Int(int) => Attribute::Int(*int),
            Self::Huge(text) => Attribute::Huge(text),
            Self::Float(float) => Attribute::Float(*float),
            Self::Text(text) => Attribute::Text(text),
            Self::Time(at) => Attribute::Time(*at),
            Self::List(list) => Attribute::List(list),
            Self::Unusable(why) => Attribute::Unusable(why),
        }
    }
}

/// The values in the order of a policy's slots.
struct Resolved {
    names_id: u64,
    slots: Box<[Owned]>,
    /// For a policy that came into force later and looks at other attributes.
    next: OnceLock<Box<Resolved>>,
}

/// A contact prepared for many evaluations: its unit and attributes, converted once.
///
/// Parameters
/// ----------
/// unit : str, int or None
///     Who is placed on ramps.
/// attributes : mapping
///     What rules look at, by name. A dictionary inside it is found under dotted names.
///
/// Raises
/// ------
/// TypeError
///     The attributes are no mapping.
/// ValueError
///     There are more than 100,000 of them.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> policy = turnout.load_policy(turnout.sample_policy_path())
/// >>> engine = turnout.Engine(policy, clock=turnout.SystemClock())
/// >>> customer = turnout.Context("customer-42", {"language": "en"})
/// >>> engine.is_enabled("sms", customer), engine.is_enabled("phone", customer)
/// (True, True)
#[pyclass(frozen, module = "turnout")]
pub struct Context {
    unit: Owned,
    named: KeyMap<Box<str>, Owned>,
    resolved: OnceLock<Resolved>,
}

impl Context {
    #[inline]
    pub fn unit(&self) -> Attribute<'_> {
        self.unit.borrow()
    }

    /// Hands over the values in the order of a policy's slots. They are looked up once for all policies that look at the
    /// same attributes.
    #[inline]
    pub fn slots<R>(&self, installed: &Installed, then: impl FnOnce(&[Owned]) -> R) -> R {
        let first = self.resolved.get_or_init(|| self.look_up(installed));
        if first.names_id == installed.names_id { then(&first.slots) } else { self.later(first, installed, then) }
    }

    #[cold]
    fn later<R>(&self, first: &Resolved, installed: &Installed, then: impl FnOnce(&[Owned]) -> R) -> R {
        // So many different policies are remembered; few contexts live to see a second one.
        const MOST: usize = 8;
        let mut known = first;
        for _ in 1..MOST {
            known = known.next.get_or_init(|| Box::new(self.look_up(installed)));
            if known.names_id == installed.names_id {
                return then(&known.slots);
            }
        }
        then(&self.look_up(installed).slots)
    }

    #[cold]
    fn look_up(&self, installed: &Installed) -> Resolved {
        let names = installed.engine.policy.attributes.iter().chain(&installed.logged.names);
        let slots = names.map(|name| self.find(name).cloned().unwrap_or(Owned::Missing)).collect();
        Resolved { names_id: installed.names_id, slots, next: OnceLock::new() }
    }

    /// The value of a name. What belongs to nothing is nothing: `a.b` is null when `a` is.
    fn find(&self, name: &str) -> Option<&Owned> {
        let mut end = 0;
        self.named.get(name).or_else(|| {
            let prefixes = parts(name).filter_map(|part| {
                end += part.len() + 1;
                name.get(..end - 1)
            });
            prefixes.filter_map(|prefix| self.named.get(prefix)).find(|value| matches!(value, Owned::Null))
        })
    }
}

#[pymethods]
impl Context {
    #[new]
    #[pyo3(signature = (unit=None, attributes=None))]
    fn new(unit: Option<&Bound<'_, PyAny>>, attributes: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let unit = unit.map_or(Owned::Missing, Owned::from_object);
        let Some(attributes) = Attributes::from_argument(attributes) else {
            return Err(PyTypeError::new_err("attributes must be a mapping from names to values"));
        };
        let mut found = KeyMap::default();
        if let Some(dict) = attributes.get() {
            flatten("", dict, 0, &mut found)?;
        }
        Ok(Self { unit, named: found, resolved: OnceLock::new() })
    }

    fn __repr__(&self) -> String {
        let unit = match &self.unit {
            Owned::Text(text) => format!("{text:?}"),
            Owned::Int(int) => int.to_string(),
            _ => "None".to_owned(),
        };
        format!("Context({unit}, {} attributes)", self.named.len())
    }
}

/// Writes the attributes of a dictionary, and those of the dictionaries in it under dotted names. A name that is
/// written out whole wins over the same name made of parts.
fn flatten(prefix: &str, dict: &Bound<'_, PyDict>, depth: u32, found: &mut KeyMap<Box<str>, Owned>) -> PyResult<()> {
    // As deep as dotted names are followed; the second limit is for dictionaries that hold themselves.
    const DEEPEST: u32 = 7;
    const MOST: usize = 100_000;
    for (key, value) in dict {
        let Ok(key) = key.extract::<String>() else { continue };
        let is_part = !key.contains('.');
        if depth > 0 && !is_part {
            continue;
        }
        let name = format!("{prefix}{key}");
        if let Ok(inner) = value.cast::<PyDict>()
            && is_part
            && depth < DEEPEST
        {
            flatten(&format!("{name}."), inner, depth + 1, found)?;
        }
        if found.len() >= MOST {
            return Err(PyValueError::new_err(format!("more than {MOST} attributes in one context")));
        }
        if depth == 0 || !found.contains_key(name.as_str()) {
            found.insert(name.into_boxed_str(), Owned::from_object(&value));
        }
    }
    Ok(())
}
