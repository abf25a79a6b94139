//! Many contacts as columns: their units, and the attributes that somebody looks at.

use arrow_array::Array;
use turnout_core::hash::UnitHasher;
use turnout_core::policy::Slot;
use turnout_core::toggle::{Attribute, Code, Hashes as _, Unit};

use crate::column::{Column, prefetch};
use crate::context::Owned;
use crate::convert::with_unit;

/// The contacts of a batch.
pub struct Contacts {
    pub units: Column,
    /// By slot; none for attributes that nobody looks at.
    pub attributes: Vec<Option<Column>>,
}

impl Contacts {
    pub fn attribute(&self, slot: Slot) -> Option<&Column> {
        self.attributes.get(slot as usize)?.as_ref()
    }

    /// The unit of a row: the attribute in `slot` when the row has it, otherwise the row's own.
    #[inline]
    pub fn unit<R>(&self, row: usize, slot: Option<Slot>, then: impl FnOnce(Unit<'_>) -> R) -> R {
        let named = slot.and_then(|slot| self.attribute(slot));
        let is_there = |column: &&Column| column.with(row, |a| !matches!(a, Attribute::Missing));
        let column = named.filter(is_there).unwrap_or(&self.units);
        column.with(row, |attribute| with_unit(attribute, then))
    }

    /// The hashes of the units.
    pub fn hashes(&self, slot: Option<Slot>, hasher: UnitHasher) -> Hashes<'_> {
        let named = slot.and_then(|slot| self.attribute(slot));
        let named = named.filter(|column| !matches!(column, Column::Constant(Owned::Missing, _)));
        let views = match named.unwrap_or(&self.units) {
            Column::Text(texts) if texts.null_count() == 0 => &**texts.views(),
            _ => &[],
        };
        Hashes { contacts: self, slot, hasher, views }
    }

    /// Keeps only what tells units, in a form that nobody else can change.
    pub fn keep_units(&mut self, slots: &[Slot]) {
        for (slot, column) in (0..).zip(&mut self.attributes) {
            *column = column.take().filter(|_| slots.contains(&slot)).map(Column::detached);
        }
        let units = std::mem::replace(&mut self.units, Column::Constant(Owned::Missing, 0));
        self.units = units.detached();
    }
}

/// The hashes of units, row by row.
pub struct Hashes<'a> {
    contacts: &'a Contacts,
    slot: Option<Slot>,
    hasher: UnitHasher,
    /// The units as Arrow keeps them, when all are text: up to 12 bytes stand in the view itself, behind their length.
    views: &'a [u128],
}

impl turnout_core::toggle::Hashes for Hashes<'_> {
    /// Columns of ids are mostly short text.
    #[inline]
    fn short(&self, row: usize) -> Option<u64> {
        let view = *self.views.get(row)?;
        prefetch(self.views, row, 1);
        #[expect(clippy::cast_possible_truncation, reason = "a view is a length, eight bytes and four more")]
        let (len, start, rest) = (view as u32, (view >> 32) as u64, (view >> 96) as u32);
        (1..=UnitHasher::SHORT).contains(&len).then(|| self.hasher.short(start, rest, len))
    }
}

impl Hashes<'_> {
    /// The hash of a row's unit.
    ///
    /// # Errors
    /// Why it has none.
    #[inline]
    pub fn at(&self, row: usize) -> Result<u64, Code> {
        self.short(row).map_or_else(|| self.any(row), Ok)
    }

    /// Apart, so that the short way is small enough to become part of the loops around it.
    #[cold]
    #[inline(never)]
    fn any(&self, row: usize) -> Result<u64, Code> {
        self.contacts.unit(row, self.slot, |unit| unit.key().map(|key| self.hasher.any(key.as_bytes())))
    }
}
