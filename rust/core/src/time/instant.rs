//! Instants in RFC 3339 form.

use super::civil::{self, Day, MICROS_PER_S, Micros, S_PER_DAY};
use super::{TimeFault, quote};

/// What keeps a text from being an instant; turned into words only where somebody reads them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wrong {
    Form,
    NoSuchDay,
    NoTime,
    NoSuchTime,
    LeapSecond,
    Fraction,
    NoOffset,
    Offset,
}

/// Reads an instant in RFC 3339 form, such as `2026-03-01T00:00:00Z` or `2026-03-01 09:30:00.5-05:00`.
///
/// The offset is required. `t`, `z` and a space in place of `T` are allowed, as are 1 to 9 digits of a fraction, of
/// which those below a microsecond are cut off. The leap second `:60` is refused: no second of [`Micros`] stands for it.
///
/// # Errors
/// When the text is not of that form, or there is no such day or time.
pub fn parse_instant(text: &str) -> Result<Micros, TimeFault> {
    scan(text.as_bytes()).map_err(|wrong| wrong.fault(text))
}

/// What [`parse_instant`] reads, or `None`: for values that are met while evaluating, where nobody reads the fault.
#[must_use]
#[inline]
pub fn read_instant(text: &str) -> Option<Micros> {
    scan(text.as_bytes()).ok()
}

#[inline]
fn scan(text: &[u8]) -> Result<Micros, Wrong> {
    let (date, rest) = text.split_first_chunk::<10>().ok_or(Wrong::Form)?;
    let (year, month, day) = civil::date_digits(date).ok_or(Wrong::Form)?;
    let day = Day::from_civil(year, month, day).ok_or(Wrong::NoSuchDay)?;
    if rest.is_empty() {
        return Err(Wrong::NoTime);
    }
    let (time, rest) = rest.split_first_chunk::<9>().ok_or(Wrong::Form)?;
    let second_s = scan_time(time)?;
    let (fraction_us, rest) = scan_fraction(rest)?;
    let offset_s = scan_offset(rest)?;
    Ok((i64::from(day.0) * S_PER_DAY + second_s - offset_s) * MICROS_PER_S + fraction_us)
}

/// Seconds of the day from `THH:MM:SS`.
#[inline]
fn scan_time(text: &[u8; 9]) -> Result<i64, Wrong> {
    let [b'T' | b't' | b' ', h0, h1, b':', m0, m1, b':', s0, s1] = *text else {
        return Err(Wrong::Form);
    };
    let hour = civil::two_digits(h0, h1).ok_or(Wrong::Form)?;
    let minute = civil::two_digits(m0, m1).ok_or(Wrong::Form)?;
    let second = civil::two_digits(s0, s1).ok_or(Wrong::Form)?;
    match (hour, minute, second) {
        (0..24, 0..60, 0..60) => Ok(hour * 3600 + minute * 60 + second),
        (0..24, 0..60, 60) => Err(Wrong::LeapSecond),
        _ => Err(Wrong::NoSuchTime),
    }
}

/// Microseconds from `.123456789`, and what follows; nothing is read where no point stands.
#[inline]
fn scan_fraction(text: &[u8]) -> Result<(i64, &[u8]), Wrong> {
    let Some((b'.', rest)) = text.split_first() else {
        return Ok((0, text));
    };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if digits == 0 || digits > 9 {
        return Err(Wrong::Fraction);
    }
    let (fraction, rest) = rest.split_at(digits);
    let kept = fraction.iter().chain(std::iter::repeat(&b'0')).take(6);
    Ok((kept.fold(0, |micros, digit| micros * 10 + i64::from(digit - b'0')), rest))
}

