//! A policy in force in one engine, with what the binding keeps beside it.

use std::sync::atomic::{AtomicU32, Ordering};

use pyo3::exceptions::PyKeyError;
use pyo3::prelude::*;
use pyo3::types::PyString;
use turnout_core::engine::{Engine, GateResult};
use turnout_core::hash::{Stage, hash_unit, seed};
use turnout_core::policy::{Policy as Core, Slot};
use turnout_core::toggle::Subject;

use crate::exposure::ExposureBuffer;
use crate::policy::Policy;

/// An attribute's name, ready for look-ups in dictionaries.
pub struct Name {
    /// The whole name.
    pub whole: Py<PyString>,
    /// Its parts, when it is dotted: tried through nested dictionaries when the whole is not there.
    pub parts: Box<[Py<PyString>]>,
    /// The purpose, when it is that of a consent.
    pub purpose: Option<Py<PyString>>,
}

/// The next generation; 0 is that of handles that have found nothing.
static GENERATIONS: AtomicU32 = AtomicU32::new(1);

/// The parts of a dotted name, each the key of one dictionary inside another; empty when there are none, or too many.
pub fn parts(name: &str) -> impl Iterator<Item = &str> {
    const MOST: usize = 8;
    let dots = name.matches('.').count();
    name.split('.').filter(move |_| (1..MOST).contains(&dots))
}

/// What of a contact goes into exposure events.
#[derive(Default)]
pub struct Logged {
    /// Attributes that no rule looks at; their slots follow those of the policy.
    pub names: Box<[Box<str>]>,
    /// The slots of all that are logged.
    pub slots: Box<[Slot]>,
    /// The segments, by their place in the policy; none for one that it does not have.
    pub segments: Box<[Option<u32>]>,
}

impl Logged {
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty() && self.segments.is_empty()
    }

    /// A bit for each of the segments that a contact is in.
    pub fn segments(&self, engine: &Engine, subject: &impl Subject) -> u64 {
        let is_in = |segment: &Option<u32>| segment.is_some_and(|segment| engine.is_in(segment, subject));
        self.segments.iter().enumerate().fold(0, |bits, (bit, segment)| bits | u64::from(is_in(segment)) << bit)
    }

    fn new(policy: &Core, buffer: &ExposureBuffer) -> Self {
        let place = |name: &String| policy.segments.iter().position(|segment| *segment.name == **name);
        let segments = buffer.segments.iter().map(|name| place(name).and_then(|place| u32::try_from(place).ok()));
        let segments = segments.collect();
        let mut names: Vec<Box<str>> = Vec::new();
        let mut slots = Vec::new();
        for name in &buffer.attributes {
            let known = policy.attributes.iter().chain(&names).position(|known| **known == **name);
            let slot = known.unwrap_or(policy.attributes.len() + names.len());
            if known.is_none() {
                names.push(name.as_str().into());
            }
            slots.extend(Slot::try_from(slot));
        }
        Self { names: names.into(), slots: slots.into(), segments }
    }
}

/// A gate result with what it was given for.
#[derive(Clone)]
pub struct Gate {
    result: GateResult,
    scope: Option<u64>,
}

impl Gate {
    pub fn new(result: GateResult, policy: &Core) -> Self {
        let scope = result.scope(policy);
        Self { result, scope }
    }

    fn applies(&self, policy: &Core) -> bool {
        self.scope.is_some() && self.scope == self.result.scope(policy)
    }
}

/// A policy in force.
pub struct Installed {
    pub engine: Engine,
    pub policy: Py<Policy>,
    pub gates: Box<[Gate]>,
    pub names: Box<[Name]>,
    /// Equal for policies that look at the same attributes in the same order.
    pub names_id: u64,
    /// Tells it from every other one of the process.
    pub generation: u32,
    pub logged: Logged,
}

impl Installed {
    pub fn new(
        policy: &Bound<'_, Policy>,
        gates: &[GateResult],
        exposures: Option<&ExposureBuffer>,
    ) -> Result<Self, String> {
        let core = policy.get().core();
        let engine = Engine::new(core.clone(), gates)?;
        let gates = gates.iter().map(|gate| Gate::new(gate.clone(), core)).collect();
        Ok(Self::of(policy, engine, gates, exposures))
    }

    /// With those of the gates that apply to the policy. The others are kept too, for the next policy may be the one
    /// before again; returns them in words.
    pub fn keeping(
        policy: &Bound<'_, Policy>,
        gates: Vec<Gate>,
        exposures: Option<&ExposureBuffer>,
    ) -> Result<(Self, Vec<String>), String> {
        let core = policy.get().core();
        let (apply, idle): (Vec<&Gate>, Vec<&Gate>) = gates.iter().partition(|gate| gate.applies(core));
        let idle = idle.into_iter().map(|Gate { result, .. }| {
            let GateResult { toggle, rule, step, .. } = result;
            format!("toggles.{toggle}.rules.{rule} step {step}")
        });
        let idle = idle.collect();
        let apply: Vec<_> = apply.into_iter().map(|gate| gate.result.clone()).collect();
        let engine = Engine::new(core.clone(), &apply)?;
        Ok((Self::of(policy, engine, gates.into_boxed_slice(), exposures), idle))
    }

    fn of(policy: &Bound<'_, Policy>, engine: Engine, gates: Box<[Gate]>, exposures: Option<&ExposureBuffer>) -> Self {
        let py = policy.py();
        let core = policy.get().core();
        let mut names_id = seed("attributes", Stage::Ramp);
        let mut names = Vec::with_capacity(core.attributes.len());
        let logged = exposures.map(|buffer| Logged::new(core, buffer)).unwrap_or_default();
        for name in core.attributes.iter().chain(&logged.names) {
            names_id = hash_unit(name.as_bytes(), names_id);
            let intern = |text: &str| PyString::intern(py, text).unbind();
            let purpose = name.strip_prefix("consent.").map(intern);
            names.push(Name { whole: intern(name), parts: parts(name).map(intern).collect(), purpose });
        }
        let names = names.into_boxed_slice();
        let generation = GENERATIONS.fetch_add(1, Ordering::Relaxed);
        Self { engine, policy: policy.clone().unbind(), gates, names, names_id, generation, logged }
    }

    /// The toggle of a key, or the error that names the key.
    pub fn find(&self, key: &str) -> PyResult<u32> {
        self.engine.policy.find(key).ok_or_else(|| PyKeyError::new_err(key.to_owned()))
    }
}
