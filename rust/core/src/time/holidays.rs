//! The federal holidays of the United States (5 U.S.C. 6103, Executive Order 11582).

use super::civil::Day;

/// The Monday Holiday Act has been in force since 1971; 2100 is where the table stops.
const FIRST_YEAR: i64 = 1971;
const LAST_YEAR: i64 = 2100;

const MONDAY: i64 = 0;
const THURSDAY: i64 = 3;

/// Every holiday and every day on which one is observed instead, in no order.
pub(super) fn us_federal() -> impl Iterator<Item = Day> {
    // New Year's Day after the last year may be observed on that year's last day.
    (FIRST_YEAR..=LAST_YEAR + 1)
        .flat_map(of_year)
        .flat_map(|day| [day, observed(day)])
        .filter(|day| (FIRST_YEAR..=LAST_YEAR).contains(&day.civil().0))
}

/// The holidays themselves.
fn of_year(year: i64) -> Vec<Day> {
    let mut days = vec![
        on(year, 1, 1),                   // New Year's Day
        nth(year, 2, 3, MONDAY),          // Washington's Birthday
        nth(year, 6, 1, MONDAY).plus(-7), // Memorial Day: the Monday before June's first
        on(year, 7, 4),                   // Independence Day
        nth(year, 9, 1, MONDAY),          // Labor Day
        nth(year, 10, 2, MONDAY),         // Columbus Day
        nth(year, 11, 4, THURSDAY),       // Thanksgiving Day
        on(year, 12, 25),                 // Christmas Day
    ];
    // Veterans Day went back from a Monday in October to its own date in 1978.
    days.push(if year < 1978 { nth(year, 10, 4, MONDAY) } else { on(year, 11, 11) });
    if year >= 1986 {
        days.push(nth(year, 1, 3, MONDAY)); // Birthday of Martin Luther King, Jr.
    }
    if year >= 2021 {
        days.push(on(year, 6, 19)); // Juneteenth National Independence Day
    }
    days
}

/// The day off for those who work from Monday to Friday.
fn observed(day: Day) -> Day {
    match day.weekday() {
        5 => day.plus(-1),
        6 => day.plus(1),
        _ => day,
    }
}

fn on(year: i64, month: i64, day: i64) -> Day {
    Day::from_civil(year, month, day).unwrap_or(Day(0)) // every date above exists in every year
}

fn nth(year: i64, month: i64, n: i32, weekday: i64) -> Day {
    let first = on(year, month, 1);
    let days_to_first = i32::try_from((weekday - first.weekday()).rem_euclid(7)).unwrap_or(0); // 0 to 6
    first.plus(days_to_first + 7 * (n - 1))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::time::parse_date;

    /// The days off that the Office of Personnel Management published for each year, as month-day.
    const PUBLISHED: [(i64, &str); 12] = [
        (2010, "01-01 01-18 02-15 05-31 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        (2011, "01-17 02-21 05-30 07-04 09-05 10-10 11-11 11-24 12-26"),
        (2015, "01-01 01-19 02-16 05-25 07-03 09-07 10-12 11-11 11-26 12-25"),
        (2017, "01-02 01-16 02-20 05-29 07-04 09-04 10-09 11-10 11-23 12-25"),
        (2020, "01-01 01-20 02-17 05-25 07-03 09-07 10-12 11-11 11-26 12-25"),
        (2021, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
        (2022, "01-17 02-21 05-30 06-20 07-04 09-05 10-10 11-11 11-24 12-26"),
        (2023, "01-02 01-16 02-20 05-29 06-19 07-04 09-04 10-09 11-10 11-23 12-25"),
        (2024, "01-01 01-15 02-19 05-27 06-19 07-04 09-02 10-14 11-11 11-28 12-25"),
        (2025, "01-01 01-20 02-17 05-26 06-19 07-04 09-01 10-13 11-11 11-27 12-25"),
        (2026, "01-01 01-19 02-16 05-25 06-19 07-03 09-07 10-12 11-11 11-26 12-25"),
        (2027, "01-01 01-18 02-15 05-31 06-18 07-05 09-06 10-11 11-11 11-25 12-24 12-31"),
    ];

    fn year_of(days: &BTreeSet<Day>, year: i64) -> Vec<String> {
        days.iter().filter(|day| day.civil().0 == year).map(ToString::to_string).collect()
    }

    #[test]
    fn days_off_are_those_published() {
        let working: BTreeSet<Day> = us_federal().filter(|day| day.weekday() < 5).collect();
        for (year, days) in PUBLISHED {
            let published: Vec<String> = days.split(' ').map(|day| format!("{year}-{day}")).collect();
            assert_eq!(year_of(&working, year), published);
        }
    }

    #[test]
    fn weekend_holidays_are_in_it_themselves() {
        let weekend: BTreeSet<Day> = us_federal().filter(|day| day.weekday() >= 5).collect();
        assert_eq!(year_of(&weekend, 2026), ["2026-07-04"]);
        assert_eq!(year_of(&weekend, 2022), ["2022-01-01", "2022-06-19", "2022-12-25"]);
    }

    #[test]
    fn rules_begin_when_they_were_made() {
        let days: BTreeSet<Day> = us_federal().collect();
        let has = |text| days.contains(&parse_date(text).unwrap());
        assert!(has("1977-10-24") && !has("1977-11-11"), "Veterans Day in October until 1977");
        assert!(has("1978-11-10") && has("1978-11-11") && !has("1978-10-23"));
        assert!(has("1986-01-20") && !has("1985-01-21"), "King's birthday since 1986");
        assert!(!has("2020-06-19"), "Juneteenth since 2021");
        assert!(has("1971-02-15") && has("1971-05-31"), "the first Monday holidays");
        assert!(!has("2025-01-09") && !has("2024-12-24"), "days declared once are not rules");
    }

    #[test]
    fn the_table_ends_where_it_says() {
        let days: BTreeSet<Day> = us_federal().collect();
        assert_eq!(days.first().map(ToString::to_string).as_deref(), Some("1971-01-01"));
        assert_eq!(days.last().map(ToString::to_string).as_deref(), Some("2100-12-31"), "2101-01-01 is a Saturday");
        for year in FIRST_YEAR..=LAST_YEAR {
            let working = days.iter().filter(|day| day.civil().0 == year && day.weekday() < 5).count();
            let holidays = of_year(year).len();
            assert!((holidays - 1..=holidays + 1).contains(&working), "{year}: {working}");
        }
    }
}
