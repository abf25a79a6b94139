//! Consent that the caller looks up: asked when a contact does not bring it.

use std::sync::atomic::{AtomicBool, Ordering};

use pyo3::exceptions::{PyException, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use turnout_core::policy::Slot;
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Subject, Unit};

use crate::column::Column;
use crate::contacts::Contacts;
use crate::context::Owned;
use crate::convert::datetime_from_micros;
use crate::installed::{Installed, Name};
use crate::outside::Outside;

const FAILED: Attribute<'_> = Attribute::Unusable("nothing: the consent source failed");
const NO_ANSWER: Attribute<'_> = Attribute::Unusable("neither True nor False, says the consent source");

/// A callable `(unit, purpose, at) -> bool`.
pub struct ConsentSource {
    ask: Py<PyAny>,
    /// Whether a failure was reported: one is enough to know of.
    reported: AtomicBool,
}

impl ConsentSource {
    pub fn from_object(object: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Self>> {
        match object.filter(|object| !object.is_none()) {
            None => Ok(None),
            Some(object) if object.is_callable() => {
                Ok(Some(Self { ask: object.clone().unbind(), reported: AtomicBool::new(false) }))
            }
            Some(_) => Err(PyTypeError::new_err("consent must be a callable (unit, purpose, at) that returns a bool")),
        }
    }

    /// What the source says of a contact that lacks an attribute: nothing, when it is no consent.
    #[cold]
    pub fn answer(&self, contact: &impl Subject, name: &Name, outside: &Outside<'_, '_>) -> Attribute<'static> {
        let Some(purpose) = &name.purpose else { return Attribute::Missing };
        contact.unit(None, |unit| self.answer_at(unit, purpose, outside.now(), outside))
    }

    /// Anything but a truth value is a refusal, and so is a failure; only what is no `Exception`, such as a keyboard
    /// interrupt, ends the call.
    fn answer_at(
        &self,
        unit: Unit<'_>,
        purpose: &Py<PyString>,
        at: Micros,
        outside: &Outside<'_, '_>,
    ) -> Attribute<'static> {
        // Nobody can have consented for a contact that nobody can name.
        let Ok(unit) = unit.key() else { return Attribute::Missing };
        let ask = self.ask.bind(outside.py);
        match datetime_from_micros(outside.py, at).and_then(|at| ask.call1((unit, purpose, at))) {
            Ok(answer) => answer.cast::<PyBool>().map_or(NO_ANSWER, |given| Attribute::Bool(given.is_true())),
            Err(error) if error.is_instance_of::<PyException>(outside.py) => {
                if !self.reported.swap(true, Ordering::Relaxed) {
                    error.write_unraisable(outside.py, Some(ask));
                }
                FAILED
            }
            Err(interrupt) => {
                outside.fail(interrupt);
                FAILED
            }
        }
    }

    /// Fills in what the contacts of a batch do not bring.
    pub fn complete(
        &self,
        outside: &Outside<'_, '_>,
        installed: &Installed,
        contacts: &mut Contacts,
        now: impl Fn(usize) -> Micros,
    ) {
        let slots = 0..Slot::try_from(installed.names.len()).unwrap_or(Slot::MAX);
        for slot in slots {
            let Some(purpose) = &installed.names[slot as usize].purpose else { continue };
            let Some(column) = contacts.attribute(slot) else { continue };
            let is_missing = |row: &usize| matches!(column.owned(*row), Some(Owned::Missing));
            let rows = 0..column.len();
            if !rows.clone().any(|row| is_missing(&row)) {
                continue;
            }
            let ask = |row: usize| contacts.unit(row, None, |unit| self.answer_at(unit, purpose, now(row), outside));
            let cell = |row: usize| match column.owned(row) {
                Some(Owned::Missing) | None => Owned::without_lists(ask(row)),
                Some(value) => value.clone(),
            };
            contacts.attributes[slot as usize] = Some(Column::Values(rows.map(cell).collect()));
        }
    }
}
