//! Schedules: from the document's tables to [`Schedule`].

use crate::time::{Calendar, Schedule, ScheduleField, ScheduleSpec, Zone, parse_date, read_date};

use super::compile::Compiler;
use super::node::{Node, Value};
use super::path::Path;
use super::problem::Kind;
use super::reader::{Field, Fields, unknown_name};

/// Compiles a schedule.
pub fn schedule(node: &Node<'_>, path: &Path<'_>, c: &mut Compiler<'_>) -> Option<Schedule> {
    let keys = ["zone", "open", "closed_on", "from", "until"];
    let fields = Fields::open(node, path, &keys, c.problems)?;
    let hint = "write a time zone, such as \"America/New_York\"";
    let field = fields.require("zone", Kind::Shape, hint, c.problems);
    let name = field.and_then(|f| fields.text(f, c.problems));
    let zone = name.zip(field).and_then(|(name, f)| c.zone(name, &path.key("zone"), f.node.at));
    let open = fields.get("open").map_or(Some(Vec::new()), |f| one_or_more(f, &fields, c));
    let closed = fields.get("closed_on").map_or(Some(Vec::new()), |f| closed_on(f, &fields, c));
    let from = fields.get("from").map(|f| fields.instant(f, c.problems));
    let until = fields.get("until").map(|f| fields.instant(f, c.problems));
    let sound = zone.is_some() && open.is_some() && closed.is_some() && from != Some(None) && until != Some(None);
    let (open, closed) = (open.unwrap_or_default(), closed.unwrap_or_default());
    // With a fault above, the windows are still read, by some zone, for the faults in them.
    let zone = zone.or_else(|| Zone::load("UTC").ok())?;
    let spec = ScheduleSpec { zone, open: &open, closed: &closed, from: from.flatten(), until: until.flatten() };
    let faults = match Schedule::compile(&spec) {
        Ok(schedule) => return sound.then_some(schedule),
        Err(faults) => faults,
    };
    for (place, fault) in faults {
        let (key, index) = match place {
            ScheduleField::Open(index) => ("open", Some(index)),
            ScheduleField::Until => ("until", None),
        };
        let node = fields.get(key).map_or(node, |f| f.node);
        let here = path.key(key);
        let (place, at) = match (&node.value, index) {
            (Value::List(items), Some(index)) => (here.index(index), items.get(index).map_or(node.at, |item| item.at)),
            _ => (here, node.at),
        };
        c.problems.push_at(Kind::Shape, &place, at, fault.message, fault.hint);
    }
    None
}

fn one_or_more<'t>(field: Field<'t, '_>, fields: &Fields<'t, '_>, c: &mut Compiler<'_>) -> Option<Vec<&'t str>> {
    match &field.node.value {
        Value::Text(_) => fields.text(field, c.problems).map(|text| vec![text]),
        _ => fields.texts(field, c.problems),
    }
}

/// Days off: the names of calendars and single dates.
fn closed_on(field: Field<'_, '_>, fields: &Fields<'_, '_>, c: &mut Compiler<'_>) -> Option<Vec<Calendar>> {
    let mut closed = Vec::new();
    let path = fields.path.key(field.key);
    for (index, name) in one_or_more(field, fields, c)?.into_iter().enumerate() {
        let calendar = c.calendar(name).or_else(|| read_date(name).map(|day| Calendar::from_days([day])));
        if calendar.is_none() {
            let (message, hint) = no_day_off(name, c);
            let (place, at) = match &field.node.value {
                Value::List(items) => (path.index(index), items.get(index).map_or(field.node.at, |item| item.at)),
                _ => (path, field.node.at),
            };
            c.problems.push_at(Kind::Reference, &place, at, message, hint);
        }
        closed.extend(calendar);
    }
    Some(closed)
}

/// The fault of a name that is neither a calendar nor a date.
fn no_day_off(name: &str, c: &mut Compiler<'_>) -> (String, String) {
    if let Err(fault) = parse_date(name)
        && !name.contains(char::is_alphabetic)
    {
        return (fault.message, fault.hint);
    }
    let builtin = Calendar::BUILTIN.into_iter().filter(|name| !c.calendars.contains_key(*name));
    let known = c.calendars.keys().map(String::as_str).chain(builtin);
    let (message, hint) = unknown_name("calendar or date", name, known, &mut c.effort);
    let is_date = name.contains(|character: char| character.is_ascii_digit());
    (message, if is_date { format!("{hint}; a date is written 2026-12-25") } else { hint })
}
