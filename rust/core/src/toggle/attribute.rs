//! What a contact brings: attribute values and the test of one of them.

use std::cmp::Ordering;
use std::net::IpAddr;
use std::ops::RangeInclusive;

use crate::policy::{Number, Op, Relation, Scalar, Set, Sought, parse_version};
use crate::time::{self, Micros};

/// The value of one attribute of one contact.
#[derive(Clone, Copy)]
pub enum Attribute<'v> {
    /// The contact has no such attribute.
    Missing,
    /// It has the attribute, and it is null.
    Null,
    /// A truth value; never a number.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A whole number beyond 64 bits, in decimal form.
    Huge(&'v str),
    /// A number.
    Float(f64),
    /// Text.
    Text(&'v str),
    /// An instant.
    Time(Micros),
    /// A list.
    List(&'v dyn Elements),
    /// Something that no operator can look at, and why.
    Unusable(&'static str),
}

/// The elements of a list attribute.
pub trait Elements {
    /// Whether `holds` is true for any element.
    fn any(&self, holds: &mut dyn FnMut(Attribute<'_>) -> bool) -> bool;
}

/// Seconds from the start of the year 1 to the end of the year 9999.
const SECONDS: RangeInclusive<i64> = -62_135_596_800..=253_402_300_799;
/// Whole floats within this bound are integers.
const EXACT: f64 = 9_007_199_254_740_991.0;

impl Number {
    /// The number of a float: whole ones within 2^53 - 1 are integers.
    #[inline]
    #[must_use]
    pub fn from_f64(value: f64) -> Number {
        #[expect(clippy::float_cmp, reason = "whole numbers equal their whole part exactly")]
        if value.abs() <= EXACT && value.trunc() == value {
            #[expect(clippy::cast_possible_truncation, reason = "whole and within 2^53")]
            return Number::Int(value as i64);
        }
        Number::Float(value)
    }

    /// The exact order of two numbers; none with a NaN.
    #[inline]
    #[must_use]
    pub fn compare(self, other: Number) -> Option<Ordering> {
        match (self, other) {
            (Number::Int(a), Number::Int(b)) => Some(a.cmp(&b)),
            (Number::Float(a), Number::Float(b)) => a.partial_cmp(&b),
            (Number::Int(a), Number::Float(b)) => compare_mixed(a, b),
            (Number::Float(a), Number::Int(b)) => compare_mixed(b, a).map(Ordering::reverse),
        }
    }
}

fn compare_mixed(int: i64, float: f64) -> Option<Ordering> {
    const LIMIT: f64 = 9_223_372_036_854_775_808.0;
    if float.is_nan() {
        return None;
    }
    if float >= LIMIT {
        return Some(Ordering::Less);
    }
    if float < -LIMIT {
        return Some(Ordering::Greater);
    }
    // Within the range of i64 the whole part converts exactly, and the fraction breaks the tie.
    #[expect(clippy::cast_possible_truncation, reason = "checked against the limits of i64")]
    let whole = float.trunc() as i64;
    Some(int.cmp(&whole).then_with(|| 0.0_f64.total_cmp(&(float.fract() + 0.0))))
}

impl Attribute<'_> {
    #[inline]
    pub(super) fn number(&self) -> Option<Number> {
        match *self {
            Attribute::Int(value) => Some(Number::Int(value)),
            Attribute::Float(value) if !value.is_nan() => Some(Number::from_f64(value)),
            // Beyond every number that a document can hold.
            Attribute::Huge(text) if text.starts_with('-') => Some(Number::Float(f64::NEG_INFINITY)),
            Attribute::Huge(_) => Some(Number::Float(f64::INFINITY)),
            _ => None,
        }
    }

    /// The instant that this is: a time, RFC 3339 text or a date, or seconds since the epoch. A number outside the years 1
    /// to 9999 is none: most likely it counts something else, such as the microseconds of a contact log.
    pub(super) fn instant(&self) -> Option<Micros> {
        match *self {
            Attribute::Time(at) => Some(at),
            Attribute::Text(text) => {
                time::read_instant(text).or_else(|| time::read_date(text).map(time::Day::start_utc))
            }
            Attribute::Int(seconds) => SECONDS.contains(&seconds).then(|| seconds * 1_000_000),
            Attribute::Float(seconds) => {
                let micros = (seconds * 1e6).round();
                #[expect(clippy::cast_possible_truncation, reason = "bounded just before")]
                let micros = (micros.abs() < 9.2e18).then_some(micros as i64);
                micros.filter(|micros| SECONDS.contains(&micros.div_euclid(1_000_000)))
            }
            _ => None,
        }
    }

    /// Whether this equals a scalar of the document; `None` when the types cannot be compared.
    #[inline]
    fn equals(&self, scalar: &Scalar) -> Option<bool> {
        match (self, scalar) {
            (Attribute::Text(text), Scalar::Text(wanted)) => Some(wanted.is(Sought::new(text))),
            (Attribute::Bool(value), Scalar::Bool(wanted)) => Some(value == wanted),
            (_, Scalar::Number(wanted)) => self.number().map(|n| n.compare(*wanted) == Some(Ordering::Equal)),
            _ => None,
        }
    }

    #[inline]
    fn among(&self, set: &Set) -> Option<bool> {
        match self {
            Attribute::Text(text) => set.holds_texts().then(|| set.has_text(text)),
            Attribute::Bool(value) => set.bools.contains(&true).then(|| set.bools[usize::from(*value)]),
            _ if set.numbers.is_empty() => None,
            _ => {
                self.number().map(|n| set.numbers.binary_search_by(|m| m.compare(n).unwrap_or(Ordering::Less)).is_ok())
            }
        }
    }

    /// What a test says of this value; `None` when it cannot be asked, which never matches.
    #[inline]
    #[must_use]
    pub fn ask(&self, op: &Op) -> Option<bool> {
        match op {
            Op::Equals(scalar) => self.equals(scalar),
            Op::In(set) => self.among(set),
            Op::Semver(wanted) => self.version(wanted),
            Op::Compare(relation, wanted) => self.number().and_then(|n| n.compare(*wanted)).map(|o| relation.holds(o)),
            Op::NotEquals(scalar) => self.equals(scalar).map(|equal| !equal),
            Op::NotIn(set) => self.among(set).map(|member| !member),
            Op::Exists(wanted) => Some(!matches!(self, Attribute::Missing | Attribute::Null) == *wanted),
            Op::Null(wanted) => Some(matches!(self, Attribute::Null) == *wanted),
            _ => self.ask_text_or_time(op),
        }
    }

    fn version(&self, wanted: &[(Relation, semver::Version)]) -> Option<bool> {
        let Attribute::Text(text) = self else { return None };
        let version = parse_version(text)?;
        Some(wanted.iter().all(|(relation, bound)| relation.holds(version.cmp_precedence(bound))))
    }

    fn ask_text_or_time(&self, op: &Op) -> Option<bool> {
        match (op, self) {
            (Op::StartsWith(start), Attribute::Text(text)) => Some(text.starts_with(start.as_str())),
            (Op::EndsWith(end), Attribute::Text(text)) => Some(text.ends_with(end.as_str())),
            (Op::Contains(Scalar::Text(part)), Attribute::Text(text)) => Some(text.contains(part.as_str())),
            (Op::Contains(scalar), Attribute::List(list)) => {
                Some(list.any(&mut |element| element.equals(scalar) == Some(true)))
            }
            (Op::Matches(pattern), Attribute::Text(text)) => Some(pattern.0.is_match(text)),
            (Op::Cidr(networks), Attribute::Text(text)) => {
                let address: IpAddr = text.parse().ok()?;
                let address = address.to_canonical();
                Some(networks.iter().any(|network| network.contains(&address)))
            }
            (Op::Before(bound), _) => self.instant().map(|at| at < *bound),
            (Op::After(bound), _) => self.instant().map(|at| at >= *bound),
            _ => None,
        }
    }
}

impl Relation {
    #[inline]
    fn holds(self, order: Ordering) -> bool {
        match self {
            Relation::Less => order.is_lt(),
            Relation::AtMost => order.is_le(),
            Relation::Greater => order.is_gt(),
            Relation::AtLeast => order.is_ge(),
        }
    }
}
