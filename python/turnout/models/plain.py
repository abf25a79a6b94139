"""The arithmetic of work and people: full-time equivalents, coverage, the capacity trigger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from turnout._core import model_columns
from turnout.models.results import CapacityTriggers, Coverage

if TYPE_CHECKING:
    import polars as pl

    from turnout.kinds import Array, Floats, Number, Numbers, Plain
    from turnout.models.kinds import AnyNumber, AnyTruth, Truths


@overload
def workload_fte(volume: Number, aht_s: Number, productive_hours: Number, overhead_hours: Number = 0) -> float: ...
@overload
def workload_fte(
    volume: pl.Series, aht_s: Numbers, productive_hours: Numbers, overhead_hours: Numbers = 0
) -> pl.Series: ...
@overload
def workload_fte(volume: Array, aht_s: Plain, productive_hours: Plain, overhead_hours: Plain = 0) -> Floats: ...
@overload
def workload_fte(
    volume: Numbers, aht_s: Numbers, productive_hours: Numbers, overhead_hours: Numbers = 0
) -> AnyNumber: ...
def workload_fte(volume: Any, aht_s: Any, productive_hours: Any, overhead_hours: Any = 0) -> Any:
    """Full-time equivalents for a volume of contacts.

    Seconds of handle time in, hours of people in: `volume x aht_s / 3600 / productive_hours`. It knows work alone, not
    that contacts come at random, nor that somebody must be there at night: those are `required_agents`' to say, and
    that of seats, see the last example.

    Parameters
    ----------
    volume : number, array or series
        Contacts in some period, such as a month.
    aht_s : number, array or series
        Average handle time in seconds, wrap-up included.
    productive_hours : number, array or series
        Hours that one full-time equivalent works on contacts in the same period: paid hours less shrinkage.
    overhead_hours : number, array or series
        Hours of other work in the same period, such as looking after what is automated.

    Returns
    -------
    float, numpy.ndarray or polars.Series
        Full-time equivalents, not rounded. NaN for NaN, null for null.

    Raises
    ------
    ValueError
        A number is negative or infinite, or there are no productive hours; the message names its column and row.
    TypeError
        An argument holds no numbers.

    Examples
    --------
    A month of 12,000 contacts of 12 minutes; then without the quarter that automation takes, and with 20 hours for
    whoever looks after it.

    >>> import turnout
    >>> round(turnout.workload_fte(12_000, 720, 140), 2)
    17.14
    >>> round(turnout.workload_fte(12_000 * 0.75, 720, 140), 2)
    12.86
    >>> round(turnout.workload_fte(12_000 * 0.75, 720, 140, overhead_hours=20), 2)
    13.0

    600 hours of calls, 173.3 paid hours a month at 35 % shrinkage: 5.3 people have enough to do. Two seats day and
    night take 13.

    >>> productive_hours = 173.33 * (1 - 0.35)
    >>> round(turnout.workload_fte(6_000, 360, productive_hours), 1)
    5.3
    >>> round(turnout.workload_fte(2, 730 * 3600, productive_hours), 1)
    13.0
    """
    columns = {"volume": volume, "aht_s": aht_s, "productive_hours": productive_hours}
    contacts = model_columns("workload_fte", columns, {})["workload_fte"]
    if isinstance(overhead_hours, int | float) and overhead_hours == 0:
        return contacts
    hours = {"volume": overhead_hours, "aht_s": 3600, "productive_hours": productive_hours}
    try:
        return contacts + model_columns("workload_fte", hours, {})["workload_fte"]
    except (TypeError, ValueError) as error:
        raise type(error)(str(error).replace("volume", "overhead_hours", 1)) from None


@overload
def coverage(required: Number, scheduled: Number) -> Coverage[float]: ...
@overload
def coverage(required: pl.Series, scheduled: Numbers) -> Coverage[pl.Series]: ...
@overload
def coverage(required: Array, scheduled: Plain) -> Coverage[Floats]: ...
@overload
def coverage(required: Numbers, scheduled: Numbers) -> Coverage[AnyNumber]: ...
def coverage(required: Any, scheduled: Any) -> Any:
    """How scheduled agents cover required ones, interval by interval.

    Parameters
    ----------
    required : number, array or series
        Agents that each interval needs.
    scheduled : number, array or series
        Agents that are there: both at work, or both before shrinkage.

    Returns
    -------
    Coverage
        Frozen. By interval `difference` (scheduled less required) and `covered` (of the agents required, the share that
        is there, at most 1). Over all intervals, as floats: `over` and `under` (agents too many and too few, summed),
        `covered_share` (of the agents required, the share that is there when it is needed), and `intervals_covered`
        (the share of intervals that have all they need). An interval with a NaN or null has NaN or null, and is in none
        of the totals.

    Raises
    ------
    ValueError
        A number is negative or infinite, or the columns differ in length.
    TypeError
        An argument holds no numbers.

    Examples
    --------
    >>> import turnout
    >>> roster = turnout.coverage([4, 10, 6], [5, 8, 6])
    >>> roster.difference
    array([ 1., -2.,  0.])
    >>> roster.under, roster.covered_share, round(roster.intervals_covered, 3)
    (2.0, 0.9, 0.667)
    """
    return Coverage(**model_columns("coverage", {"required": required, "scheduled": scheduled}, {}))


@overload
def capacity_triggers(volume: Number, aht_s: Number, available_hours: Number) -> CapacityTriggers[float, bool]: ...
@overload
def capacity_triggers(
    volume: pl.Series, aht_s: Numbers, available_hours: Numbers
) -> CapacityTriggers[pl.Series, pl.Series]: ...
@overload
def capacity_triggers(volume: Array, aht_s: Plain, available_hours: Plain) -> CapacityTriggers[Floats, Truths]: ...
@overload
def capacity_triggers(
    volume: Numbers, aht_s: Numbers, available_hours: Numbers
) -> CapacityTriggers[AnyNumber, AnyTruth]: ...
def capacity_triggers(volume: Any, aht_s: Any, available_hours: Any) -> Any:
    """Whether handle time x volume exceeds the available agent hours, interval by interval.

    Parameters
    ----------
    volume : number, array or series
        Contacts of each interval.
    aht_s : number, array or series
        Average handle time in seconds.
    available_hours : number, array or series
        Hours that agents have for them: six agents have 3 in half an hour.

    Returns
    -------
    CapacityTriggers
        Frozen. By interval `work_hours`, `shortfall_hours` (work beyond the available hours, else 0) and `exceeded`.
        An interval with a NaN has NaN and exceeds nothing; one with a null is null.

    Raises
    ------
    ValueError
        A number is negative or infinite; the message names its column and row.
    TypeError
        An argument holds no numbers.

    Notes
    -----
    It fires when the work no longer fits at all. Service suffers long before: see `required_agents`.

    Examples
    --------
    >>> import turnout
    >>> morning = turnout.capacity_triggers([24, 36, 30], 360, 3)
    >>> morning.exceeded
    array([False,  True, False])
    >>> morning.shortfall_hours
    array([0. , 0.6, 0. ])
    """
    columns = {"volume": volume, "aht_s": aht_s, "available_hours": available_hours}
    return CapacityTriggers(**model_columns("capacity_triggers", columns, {}))
