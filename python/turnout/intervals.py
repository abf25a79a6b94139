"""The staffing of intervals, over frames."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, overload

from turnout.staffing import required_agents, service_metrics

__all__ = ["staff_intervals"]

# What an interval is told by: read from its column of this name, where the call does not say otherwise.
_INPUTS = ("arrivals", "interval_s", "aht_s", "patience_s", "answer_within_s", "shrinkage", "min_agents", "agents")
# What is asked for: only what the call names, for logs have columns of these names that hold what was.
_TARGETS = ("service_level", "asa_s", "max_occupancy", "max_abandon", "max_wait_probability")
_BAND = "occupancy_band"
# How it is counted.
_HOW = ("fractional", "definition", "short_abandon_s", _BAND)
# A measure, and what it is called beside those of the log.
_EXPECTED: dict[Measure, str] = {
    "stable": "stable",
    "wait_probability": "expected_wait_probability",
    "service_level": "expected_service_level",
    "asa_s": "expected_asa_s",
    "abandon_probability": "expected_abandon_probability",
    "occupancy": "expected_occupancy",
    "mean_queue_length": "expected_queue_length",
}

if TYPE_CHECKING:
    from collections.abc import Collection
    from typing import TypedDict, Unpack

    import polars as pl

    from turnout.kinds import Definition
    from turnout.staffing import Measure

    class _Constants(TypedDict, total=False):
        """What a call of `staff_intervals` says: a number, or the name of a column."""

        arrivals: float | str
        interval_s: float | str
        aht_s: float | str
        patience_s: float | str | None
        answer_within_s: float | str
        shrinkage: float | str
        min_agents: float | str
        agents: float | str
        asa_s: float | str | None
        max_occupancy: float | str | None
        max_abandon: float | str | None
        max_wait_probability: float | str | None
        fractional: bool
        definition: Definition
        short_abandon_s: float | None
        occupancy_band: tuple[float, float] | None


@overload
def staff_intervals(
    frame: pl.DataFrame, *, service_level: float | str | None = 0.8, **told: Unpack[_Constants]
) -> pl.DataFrame: ...
@overload
def staff_intervals(
    frame: pl.LazyFrame, *, service_level: float | str | None = 0.8, **told: Unpack[_Constants]
) -> pl.LazyFrame: ...
def staff_intervals(frame: Any, *, service_level: float | str | None = 0.8, **told: Any) -> Any:
    """The agents that each interval requires, and the service to be expected: a row for each row.

    Parameters
    ----------
    frame : polars.DataFrame or polars.LazyFrame
        A row for each interval of each queue. Read are its columns `arrivals`, `interval_s` and `aht_s` and, if they
        are there, `patience_s`, `answer_within_s`, `shrinkage`, `min_agents`, and `agents`, those at work by the
        roster. All columns are kept.
    service_level : float, str or None
        Least service level. As everything that the call says it is a number for all rows or the name of a column, and
        `None` asks for none.
    told : float, str or bool
        What `required_agents` takes, and `agents`: numbers for all rows, or names of columns. What the call says goes
        before a column of that name; targets (`asa_s`, `max_occupancy`, `max_abandon`, `max_wait_probability`) are
        never read from columns that it does not name, for in logs these hold what was, not what is to be.
        `occupancy_band=(0.6, 0.85)` asks where occupancy lies beside these shares.

    Returns
    -------
    polars.DataFrame or polars.LazyFrame
        What was given, with these columns after it:

        - `offered_load` in erlangs; `required_agents`; `binding`, the target that decided; `scheduled_agents`, with
          shrinkage, and `scheduled_unrounded`, to be summed; null where a target is out of reach;
        - for the agents at work, which are `agents` if they are told, else those required: `stable`,
          `expected_wait_probability`, `expected_service_level`, `expected_asa_s` in seconds,
          `expected_abandon_probability`, `expected_occupancy`, `expected_queue_length`;
        - with `agents`: `agents_short`, how many are missing, and `capacity_exceeded`, whether handle time times
          arrivals exceeds the agents' time;
        - with `occupancy_band`: `occupancy_band`, whether agents are `"below"`, `"within"` or `"above"` it; null where
          there are none.

        NaN for NaN, null for null.

    Raises
    ------
    ValueError
        A number is out of range: the message names the argument and the row. Or the frame has a column already that is
        to be added.
    TypeError
        Something is missing or unknown, or a column holds no numbers.

    Notes
    -----
    Each interval is taken for itself, in its steady state: that is SIPP (stationary, independent, period by period).
    Where handle times are long beside the intervals, see `interval_required_agents`.

    Examples
    --------
    >>> import polars as pl, turnout
    >>> day = pl.DataFrame({"half_hour": ["09:00", "09:30"], "arrivals": [150, 90], "aht_s": [300, 280]})
    >>> plan = turnout.staff_intervals(day, interval_s=1800, shrinkage=0.3, patience_s=180)
    >>> plan.select("half_hour", "required_agents", "binding", "scheduled_agents").rows()
    [('09:00', 28.0, 'service_level', 40.0), ('09:30', 17.0, 'service_level', 25.0)]
    """
    import polars as pl

    if not isinstance(frame, pl.DataFrame | pl.LazyFrame):
        raise TypeError(f"staff_intervals takes a Polars DataFrame or LazyFrame, not {type(frame).__name__}")
    names = frame.collect_schema().names()
    sources = _sources(names, {"service_level": service_level, **told})
    how = {name: told[name] for name in _HOW if name in told}

    def staffing(part: pl.DataFrame) -> list[pl.Series]:
        given = {name: part.get_column(told) if isinstance(told, str) else told for name, told in sources.items()}
        try:
            return _staffing(given, dict(how), part.height)
        except (TypeError, ValueError) as error:
            raise _named(error, sources) from None

    empty = frame.collect_schema().to_frame()
    added = staffing(empty)
    if there := [column.name for column in added if column.name in names]:
        raise ValueError(f"the frame has a column {there[0]!r} already, which is to be added; drop or rename it")
    if not isinstance(frame, pl.LazyFrame):
        return frame.with_columns(staffing(frame))
    # In one piece: a fault is to name its row among all, not among those of a batch.
    return frame.map_batches(
        lambda part: part.with_columns(staffing(part)),
        schema=empty.with_columns(added).schema,
        projection_pushdown=False,
    )


def _sources(columns: Collection[str], told: dict[str, Any]) -> dict[str, Any]:
    """What each argument comes from: a number, or the name of a column."""
    known = {*_INPUTS, *_TARGETS}
    if strange := told.keys() - known - set(_HOW):
        raise TypeError(
            f"staff_intervals has no argument {min(strange)!r}; known: {', '.join((*_INPUTS, *_TARGETS, *_HOW))}"
        )
    for name, source in told.items():
        if name not in _HOW and not isinstance(source, str | float | int | None):
            kind = type(source).__name__
            raise TypeError(f"{name} must be a number for all rows or the name of a column, not {kind}")
        if name not in _HOW and isinstance(source, str) and source not in columns:
            raise TypeError(f"{name} is to be the column {source!r}, which is not there; columns: {', '.join(columns)}")
    read = {name: name for name in _INPUTS if name in columns}
    sources = {**read, **{name: source for name, source in told.items() if name in known}}
    if missing := [name for name in ("arrivals", "interval_s", "aht_s") if sources.get(name) is None]:
        raise TypeError(
            f"{missing[0]} is needed: a column of that name, the name of another, or a number for all rows;"
            f" columns: {', '.join(columns) or 'none'}"
        )
    return sources


def _named(error: Exception, sources: dict[str, Any]) -> Exception:
    """A fault, with the column from which its argument was read."""
    argument, rest = re.match(r"(\w*)(.*)", str(error), re.DOTALL).groups()  # type: ignore[union-attr]
    column = sources.get(argument)
    return type(error)(f"{column} ({argument}){rest}") if isinstance(column, str) and column != argument else error


def _staffing(given: dict[str, Any], how: dict[str, Any], rows: int) -> list[pl.Series]:
    """The columns that are added."""
    import polars as pl

    arrivals, agents = given.pop("arrivals"), given.pop("agents", None)
    if not isinstance(arrivals, pl.Series):
        arrivals = pl.repeat(arrivals, rows, dtype=pl.Float64, eager=True)
    band = how.pop(_BAND, None)
    need = required_agents(arrivals=arrivals, **given, **how).as_dict()
    definition = {name: how[name] for name in how if name != "fractional"}
    at_work = need["required_agents"] if agents is None else agents
    queue = {name: given[name] for name in _INPUTS if name in given and name not in ("shrinkage", "min_agents")}
    service = service_metrics(
        arrivals=arrivals, **queue, agents=at_work, **definition, measures=list(_EXPECTED)
    ).as_dict()
    columns = [*need.values(), *(service[measure].alias(name) for measure, name in _EXPECTED.items())]
    if agents is not None:
        short = (need["required_agents"] - agents).clip(lower_bound=0)
        spare = agents - need["offered_load"]
        # Polars takes NaN for the greatest number of all.
        exceeded = pl.select(pl.when(spare.is_not_nan()).then(spare < 0)).to_series()
        columns += [short.alias("agents_short"), exceeded.alias("capacity_exceeded")]
    if band is not None:
        columns.append(_beside(band, service["occupancy"], at_work))
    return columns


def _beside(band: tuple[float, float], occupancy: pl.Series, agents: Any) -> pl.Series:
    """Where occupancy lies beside a band."""
    import polars as pl

    low, high = band
    if not 0 <= low <= high <= 1:
        raise ValueError(f"occupancy_band must be two shares from 0 to 1, the lower first, not {low} and {high}")
    places = pl.when(occupancy < low).then(pl.lit("below")).when(occupancy > high).then(pl.lit("above"))
    known = occupancy.is_not_nan() & (pl.lit(agents) > 0)
    kind = pl.Enum(["below", "within", "above"])
    return pl.select(pl.when(known).then(places.otherwise(pl.lit("within")))).to_series().cast(kind).alias(_BAND)
