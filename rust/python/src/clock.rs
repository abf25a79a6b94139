//! Clocks: where the engine takes the time from when a call does not bring it.

use std::sync::atomic::{AtomicI64, Ordering};

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyDateTime, PyDelta};
use turnout_core::time::Micros;

use crate::convert::{datetime_from_micros, micros_from_datetime, micros_from_delta};

/// The computer's clock.
///
/// Examples
/// --------
/// >>> import turnout
/// >>> turnout.SystemClock().now().tzname()
/// 'UTC'
#[pyclass(frozen, module = "turnout")]
pub struct SystemClock;

#[pymethods]
impl SystemClock {
    #[new]
    fn new() -> Self {
        Self
    }

    /// The time now, in UTC.
    ///
    /// Examples
    /// --------
    /// >>> import turnout
    /// >>> turnout.SystemClock().now().year >= 2026
    /// True
    #[expect(clippy::unused_self, reason = "a method of every clock")]
    fn now<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        datetime_from_micros(py, system_now())
    }

    #[expect(clippy::unused_self, reason = "a method of every object")]
    fn __repr__(&self) -> &'static str {
        "SystemClock()"
    }
}

/// The instants of the years 1 to 9999, which a datetime can show.
const SHOWABLE: std::ops::Range<Micros> = -62_135_596_800_000_000..253_402_300_800_000_000;

/// A clock that stands still until it is moved: for tests, replays and simulations.
///
/// Parameters
/// ----------
/// now : datetime
///     What it shows at first; with a time zone.
///
/// Raises
/// ------
/// ValueError
///     The datetime has no time zone.
///
/// Examples
/// --------
/// >>> import datetime, turnout
/// >>> clock = turnout.ManualClock(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
/// >>> clock.advance(datetime.timedelta(days=7))
/// >>> clock.now().isoformat()
/// '2026-03-08T00:00:00+00:00'
#[pyclass(frozen, module = "turnout")]
pub struct ManualClock(AtomicI64);

#[pymethods]
impl ManualClock {
    #[new]
    fn new(now: &Bound<'_, PyDateTime>) -> PyResult<Self> {
        micros_from_datetime(now).map(|at| Self(AtomicI64::new(at)))
    }

    /// The time that the clock shows, in UTC.
    ///
    /// Examples
    /// --------
    /// >>> import datetime, turnout
    /// >>> clock = turnout.ManualClock(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
    /// >>> clock.now().isoformat()
    /// '2026-03-01T00:00:00+00:00'
    fn now<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyDateTime>> {
        datetime_from_micros(py, self.0.load(Ordering::Relaxed))
    }

    /// Puts the clock at an instant, earlier or later.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     The datetime has no time zone.
    ///
    /// Examples
    /// --------
    /// >>> import datetime, turnout
    /// >>> clock = turnout.ManualClock(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
    /// >>> clock.set(datetime.datetime(2026, 2, 28, tzinfo=datetime.UTC))
    /// >>> clock
    /// ManualClock(datetime.datetime(2026, 2, 28, 0, 0, tzinfo=datetime.timezone.utc))
    fn set(&self, now: &Bound<'_, PyDateTime>) -> PyResult<()> {
        self.0.store(micros_from_datetime(now)?, Ordering::Relaxed);
        Ok(())
    }

    /// Moves the clock by a span, which may be negative.
    ///
    /// Raises
    /// ------
    /// ValueError
    ///     It would leave the years 1 to 9999.
    ///
    /// Examples
    /// --------
    /// >>> import datetime, turnout
    /// >>> clock = turnout.ManualClock(datetime.datetime(2026, 3, 1, tzinfo=datetime.UTC))
    /// >>> clock.advance(datetime.timedelta(hours=-1))
    /// >>> clock.now().isoformat()
    /// '2026-02-28T23:00:00+00:00'
    fn advance(&self, by: &Bound<'_, PyDelta>) -> PyResult<()> {
        let by = micros_from_delta(by)?;
        let moved = |at: i64| at.checked_add(by).filter(|at| SHOWABLE.contains(at));
        let done = self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, moved);
        done.map(|_| ()).map_err(|_| PyValueError::new_err("the clock cannot leave the years 1 to 9999"))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("ManualClock({})", self.now(py)?.repr()?))
    }
}

/// The source of an engine's time.
pub enum Clock {
    System,
    Manual(Py<ManualClock>),
    Callable(Py<PyAny>),
}

impl Clock {
    pub fn from_object(object: &Bound<'_, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<SystemClock>() {
            return Ok(Self::System);
        }
        if let Ok(manual) = object.cast::<ManualClock>() {
            return Ok(Self::Manual(manual.clone().unbind()));
        }
        if object.is_callable() {
            return Ok(Self::Callable(object.clone().unbind()));
        }
        let message = "clock must be a SystemClock, a ManualClock, or a callable that returns an aware datetime";
        Err(PyTypeError::new_err(message))
    }

    /// Asks a callable once. Without this, one that cannot work would be found by the first contact that needs the time.
    pub fn probe(&self, py: Python<'_>) -> PyResult<()> {
        let Self::Callable(_) = self else { return Ok(()) };
        self.now(py).map(|_| ()).inspect_err(|error| {
            // A note is a help; that it could not be added is no reason to hide the error.
            let _ = error.value(py).call_method1("add_note", ("turnout.Engine calls its clock once when it is made",));
        })
    }

    #[inline]
    pub fn now(&self, py: Python<'_>) -> PyResult<Micros> {
        match self {
            Self::System => Ok(system_now()),
            Self::Manual(clock) => Ok(clock.get().0.load(Ordering::Relaxed)),
            Self::Callable(clock) => from_callable(&clock.bind(py).call0()?),
        }
    }
}

/// The instant that a callable returned.
fn from_callable(now: &Bound<'_, PyAny>) -> PyResult<Micros> {
    const WANTED: &str = "the clock must return an aware datetime, such as datetime.datetime.now(datetime.UTC)";
    let Ok(datetime) = now.cast::<PyDateTime>() else {
        let kind = now.get_type().qualname()?;
        return Err(PyTypeError::new_err(format!("{WANTED}; it returned {kind}")));
    };
    if datetime.call_method0("utcoffset")?.is_none() {
        return Err(PyValueError::new_err(format!("{WANTED}; it returned one without a time zone")));
    }
    micros_from_datetime(datetime)
}

/// The coarse clock of Linux moves every few milliseconds and costs a quarter: enough for schedules and ramps.
#[cfg(target_os = "linux")]
#[inline]
fn system_now() -> Micros {
    let now = rustix::time::clock_gettime(rustix::time::ClockId::RealtimeCoarse);
    now.tv_sec * 1_000_000 + now.tv_nsec / 1_000
}

#[cfg(not(target_os = "linux"))]
fn system_now() -> Micros {
    use std::time::{SystemTime, UNIX_EPOCH};
    let now = SystemTime::now();
    match now.duration_since(UNIX_EPOCH) {
        Ok(since) => Micros::try_from(since.as_micros()).unwrap_or(Micros::MAX),
        Err(before) => Micros::try_from(before.duration().as_micros()).map_or(Micros::MIN, |us| -us),
    }
}
