"""Arrivals that are not known exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from turnout._core import model_columns
from turnout.models.options import split
from turnout.models.results import ForecastMetrics, ModelAgents

if TYPE_CHECKING:
    from typing import Unpack

    import polars as pl

    from turnout.kinds import Array, Floats, Number, Numbers, Plain
    from turnout.models.kinds import AnyName, AnyNumber, AnyTruth, ForecastQueue, ForecastTargets, Names, Truths


@overload
def forecast_metrics(*, arrivals: Number, **told: Unpack[ForecastQueue[Number]]) -> ForecastMetrics[float, bool]: ...
@overload
def forecast_metrics(
    *, arrivals: pl.Series, **told: Unpack[ForecastQueue[Numbers]]
) -> ForecastMetrics[pl.Series, pl.Series]: ...
@overload
def forecast_metrics(*, arrivals: Array, **told: Unpack[ForecastQueue[Plain]]) -> ForecastMetrics[Floats, Truths]: ...
@overload
def forecast_metrics(
    *, arrivals: Numbers, **told: Unpack[ForecastQueue[Numbers]]
) -> ForecastMetrics[AnyNumber, AnyTruth]: ...
def forecast_metrics(
    *,
    arrivals: Any,
    arrivals_cv: Any,
    interval_s: Any,
    aht_s: Any,
    agents: Any,
    answer_within_s: Any = 20,
    patience_s: Any = None,
    definition: str = "offered",
    short_abandon_s: Any = None,
    nodes: int = 9,
) -> Any:
    """The measures of a queue whose arrivals are forecast, and the forecast is not exact.

    Use it to see what a forecast error costs: service falls more in busy intervals than it rises in quiet ones.

    Parameters
    ----------
    arrivals : number, array or series
        The forecast: contacts in an interval, on average.
    arrivals_cv : number, array or series
        Standard deviation of the arrivals' rate over its mean, from 0 to 10: 0.1 for a forecast that is 10 % off.
    interval_s, aht_s, patience_s, agents : number, array or series
        As those of `retrial_metrics`; agents need not be whole.
    answer_within_s, definition, short_abandon_s : number, array or series; str
        What counts towards the service level, as in `retrial_metrics`.
    nodes : int
        Points at which the mixture is evaluated, from 5 to 65.

    Returns
    -------
    ForecastMetrics
        Frozen. The measures of `service_metrics` over the contacts of many such intervals, so that busy ones count by
        their contacts (occupancy and queue length are means over time); `interval_service_level`, the mean of the
        intervals' service levels, whatever their contacts. Not `stable` when the queue is not at some node. Floats,
        arrays or series, as the arguments are; NaN for NaN, null for null.

    Raises
    ------
    ValueError
        A number is out of range; the message names its column and row.
    TypeError
        An argument holds no numbers, or is missing.

    Notes
    -----
    The rate is Gamma distributed; the mixture is taken at the nodes of the generalised Gauss-Laguerre rule. Nine nodes
    are good to 1e-4 for loads of 2 to 100 erlangs and a variation of 0.05 to 0.7. Where agents are many and the
    variation is far above `1 / sqrt(load)`, give more nodes. Jongbloed & Koole 2001; Golub & Welsch 1969.

    Examples
    --------
    >>> import turnout
    >>> calls = {"arrivals": 200, "interval_s": 1800, "aht_s": 300, "patience_s": 120, "agents": 38}
    >>> turnout.forecast_metrics(**calls, arrivals_cv=[0, 0.1, 0.2]).service_level.round(3)
    array([0.907, 0.88 , 0.818])
    """
    columns, options = split(locals())
    return ForecastMetrics(**model_columns("forecast_metrics", columns, options))


@overload
def forecast_required_agents(
    *, arrivals: Number, **told: Unpack[ForecastTargets[Number]]
) -> ModelAgents[float, str | None]: ...
@overload
def forecast_required_agents(
    *, arrivals: pl.Series, **told: Unpack[ForecastTargets[Numbers]]
) -> ModelAgents[pl.Series, pl.Series]: ...
@overload
def forecast_required_agents(
    *, arrivals: Array, **told: Unpack[ForecastTargets[Plain]]
) -> ModelAgents[Floats, Names]: ...
@overload
def forecast_required_agents(
    *, arrivals: Numbers, **told: Unpack[ForecastTargets[Numbers]]
) -> ModelAgents[AnyNumber, AnyName]: ...
def forecast_required_agents(
    *,
    arrivals: Any,
    arrivals_cv: Any,
    interval_s: Any,
    aht_s: Any,
    service_level: Any = 0.8,
    answer_within_s: Any = 20,
    asa_s: Any = None,
    max_occupancy: Any = None,
    max_abandon: Any = None,
    max_wait_probability: Any = None,
    patience_s: Any = None,
    shrinkage: Any = 0.0,
    fractional: bool = False,
    min_agents: Any = 0,
    definition: str = "offered",
    short_abandon_s: Any = None,
    nodes: int = 9,
) -> Any:
    """The fewest agents with whom the contacts of many intervals are served as the targets ask, when forecasts err.

    Parameters
    ----------
    arrivals, arrivals_cv, interval_s, aht_s, patience_s : number, array or series
        As those of `forecast_metrics`.
    service_level, asa_s, max_occupancy, max_abandon, max_wait_probability : number, array or series, optional
        The targets, as those of `retrial_required_agents`.
    answer_within_s, definition, short_abandon_s : number, array or series; str
        What counts towards the service level, as in `retrial_metrics`.
    shrinkage, min_agents : number, array or series
        As those of `retrial_required_agents`.
    fractional : bool
        Whether parts of agents may do.
    nodes : int
        As that of `forecast_metrics`.

    Returns
    -------
    ModelAgents
        As `retrial_required_agents` gives it.

    Raises
    ------
    ValueError, TypeError
        As `retrial_required_agents`.

    Notes
    -----
    Without patience, agents must be more than the load of the busiest node, which more nodes push further out: give
    the patience.

    Examples
    --------
    >>> import turnout
    >>> calls = {"arrivals": 200, "interval_s": 1800, "aht_s": 300, "patience_s": 120}
    >>> turnout.forecast_required_agents(**calls, arrivals_cv=[0, 0.1, 0.2]).required_agents
    array([35., 36., 38.])
    """
    columns, options = split(locals())
    return ModelAgents(**model_columns("forecast_required_agents", columns, options))
