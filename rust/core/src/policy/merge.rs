//! Documents with overlays merged into them (RFC 7386), when nothing is wrong with any of them.

use std::collections::BTreeMap;

use super::canonical::canonical_json;
use super::node::{Arena, Entry, Node, Value};
use super::problem::Problems;
use super::source::{self, Format};

/// The key of a table that deletes its own key, in TOML, which has no null.
const DELETE: &str = "_delete";

/// The canonical JSON of the first document with the others merged into it in their order. `None` when one of them cannot
/// be read, is no table, or deletes in a way that says two things or nothing: whoever reports that reads them again.
#[must_use]
pub fn merge(sources: &[(&[u8], Format)]) -> Option<String> {
    let arenas: Vec<Arena> = sources.iter().map(|(bytes, _)| Arena::for_source(bytes.len())).collect();
    let room = Arena::default();
    let mut merged: Option<Node<'_>> = None;
    for (&(bytes, format), arena) in sources.iter().zip(&arenas) {
        let mut problems = Problems::default();
        let root = source::read(bytes, format, arena, &mut problems).filter(|_| problems.is_empty())?;
        if !matches!(root.value, Value::Table(_)) {
            return None;
        }
        merged = Some(match merged {
            None => root,
            // the whole document cannot be deleted
            Some(_) if deletes(&root, format)? => return None,
            Some(target) => apply(Some(&target), &root, format, &room)?,
        });
    }
    merged.map(|merged| canonical_json(&merged))
}

/// A value with a patch applied.
fn apply<'a>(target: Option<&Node<'a>>, patch: &Node<'a>, format: Format, room: &'a Arena) -> Option<Node<'a>> {
    let Value::Table(changes) = patch.value else { return Some(*patch) };
    let kept = match target.map(|target| target.value) {
        Some(Value::Table(entries)) => entries,
        _ => &[],
    };
    let mut places: BTreeMap<&str, usize> = kept.iter().zip(0..).map(|(entry, place)| (entry.key, place)).collect();
    let mut entries: Vec<Option<Entry<'a>>> = kept.iter().copied().map(Some).collect();
    for change in changes {
        let place = *places.entry(change.key).or_insert(entries.len());
        if place == entries.len() {
            entries.push(None);
        }
        let before = entries[place].map(|entry| entry.node);
        entries[place] = if deletes(&change.node, format)? {
            // most likely a typing error, and somebody has to say so
            before?;
            None
        } else {
            let node = apply(before.as_ref(), &change.node, format, room)?;
            Some(Entry { key: change.key, node })
        };
    }
    let entries: Vec<Entry<'a>> = entries.into_iter().flatten().collect();
    Some(Node { value: Value::Table(room.slice(&entries)), ..*patch })
}

/// Whether a value of a patch deletes its key; `None` when it says that and something else.
fn deletes(node: &Node<'_>, format: Format) -> Option<bool> {
    let Value::Table(entries) = node.value else { return Some(matches!(node.value, Value::Null)) };
    // a table of this name is a thing of that name
    let sign = node.get(DELETE).filter(|sign| format == Format::Toml && !matches!(sign.value, Value::Table(_)));
    match sign.map(|sign| sign.value) {
        None => Some(false),
        Some(Value::Bool(true)) if entries.len() == 1 => Some(true),
        Some(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn merged(base: &str, overlay: &str, format: Format) -> Option<String> {
        merge(&[(base.as_bytes(), Format::Json), (overlay.as_bytes(), format)])
    }

    #[test]
    fn tables_are_merged_and_all_else_replaces() {
        let base = r#"{"a": {"b": 1, "c": [1, 2]}, "d": 5, "e": null}"#;
        let patch = r#"{"a": {"b": null, "c": [3], "n": {"y": 1}}, "d": {"k": 1}}"#;
        let expected = r#"{"a":{"c":[3],"n":{"y":1}},"d":{"k":1},"e":null}"#;
        assert_eq!(merged(base, patch, Format::Json).as_deref(), Some(expected));
        let again = r#"{"a": {"b": null}, "b": 1}"#;
        assert_eq!(merged(base, again, Format::Json).as_deref(), Some(r#"{"a":{"c":[1,2]},"b":1,"d":5,"e":null}"#));
    }

    #[test]
    fn toml_deletes_by_a_sign_and_json_has_a_key_of_that_name() {
        let base = r#"{"a": {"b": {"c": 1}, "d": 1}}"#;
        let delete = "[a.b]\n_delete = true\n";
        assert_eq!(merged(base, delete, Format::Toml).as_deref(), Some(r#"{"a":{"d":1}}"#));
        let named = "[a.b._delete]\nx = 1\n";
        let kept = r#"{"a":{"b":{"_delete":{"x":1},"c":1},"d":1}}"#;
        assert_eq!(merged(base, named, Format::Toml).as_deref(), Some(kept));
        let json = r#"{"a": {"b": {"_delete": true}}}"#;
        let kept = r#"{"a":{"b":{"_delete":true,"c":1},"d":1}}"#;
        assert_eq!(merged(base, json, Format::Json).as_deref(), Some(kept));
    }

    #[test]
    fn what_is_wrong_is_left_to_others() {
        for overlay in ["_delete = true", "[a]\n_delete = false", "[a]\n_delete = true\nb = 1", "a = 1\na = 2", "a ="] {
            assert_eq!(merged("{}", overlay, Format::Toml), None, "{overlay}");
        }
        for overlay in ["", "[]", "{", "{\"a\": 1, \"a\": 2}", "null"] {
            assert_eq!(merged("{}", overlay, Format::Json), None, "{overlay}");
            assert_eq!(merged(overlay, "{}", Format::Json), None, "{overlay}");
        }
        for overlay in [r#"{"a": null}"#, r#"{"b": {"a": null}}"#, r#"{"b": {"a": 1, "c": {"d": null}}}"#] {
            assert_eq!(merged(r#"{"b": {"c": 1}}"#, overlay, Format::Json), None, "{overlay}");
        }
        assert_eq!(merge(&[]), None);
    }
}