/// Seconds east of UTC from `Z` or `-05:00`.
#[inline]
fn scan_offset(text: &[u8]) -> Result<i64, Wrong> {
    match *text {
        [b'Z' | b'z'] => Ok(0),
        [sign @ (b'+' | b'-'), h0, h1, b':', m0, m1] => {
            let (Some(hour @ 0..24), Some(minute @ 0..60)) = (civil::two_digits(h0, h1), civil::two_digits(m0, m1))
            else {
                return Err(Wrong::Offset);
            };
            let offset_s = hour * 3600 + minute * 60;
            Ok(if sign == b'-' { -offset_s } else { offset_s })
        }
        [] => Err(Wrong::NoOffset),
        _ => Err(Wrong::Offset),
    }
}

impl Wrong {
    #[cold]
    fn fault(self, text: &str) -> TimeFault {
        let (what, hint) = match self {
            Wrong::NoSuchDay => return civil::no_such_day(text),
            Wrong::Form => ("is not an instant", "write it as 2026-03-01T00:00:00Z or 2026-03-01T00:00:00-05:00"),
            Wrong::NoTime => ("has no time of day", "write the instant in full, such as 2026-03-01T00:00:00Z"),
            Wrong::NoSuchTime => ("is not a time of day", "hours run from 00 to 23, minutes and seconds from 00 to 59"),
            Wrong::LeapSecond => ("is a leap second, which is not counted", "write :59, or the next minute"),
            Wrong::Fraction => ("has a fraction that cannot be read", "write 1 to 9 digits after the point"),
            Wrong::NoOffset => ("has no offset from UTC", "add Z for UTC, or an offset such as -05:00"),
            Wrong::Offset => ("does not end in an offset from UTC", "end it in Z, or in an offset such as -05:00"),
        };
        TimeFault::new(format!("{} {what}", quote(text)), hint)
    }
}

