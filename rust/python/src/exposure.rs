//! Exposure events: what was decided for whom, kept in bounded memory until somebody takes it.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use compact_str::CompactString;
use pyo3::exceptions::PyTypeError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use rustc_hash::FxHasher;
use turnout_core::hash::hash_unit;
use turnout_core::time::Micros;
use turnout_core::toggle::{Decision, Subject};

use crate::context::Owned;
use crate::event_row::Scribe;
use crate::event_table::EventTable;
use crate::installed::Installed;
use crate::outside::Outside;
use crate::subject::Use;

/// What was decided for one contact.
pub struct Event {
    pub installed: Arc<Installed>,
    pub toggle: u32,
    pub decision: Decision,
    pub at: Micros,
    pub is_stale: bool,
    pub unit: Option<CompactString>,
    /// A bit for each of the segments to log.
    pub segments: u64,
    /// In the order of the attributes to log.
    pub attributes: Box<[Owned]>,
}

/// Which decisions were logged lately: sets of four, so that a look stays within one line of the cache.
struct Lately(Box<[[(u64, Micros); 4]]>);

impl Lately {
    /// 64 Ki decisions, 1 MiB.
    const SETS: usize = 1 << 14;

    fn new() -> Self {
        Self(vec![[(0, Micros::MIN); 4]; Self::SETS].into_boxed_slice())
    }

    /// Whether the decision was logged less than a span before or after; otherwise it is now.
    fn repeats(&mut self, print: u64, at: Micros, span: Micros) -> bool {
        #[expect(clippy::cast_possible_truncation, reason = "any bits will do")]
        let set = &mut self.0[print as usize % Self::SETS];
        let same = set.iter().position(|(known, _)| *known == print);
        if same.is_some_and(|place| set[place].1.abs_diff(at) < span.unsigned_abs()) {
            return true;
        }
        let oldest = (0..set.len()).min_by_key(|place| set[*place].1).unwrap_or(0);
        set[same.unwrap_or(oldest)] = (print, at);
        false
    }
}

struct State {
    events: VecDeque<Event>,
    lately: Lately,
    recorded: u64,
    repeated: u64,
    dropped: u64,
}

/// Exposure events of engines, until they are taken: what a `turnout.ExposureLog` is made of.
///
/// Parameters
/// ----------
/// capacity : int
///     Events kept at the most; more are dropped and counted.
/// repeat_after_us : int
///     The same decision for the same unit is one event within this span; 0 logs all.
/// segments, attributes : list of str
///     What to log of the contact.
/// pseudonym_key : bytes
///     Units become HMAC-SHA256 under this key.
#[pyclass(frozen, module = "turnout._core")]
pub struct ExposureBuffer {
    pub segments: Vec<String>,
    pub attributes: Vec<String>,
    capacity: usize,
    repeat_after: Micros,
    pub pseudonym_key: Option<Vec<u8>>,
    // Taken only by threads that hold the interpreter, and never while Python code can run; so nobody waits long, and a
    // fork finds it free.
    state: Mutex<State>,
}

impl ExposureBuffer {
    /// The buffer of an `ExposureLog`.
    pub fn from_object(object: Option<&Bound<'_, PyAny>>) -> PyResult<Option<Py<Self>>> {
        let Some(log) = object.filter(|object| !object.is_none()) else { return Ok(None) };
        let buffer = log.getattr("_buffer").ok().and_then(|buffer| buffer.cast_into::<Self>().ok());
        buffer
            .map(|buffer| Some(buffer.unbind()))
            .ok_or_else(|| PyTypeError::new_err("exposures must be an ExposureLog"))
    }

