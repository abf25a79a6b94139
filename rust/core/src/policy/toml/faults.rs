//! Every fault of syntax that the `toml` crate finds, in plain words.

use ::toml::Spanned;
use ::toml::de::{DeTable, DeValue, Error};

use super::locate::{self, Located, Step};
use super::scan::{PART_BYTES, Scan};
use super::words;
use crate::policy::node::place;
use crate::policy::path::Path;
use crate::policy::problem::{Kind, Problems};

/// A fault: its first byte, the end of its last one, and the crate's words.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Fault {
    start: usize,
    end: usize,
    message: String,
}

impl Fault {
    fn new(error: &Error, offset: usize) -> Self {
        let span = error.span().unwrap_or_default();
        Self { start: offset + span.start, end: offset + span.end, message: error.message().to_owned() }
    }

    /// Whether a key has no value.
    fn is_bare_key(&self) -> bool {
        self.message.starts_with("key with no value") || self.message.starts_with("missing value for key")
    }

    /// Whether two statements contradict each other. Each of them alone is sound.
    fn is_repeat(&self) -> bool {
        self.message.starts_with("duplicate key") || self.message.starts_with("cannot extend")
    }

    /// Whether it lies inside one value or one key, whose end is certain all the same.
    fn is_in_value(&self) -> bool {
        words::IN_VALUES.iter().any(|start| self.message.starts_with(start))
    }
}

/// Parses a scanned source. Faults go to `problems`. When all of them are keys that stand twice, of which the table has the
/// first, or may lie inside single values, the table is returned with the places of the latter, in ascending order.
pub(super) fn read<'a>(source: &'a str, scan: &Scan, problems: &mut Problems) -> Option<(DeTable<'a>, Vec<usize>)> {
    let (table, mut faults) = parse(&source[..scan.end], &scan.cuts);
    faults.sort_unstable();
    faults.dedup();
    // The scan has reported these in better words; the crate finds the fault at the character, or just after it.
    faults.retain(|f| {
        !scan.controls.iter().any(|at| (f.start..f.end.max(f.start + 1)).contains(at) || f.start == at + 1)
    });
    report(source, table.as_ref(), &faults, problems);
    let is_whole = scan.end == source.len() && scan.controls.is_empty();
    if !is_whole || !faults.iter().all(|f| f.is_repeat() || f.is_in_value()) {
        return None;
    }
    Some((table?, faults.iter().filter(|f| !f.is_repeat()).map(|f| f.start).collect()))
}

/// Parses a source and lists its faults. Each fault costs some hundred bytes, so a long source is parsed for one fault
/// first, and when there is one, the faults are listed part by part until there are more than a report keeps. When there
/// are fewer, the whole is parsed for them: keys that stand twice are found only across parts.
fn parse<'a>(source: &'a str, cuts: &[usize]) -> (Option<DeTable<'a>>, Vec<Fault>) {
    if source.len() > PART_BYTES {
        if let Ok(table) = DeTable::parse(source) {
            return (Some(table.into_inner()), Vec::new());
        }
        if let (faults, false) = faults_of_parts(source, cuts) {
            return (None, faults);
        }
    }
    let (table, faults) = parse_part(source, 0);
    (Some(table), faults)
}

/// Parses a part and lists its faults. A key without a value keeps the crate from looking at the values after it, so
/// then it parses the part once more without such lines.
fn parse_part(part: &str, offset: usize) -> (DeTable<'_>, Vec<Fault>) {
    let (table, errors) = DeTable::parse_recoverable(part);
    let mut faults: Vec<Fault> = errors.iter().map(|e| Fault::new(e, offset)).collect();
    let mut places: Vec<usize> = faults.iter().filter(|f| f.is_bare_key()).map(|f| f.start - offset).collect();
    if !places.is_empty() {
        places.sort_unstable();
        let mut blanked = part.to_owned();
        for (place, located) in places.iter().zip(locate::locate(part, &places)) {
            let rest = part[*place..].find('\n').unwrap_or(part.len() - place);
            let line = located.statement..place + rest;
            blanked.replace_range(line.clone(), &" ".repeat(line.len()));
        }
        faults.extend(DeTable::parse_recoverable(&blanked).1.iter().map(|e| Fault::new(e, offset)));
    }
    (table.into_inner(), faults)
}

/// The faults of the parts, and whether these are all. Of a table that is longer than most documents, only the first is
/// looked for.
fn faults_of_parts(source: &str, cuts: &[usize]) -> (Vec<Fault>, bool) {
    let mut faults = Vec::new();
    let mut are_all = true;
    let mut start = 0;
    for end in cuts.iter().copied().chain([source.len()]) {
        let Some(part) = source.get(start..end) else { break };
        if part.len() > 2 * PART_BYTES {
            let first = DeTable::parse(part).err().map(|e| Fault::new(&e, start)).filter(|f| !f.is_repeat());
            are_all &= first.is_none();
            faults.extend(first);
        } else {
            faults.extend(parse_part(part, start).1.into_iter().filter(|f| !f.is_repeat()));
        }
        if faults.len() > Problems::KEPT {
            return (faults, false);
        }
        start = end;
    }
    (faults, are_all)
}

fn report(source: &str, table: Option<&DeTable<'_>>, faults: &[Fault], problems: &mut Problems) {
    let kept = faults.len().min(Problems::KEPT);
    let places: Vec<usize> = faults[..kept].iter().map(|f| f.start).collect();
    let mut located = locate::locate(source, &places).into_iter();
    for fault in faults {
        let Located { steps, earlier, .. } = located.next().unwrap_or_default();
        locate::with_path(&steps, &Path::ROOT, &mut |path| {
            let at = place(fault.start);
            let first = earlier.or_else(|| first_of(table?, &steps)).filter(|first| *first < fault.start);
            match first {
                Some(first) if fault.message == "duplicate key" => problems.push_twice(path, at, place(first)),
                _ => {
                    let word = words::word_at(source, fault.start);
                    let (message, hint) = words::explain(&fault.message, word, fault.start < fault.end);
                    problems.push_at(Kind::Syntax, path, at, message, hint);
                }
            }
        });
    }
}

/// Where the key at the end of a path stands in the table that was read.
fn first_of(table: &DeTable<'_>, steps: &[Step<'_>]) -> Option<usize> {
    let (Step::Key(key), rest) = steps.split_first()? else {
        return None;
    };
    let (key, value) = table.get_key_value(key.as_ref())?;
    if rest.is_empty() { Some(key.span().start) } else { first_in(value, rest) }
}

fn first_in(value: &Spanned<DeValue<'_>>, steps: &[Step<'_>]) -> Option<usize> {
    match (value.get_ref(), steps) {
        (DeValue::Table(table), _) => first_of(table, steps),
        (DeValue::Array(items), [Step::Index(index), rest @ ..]) => first_in(items.get(*index)?, rest),
        _ => None,
    }
}
