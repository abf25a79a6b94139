//! Python bindings of turnout: conversion only. Whatever decides lives in `turnout-core`.

// Most docs here are docstrings that Python's `help` shows: numpydoc, not Markdown.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

mod ask;
mod batch;
mod clock;
mod column;
mod contacts;
mod context;
mod convert;
mod decide;
mod document;
mod engine;
mod error;
mod evaluation;
mod explanation;
mod found;
mod handle;
mod hash;
mod installed;
mod numbers;
mod policy;
mod ramp;
mod result;
mod rows;
mod score;
mod source;
mod subject;
mod table;
mod wait;
mod yaml;

/// The compiled core of turnout.
#[pyo3::pymodule(gil_used = false)]
mod _core {
    #[pymodule_export]
    use super::batch::EvaluationBatch;
    #[pymodule_export]
    use super::clock::{ManualClock, SystemClock};
    #[pymodule_export]
    use super::context::Context;
    #[pymodule_export]
    use super::decide::generation;
    #[pymodule_export]
    use super::engine::Engine;
    #[pymodule_export]
    use super::evaluation::{Evaluation, Evaluations};
    #[pymodule_export]
    use super::explanation::{Explanation, ExplanationStep};
    #[pymodule_export]
    use super::handle::Toggle;
    #[pymodule_export]
    use super::hash::{bucket, hash_units, noop};
    #[pymodule_export]
    use super::policy::Policy;
    #[pymodule_export]
    use super::ramp::{GateResult, RampPosition};
    #[pymodule_export]
    use super::score::score_columns;
    #[pymodule_export]
    use super::source::{find_lines, read_document};
    #[pymodule_export]
    use super::wait::{answer_probability, expected_wait, wait_quantile, wait_variance};
}
