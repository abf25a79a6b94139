"""What the demo found: plain figures, the same for the table and for `--json`."""

from __future__ import annotations

import dataclasses
import datetime as dt
from typing import Any


@dataclasses.dataclass(frozen=True, slots=True)
class Trap:
    """Something that the loader met in the log, and how often: rows, lines or days, as its name says."""

    name: str
    count: int


@dataclasses.dataclass(frozen=True, slots=True)
class LogFacts:
    """The contact log that was decided."""

    source: str
    rows_read: int
    rows_dropped: int
    contacts: int
    customers: int
    contacts_identified: int
    contacts_unidentified: int
    first_at: dt.datetime
    last_at: dt.datetime
    first_day: dt.date
    last_day: dt.date
    days: int
    zone: str
    acknowledgement: str | None
    traps: tuple[Trap, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class PolicyFacts:
    """The policy that decided."""

    source: str
    digest: str
    digest_as_written: str
    toggles: int


@dataclasses.dataclass(frozen=True, slots=True)
class Shift:
    """When a ramp starts by its document, and when it starts in the demo."""

    toggle: str
    rule: str
    written: dt.datetime
    used: dt.datetime

    @property
    def moved(self) -> bool:
        """Whether the demo changed it."""
        return self.written != self.used


@dataclasses.dataclass(frozen=True, slots=True)
class Gate:
    """A step that waits for samples, counted in the log itself."""

    toggle: str
    rule: str
    step: int
    min_n: int
    counted: int
    entered_at: dt.datetime | None
    reached_at: dt.datetime | None


@dataclasses.dataclass(frozen=True, slots=True)
class DecisionCount:
    """How often a toggle decided so, for this reason, on one day."""

    toggle: str
    day: dt.date
    reason: str
    code: str | None
    contacts: int
    contacts_on: int


@dataclasses.dataclass(frozen=True, slots=True)
class StepShare:
    """One step of a ramp: the share that was planned and the share that came out, over identified customers.

    `contacts_watched` counts the decisions that a shadow step logged and did not act on. The expected count is the
    central 95 % interval of Binomial(customers, percent); a shadow step serves nobody, so there it is 0 to 0.
    """

    step: int
    percent: float
    mode: str
    from_at: dt.datetime
    to_at: dt.datetime
    customers: int
    customers_in: int
    contacts: int
    contacts_in: int
    contacts_watched: int
    contacts_unidentified: int
    expected_low: int
    expected_high: int

    @property
    def fits(self) -> bool:
        """Whether the count of customers lies in the expected interval."""
        return self.expected_low <= self.customers_in <= self.expected_high

    @property
    def share_percent(self) -> float | None:
        """Distinct customers in, as a percentage of distinct customers seen; none when nobody came."""
        return 100.0 * self.customers_in / self.customers if self.customers else None

    @property
    def contacts_share_percent(self) -> float | None:
        """Contacts in, as a percentage of identified contacts seen; none when nobody came."""
        return 100.0 * self.contacts_in / self.contacts if self.contacts else None


@dataclasses.dataclass(frozen=True, slots=True)
class DayShare:
    """One day of a ramp, over the distinct identified customers of that day."""

    day: dt.date
    planned_percents: tuple[float, ...]
    shadow: bool
    customers: int
    customers_in: int
    contacts_unidentified: int


@dataclasses.dataclass(frozen=True, slots=True)
class Sticky:
    """Customers who were in at one live step and came back in the next: the law says that all are still in."""

    from_percent: float
    to_percent: float
    customers_back: int
    customers_still_in: int


@dataclasses.dataclass(frozen=True, slots=True)
class Pause:
    """A time in which the plan stood still; without an end, until further notice."""

    from_at: dt.datetime
    to_at: dt.datetime | None
    reason: str


@dataclasses.dataclass(frozen=True, slots=True)
class Agreement:
    """Contacts while a toggle was in shadow: how many both paths decide alike, with a 95 % interval of their share.

    `by` is the rule, or the reason where no rule decided; none for all contacts.
    """

    toggle: str
    by: str | None
    contacts: int
    watched: int
    agreed: int
    share: float
    low: float
    high: float


@dataclasses.dataclass(frozen=True, slots=True)
class RampFacts:
    """A ramp over the log; `waits_for` says in words what it waits for when the log ends."""

    toggle: str
    rule: str
    unit: str
    waits_for: str | None
    steps: tuple[StepShare, ...]
    days: tuple[DayShare, ...]
    sticky: tuple[Sticky, ...]
    pauses: tuple[Pause, ...]


@dataclasses.dataclass(frozen=True, slots=True)
class Speed:
    """What deciding cost: wall time of `evaluate_many` alone, not of the frame of its answers, in one run."""

    decisions: int
    seconds: float

    @property
    def decisions_per_s(self) -> float:
        """Decisions a second."""
        return self.decisions / self.seconds if self.seconds > 0 else 0.0


@dataclasses.dataclass(frozen=True, slots=True)
class DemoReport:
    """Everything the demo found."""

    policy: PolicyFacts
    log: LogFacts
    shifts: tuple[Shift, ...]
    gates: tuple[Gate, ...]
    decisions: tuple[DecisionCount, ...]
    agreements: tuple[Agreement, ...]
    ramps: tuple[RampFacts, ...]
    speed: Speed

    def to_dict(self) -> dict[str, Any]:
        """The report as JSON: instants and days as RFC 3339 text, derived shares beside their counts."""
        plain: dict[str, Any] = _plain(self)
        return plain


DERIVED: dict[type[Any], tuple[str, ...]] = {
    Shift: ("moved",),
    StepShare: ("share_percent", "contacts_share_percent", "fits"),
    Speed: ("decisions_per_s",),
}


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        names = [field.name for field in dataclasses.fields(value)] + list(DERIVED.get(type(value), ()))
        return {name: _plain(getattr(value, name)) for name in names}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat().replace("+00:00", "Z")
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
