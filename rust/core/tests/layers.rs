//! The arrows between the core's modules, and what the core must not reach for.
//!
//! The compiler has no opinion on circles inside one crate; this test has. The table is the truth of ARCHITECTURE.md:
//! a module may use those named after it, and every one of those stands above it, so that there can be no circle.
#![allow(clippy::disallowed_methods, reason = "the test reads the sources; the core reads nothing")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Each module with the modules that it may use, from the bottom up.
const ARROWS: &[(&str, &[&str])] = &[
    ("time", &[]),
    ("hash", &[]),
    ("special", &[]),
    ("column", &[]),
    ("erlang", &["special", "column"]),
    ("staffing", &["erlang", "special", "column"]),
    ("models", &["staffing", "erlang", "special"]),
    ("wait", &["special", "column"]),
    ("policy", &["time", "hash"]),
    ("toggle", &["policy", "hash", "time"]),
    ("engine", &["toggle", "policy", "hash", "time"]),
];

/// What would make an answer depend on more than the policy, the events and the seed.
const FOREIGN: &[&str] = &[
    "pyo3",
    "SystemTime",
    "std::time::Instant",
    "std::env",
    "std::fs",
    "std::io",
    "TcpStream",
    "UdpSocket",
    "ToSocketAddrs",
    "std::process",
    "std::thread",
    "getrandom",
    "rand::",
    "RandomState",
    "Zoned::now",
    "Timestamp::now",
    "TimeZone::system",
];

/// A module's name, its file, the file's code without comments, and how many `super::` lead out of it to the root.
struct Source {
    module: String,
    file: PathBuf,
    code: String,
    depth: usize,
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).expect("the folder of the sources can be read") {
            let file = entry.expect("the folder can be listed").path();
            if file.is_dir() {
                folders.push(file);
            } else if file.extension().is_some_and(|e| e == "rs") && file != root.join("lib.rs") {
                let inside = file.strip_prefix(&root).expect("the file is below the root");
                let first = inside.components().next().expect("a path has a first part");
                let module = Path::new(&first).file_stem().expect("a file has a name").to_string_lossy().into_owned();
                let code = without_comments(&fs::read_to_string(&file).expect("the source can be read"));
                let depth = inside.components().count() - usize::from(inside.ends_with("mod.rs"));
                found.push(Source { module, file, code, depth });
            }
        }
    }
    found
}

/// Drops `//` comments, doc comments too: a link in the documentation is not an arrow.
fn without_comments(text: &str) -> String {
    let kept = text.lines().map(|line| match line.find("//") {
        Some(at) if !line[..at].ends_with(':') => &line[..at],
        _ => line,
    });
    kept.collect::<Vec<_>>().join("\n")
}

/// The modules that follow `prefix` in the code: `crate::a::B`, and each of `crate::{a::B, c}`.
fn named_after(code: &str, prefix: &str) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            names.extend(first_parts_of_group(group));
        } else {
            names.insert(identifier(rest));
        }
    }
    names
}

fn first_parts_of_group(group: &str) -> Vec<String> {
    let mut depth = 1;
    let mut parts = vec![String::new()];
    for c in group.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            ',' if depth == 1 => parts.push(String::new()),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        if depth == 1 && c != ',' && c != '}' {
            parts.last_mut().expect("there is always one part").push(c);
        }
    }
    parts.iter().map(|part| identifier(part.trim())).filter(|name| !name.is_empty()).collect()
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

fn allowed(module: &str) -> Option<&'static [&'static str]> {
    ARROWS.iter().find(|(name, _)| *name == module).map(|(_, below)| *below)
}

#[test]
fn the_table_runs_from_the_bottom_up() {
    for (place, (module, below)) in ARROWS.iter().enumerate() {
        for name in *below {
            assert!(
                ARROWS[..place].iter().any(|(lower, _)| lower == name),
                "{module} uses {name}, which is not below it"
            );
        }
    }
}

#[test]
fn every_module_is_in_the_table_and_the_table_has_no_others() {
    let modules: BTreeSet<String> = sources().into_iter().map(|source| source.module).collect();
    let table: BTreeSet<String> = ARROWS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(modules, table, "left: modules in src; right: the table of arrows");
}

#[test]
fn modules_use_only_what_is_below_them() {
    let mut arrows = 0;
    let sources = sources();
    for source in &sources {
        let mut names = named_after(&source.code, "crate::");
        // Inside an inline module, such as `tests`, the root is one further up.
        for depth in [source.depth, source.depth + 1] {
            let above = named_after(&source.code, &"super::".repeat(depth));
            names.extend(above.into_iter().filter(|name| allowed(name).is_some()));
        }
        let below = allowed(&source.module).unwrap_or_default();
        for name in names.iter().filter(|name| **name != source.module) {
            let (file, module) = (source.file.display(), &source.module);
            assert!(below.contains(&name.as_str()), "{file}: {module} may use {below:?}, and uses {name}");
            arrows += 1;
        }
    }
    assert!(sources.len() >= ARROWS.len(), "only {} files were inspected", sources.len());
    assert!(arrows >= ARROWS.len() - 2, "only {arrows} arrows were found");
}

#[test]
fn the_core_reaches_for_nothing_outside() {
    let sources = sources();
    for source in &sources {
        for word in FOREIGN {
            assert!(!source.code.contains(word), "{}: {word} is not for the core", source.file.display());
        }
    }
    assert!(sources.len() >= ARROWS.len(), "only {} files were inspected", sources.len());
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let manifest = fs::read_to_string(manifest).expect("the manifest can be read");
    let needs = manifest.split("[dev-dependencies]").next().expect("a split has a first part");
    for name in ["pyo3", "rand", "getrandom", "tokio", "rayon", "libc"] {
        assert!(!needs.lines().any(|line| line.starts_with(name)), "turnout-core must not depend on {name}");
    }
}

#[test]
fn the_reading_of_paths_is_right() {
    let code = without_comments(
        "use crate::a::B; // crate::no\nuse crate::{c::{D, E}, f, g::H as I};\nmy_crate::z::q(); crate::k::l()",
    );
    let names: Vec<String> = named_after(&code, "crate::").into_iter().collect();
    assert_eq!(names, ["a", "c", "f", "g", "k"]);
}
