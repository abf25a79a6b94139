//! One exposure event as it is written: a row of a table, or a line of JSON.

use compact_str::CompactString;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use turnout_core::hash::Percent;
use turnout_core::policy::{Served, Toggle};
use turnout_core::time::{Micros, format_instant};
use turnout_core::toggle::Code;

use crate::exposure::{Event, ExposureBuffer};
use crate::refresh::reason;
use crate::result;

/// The columns of text, but for those of the caller's attributes.
pub const TEXTS: [&str; 9] = ["toggle", "unit", "served", "shadow", "mode", "reason", "code", "rule", "policy_digest"];

/// How events become rows.
pub struct Scribe<'a> {
    pub segments: &'a [String],
    pub attributes: &'a [String],
    pseudonyms: Option<Hmac<Sha256>>,
}

/// One event.
pub struct Row<'a> {
    pub at: Micros,
    unit: Option<String>,
    texts: [Option<&'a str>; TEXTS.len()],
    pub enabled: bool,
    pub bucket: Option<f64>,
    pub percent: Option<f64>,
    pub refused: Vec<&'a str>,
    pub segments: Vec<&'a str>,
    pub attributes: Vec<Option<CompactString>>,
}

impl<'a> Scribe<'a> {
    pub fn new(buffer: &'a ExposureBuffer) -> Self {
        // HMAC takes keys of any length.
        let pseudonyms = buffer.pseudonym_key.as_deref().and_then(|key| Hmac::new_from_slice(key).ok());
        Self { segments: &buffer.segments, attributes: &buffer.attributes, pseudonyms }
    }

    pub fn row(&self, event: &'a Event) -> Row<'a> {
        let policy = &event.installed.engine.policy;
        let (toggle, decision) = (&policy.toggles[event.toggle as usize], &event.decision);
        // A place on a known ramp would tell who it is.
        let bucket = decision.bucket.filter(|_| self.pseudonyms.is_none());
        let names = self.segments.iter().enumerate().filter(|(bit, _)| event.segments >> bit & 1 == 1);
        Row {
            at: event.at,
            unit: event.unit.as_deref().map(|unit| self.name_of(unit)),
            texts: [
                Some(&toggle.key),
                None,
                text(toggle, decision.served),
                decision.shadow.and_then(|served| text(toggle, served)),
                Some(decision.mode().name()),
                Some(reason(decision, event.is_stale)),
                decision.code.map(Code::name),
                decision.rule.map(|rule| &*toggle.rules[usize::from(rule)].id),
                Some(&policy.digest),
            ],
            enabled: decision.enabled(),
            bucket: bucket.map(|bucket| f64::from(bucket) / f64::from(Percent::STEPS)),
            percent: decision.percent.map(Percent::as_f64),
            refused: result::refused(policy, toggle, decision).collect(),
            segments: names.map(|(_, name)| name.as_str()).collect(),
            attributes: event.attributes.iter().map(crate::context::Owned::to_text).collect(),
        }
    }

    /// The unit, or its pseudonym: 128 bits of the keyed hash.
    fn name_of(&self, unit: &str) -> String {
        let Some(keyed) = &self.pseudonyms else { return unit.to_owned() };
        let hash = keyed.clone().chain_update(unit).finalize().into_bytes();
        let first: [u8; 16] = std::array::from_fn(|place| hash[place]);
        format!("{:032x}", u128::from_be_bytes(first))
    }

    /// Writes an event as a line of JSON.
    pub fn line(&self, event: &Event, out: &mut String) {
        let row = self.row(event);
        out.push('{');
        field(out, "at", &format_instant(row.at));
        TEXTS.iter().zip(row.texts()).for_each(|(name, text)| field(out, name, &text));
        field(out, "enabled", &row.enabled);
        field(out, "bucket", &row.bucket);
        field(out, "percent", &row.percent);
        field(out, "refused", &row.refused);
        field(out, "segments", &row.segments);
        self.attributes.iter().zip(&row.attributes).for_each(|(name, text)| field(out, name, &text.as_deref()));
        out.push_str("}\n");
    }
}

impl Row<'_> {
    pub fn texts(&self) -> [Option<&str>; TEXTS.len()] {
        let mut texts = self.texts;
        texts[1] = self.unit.as_deref();
        texts
    }
}

fn field(out: &mut String, name: &str, value: &impl serde::Serialize) {
    if !out.ends_with('{') {
        out.push(',');
    }
    // Texts, lists of them, finite numbers: nothing that JSON cannot say.
    let json = |value: serde_json::Result<String>| value.unwrap_or_else(|_| "null".to_owned());
    out.push_str(&json(serde_json::to_string(name)));
    out.push(':');
    out.push_str(&json(serde_json::to_string(value)));
}

/// What is served, as text: a variant's name, the toggle's default, `true` or `false`; none for the caller's default.
fn text(toggle: &Toggle, served: Served) -> Option<&str> {
    match served {
        Served::Caller => None,
        Served::On => Some("true"),
        Served::Variant(_) => result::variant(toggle, served),
        Served::Off => Some(toggle.default.as_deref().unwrap_or("false")),
    }
}
