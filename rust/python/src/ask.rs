//! One test asked of a whole column. What a test does to a value is the core's; here it is only done to many at once.

use arrow_array::Array;
use arrow_array::builder::make_view;
use turnout_core::policy::{Number, Op, Relation, Scalar, Test, Text};
use turnout_core::toggle::Attribute;

use crate::column::{Column, walk};

/// A test made ready for a column.
pub struct Asked<'a> {
    op: &'a Op,
    how: How<'a>,
    /// The column, when it has nulls that `how` does not see.
    nulls: Option<&'a dyn Array>,
}

/// Up to this many different texts are asked beforehand.
const TEXTS: usize = 256;

enum How<'a> {
    /// The same for every row.
    Constant(bool),
    /// Asked once for each of a few different texts.
    Keyed(&'a [u32], Box<[bool; TEXTS]>),
    /// A short text, compared as the number in which Arrow keeps it.
    Equal(&'a [u128], u128),
    /// Short texts, the same way.
    Among(&'a [u128], Views),
    /// Integers against an integer.
    Int(&'a [i64], Relation, i64),
    /// Value by value.
    Each(&'a Column),
}

fn holds(op: &Op, attribute: Attribute<'_>) -> bool {
    attribute.ask(op) == Some(true)
}

impl<'a> Asked<'a> {
    /// No column stands for an attribute that is missing in every row.
    pub fn new(test: &'a Test, column: Option<&'a Column>) -> Self {
        let op = &test.op;
        let how = match (column, op) {
            (None, _) => How::Constant(holds(op, Attribute::Missing)),
            (Some(Column::Constant(value, _)), _) => How::Constant(holds(op, value.borrow())),
            (Some(Column::Keyed { keys, texts }), _) if texts.len() <= TEXTS => {
                let mut answers = Box::new([false; TEXTS]);
                for (key, answer) in (0..).zip(answers.iter_mut()).take(texts.len()) {
                    *answer = holds(op, Column::text(texts, key));
                }
                How::Keyed(keys.values(), answers)
            }
            (Some(Column::Int(array)), Op::Compare(relation, Number::Int(bound))) if array.null_count() == 0 => {
                How::Int(array.values(), *relation, *bound)
            }
            (Some(column), _) => short(column, op).unwrap_or(How::Each(column)),
        };
        let nulls: Option<&dyn Array> = match (&how, column) {
            (How::Equal(..) | How::Among(..), Some(Column::Text(array))) => Some(array),
            (How::Keyed(..), Some(Column::Keyed { keys, .. })) => Some(keys),
            _ => None,
        };
        Self { op, how, nulls: nulls.filter(|array| array.null_count() > 0) }
    }

    /// Writes the answers for the rows from `start` on.
    pub fn fill(&self, start: usize, out: &mut [bool]) {
        match &self.how {
            How::Constant(answer) => out.fill(*answer),
            How::Keyed(keys, answers) => {
                // Cut to the size of the table, so that no key has to be checked.
                walk(keys, start, out, |key| answers[*key as usize % TEXTS]);
                self.mend_nulls(start, out);
            }
            How::Equal(views, wanted) => {
                walk(views, start, out, |view| view == wanted);
                self.mend_nulls(start, out);
            }
            How::Among(views, wanted) => {
                walk(views, start, out, |view| wanted.contains(*view));
                self.mend_nulls(start, out);
            }
            How::Int(values, Relation::Less, bound) => walk(values, start, out, |value| value < bound),
            How::Int(values, Relation::AtMost, bound) => walk(values, start, out, |value| value <= bound),
            How::Int(values, Relation::Greater, bound) => walk(values, start, out, |value| value > bound),
            How::Int(values, Relation::AtLeast, bound) => walk(values, start, out, |value| value >= bound),
            How::Each(column) => {
                for (row, cell) in (start..).zip(out) {
                    *cell = column.with(row, |attribute| holds(self.op, attribute));
                }
            }
        }
    }

    /// What stands in the place of a null is not its value.
    fn mend_nulls(&self, start: usize, out: &mut [bool]) {
        let Some(nulls) = self.nulls else { return };
        let null = holds(self.op, Attribute::Null);
        for (row, cell) in (start..).zip(out) {
            if nulls.is_null(row) {
                *cell = null;
            }
        }
    }
}

/// Equality with short texts: Arrow keeps up to 12 bytes inside the view itself, padded with zeros.
fn short<'a>(column: &'a Column, op: &Op) -> Option<How<'a>> {
    const INSIDE: usize = 12;
    let Column::Text(array) = column else { return None };
    let texts: Vec<&str> = match op {
        Op::Equals(Scalar::Text(text)) => vec![text.as_str()],
        Op::In(set) if set.many.is_none() => set.few.iter().map(Text::as_str).collect(),
        _ => return None,
    };
    if texts.iter().any(|text| text.len() > INSIDE) {
        return None;
    }
    let views: Vec<u128> = texts.iter().map(|text| make_view(text.as_bytes(), 0, 0)).collect();
    match views[..] {
        [] => None,
        [view] => Some(How::Equal(array.views(), view)),
        _ => Views::new(&views).map(|views| How::Among(array.views(), views)),
    }
}

/// A few views, each in a place of its own that its bits tell, so that one comparison decides.
struct Views {
    places: Box<[u128; Views::PLACES]>,
    factor: u64,
}

impl Views {
    const PLACES: usize = 64;

    /// `None` when no place of its own is found for each.
    fn new(views: &[u128]) -> Option<Self> {
        // Any odd factors that look random will do.
        let factors = (1..=64_u64).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
        factors.into_iter().find_map(|factor| {
            // No view of a short text has all bits set: that would be a length of 2^32 - 1.
            let mut places = Box::new([!0; Self::PLACES]);
            for view in views {
                let place = &mut places[Self::place(*view, factor)];
                if *place != !0 {
                    return None;
                }
                *place = *view;
            }
            Some(Self { places, factor })
        })
    }

    #[inline]
    fn place(view: u128, factor: u64) -> usize {
        #[expect(clippy::cast_possible_truncation, reason = "the two halves of a view, and the upper six bits")]
        let place = ((view as u64 ^ ((view >> 64) as u64).rotate_left(29)).wrapping_mul(factor) >> 58) as usize;
        place
    }

    #[inline]
    fn contains(&self, view: u128) -> bool {
        self.places[Self::place(view, self.factor) % Self::PLACES] == view
    }
}