/// The instant in RFC 3339 form, in UTC, with no, 3 or 6 digits of fraction.
///
/// RFC 3339 ends at year 9999; beyond it, and before year 0, the year has a sign and at least six digits, so that
/// every number has a form. [`parse_instant`] does not read those.
#[must_use]
pub fn format_instant(at: Micros) -> String {
    let (second_s, micros) = (at.div_euclid(MICROS_PER_S), at.rem_euclid(MICROS_PER_S));
    let of_day = second_s.rem_euclid(S_PER_DAY);
    let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
    let day = Day::of_second(second_s);
    match (micros, micros % 1000) {
        (0, _) => format!("{day}T{hour:02}:{minute:02}:{second:02}Z"),
        (_, 0) => format!("{day}T{hour:02}:{minute:02}:{second:02}.{:03}Z", micros / 1000),
        _ => format!("{day}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const YEAR_0: Micros = -62_167_219_200_000_000;
    const YEAR_10000: Micros = 253_402_300_800_000_000;

    #[test]
    fn known_instants() {
        let at = 1_772_323_200_000_000;
        let same = [
            "2026-03-01T00:00:00Z",
            "2026-03-01t00:00:00z",
            "2026-03-01 00:00:00+00:00",
            "2026-03-01T00:00:00-00:00",
            "2026-02-28T19:00:00-05:00",
            "2026-03-01T05:45:00+05:45",
            "2026-03-01T23:59:00.000000999+23:59",
        ];
        for text in same {
            assert_eq!(parse_instant(text), Ok(at), "{text}");
        }
        assert_eq!(read_instant("2026-03-01T00:00:00.1234567Z"), Some(at + 123_456));
        assert_eq!(read_instant("1969-12-31T23:59:59.5Z"), Some(-500_000));
        assert_eq!(read_instant("0000-01-01T00:00:00Z"), Some(YEAR_0));
        assert_eq!(read_instant("9999-12-31T23:59:59.999999999Z"), Some(YEAR_10000 - 1));
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let cases = [
            ("", Wrong::Form),
            ("now", Wrong::Form),
            ("2026-03-01T00:00Z", Wrong::Form),
            ("20260301T000000Z", Wrong::Form),
            ("2026-03-01_00:00:00Z", Wrong::Form),
            ("2026-03-01T-1:00:00Z", Wrong::Form),
            ("2026-02-30T00:00:00Z", Wrong::NoSuchDay),
            ("2026-03-01", Wrong::NoTime),
            ("2026-03-01T24:00:00Z", Wrong::NoSuchTime),
            ("2026-03-01T23:60:00Z", Wrong::NoSuchTime),
            ("2026-03-01T23:59:61Z", Wrong::NoSuchTime),
            ("2016-12-31T23:59:60Z", Wrong::LeapSecond),
            ("2026-03-01T00:00:00.Z", Wrong::Fraction),
            ("2026-03-01T00:00:00.1234567890Z", Wrong::Fraction),
            ("2026-03-01T00:00:00", Wrong::NoOffset),
            ("2026-03-01T00:00:00.5", Wrong::NoOffset),
            ("2026-03-01T00:00:00+0500", Wrong::Offset),
            ("2026-03-01T00:00:00+24:00", Wrong::Offset),
            ("2026-03-01T00:00:00+05:60", Wrong::Offset),
            ("2026-03-01T00:00:00Z ", Wrong::Offset),
            ("2026-03-01T00:00:00,5Z", Wrong::Offset),
            ("2026-03-01T00:00:00\u{2212}05:00", Wrong::Offset),
        ];
        for (text, wrong) in cases {
            assert_eq!(scan(text.as_bytes()), Err(wrong), "{text}");
            let fault = parse_instant(text).unwrap_err();
            assert!(fault.message.starts_with(&format!("{text:?} ")) && !fault.hint.is_empty(), "{fault}");
        }
        assert_eq!(
            parse_instant("2026-03-01T00:00:00").unwrap_err().to_string(),
            "\"2026-03-01T00:00:00\" has no offset from UTC; add Z for UTC, or an offset such as -05:00"
        );
    }

    #[test]
    fn every_number_has_a_form() {
        assert_eq!(format_instant(0), "1970-01-01T00:00:00Z");
        assert_eq!(format_instant(-1), "1969-12-31T23:59:59.999999Z");
        assert_eq!(format_instant(250_000), "1970-01-01T00:00:00.250Z");
        assert_eq!(format_instant(YEAR_10000), "+010000-01-01T00:00:00Z");
        assert_eq!(format_instant(YEAR_0 - 1), "-000001-12-31T23:59:59.999999Z");
        assert_eq!(format_instant(i64::MAX), "+294247-01-10T04:00:54.775807Z");
        assert_eq!(format_instant(i64::MIN), "-290308-12-21T19:59:05.224192Z");
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(at in YEAR_0..YEAR_10000) {
            prop_assert_eq!(parse_instant(&format_instant(at)), Ok(at));
        }

        #[test]
        fn every_number_can_be_written(at: i64) {
            prop_assert!(format_instant(at).ends_with('Z'));
        }

        #[test]
        fn any_bytes_are_answered(bytes: Vec<u8>) {
            let text = String::from_utf8_lossy(&bytes);
            prop_assert_eq!(parse_instant(&text).ok(), read_instant(&text));
        }

        #[test]
        fn any_change_of_a_good_text_is_answered(
            good in "[0-9]{4}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{1,10})?(Z|[+-][0-2][0-9]:[0-6][0-9])",
            at in 0_usize..40,
            by: char,
        ) {
            let changed: String = good.chars().enumerate().map(|(i, c)| if i == at { by } else { c }).collect();
            prop_assert_eq!(parse_instant(&changed).ok(), read_instant(&changed));
        }

        #[test]
        fn jiff_reads_the_same(
            text in "(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9][Tt ][0-2][0-9]:[0-5][0-9]:[0-5][0-9](\\.[0-9]{1,9})?(Z|[+-][01][0-9]:[0-5][0-9])",
        ) {
            let theirs = text.parse::<jiff::Timestamp>().ok();
            // Ours cuts off (towards the past), jiff's `as_microsecond` cuts towards 1970.
            let theirs = theirs.map(|t| i64::try_from(t.as_nanosecond().div_euclid(1000)).unwrap());
            prop_assert_eq!(read_instant(&text), theirs);
        }
    }
}
