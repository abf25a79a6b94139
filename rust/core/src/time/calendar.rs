//! Calendars: sets of closed days.

use std::sync::Arc;

use super::civil::Day;
use super::holidays;

/// A set of days. Cloning shares it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Calendar(Arc<Days>);

#[derive(Debug, Default, PartialEq, Eq)]
struct Days {
    /// In order, each once.
    sorted: Box<[Day]>,
    /// One bit for each day from the first to the last, where that takes no more room than a word a day; else empty.
    bits: Box<[u64]>,
}

impl Calendar {
    /// The names of the calendars that are built in.
    pub const BUILTIN: [&'static str; 1] = ["us-holidays"];

    /// A calendar that is built in, made anew at each call: keep it where several schedules use it.
    ///
    /// `us-holidays` holds the federal holidays of the United States (5 U.S.C. 6103) from 1971 to 2100: each holiday
    /// itself, and for one on a Saturday the Friday before, for one on a Sunday the Monday after. Inauguration days
    /// and days off that a president declares once are not in it.
    #[must_use]
    pub fn builtin(name: &str) -> Option<Calendar> {
        (name == Self::BUILTIN[0]).then(|| Self::from_days(holidays::us_federal()))
    }

    /// The calendar of these days, in any order.
    #[must_use]
    pub fn from_days(days: impl IntoIterator<Item = Day>) -> Calendar {
        let mut days: Vec<Day> = days.into_iter().collect();
        days.sort_unstable();
        days.dedup();
        let bits = bits_of(&days).unwrap_or_default();
        Calendar(Arc::new(Days { sorted: days.into(), bits: bits.into() }))
    }

    /// The days of either calendar.
    #[must_use]
    pub fn union(&self, other: &Calendar) -> Calendar {
        match (self.days().is_empty(), other.days().is_empty()) {
            (_, true) => self.clone(),
            (true, _) => other.clone(),
            _ => Self::from_days(self.days().iter().chain(other.days()).copied()),
        }
    }

    /// Whether the day is in the calendar.
    #[must_use]
    #[inline]
    pub fn contains(&self, day: Day) -> bool {
        let Some(first) = self.0.sorted.first() else {
            return false;
        };
        if self.0.bits.is_empty() {
            return self.0.sorted.binary_search(&day).is_ok();
        }
        let Ok(bit) = usize::try_from(i64::from(day.0) - i64::from(first.0)) else {
            return false;
        };
        self.0.bits.get(bit / 64).is_some_and(|word| word >> (bit % 64) & 1 == 1)
    }

    /// The days, in order.
    #[must_use]
    pub fn days(&self) -> &[Day] {
        &self.0.sorted
    }
}

fn bits_of(sorted: &[Day]) -> Option<Vec<u64>> {
    let (first, last) = (sorted.first()?, sorted.last()?);
    let place = |day: &Day| usize::try_from(i64::from(day.0) - i64::from(first.0)).ok();
    let words = place(last)? / 64 + 1;
    if words > sorted.len() {
        return None;
    }
    let mut bits = vec![0; words];
    for bit in sorted.iter().filter_map(place) {
        bits[bit / 64] |= 1 << (bit % 64);
    }
    Some(bits)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_calendar_is_a_set() {
        let (one, two) = (Calendar::from_days([Day(3), Day(1), Day(3)]), Calendar::from_days([Day(2), Day(3)]));
        assert_eq!(one.days(), [Day(1), Day(3)]);
        assert_eq!(one.union(&two).days(), [Day(1), Day(2), Day(3)]);
        assert_eq!(one.union(&Calendar::default()), one);
        assert_eq!(Calendar::default().union(&one), one);
        assert!(one.contains(Day(3)) && !one.contains(Day(2)) && !Calendar::default().contains(Day(0)));
        assert_eq!(Calendar::builtin("us_holidays"), None);
    }

    proptest! {
        #[test]
        fn a_calendar_holds_what_was_put_in(
            dense in prop::collection::btree_set(-500..500_i32, 0..100),
            sparse in prop::collection::btree_set(any::<i32>(), 0..4),
        ) {
            for days in [dense.clone(), sparse.clone(), &dense | &sparse] {
                let calendar = Calendar::from_days(days.iter().copied().map(Day));
                let near = days.iter().flat_map(|day| [day.saturating_sub(64), day.saturating_add(1), day.wrapping_add(64)]);
                for day in near.chain(-600..600).chain([i32::MIN, i32::MAX]).collect::<BTreeSet<i32>>() {
                    prop_assert_eq!(calendar.contains(Day(day)), days.contains(&day));
                }
                prop_assert_eq!(calendar.days().len(), days.len());
            }
        }
    }
}