    /// Takes the oldest events out and makes something of them, beside the threads that evaluate.
    fn drain<T: Send>(&self, py: Python<'_>, limit: usize, make: impl FnOnce(&Scribe<'_>, &[Event]) -> T + Send) -> T {
        let events: Vec<Event> = {
            let mut state = self.state();
            let count = limit.min(state.events.len());
            state.events.drain(..count).collect()
        };
        py.detach(|| make(&Scribe::new(self), &events))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing in there is ever half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl ExposureBuffer {
    #[new]
    #[pyo3(signature = (capacity, repeat_after_us, segments, attributes, pseudonym_key=None))]
    fn new(
        capacity: usize,
        repeat_after_us: i64,
        segments: Vec<String>,
        attributes: Vec<String>,
        pseudonym_key: Option<Vec<u8>>,
    ) -> Self {
        let events = VecDeque::new();
        let state = State { events, lately: Lately::new(), recorded: 0, repeated: 0, dropped: 0 };
        Self { segments, attributes, capacity, repeat_after: repeat_after_us, pseudonym_key, state: Mutex::new(state) }
    }

    /// Takes the oldest events out, as a Polars frame.
    ///
    /// Parameters
    /// ----------
    /// limit : int
    ///     Events at the most.
    ///
    /// Returns
    /// -------
    /// polars.DataFrame
    #[pyo3(signature = (limit=10_000))]
    fn take<'py>(&self, py: Python<'py>, limit: usize) -> PyResult<Bound<'py, PyAny>> {
        // First of all: what is taken out must arrive.
        let frame = py.import("polars")?.getattr("DataFrame")?;
        let table = self.drain(py, limit, |scribe, events| {
            let mut table = EventTable::new(scribe);
            for event in events {
                table.push(&scribe.row(event));
            }
            table.finish()
        });
        frame.call1((Py::new(py, table)?,))
    }

    /// Takes the oldest events out, as lines of JSON. Without Polars, whose threads a forked child does not have.
    ///
    /// Parameters
    /// ----------
    /// limit : int
    ///     Events at the most.
    ///
    /// Returns
    /// -------
    /// tuple of int and bytes
    ///     How many there are, and the lines.
    #[pyo3(signature = (limit=10_000))]
    fn take_lines<'py>(&self, py: Python<'py>, limit: usize) -> (usize, Bound<'py, PyBytes>) {
        let (count, lines) = self.drain(py, limit, |scribe, events| {
            let mut lines = String::new();
            for event in events {
                scribe.line(event, &mut lines);
            }
            (events.len(), lines)
        });
        (count, PyBytes::new(py, lines.as_bytes()))
    }

    /// Events that wait to be taken, and those of all time: recorded, left out as repeated, dropped for want of room.
    fn counts(&self) -> (usize, u64, u64, u64) {
        let state = self.state();
        (state.events.len(), state.recorded, state.repeated, state.dropped)
    }

    /// Lets everything go that was not taken: a forked child's parent writes it.
    fn forget(&self) {
        let forgotten = std::mem::take(&mut self.state().events);
        drop(forgotten);
    }
}

/// Decides for the contact at hand, and logs it.
pub struct DecideAndLog<'a, 'py> {
    pub buffer: &'a ExposureBuffer,
    pub outside: &'a Outside<'a, 'py>,
    pub installed: &'a Arc<Installed>,
    pub toggle: u32,
    pub is_stale: bool,
}

impl Use<Decision> for DecideAndLog<'_, '_> {
    fn call(self, subject: &impl Subject) -> Decision {
        let Self { buffer, installed, toggle, is_stale, .. } = self;
        let decision = installed.engine.decide(toggle, subject);
        let (at, unit) = (subject.now(), self.unit(subject, &decision));
        if self.outside.has_failed() {
            // The call raises, so nobody is served.
            return decision;
        }
        let logged = &installed.logged;
        if logged.is_empty() {
            let mut state = buffer.state();
            if self.is_wanted(&mut state, unit.as_deref(), at, &decision) {
                let (installed, attributes) = (Arc::clone(installed), Box::default());
                state.events.push_back(Event {
                    installed,
                    toggle,
                    decision,
                    at,
                    is_stale,
                    unit,
                    segments: 0,
                    attributes,
                });
            }
        } else if self.is_wanted(&mut buffer.state(), unit.as_deref(), at, &decision) {
            // Apart from the lock: to look at attributes may run Python code.
            let segments = logged.segments(&installed.engine, subject);
            let attributes = logged.slots.iter().map(|slot| subject.attribute(*slot, Owned::without_lists)).collect();
            let installed = Arc::clone(installed);
            buffer.state().events.push_back(Event {
                installed,
                toggle,
                decision,
                at,
                is_stale,
                unit,
                segments,
                attributes,
            });
        }
        decision
    }
}

impl DecideAndLog<'_, '_> {
    /// The unit by which it was decided.
    #[inline]
    fn unit(&self, subject: &impl Subject, decision: &Decision) -> Option<CompactString> {
        let toggle = &self.installed.engine.policy.toggles[self.toggle as usize];
        let rule = decision.rule.map(|rule| &toggle.rules[usize::from(rule)]);
        let slot = rule.and_then(|rule| rule.ramp.as_deref()).map(|ramp| ramp.unit);
        subject.unit(slot, |unit| unit.key().ok().map(CompactString::from))
    }

    /// Whether the decision is to be logged; it counts as what becomes of it.
    #[inline]
    fn is_wanted(&self, state: &mut State, unit: Option<&str>, at: Micros, decision: &Decision) -> bool {
        let span = self.buffer.repeat_after;
        // What is not logged is not remembered either.
        if state.events.len() >= self.buffer.capacity {
            state.dropped += 1;
            return false;
        }
        if span > 0
            && let Some(unit) = unit
        {
            let mut hasher = FxHasher::default();
            (self.toggle, self.installed.generation, self.is_stale, decision).hash(&mut hasher);
            if state.lately.repeats(hash_unit(unit.as_bytes(), hasher.finish()), at, span) {
                state.repeated += 1;
                return false;
            }
        }
        state.recorded += 1;
        true
    }
}
