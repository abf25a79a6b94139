//! The hours of a week: windows such as `mon-fri 08:00-20:00`.

use super::{TimeFault, quote};

const MINUTES_PER_DAY: u16 = 1440;
pub(super) const MINUTES_PER_WEEK: u16 = 7 * MINUTES_PER_DAY;

const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Minutes of the week, Monday 00:00 = 0, as sorted edges: from the first to just before the second is in, and so on.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
struct Minutes(Box<[u16]>);

/// When a week is open. A window that crosses midnight is held in two parts, since its second part is subject to
/// the closing of the day before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct WeekHours {
    /// Open by a window that began on the same day.
    same_day: Minutes,
    /// Open by a window that began on the day before.
    day_before: Minutes,
}

/// One window: the days on which it begins, Monday first, and its minutes of the day. When the end is not after the
/// start it lies on the next day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Window {
    days: [bool; 7],
    start: u16,
    end: u16,
}

impl WeekHours {
    /// Reads the windows; none stand for all of the week. Gives every fault, with the place of its window.
    pub(super) fn read(open: &[&str]) -> Result<WeekHours, Vec<(usize, TimeFault)>> {
        let open = if open.is_empty() { &["always"] } else { open };
        let (mut windows, mut faults) = (Vec::new(), Vec::new());
        for (index, text) in open.iter().enumerate() {
            match Window::read(text) {
                Ok(window) => windows.push(window),
                Err(fault) => faults.push((index, fault)),
            }
        }
        if faults.is_empty() { Ok(Self::of(&windows)) } else { Err(faults) }
    }

    fn of(windows: &[Window]) -> WeekHours {
        let (mut same_day, mut day_before) = (Vec::new(), Vec::new());
        for window in windows {
            for midnight in (0..7).filter(|day| window.days[usize::from(*day)]).map(|day| day * MINUTES_PER_DAY) {
                if window.end > window.start {
                    same_day.push((midnight + window.start, midnight + window.end));
                } else {
                    let next = midnight + MINUTES_PER_DAY;
                    same_day.push((midnight + window.start, next));
                    day_before.push((next % MINUTES_PER_WEEK, next % MINUTES_PER_WEEK + window.end));
                }
            }
        }
        WeekHours { same_day: Minutes::of(same_day), day_before: Minutes::of(day_before) }
    }

    /// Whether a window of the same day is open in this minute of the week.
    #[inline]
    pub(super) fn open_today(&self, minute: u16) -> bool {
        self.same_day.contains(minute)
    }

    /// Whether a window that began on the day before is open in this minute of the week.
    #[inline]
    pub(super) fn open_since_yesterday(&self, minute: u16) -> bool {
        self.day_before.contains(minute)
    }

    pub(super) fn always(&self) -> bool {
        *self.same_day.0 == [0, MINUTES_PER_WEEK]
    }

    /// The first minute after this one at which a window opens or closes, or another day begins.
    pub(super) fn next_edge(&self, minute: u16) -> u16 {
        let midnight = (minute / MINUTES_PER_DAY + 1) * MINUTES_PER_DAY;
        let edges = [self.same_day.next_edge(minute), self.day_before.next_edge(minute)];
        edges.into_iter().flatten().fold(midnight, u16::min)
    }
}

impl Minutes {
    fn of(mut spans: Vec<(u16, u16)>) -> Minutes {
        spans.retain(|(start, end)| start < end);
        spans.sort_unstable();
        let mut edges: Vec<u16> = Vec::with_capacity(spans.len() * 2);
        for (start, end) in spans {
            match edges.last_mut() {
                Some(last) if start <= *last => *last = end.max(*last),
                _ => edges.extend([start, end]),
            }
        }
        Minutes(edges.into())
    }

    #[inline]
    fn contains(&self, minute: u16) -> bool {
        self.0.partition_point(|edge| *edge <= minute) % 2 == 1
    }

    fn next_edge(&self, minute: u16) -> Option<u16> {
        self.0.get(self.0.partition_point(|edge| *edge <= minute)).copied()
    }
}

impl Window {
    fn read(text: &str) -> Result<Window, TimeFault> {
        const FORM: &str =
            "write it as \"mon-fri 08:00-20:00\", \"sat,sun 10:00-14:00\", \"daily 00:00-24:00\" or \"always\"";
        let form = || TimeFault::new(format!("{} is not a window of opening hours", quote(text)), FORM);
        if text == "always" {
            return Ok(Window { days: [true; 7], start: 0, end: MINUTES_PER_DAY });
        }
        if text.starts_with(|first: char| first.is_ascii_digit()) {
            let message = format!("{} does not say on which days", quote(text));
            return Err(TimeFault::new(message, "put the days first, such as daily or mon-fri"));
        }
        let (days, hours) = text.split_once(' ').ok_or_else(form)?;
        let (start, end) = hours.split_once('-').ok_or_else(form)?;
        let (start, end) = (read_time(start).ok_or_else(form)?, read_time(end).ok_or_else(form)?);
        let days = read_days(days)?;
        if start == end {
            let message = format!("the window {} starts and ends at the same time", quote(text));
            return Err(TimeFault::new(message, "for a whole day write 00:00-24:00"));
        }
        if start == MINUTES_PER_DAY {
            let message = format!("the window {} starts at the end of the day", quote(text));
            return Err(TimeFault::new(message, "name the next day and start at 00:00"));
        }
        Ok(Window { days, start, end })
    }
}

