//! One contact as the core sees it: a dictionary read lazily, or a prepared context.

use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyType};
use turnout_core::policy::Slot;
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Subject, Unit};

use crate::context::{Context, Owned};
use crate::convert::{with_attribute, with_unit};
use crate::installed::{Installed, Name};
use crate::outside::Outside;

/// The attributes argument of a call.
pub enum Attributes<'a, 'py> {
    None,
    Borrowed(&'a Bound<'py, PyDict>),
    Owned(Bound<'py, PyDict>),
}

impl<'a, 'py> Attributes<'a, 'py> {
    /// `None` when the argument is no mapping.
    #[inline]
    pub fn from_argument(argument: Option<&'a Bound<'py, PyAny>>) -> Option<Self> {
        let Some(argument) = argument else { return Some(Self::None) };
        if let Ok(dict) = argument.cast::<PyDict>() {
            return Some(Self::Borrowed(dict));
        }
        if argument.is_none() {
            return Some(Self::None);
        }
        copy_of_mapping(argument).map(Self::Owned)
    }

    #[inline]
    pub fn get(&self) -> Option<&Bound<'py, PyDict>> {
        match self {
            Self::None => None,
            Self::Borrowed(dict) => Some(dict),
            Self::Owned(dict) => Some(dict),
        }
    }
}

/// The entries of a mapping that is no dictionary.
#[cold]
fn copy_of_mapping<'py>(argument: &Bound<'py, PyAny>) -> Option<Bound<'py, PyDict>> {
    static MAPPING: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = argument.py();
    // Whatever the argument says of itself may raise; then it is no mapping.
    let is_mapping = MAPPING.import(py, "collections.abc", "Mapping").and_then(|kind| argument.is_instance(kind));
    if !is_mapping.unwrap_or(false) {
        return None;
    }
    let dict = PyDict::new(py);
    dict.call_method1("update", (argument,)).ok()?;
    Some(dict)
}

/// A contact given as a unit and a dictionary.
pub struct DictSubject<'a, 'py> {
    pub unit: Option<&'a Bound<'py, PyAny>>,
    pub attributes: Option<&'a Bound<'py, PyDict>>,
    pub names: &'a [Name],
    pub outside: &'a Outside<'a, 'py>,
}

impl<'py> DictSubject<'_, 'py> {
    /// The value of an attribute: none when it is missing, an error when a key cannot be compared.
    #[inline]
    fn find(&self, slot: Slot) -> PyResult<Option<Bound<'py, PyAny>>> {
        let Some(dict) = self.attributes else { return Ok(None) };
        let name = &self.names[slot as usize];
        let found = dict.get_item(&name.whole)?;
        if found.is_none() && !name.parts.is_empty() {
            return nested(dict, name);
        }
        Ok(found)
    }
}

fn nested<'py>(dict: &Bound<'py, PyDict>, name: &Name) -> PyResult<Option<Bound<'py, PyAny>>> {
    let mut value = dict.clone().into_any();
    for part in &name.parts {
        // What belongs to nothing is nothing.
        if value.is_none() {
            break;
        }
        let Ok(inner) = value.cast_into::<PyDict>() else { return Ok(None) };
        let Some(next) = inner.get_item(part)? else { return Ok(None) };
        value = next;
    }
    Ok(Some(value))
}

impl Subject for DictSubject<'_, '_> {
    #[inline]
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        match self.find(slot) {
            Ok(Some(value)) => with_attribute(&value, then),
            Ok(None) => then(match self.outside.consent {
                None => Attribute::Missing,
                Some(source) => source.answer(self, &self.names[slot as usize], self.outside),
            }),
            Err(_) => then(Attribute::Unusable("a key whose comparison fails")),
        }
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        match slot.map_or(Ok(None), |slot| self.find(slot)) {
            Ok(Some(named)) => with_attribute(&named, |attribute| with_unit(attribute, then)),
            Ok(None) => match self.unit {
                Some(unit) => with_attribute(unit, |attribute| with_unit(attribute, then)),
                None => then(Unit::Missing),
            },
            Err(_) => then(Unit::Unusable),
        }
    }

    #[inline]
    fn now(&self) -> Micros {
        self.outside.now()
    }
}

/// A contact given as a context.
pub struct ContextSubject<'a, 'py> {
    pub context: &'a Context,
    /// Its values, in the order of the policy's slots.
    pub slots: &'a [Owned],
    pub names: &'a [Name],
    pub outside: &'a Outside<'a, 'py>,
}

impl ContextSubject<'_, '_> {
    #[inline]
    fn get(&self, slot: Slot) -> Attribute<'_> {
        self.slots[slot as usize].borrow()
    }
}

impl Subject for ContextSubject<'_, '_> {
    #[inline]
    fn attribute<R>(&self, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        match (self.get(slot), self.outside.consent) {
            (Attribute::Missing, Some(source)) => then(source.answer(self, &self.names[slot as usize], self.outside)),
            (value, _) => then(value),
        }
    }

    #[inline]
    fn unit<R>(&self, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        let named = slot.map(|slot| self.get(slot)).filter(|found| !matches!(found, Attribute::Missing));
        with_unit(named.unwrap_or_else(|| self.context.unit()), then)
    }

    #[inline]
    fn now(&self) -> Micros {
        self.outside.now()
    }
}

/// What a call is about: looked at once, then handed to whoever evaluates.
pub enum Contact<'a, 'py> {
    Dict {
        unit: Option<&'a Bound<'py, PyAny>>,
        attributes: Attributes<'a, 'py>,
    },
    Context(&'a Context),
    /// The attributes are no mapping, or stand beside those of a context.
    Unusable,
}

impl<'a, 'py> Contact<'a, 'py> {
    #[inline]
    pub fn from_arguments(unit: Option<&'a Bound<'py, PyAny>>, attributes: Option<&'a Bound<'py, PyAny>>) -> Self {
        if let Some(Ok(context)) = unit.map(|u| u.cast::<Context>()) {
            return if attributes.is_none() { Self::Context(context.get()) } else { Self::Unusable };
        }
        match Attributes::from_argument(attributes) {
            Some(attributes) => Self::Dict { unit, attributes },
            None => Self::Unusable,
        }
    }

    /// Runs `with` on the subject that this is; `None` when it is unusable.
    #[inline]
    pub fn with<R>(&self, installed: &Installed, outside: &Outside<'_, 'py>, with: impl Use<R>) -> Option<R> {
        let names = &installed.names;
        match self {
            Self::Unusable => None,
            Self::Context(context) => {
                Some(context.slots(installed, |slots| with.call(&ContextSubject { context, slots, names, outside })))
            }
            Self::Dict { unit, attributes } => {
                Some(with.call(&DictSubject { unit: *unit, attributes: attributes.get(), names, outside }))
            }
        }
    }
}

/// Something to do with a subject of either kind.
pub trait Use<R> {
    fn call(self, subject: &impl Subject) -> R;
}
