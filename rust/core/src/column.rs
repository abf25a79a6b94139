//! Columns of numbers as the models read them: one number for all rows, or one for each row.

/// One number for all rows, or one for each. What is not known is NaN.
#[derive(Clone, Copy, Debug)]
pub enum Column<'a> {
    /// The same for every row.
    One(f64),
    /// One for each row.
    Each(&'a [f64]),
}

impl Column<'_> {
    /// The number of a row.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "loops over columns are to become vector instructions, in every copy of them"
    )]
    #[must_use]
    pub fn at(&self, row: usize) -> f64 {
        match self {
            Self::One(value) => *value,
            Self::Each(values) => values[row],
        }
    }

    /// The rows from `start` on, as many as there is room for.
    #[inline(always)]
    #[expect(
        clippy::inline_always,
        reason = "loops over columns are to become vector instructions, in every copy of them"
    )]
    pub(crate) fn fill(&self, start: usize, into: &mut [f64]) {
        match self {
            Self::One(value) => into.fill(*value),
            Self::Each(values) => into.copy_from_slice(&values[start..start + into.len()]),
        }
    }

    /// Looks at every number but NaN, which stands for what is not known.
    ///
    /// # Errors
    /// The first number that `range` does not hold.
    pub fn check(&self, name: &'static str, range: Range) -> Result<(), Fault> {
        let (row, value) = match self {
            Self::One(value) => (None, *value),
            Self::Each(values) => {
                // All at once and without a branch for each: faults are rare, and looked for only when there is one.
                if !values.iter().fold(false, |any, value| any | range.refuses(*value)) {
                    return Ok(());
                }
                let row = values.iter().position(|value| range.refuses(*value)).unwrap_or_default();
                (Some(row), values[row])
            }
        };
        if range.refuses(value) { Err(Fault { column: name, row, value, range }) } else { Ok(()) }
    }
}

/// The numbers that a column may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Range {
    /// Finite, 0 or more.
    NotNegative,
    /// 0 or more, and infinity.
    NotNegativeOrInfinite,
    /// From 0 to 1.
    Probability,
    /// Whole, from 0 to a most.
    Count(u32),
}

impl Range {
    #[inline]
    fn refuses(self, value: f64) -> bool {
        match self {
            Self::NotNegative => value < 0.0 || value == f64::INFINITY,
            Self::NotNegativeOrInfinite => value < 0.0,
            Self::Probability => !(value.is_nan() || (0.0..=1.0).contains(&value)),
            Self::Count(most) => value < 0.0 || value > f64::from(most) || !(value.is_nan() || is_whole(value)),
        }
    }
}

/// Of numbers that an `u32` can hold. Not `trunc`, which is a call where the processor has no instruction for it.
fn is_whole(value: f64) -> bool {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    let whole = value as u32;
    #[expect(clippy::float_cmp, reason = "whole numbers of this size are exact")]
    let same = f64::from(whole) == value;
    same
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::NotNegative => write!(f, "0 or more and finite"),
            Self::NotNegativeOrInfinite => write!(f, "0 or more"),
            Self::Probability => write!(f, "from 0 to 1"),
            Self::Count(most) => write!(f, "a whole number from 0 to {most}"),
        }
    }
}

/// A number that its column may not hold.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fault {
    /// The column's name.
    pub column: &'static str,
    /// The row, unless the number is that of all rows.
    pub row: Option<usize>,
    /// The number.
    pub value: f64,
    /// What it must be.
    pub range: Range,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_hold_what_they_say() {
        let (nan, inf) = (f64::NAN, f64::INFINITY);
        let cases: [(Range, &[f64], &[f64]); 4] = [
            (Range::NotNegative, &[0.0, -0.0, 1e300, nan], &[-1e-300, inf, -inf]),
            (Range::NotNegativeOrInfinite, &[0.0, inf, nan], &[-1.0, -inf]),
            (Range::Probability, &[0.0, 1.0, nan], &[-0.1, 1.0 + f64::EPSILON, inf]),
            (Range::Count(7), &[0.0, 7.0, nan], &[0.5, 8.0, -1.0, inf, 5e9]),
        ];
        for (range, held, refused) in cases {
            for value in held {
                assert!(!range.refuses(*value), "{range} {value}");
                assert_eq!(Column::One(*value).check("c", range), Ok(()));
            }
            for value in refused {
                let fault = Column::Each(&[0.0, *value, *value]).check("c", range).unwrap_err();
                assert_eq!((fault.column, fault.row, fault.range), ("c", Some(1), range));
                assert_eq!(Column::One(*value).check("c", range).unwrap_err().row, None);
            }
        }
    }

    #[test]
    fn a_number_stands_for_every_row() {
        assert!((Column::One(3.0).at(17) - 3.0).abs() < f64::EPSILON);
        assert!((Column::Each(&[1.0, 2.0]).at(1) - 2.0).abs() < f64::EPSILON);
    }
}
