//! Values of results: names become Python strings only when somebody reads them.

use pyo3::prelude::*;
use pyo3::types::{PyBool, PyString};
use turnout_core::policy::{Policy, Served, TestId, Toggle};
use turnout_core::toggle::Decision;

/// The Python value that is served. `default` is the caller's, if it gave one.
pub fn value(py: Python<'_>, toggle: Option<&Toggle>, served: Served, default: Option<&Py<PyAny>>) -> Py<PyAny> {
    let truth = |value: bool| PyBool::new(py, value).to_owned().into_any().unbind();
    let text = |name: &str| PyString::new(py, name).into_any().unbind();
    match (served, toggle) {
        (Served::Caller, _) if default.is_some() => default.map_or_else(|| py.None(), |d| d.clone_ref(py)),
        (Served::On, _) => truth(true),
        (Served::Variant(_), Some(toggle)) => variant(toggle, served).map_or_else(|| truth(true), text),
        (_, Some(toggle)) => toggle.default.as_deref().map_or_else(|| truth(false), text),
        (_, None) => truth(false),
    }
}

/// The purposes that a contact has not consented to.
pub fn refused<'p>(
    policy: &'p Policy,
    toggle: &'p Toggle,
    decision: &Decision,
) -> impl Iterator<Item = &'p str> + use<'p> {
    let refused = decision.refused;
    let purposes = toggle.consent.iter().enumerate().filter(move |(purpose, _)| refused >> purpose & 1 == 1);
    purposes.map(|(_, test)| purpose(policy, *test))
}

/// The purpose that a test of consent is about.
pub fn purpose(policy: &Policy, test: TestId) -> &str {
    let name = &policy.attributes[policy.tests[test as usize].slot as usize];
    name.strip_prefix("consent.").unwrap_or(name)
}

/// The name of the variant that is served.
pub fn variant(toggle: &Toggle, served: Served) -> Option<&str> {
    match (served, &toggle.variants) {
        (Served::Variant(index), Some(variants)) => variants.names.get(usize::from(index)).map(AsRef::as_ref),
        _ => None,
    }
}
