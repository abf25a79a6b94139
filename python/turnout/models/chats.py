"""Chat: an agent has several contacts at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, overload

from turnout._core import model_columns
from turnout.models.options import split
from turnout.models.results import ChatMetrics, ModelAgents

if TYPE_CHECKING:
    from typing import Unpack

    import polars as pl

    from turnout.kinds import Array, Floats, Number, Numbers, Plain
    from turnout.models.kinds import AnyName, AnyNumber, AnyTruth, ChatQueue, ChatTargets, Names, Truths


@overload
def chat_metrics(*, arrivals: Number, **told: Unpack[ChatQueue[Number]]) -> ChatMetrics[float, bool]: ...
@overload
def chat_metrics(*, arrivals: pl.Series, **told: Unpack[ChatQueue[Numbers]]) -> ChatMetrics[pl.Series, pl.Series]: ...
@overload
def chat_metrics(*, arrivals: Array, **told: Unpack[ChatQueue[Plain]]) -> ChatMetrics[Floats, Truths]: ...
@overload
def chat_metrics(*, arrivals: Numbers, **told: Unpack[ChatQueue[Numbers]]) -> ChatMetrics[AnyNumber, AnyTruth]: ...
def chat_metrics(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_by_level_s: Any,
    agents: Any,
    answer_within_s: Any = 20,
    patience_s: Any = None,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The measures of chats, of which an agent has several at once.

    Use it where the handle time of a chat depends on how many others its agent has; agents stay agents, not places.

    Parameters
    ----------
    arrivals, interval_s : number, array or series
        Chats in an interval, and its length in seconds.
    aht_by_level_s : list, array or series
        Mean handle time in seconds of a chat whose agent has 1, 2, ... at once all the time; it does not fall from one
        to the next. Its length is the most that an agent may have, at most 100. The same for all rows.
    agents : number, array or series
        Agents at work, whole.
    answer_within_s, definition, short_abandon_s : number, array or series; str
        What counts towards the service level, as in `retrial_metrics`.
    patience_s : number, array or series, optional
        Mean patience in seconds until the first answer; nobody gives up when it is infinite or not given.

    Returns
    -------
    ChatMetrics
        Frozen. The measures of `service_metrics`: the offered load is that of one chat at a time, the occupancy the
        share of places for chats that are taken. `aht_s`, the handle time by the levels at which agents are;
        `concurrency`, the chats that an agent who has any has at once, on average; `busy_share`, the share of time in
        which agents have any. Floats, arrays or series, as the arguments are; NaN for NaN, null for null.

    Raises
    ------
    ValueError
        A number is out of range (the message names its column and row), or agents x levels are more than a million.
    TypeError
        An argument holds no numbers, or is missing.

    Notes
    -----
    The number of chats is a birth-death chain in which they are spread evenly over the agents. Chats that end leave
    agents uneven for a while, which the chain does not know: against simulated agents it sees up to 0.02 too few wait,
    and up to 0.007 too few give up. It is exact where all levels finish a chat equally fast.

    Examples
    --------
    >>> import turnout
    >>> chats = {"arrivals": 60, "interval_s": 1800, "agents": 7, "patience_s": 60}
    >>> three = turnout.chat_metrics(**chats, aht_by_level_s=[240, 300, 400])
    >>> round(three.service_level, 3), round(three.aht_s), round(three.concurrency, 2)
    (0.998, 274, 1.41)
    >>> round(turnout.chat_metrics(**chats, aht_by_level_s=[240]).service_level, 3)
    0.596
    """
    columns, options = split(locals())
    return ChatMetrics(**model_columns("chat_metrics", columns, options))


@overload
def chat_required_agents(
    *, arrivals: Number, **told: Unpack[ChatTargets[Number]]
) -> ModelAgents[float, str | None]: ...
@overload
def chat_required_agents(
    *, arrivals: pl.Series, **told: Unpack[ChatTargets[Numbers]]
) -> ModelAgents[pl.Series, pl.Series]: ...
@overload
def chat_required_agents(*, arrivals: Array, **told: Unpack[ChatTargets[Plain]]) -> ModelAgents[Floats, Names]: ...
@overload
def chat_required_agents(
    *, arrivals: Numbers, **told: Unpack[ChatTargets[Numbers]]
) -> ModelAgents[AnyNumber, AnyName]: ...
def chat_required_agents(
    *,
    arrivals: Any,
    interval_s: Any,
    aht_by_level_s: Any,
    service_level: Any = 0.8,
    answer_within_s: Any = 20,
    asa_s: Any = None,
    max_occupancy: Any = None,
    max_abandon: Any = None,
    max_wait_probability: Any = None,
    patience_s: Any = None,
    shrinkage: Any = 0.0,
    min_agents: Any = 0,
    definition: str = "offered",
    short_abandon_s: Any = None,
) -> Any:
    """The fewest agents with whom chats are served as the targets ask: agents, not places for chats.

    Parameters
    ----------
    arrivals, interval_s, aht_by_level_s, patience_s : number, array or series
        As those of `chat_metrics`.
    service_level, asa_s, max_occupancy, max_abandon, max_wait_probability : number, array or series, optional
        The targets, as those of `retrial_required_agents`; the occupancy is that of places for chats.
    answer_within_s, definition, short_abandon_s : number, array or series; str
        What counts towards the service level, as in `retrial_metrics`.
    shrinkage, min_agents : number, array or series
        As those of `retrial_required_agents`.

    Returns
    -------
    ModelAgents
        As `retrial_required_agents` gives it; agents are whole, and the load is that of one chat at a time.

    Raises
    ------
    ValueError, TypeError
        As `chat_metrics`; no target is given; or a single queue cannot reach one.

    Examples
    --------
    >>> import turnout
    >>> chats = {"arrivals": [30, 60, 120], "interval_s": 1800, "aht_by_level_s": [240, 300, 400]}
    >>> turnout.chat_required_agents(**chats, shrinkage=0.3).scheduled_agents
    array([ 5.,  9., 16.])
    """
    columns, options = split(locals())
    return ModelAgents(**model_columns("chat_required_agents", columns, options))