/// Days such as `mon-fri`, `sat,sun`, `fri-mon,wed` or `daily`.
fn read_days(text: &str) -> Result<[bool; 7], TimeFault> {
    if text == "daily" {
        return Ok([true; 7]);
    }
    let mut days = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (read_day(first)?, read_day(last)?);
        for step in 0..=(last + 7 - first) % 7 {
            days[(first + step) % 7] = true;
        }
    }
    Ok(days)
}

fn read_day(text: &str) -> Result<usize, TimeFault> {
    DAYS.iter().position(|day| *day == text).ok_or_else(|| {
        let lower = text.to_ascii_lowercase();
        let hint = match DAYS.iter().find(|day| lower.starts_with(**day)) {
            Some(day) => format!("write {day}"),
            None => "the days are mon, tue, wed, thu, fri, sat, sun and daily".to_owned(),
        };
        TimeFault::new(format!("{} is not a day of the week", quote(text)), hint)
    })
}

/// Minutes from midnight of a time such as `08:00`, up to `24:00`.
fn read_time(text: &str) -> Option<u16> {
    let [h0, h1, b':', m0, m1] = *text.as_bytes() else {
        return None;
    };
    if ![h0, h1, m0, m1].iter().all(u8::is_ascii_digit) {
        return None;
    }
    let (hour, minute) = (text[..2].parse::<u16>().ok()?, text[3..].parse::<u16>().ok()?);
    (minute < 60 && hour * 60 + minute <= MINUTES_PER_DAY).then_some(hour * 60 + minute)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn same_day(open: &[&str]) -> Vec<u16> {
        WeekHours::read(open).unwrap().same_day.0.into()
    }

    #[test]
    fn windows_become_edges() {
        assert_eq!(same_day(&[]), [0, 10_080]);
        assert_eq!(same_day(&["always"]), [0, 10_080]);
        assert_eq!(same_day(&["daily 00:00-24:00"]), [0, 10_080]);
        assert_eq!(same_day(&["mon,wed 08:30-09:00"]), [510, 540, 3390, 3420]);
        assert_eq!(same_day(&["sat-mon 00:00-24:00"]), [0, 1440, 7200, 10_080]);
        assert_eq!(same_day(&["tue-tue 00:00-01:00", "tue 00:30-02:00", "tue,tue 02:00-03:00"]), [1440, 1620]);
        let night = WeekHours::read(&["sun,mon 22:00-06:00"]).unwrap();
        assert_eq!(*night.same_day.0, [1320, 1440, 9960, 10_080]);
        assert_eq!(*night.day_before.0, [0, 360, 1440, 1800]);
        assert_eq!(WeekHours::read(&["mon 22:00-00:00"]), WeekHours::read(&["mon 22:00-24:00"]));
        assert!(WeekHours::read(&["mon-thu 00:00-24:00", "fri-sun 00:00-24:00"]).unwrap().always());
    }

    #[test]
    fn edges_are_walked_in_order() {
        let hours = WeekHours::read(&["mon 22:00-06:00"]).unwrap();
        let mut edges = vec![0];
        while edges.last().is_some_and(|minute| *minute < MINUTES_PER_WEEK) {
            edges.push(hours.next_edge(*edges.last().unwrap()));
        }
        assert_eq!(edges, [0, 1320, 1440, 1800, 2880, 4320, 5760, 7200, 8640, 10_080]);
    }

    #[test]
    fn faults_say_what_is_wrong() {
        let cases = [
            ("", "is not a window of opening hours"),
            ("Always", "is not a window of opening hours"),
            ("mon", "is not a window of opening hours"),
            ("mon 8:00-20:00", "is not a window of opening hours"),
            ("mon 08:00 - 20:00", "is not a window of opening hours"),
            ("mon 08:00-20:60", "is not a window of opening hours"),
            ("mon 08:00-24:01", "is not a window of opening hours"),
            ("mon 08:00-+9:00", "is not a window of opening hours"),
            ("mon 08:00\u{2013}20:00", "is not a window of opening hours"),
            ("08:00-20:00", "does not say on which days"),
            ("mon 08:00-08:00", "starts and ends at the same time"),
            ("mon 24:00-08:00", "starts at the end of the day"),
        ];
        for (text, what) in cases {
            let fault = Window::read(text).unwrap_err();
            assert!(fault.message.ends_with(what) && fault.message.contains(&format!("{text:?}")), "{fault}");
        }
        let day = |text| Window::read(text).unwrap_err().to_string();
        assert_eq!(day("Mon 08:00-20:00"), "\"Mon\" is not a day of the week; write mon");
        assert_eq!(day("monday-fri 08:00-20:00"), "\"monday\" is not a day of the week; write mon");
        assert!(day("mon, tue 08:00-20:00").contains("is not a window of opening hours; write it as"));
        assert!(day("mo 08:00-20:00").ends_with("mon, tue, wed, thu, fri, sat, sun and daily"));
        assert!(day(",mon 08:00-20:00").starts_with("\"\" is not a day"));
        let faults = WeekHours::read(&["mon", "daily 00:00-24:00", "x"]).unwrap_err();
        assert_eq!(faults.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [0, 2]);
    }

    proptest! {
        #[test]
        fn any_text_is_answered(text in ".*", near in "[a-z,-]{0,9} [0-9:]{0,6}-[0-9:é]{0,6}") {
            for text in [&text, &near] {
                if let Ok(window) = Window::read(text) {
                    prop_assert!(window.days.contains(&true) && window.start < MINUTES_PER_DAY);
                }
            }
        }
    }
}
