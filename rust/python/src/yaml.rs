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

/// A document as JSON.
pub struct Json<'py> {
    /// The text; nothing when the YAML cannot be understood as a whole.
    pub text: Option<Bound<'py, PyBytes>>,
    places: Bound<'py, PyBytes>,
    /// The faults of the YAML itself.
    pub problems: Vec<Problem>,
}

impl<'py> Json<'py> {
    pub fn read(data: &Bound<'py, PyBytes>) -> PyResult<Self> {
        let reader = data.py().import("turnout.yaml_reader")?;
        let (text, places, faults): Read<'_> = reader.call_method1("read", (data,))?.extract()?;
        Ok(Self { text, places, problems: faults.into_iter().map(problem).collect() })
    }

    /// The line and column in the YAML of a line of the JSON.
    pub fn place(&self, line: u32) -> (Option<u32>, Option<u32>) {
        let places = self.places.as_bytes();
        let number = |at: usize| places.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes);
        let at = (line as usize).saturating_sub(1) * 8;
        (number(at), number(at + 4))
    }

    /// Puts the places in the YAML for the lines of the JSON.
    pub fn move_to_source(&self, problems: &mut [Problem]) {
        for problem in problems {
            if let Some(line) = problem.line {
                (problem.line, problem.column) = self.place(line);
            }
        }
    }
}

/// Reads and compiles a document; its faults, and those that a lenient load let pass, speak of the lines of the YAML.
pub fn parse(data: &Bound<'_, PyBytes>, strict: bool) -> PyResult<Policy> {
    let py = data.py();
    let mut read = Json::read(data)?;
    let mut problems = std::mem::take(&mut read.problems);
    let sound = match &read.text {
        None => None,
        Some(json) => {
            let json = json.as_bytes();
            match py.detach(|| Policy::parse(json, Format::Json, strict)) {
                Ok(mut policy) => {
                    read.move_to_source(&mut policy.problems);
                    Some(policy)
                }
                Err(mut found) => {
                    read.move_to_source(&mut found);
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
