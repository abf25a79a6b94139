//! Durations such as `1d12h`.

use super::civil::{MICROS_PER_S, Micros};
use super::{TimeFault, quote};

/// The units, longest first, in seconds. A week and a day are exact numbers of seconds: a duration knows no zone.
const UNITS: [(char, i64); 5] = [('w', 604_800), ('d', 86_400), ('h', 3600), ('m', 60), ('s', 1)];

/// Reads a duration: whole numbers with the units `w d h m s`, longest first and each at most once, such as `7d`,
/// `1d12h` or `90m`. A day is 24 hours. The sum is above zero.
///
/// # Errors
/// When the text is not of that form, is zero, or is too long for [`Micros`].
pub fn parse_duration(text: &str) -> Result<Micros, TimeFault> {
    let form = || {
        let message = format!("{} is not a duration", quote(text));
        TimeFault::new(message, "write whole numbers with the units w, d, h, m and s, such as 7d or 1d12h")
    };
    let too_long = || TimeFault::new(format!("the duration {} is too long", quote(text)), "write a shorter one");
    let mut shorter = UNITS.iter();
    let mut total_s: i64 = 0;
    let mut rest = text;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let (number, tail) = rest.split_at(digits);
        let unit = tail.chars().next().filter(|_| digits > 0).ok_or_else(form)?;
        if !UNITS.iter().any(|(name, _)| *name == unit) {
            return Err(form());
        }
        // The units already used up, and those longer than them, are gone from the iterator.
        let Some((_, unit_s)) = shorter.find(|(name, _)| *name == unit) else {
            let message = format!("the units of {} are out of order", quote(text));
            return Err(TimeFault::new(message, "write each unit once, the longest first, such as 1d12h"));
        };
        let part_s = number.parse::<i64>().ok().and_then(|n| n.checked_mul(*unit_s)).ok_or_else(too_long)?;
        total_s = total_s.checked_add(part_s).ok_or_else(too_long)?;
        rest = &tail[unit.len_utf8()..];
    }
    match total_s.checked_mul(MICROS_PER_S).ok_or_else(too_long)? {
        0 if text.is_empty() => Err(form()),
        0 => Err(TimeFault::new(format!("the duration {} is zero", quote(text)), "write one above zero")),
        total => Ok(total),
    }
}

/// The duration in the form that [`parse_duration`] reads, in days and less. What that form cannot say is shown too:
/// zero as `0s`, a sign, and a fraction of a second.
#[must_use]
pub fn format_duration(duration: Micros) -> String {
    let mut text = String::from(if duration < 0 { "-" } else { "" });
    let (mut left_s, micros) = (duration.unsigned_abs() / 1_000_000, duration.unsigned_abs() % 1_000_000);
    for (unit, unit_s) in &UNITS[1..4] {
        let count = left_s / unit_s.unsigned_abs();
        left_s %= unit_s.unsigned_abs();
        if count > 0 {
            text.push_str(&count.to_string());
            text.push(*unit);
        }
    }
    if micros > 0 {
        let seconds = format!("{left_s}.{micros:06}");
        text.push_str(seconds.trim_end_matches('0'));
        text.push('s');
    } else if left_s > 0 || duration == 0 {
        text.push_str(&left_s.to_string());
        text.push('s');
    }
    text
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const MAX_S: i64 = i64::MAX / MICROS_PER_S;

    #[test]
    fn known_durations() {
        let cases = [
            ("7d", 604_800, "7d"),
            ("12h", 43_200, "12h"),
            ("30m", 1800, "30m"),
            ("45s", 45, "45s"),
            ("2w", 1_209_600, "14d"),
            ("1d12h", 129_600, "1d12h"),
            ("1w1d1h1m1s", 694_861, "8d1h1m1s"),
            ("90m", 5400, "1h30m"),
            ("0d007h", 25_200, "7h"),
        ];
        for (text, seconds, shown) in cases {
            assert_eq!(parse_duration(text), Ok(seconds * MICROS_PER_S), "{text}");
            assert_eq!(format_duration(seconds * MICROS_PER_S), shown);
        }
        assert_eq!(format_duration(0), "0s");
        assert_eq!(format_duration(-1_500_000), "-1.5s");
        assert_eq!(format_duration(86_400_000_001), "1d0.000001s");
        assert_eq!(format_duration(i64::MIN), "-106751991d4h54.775808s");
        assert_eq!(parse_duration(&format!("{MAX_S}s")), Ok(MAX_S * MICROS_PER_S));
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let cases = [
            ("", "is not a duration"),
            ("7", "is not a duration"),
            ("d", "is not a duration"),
            ("7 d", "is not a duration"),
            ("7D", "is not a duration"),
            ("-7d", "is not a duration"),
            ("1.5h", "is not a duration"),
            ("P7D", "is not a duration"),
            ("7é", "is not a duration"),
            ("12h1d", "are out of order"),
            ("1h1h", "are out of order"),
            ("0d", "is zero"),
            ("9223372036855s", "is too long"),
            ("99999999999999999999w", "is too long"),
            ("9223372036854775807s", "is too long"),
        ];
        for (text, what) in cases {
            let fault = parse_duration(text).unwrap_err();
            assert!(fault.message.ends_with(what) && fault.message.contains(&format!("{text:?}")), "{fault}");
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read(seconds in 1..=MAX_S) {
            let duration = seconds * MICROS_PER_S;
            prop_assert_eq!(parse_duration(&format_duration(duration)), Ok(duration));
        }

        #[test]
        fn any_text_is_answered(text in ".*", near in "([0-9]{0,20}[wdhmsé]?){0,6}", number: i64) {
            for text in [&text, &near] {
                prop_assert!(parse_duration(text).is_ok_and(|d| d > 0) || parse_duration(text).is_err());
            }
            prop_assert!(!format_duration(number).is_empty());
        }
    }
}
