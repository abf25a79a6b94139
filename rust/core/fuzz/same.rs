//! Trees of this reader beside those of `serde_json`; the tests compare with it too.

use turnout_core::policy::node::Value;

/// Whether both hold the same.
pub fn same(ours: &Value<'_>, theirs: &serde_json::Value) -> bool {
    use serde_json::Value as Theirs;
    match (ours, theirs) {
        (Value::Null, Theirs::Null) => true,
        (Value::Bool(a), Theirs::Bool(b)) => a == b,
        #[expect(clippy::cast_precision_loss, reason = "exact inside ±(2^53 - 1)")]
        (Value::Int(a), Theirs::Number(b)) => b.as_i64().map_or(b.as_f64() == Some(*a as f64), |b| *a == b),
        (Value::Float(a), Theirs::Number(b)) => !b.is_i64() && b.as_f64() == Some(*a),
        (Value::Text(a), Theirs::String(b)) => a == b,
        (Value::List(a), Theirs::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(&a.value, b)),
        (Value::Table(a), Theirs::Object(b)) => {
            a.len() == b.len() && a.iter().all(|e| b.get(e.key).is_some_and(|b| same(&e.node.value, b)))
        }
        _ => false,
    }
}
