//! The rows of a batch as the core asks for them.

use pyo3::prelude::*;
use turnout_core::hash::UnitHasher;
use turnout_core::policy::Slot;
use turnout_core::time::Micros;
use turnout_core::toggle::{Attribute, Columns, Needs, Unit};

use crate::ask::Asked;
use crate::clock::Clock;
use crate::column::Column;
use crate::contacts::{Contacts, Hashes};
use crate::convert::{instant, is_instant};

/// The instants of a batch.
pub enum Instants {
    All(Micros),
    Each(Column),
}

impl Instants {
    /// The `at` argument of a batch; the clock's time when it is left out.
    pub fn from_argument(py: Python<'_>, at: Option<&Bound<'_, PyAny>>, clock: &Clock) -> PyResult<Self> {
        match at.filter(|at| !at.is_none()) {
            None => clock.now(py).map(Self::All),
            Some(at) if is_instant(at) => instant(at).map(Self::All),
            Some(column) => Column::from_argument("at", column).map(Self::Each),
        }
    }

    #[inline]
    pub fn at(&self, row: usize) -> Option<Micros> {
        match self {
            Self::All(at) => Some(*at),
            // A column of plain integers holds microseconds, as the contact log does.
            Self::Each(column) => column.with(row, |value| match value {
                Attribute::Time(at) | Attribute::Int(at) => Some(at),
                _ => None,
            }),
        }
    }

    /// The first row without a usable instant.
    pub fn gap(&self, rows: usize) -> Option<usize> {
        match self {
            Self::All(_) => None,
            Self::Each(_) => (0..rows).find(|row| self.at(*row).is_none()),
        }
    }
}

/// Contacts and instants, with the toggle's tests made ready for their columns.
pub struct Rows<'a> {
    contacts: &'a Contacts,
    instants: &'a Instants,
    asked: Vec<Asked<'a>>,
}

impl<'a> Rows<'a> {
    pub fn new(contacts: &'a Contacts, instants: &'a Instants, needs: &'a Needs<'_>) -> Self {
        let asked = needs.tests.iter().map(|test| Asked::new(test, contacts.attribute(test.slot))).collect();
        Self { contacts, instants, asked }
    }
}

impl Columns for Rows<'_> {
    type Hashes<'h>
        = Hashes<'h>
    where
        Self: 'h;

    fn ask(&self, place: usize, start: usize, out: &mut [bool]) {
        self.asked[place].fill(start, out);
    }

    fn attribute<R>(&self, row: usize, slot: Slot, then: impl FnOnce(Attribute<'_>) -> R) -> R {
        match self.contacts.attribute(slot) {
            Some(column) => column.with(row, then),
            None => then(Attribute::Missing),
        }
    }

    #[inline]
    fn unit<R>(&self, row: usize, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        self.contacts.unit(row, slot, then)
    }

    fn hashes(&self, slot: Slot, hasher: UnitHasher) -> Hashes<'_> {
        self.contacts.hashes(Some(slot), hasher)
    }

    #[inline]
    fn now(&self, row: usize) -> Micros {
        self.instants.at(row).unwrap_or_default()
    }

    fn is_one_instant(&self) -> bool {
        matches!(self.instants, Instants::All(_))
    }
}
