//! Policies in YAML. The library's Python reads the text, where the extra `yaml` brings a parser, and writes the JSON that the
//! core reads: one line for each key, element and value, together with the place in the YAML of each of these lines.

use pyo3::prelude::*;
use pyo3::types::PyBytes;
use turnout_core::policy::{Format, Kind, Policy, Problem};

use crate::error::policy_error;

/// A fault of the YAML itself: kind, path, line, column, message, hint.
type Fault = (String, String, Option<u32>, Option<u32>, String, String);
/// The JSON, unless the text cannot be understood as a whole; the places of its lines; the faults.
type Read<'py> = (Option<Bound<'py, PyBytes>>, Bound<'py, PyBytes>, Vec<Fault>);

/// Reads and compiles a document; its faults, and those that a lenient load let pass, speak of the lines of the YAML.
pub fn parse(data: &Bound<'_, PyBytes>, strict: bool) -> PyResult<Policy> {
    let py = data.py();
    let (json, places, faults): Read<'_> =
        py.import("turnout.yaml_reader")?.call_method1("read", (data,))?.extract()?;
    let places = places.as_bytes();
    let mut problems: Vec<Problem> = faults.into_iter().map(problem).collect();
    let sound = match json {
        None => None,
        Some(json) => {
            let json = json.as_bytes();
            match py.detach(|| Policy::parse(json, Format::Json, strict)) {
                Ok(mut policy) => {
                    move_to_source(&mut policy.problems, places);
                    Some(policy)
                }
                Err(mut found) => {
                    move_to_source(&mut found, places);
                    problems.append(&mut found);
                    None
                }
            }
        }
    };
    match sound {
        Some(policy) if problems.is_empty() => Ok(policy),
        rest => {
            problems.extend(rest.into_iter().flat_map(|policy| policy.problems));
            problems.sort_by_key(|p| (p.line.unwrap_or(u32::MAX), p.column));
            Err(policy_error(py, &problems))
        }
    }
}

fn problem((kind, path, line, column, message, hint): Fault) -> Problem {
    let kind = match kind.as_str() {
        "limit" => Kind::Limit,
        _ => Kind::Syntax,
    };
    Problem { kind, path, at: None, line, column, message, hint }
}

/// Puts the place in the YAML for the line of the JSON.
fn move_to_source(problems: &mut [Problem], places: &[u8]) {
    let number = |at: usize| places.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes);
    for problem in problems {
        let Some(at) = problem.line.map(|line| (line as usize - 1) * 8) else { continue };
        (problem.line, problem.column) = (number(at), number(at + 4));
    }
}
