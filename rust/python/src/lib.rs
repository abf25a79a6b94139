//! Python bindings of turnout: conversion only. Whatever decides lives in `turnout-core`.

// Most docs here are docstrings that Python's `help` shows: numpydoc, not Markdown.
#![allow(clippy::doc_markdown, clippy::doc_link_with_quotes)]

mod argument;
mod ask;
mod batch;
mod clock;
mod column;
mod consent;
mod contacts;
mod context;
mod convert;
mod decide;
mod document;
mod engine;
mod erlang;
mod error;
mod evaluation;
mod event_row;
mod event_table;
mod explanation;
mod exposure;
mod found;
mod handle;
mod hash;
mod installed;
mod models;
mod numbers;
mod outside;
mod policy;
mod ramp;
mod refresh;
mod result;
mod results;
mod rows;
mod score;
mod service;
mod shrinkage;
mod source;
mod staffing;
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
    use super::erlang::{erlang_a, erlang_b, erlang_c, erlang_wait_quantile};
    #[pymodule_export]
    use super::evaluation::{Evaluation, Evaluations};
    #[pymodule_export]
    use super::explanation::{Explanation, ExplanationStep};
    #[pymodule_export]
    use super::exposure::ExposureBuffer;
    #[pymodule_export]
    use super::handle::Toggle;
    #[pymodule_export]
    use super::hash::{bucket, hash_units, noop};
    #[pymodule_export]
    use super::models::model_columns;
    #[pymodule_export]
    use super::policy::{Policy, with_problems};
    #[pymodule_export]
    use super::ramp::{GateResult, RampPosition};
    #[pymodule_export]
    use super::refresh::{document_json, exchange, keep_fresh, let_go, now_us};
    #[pymodule_export]
    use super::score::score_columns;
    #[pymodule_export]
    use super::service::{ServiceMetrics, service_metrics};
    #[pymodule_export]
    use super::shrinkage::{SquareRootStaffing, combine_shrinkage, square_root_staffing};
    #[pymodule_export]
    use super::source::{compile_merged, find_lines, read_document};
    #[pymodule_export]
    use super::staffing::{RequiredAgents, required_agents};
    #[pymodule_export]
    use super::wait::{answer_probability, expected_wait, wait_quantile, wait_variance};
}
