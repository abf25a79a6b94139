//! Exposure events as a table of Arrow.

use std::sync::Arc;

use arrow_array::builder::{
    BooleanBuilder, Float64Builder, ListBuilder, StringViewBuilder, TimestampMicrosecondBuilder,
};
use arrow_array::{ArrayRef, RecordBatch};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use turnout_core::hash::Percent;
use turnout_core::policy::{Served, Toggle};
use turnout_core::toggle::Code;

use crate::exposure::Event;
use crate::refresh::reason;
use crate::result;

/// Columns under construction.
pub struct EventTable<'a> {
    names: &'a [String],
    attribute_names: &'a [String],
    pseudonyms: Option<Hmac<Sha256>>,
    at: TimestampMicrosecondBuilder,
    enabled: BooleanBuilder,
    bucket: Float64Builder,
    percent: Float64Builder,
    refused: ListBuilder<StringViewBuilder>,
    segments: ListBuilder<StringViewBuilder>,
    texts: [StringViewBuilder; TEXTS.len()],
    attributes: Vec<StringViewBuilder>,
}

const TEXTS: [&str; 9] = ["toggle", "unit", "served", "shadow", "mode", "reason", "code", "rule", "policy_digest"];

impl<'a> EventTable<'a> {
    pub fn new(segments: &'a [String], attributes: &'a [String], pseudonym_key: Option<&[u8]>) -> Self {
        Self {
            names: segments,
            attribute_names: attributes,
            // HMAC takes keys of any length.
            pseudonyms: pseudonym_key.and_then(|key| Hmac::new_from_slice(key).ok()),
            at: TimestampMicrosecondBuilder::new().with_timezone("UTC"),
            enabled: BooleanBuilder::new(),
            bucket: Float64Builder::new(),
            percent: Float64Builder::new(),
            refused: ListBuilder::new(StringViewBuilder::new()),
            segments: ListBuilder::new(StringViewBuilder::new()),
            texts: [(); TEXTS.len()].map(|()| StringViewBuilder::new()),
            attributes: attributes.iter().map(|_| StringViewBuilder::new()).collect(),
        }
    }

    pub fn push(&mut self, event: &Event) {
        let policy = &event.installed.engine.policy;
        let (toggle, decision) = (&policy.toggles[event.toggle as usize], &event.decision);
        self.at.append_value(event.at);
        self.enabled.append_value(decision.enabled());
        // A place on a known ramp would tell who it is.
        let bucket = decision.bucket.filter(|_| self.pseudonyms.is_none());
        self.bucket.append_option(bucket.map(|bucket| f64::from(bucket) / f64::from(Percent::STEPS)));
        self.percent.append_option(decision.percent.map(Percent::as_f64));
        let unit = event.unit.as_deref().map(|unit| self.name_of(unit));
        let texts = [
            Some(&*toggle.key),
            unit.as_deref(),
            text(toggle, decision.served),
            decision.shadow.and_then(|served| text(toggle, served)),
            Some(decision.mode().name()),
            Some(reason(decision, event.is_stale)),
            decision.code.map(Code::name),
            decision.rule.map(|rule| &*toggle.rules[usize::from(rule)].id),
            Some(&*policy.digest),
        ];
        self.texts.iter_mut().zip(texts).for_each(|(column, text)| column.append_option(text));
        for purpose in result::refused(policy, toggle, decision) {
            self.refused.values().append_value(purpose);
        }
        self.refused.append(true);
        for (_, name) in self.names.iter().enumerate().filter(|(bit, _)| event.segments >> bit & 1 == 1) {
            self.segments.values().append_value(name);
        }
        self.segments.append(true);
        for (column, value) in self.attributes.iter_mut().zip(&event.attributes) {
            column.append_option(value.to_text());
        }
    }

    /// The unit, or its pseudonym: 128 bits of the keyed hash.
    fn name_of(&self, unit: &str) -> String {
        let Some(keyed) = &self.pseudonyms else { return unit.to_owned() };
        let hash = keyed.clone().chain_update(unit).finalize().into_bytes();
        hash[..16].iter().map(|byte| format!("{byte:02x}")).collect()
    }

    pub fn finish(mut self) -> RecordBatch {
        let mut columns: Vec<(&str, ArrayRef)> = vec![("at", Arc::new(self.at.finish()))];
        for (name, column) in TEXTS.iter().zip(&mut self.texts) {
            columns.push((name, Arc::new(column.finish())));
        }
        columns.push(("enabled", Arc::new(self.enabled.finish())));
        columns.push(("bucket", Arc::new(self.bucket.finish())));
        columns.push(("percent", Arc::new(self.percent.finish())));
        columns.push(("refused", Arc::new(self.refused.finish())));
        columns.push(("segments", Arc::new(self.segments.finish())));
        for (name, column) in self.attribute_names.iter().zip(&mut self.attributes) {
            columns.push((name, Arc::new(column.finish())));
        }
        let nullable = columns.into_iter().map(|(name, column)| (name, column, true));
        let batch = RecordBatch::try_from_iter_with_nullable(nullable);
        batch.expect("columns of one length, each named once")
    }
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
