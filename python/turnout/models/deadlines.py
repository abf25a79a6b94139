"""Work with a deadline: email, back office."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

from turnout._core import model_columns
from turnout.models.results import DeadlineAgents, DeadlineCompletion

if TYPE_CHECKING:
    import polars as pl

    from turnout.kinds import Array, Floats, Numbers, Plain
    from turnout.models.kinds import AnyNumber

    _Plan = Literal["constant", "smooth"]


@overload
def deadline_agents(
    *, arrives: Numbers, due: Numbers, work_s: Numbers, open_s: pl.Series, plan: _Plan = ...
) -> DeadlineAgents[pl.Series]: ...
@overload
def deadline_agents(
    *, arrives: Numbers, due: Numbers, work_s: Numbers, open_s: Array, plan: _Plan = ...
) -> DeadlineAgents[Floats]: ...
def deadline_agents(*, arrives: Any, due: Any, work_s: Any, open_s: Any, plan: str = "constant") -> Any:
    """The fewest agents who do all work by its deadline: email, back office, call-backs.

    Use it for work that keeps. Agents do it in parts, in any order, and as many at once as there are.

    Parameters
    ----------
    arrives : number, array or series
        Of each task, the interval from which on it can be done, counted from 0; 0 for a backlog. A task may be all the
        work that arrives in one interval and is due in the same.
    due : number, array or series
        The interval by whose end it is due.
    work_s : number, array or series
        Its work in seconds: volume x handle time.
    open_s : array or series
        Time in seconds that one agent works in each interval; 0 where nobody does.
    plan : {"constant", "smooth"}
        `constant`: the same number whenever somebody works. `smooth`: as even as the deadlines allow; no plan that is
        in time has a lower peak, or less variance.

    Returns
    -------
    DeadlineAgents
        Frozen: `agents` of each interval, not rounded, a series where `open_s` is one; the most of them, `peak_agents`;
        and `critical_first` and `critical_last`, the time that decides: what must be done within it takes all of them
        (None without work). NaN as soon as any number is NaN.

    Raises
    ------
    ValueError
        A number is out of range (the message names its column and row); work is due in intervals in which nobody
        works; or there are more than 10,000 intervals (2,016 for a smooth plan) or a million tasks.
    TypeError
        The tasks or `open_s` are single numbers, or an argument holds no numbers.

    Notes
    -----
    All can be done in time if and only if for all `i <= j` the work that arrives from `i` on and is due by `j` is no
    more than the agents' time from `i` to `j`. Horn 1974; the smooth plan: Yao, Demers & Shenker 1995.

    Examples
    --------
    Mail of three hours, of 12, 30 and 6 agent hours; answers within the hour after.

    >>> import turnout
    >>> mail = {"arrives": [0, 1, 2], "due": [1, 2, 3], "work_s": [43_200, 108_000, 21_600], "open_s": [3600] * 4}
    >>> constant = turnout.deadline_agents(**mail)
    >>> constant.peak_agents, constant.critical_first, constant.critical_last
    (15.0, 1, 2)
    >>> turnout.deadline_agents(**mail, plan="smooth").agents
    array([12., 15., 15.,  6.])
    """
    columns = {"arrives": arrives, "due": due, "work_s": work_s, "open_s": open_s}
    return DeadlineAgents(**model_columns("deadline_agents", columns, {"plan": plan}))


@overload
def deadline_completion(
    *, arrives: Plain, due: Plain, work_s: Plain, open_s: Plain, agents: Plain
) -> DeadlineCompletion[Floats, Floats]: ...
@overload
def deadline_completion(
    *, arrives: Numbers, due: Numbers, work_s: pl.Series, open_s: pl.Series, agents: Numbers
) -> DeadlineCompletion[pl.Series, pl.Series]: ...
@overload
def deadline_completion(
    *, arrives: Numbers, due: Numbers, work_s: Numbers, open_s: Numbers, agents: Numbers
) -> DeadlineCompletion[AnyNumber, AnyNumber]: ...
def deadline_completion(*, arrives: Any, due: Any, work_s: Any, open_s: Any, agents: Any) -> Any:
    """What given agents get done, and how late, when what is due first is done first.

    Parameters
    ----------
    arrives, due, work_s, open_s : number, array or series
        As those of `deadline_agents`.
    agents : number, array or series
        Agents of each interval; they need not be whole.

    Returns
    -------
    DeadlineCompletion
        Frozen. By interval, in seconds of work: `done_s`; of that `done_late_s`, which was overdue; `backlog_s`, left
        at the end and carried into the next; of that `overdue_s`; and `idle_s`, time of agents that there was nothing
        to do for. By task: `completed_interval`, in which its last part is done (null in series and NaN in arrays when
        that does not come); `late_s`, what was not done by its deadline; `late_intervals`, from the deadline to
        completion or to the last interval.

    Raises
    ------
    ValueError, TypeError
        As `deadline_agents`.

    Examples
    --------
    >>> import turnout
    >>> mail = {"arrives": [0, 1, 2], "due": [1, 2, 3], "work_s": [43_200, 108_000, 21_600], "open_s": [3600] * 4}
    >>> done = turnout.deadline_completion(**mail, agents=13)
    >>> done.late_s, done.completed_interval
    (array([    0., 14400.,     0.]), array([0., 3., 3.]))
    >>> done.backlog_s / 3600
    array([ 0., 17., 10.,  0.])
    """
    columns = {"arrives": arrives, "due": due, "work_s": work_s, "open_s": open_s, "agents": agents}
    return DeadlineCompletion(**model_columns("deadline_completion", columns, {}))
