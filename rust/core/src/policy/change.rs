//! The record of the change that made a document: who, why, and what it was before.

use super::compile::Compiler;
use super::problem::{Kind, Problems};
use super::reader::{Field, Fields, shorten};

/// Digits of a digest.
const DIGEST_CHARS: usize = 64;

/// Checks the record when it is there. It decides nothing: it is for those who ask later.
pub fn change(fields: &Fields<'_, '_>, c: &mut Compiler<'_>) {
    let Some(field) = fields.get("change") else { return };
    let path = fields.path.key("change");
    let known = ["operator", "reason", "previous", "at"];
    let Some(record) = Fields::open(field.node, &path, &known, c.problems) else { return };
    if let Some(operator) = record.require("operator", Kind::Shape, "say who changed it", c.problems) {
        record.who(operator, c.problems);
    }
    if let Some(reason) = record.require("reason", Kind::Shape, "say why it was changed", c.problems) {
        record.why(reason, c.problems);
    }
    let hint = "write the digest of the policy that was changed";
    if let Some(field) = record.require("previous", Kind::Shape, hint, c.problems) {
        digest(field, &record, c.problems);
    }
    record.get("at").and_then(|f| record.instant(f, c.problems));
}

fn digest(field: Field<'_, '_>, record: &Fields<'_, '_>, problems: &mut Problems) {
    let Some(text) = record.text(field, problems) else { return };
    if text.len() != DIGEST_CHARS || !text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f')) {
        let message = format!("`{}` is no digest", shorten(text));
        let hint = "write the 64 hexadecimal digits of Policy.digest, in lower case";
        record.fault(field, Kind::Shape, message, hint, problems);
    }
}
