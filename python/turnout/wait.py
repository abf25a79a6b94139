"""The live queue: how long the next contact will wait, and which queue serves it best.

What is over numbers is compiled; here stand its types, and `score_queues` over frames.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, overload

from turnout._core import score_columns

__all__ = ["answer_probability", "expected_wait", "score_queues", "wait_quantile", "wait_variance"]

# The names of columns, and of arguments.
_TOLD = (
    "contacts_ahead",
    "agents",
    "aht_s",
    "starts_per_hour",
    "idle_agents",
    "patience_s",
    "priority_arrivals_per_hour",
    "answer_within_s",
    "samples",
    "aht_sd_s",
)

if TYPE_CHECKING:
    from typing import Protocol, TypedDict, Unpack

    import polars as pl

    from turnout.kinds import Array, Floats, Lazy, Number, Numbers, Plain

    _RankBy = Literal["expected_wait_s", "answer_probability", "service_level", "slack_s"]

    class _Numbers(TypedDict, total=False):
        """What calls say by keyword, in numbers."""

        patience_s: Number
        starts_per_hour: Number
        idle_agents: Number
        priority_arrivals_per_hour: Number

    class _Plains(TypedDict, total=False):
        """The same in numbers and arrays."""

        patience_s: Plain
        starts_per_hour: Plain
        idle_agents: Plain
        priority_arrivals_per_hour: Plain

    class _Anys(TypedDict, total=False):
        """The same in anything."""

        patience_s: Numbers
        starts_per_hour: Numbers
        idle_agents: Numbers
        priority_arrivals_per_hour: Numbers

    class _Lazies(TypedDict, total=False):
        """The same in anything, and expressions."""

        patience_s: Lazy
        starts_per_hour: Lazy
        idle_agents: Lazy
        priority_arrivals_per_hour: Lazy

    class _Constants(_Numbers, total=False):
        """What may be the same for all queues."""

        contacts_ahead: Number
        agents: Number
        aht_s: Number
        answer_within_s: Number
        samples: Number
        aht_sd_s: Number

    class _OfQueues(Protocol):
        """Numbers give a number, arrays an array, and series a series."""

        @overload
        def __call__(
            self, contacts_ahead: pl.Expr, agents: Lazy = ..., aht_s: Lazy = ..., **told: Unpack[_Lazies]
        ) -> pl.Expr: ...
        @overload
        def __call__(
            self, contacts_ahead: Number, agents: Number = ..., aht_s: Number = ..., **told: Unpack[_Numbers]
        ) -> float: ...
        @overload
        def __call__(
            self, contacts_ahead: pl.Series, agents: Numbers = ..., aht_s: Numbers = ..., **told: Unpack[_Anys]
        ) -> pl.Series: ...
        @overload
        def __call__(
            self, contacts_ahead: Array, agents: Plain = ..., aht_s: Plain = ..., **told: Unpack[_Plains]
        ) -> Floats: ...
        @overload
        def __call__(
            self, contacts_ahead: Numbers, agents: Numbers = ..., aht_s: Numbers = ..., **told: Unpack[_Anys]
        ) -> float | Floats | pl.Series: ...

    class _OfTargets(Protocol):
        """The same with a target."""

        @overload
        def __call__(
            self,
            contacts_ahead: pl.Expr,
            agents: Lazy = ...,
            aht_s: Lazy = ...,
            *,
            answer_within_s: Lazy = ...,
            **told: Unpack[_Lazies],
        ) -> pl.Expr: ...
        @overload
        def __call__(
            self,
            contacts_ahead: Number,
            agents: Number = ...,
            aht_s: Number = ...,
            *,
            answer_within_s: Number = ...,
            **told: Unpack[_Numbers],
        ) -> float: ...
        @overload
        def __call__(
            self,
            contacts_ahead: pl.Series,
            agents: Numbers = ...,
            aht_s: Numbers = ...,
            *,
            answer_within_s: Numbers = ...,
            **told: Unpack[_Anys],
        ) -> pl.Series: ...
        @overload
        def __call__(
            self,
            contacts_ahead: Array,
            agents: Plain = ...,
            aht_s: Plain = ...,
            *,
            answer_within_s: Plain = ...,
            **told: Unpack[_Plains],
        ) -> Floats: ...
        @overload
        def __call__(
            self,
            contacts_ahead: Numbers,
            agents: Numbers = ...,
            aht_s: Numbers = ...,
            *,
            answer_within_s: Numbers = ...,
            **told: Unpack[_Anys],
        ) -> float | Floats | pl.Series: ...

    class _OfQuantiles(Protocol):
        """The same with a probability."""

        @overload
        def __call__(
            self,
            quantile: Lazy,
            contacts_ahead: pl.Expr,
            agents: Lazy = ...,
            aht_s: Lazy = ...,
            **told: Unpack[_Lazies],
        ) -> pl.Expr: ...
        @overload
        def __call__(
            self,
            quantile: float,
            contacts_ahead: Number,
            agents: Number = ...,
            aht_s: Number = ...,
            **told: Unpack[_Numbers],
        ) -> float: ...
        @overload
        def __call__(
            self,
            quantile: Numbers,
            contacts_ahead: pl.Series,
            agents: Numbers = ...,
            aht_s: Numbers = ...,
            **told: Unpack[_Anys],
        ) -> pl.Series: ...
        @overload
        def __call__(
            self,
            quantile: Array,
            contacts_ahead: Plain,
            agents: Plain = ...,
            aht_s: Plain = ...,
            **told: Unpack[_Plains],
        ) -> Floats: ...
        @overload
        def __call__(
            self,
            quantile: float,
            contacts_ahead: Array,
            agents: Plain = ...,
            aht_s: Plain = ...,
            **told: Unpack[_Plains],
        ) -> Floats: ...
        @overload
        def __call__(
            self,
            quantile: Numbers,
            contacts_ahead: Numbers,
            agents: Numbers = ...,
            aht_s: Numbers = ...,
            **told: Unpack[_Anys],
        ) -> float | Floats | pl.Series: ...

    expected_wait: _OfQueues
    wait_variance: _OfQueues
    answer_probability: _OfTargets
    wait_quantile: _OfQuantiles
else:
    from turnout._core import answer_probability, expected_wait, wait_quantile, wait_variance


@overload
def score_queues(
    queues: pl.DataFrame,
    *,
    quantiles: Sequence[float] = ...,
    rank_by: _RankBy = ...,
    **constants: Unpack[_Constants],
) -> pl.DataFrame: ...
@overload
def score_queues(
    queues: pl.LazyFrame,
    *,
    quantiles: Sequence[float] = ...,
    rank_by: _RankBy = ...,
    **constants: Unpack[_Constants],
) -> pl.LazyFrame: ...
@overload
def score_queues(
    queues: Mapping[str, Any],
    *,
    quantiles: Sequence[float] = ...,
    rank_by: _RankBy = ...,
    **constants: Unpack[_Constants],
) -> dict[str, Any]: ...
def score_queues(
    queues: Any,
    *,
    quantiles: Sequence[float] = (0.5, 0.9),
    rank_by: str = "expected_wait_s",
    **constants: Any,
) -> Any:
    """The scores of live queues side by side: their waits, what they promise, and their ranks.

    Parameters
    ----------
    queues : polars.DataFrame, polars.LazyFrame or mapping of columns
        A row for each queue. Its columns are named as the arguments of `expected_wait`: `contacts_ahead`, `agents` and
        `aht_s`, or `starts_per_hour`; if they are there, `patience_s`, `idle_agents` and `priority_arrivals_per_hour`.
        There may also be `answer_within_s`, the target; `samples`, how many contacts the handle time (or starts, the
        rate of starts) was measured on; and `aht_sd_s`, the standard deviation of the handle times in seconds. Other
        columns are kept.
    quantiles : sequence of float
        Probabilities for which the wait is wanted; none make it quicker.
    rank_by : {"expected_wait_s", "answer_probability", "service_level", "slack_s"}
        The score that ranks.
    constants : number
        Columns that hold the same number for all queues, such as `answer_within_s=20`.

    Returns
    -------
    polars.DataFrame, polars.LazyFrame or dict
        What was given, with these columns beside it:

        - `expected_wait_s`, and `wait_p50_s`, `wait_p90_s` or the other quantiles;
        - `answer_probability`, that of being answered before giving up;
        - with `answer_within_s`: `service_level`, the probability of being answered within it and before giving up, and
          `slack_s`, the target less the expected wait;
        - with `agents`: `occupancy`, the share of them that is busy, 1 where there are none;
        - with `samples`: `confident`, whether there are at least 30 and the standard error of the handle time is at
          most a tenth of it;
        - `rank`, from 1 for the best; equal queues share the best place.

        NaN for NaN, null for null. These are not ranked: their rank is null, in arrays NaN.

    Raises
    ------
    ValueError
        A number is out of range, as with `expected_wait`, a name is both a column and a constant, or there is a column
        already that is to be added.
    TypeError
        A column is missing, unknown, or holds no numbers.

    Notes
    -----
    Route and overflow by `service_level`: it knows both the wait and who will not bear it. Without `aht_sd_s`, and
    where starts were measured, a standard deviation equal to the mean is assumed.

    Examples
    --------
    >>> import polars as pl, turnout
    >>> queues = pl.DataFrame({"queue": ["billing", "sales"], "contacts_ahead": [4, 9], "agents": [10, 40]})
    >>> scores = turnout.score_queues(queues, aht_s=300, patience_s=600, answer_within_s=90)
    >>> scores.select("queue", pl.col("expected_wait_s", "wait_p90_s", "service_level").round(2), "rank").rows()
    [('billing', 136.93, 219.07, 0.21, 2), ('sales', 71.09, 101.0, 0.73, 1)]
    """
    columns = queues.collect_schema().names() if hasattr(queues, "collect_schema") else list(queues)
    if strange := constants.keys() - set(_TOLD):
        raise TypeError(f"score_queues has no argument {min(strange)!r}; known: {', '.join(_TOLD)}")
    if twice := sorted(constants.keys() & set(columns)):
        raise ValueError(f"{twice[0]} is a column of the queues, and an argument; drop one of them")
    told = [name for name in _TOLD if name in columns]

    def refuse(scores: Any) -> None:
        if there := [name for name in scores if name in columns]:
            raise ValueError(f"there is a column {there[0]!r} already, which is to be added; drop or rename it")

    if isinstance(queues, Mapping):
        scores = score_columns({name: queues[name] for name in told} | constants, list(quantiles), rank_by)
        refuse(scores)
        return {**queues, **scores}

    def scored(frame: pl.DataFrame) -> pl.DataFrame:
        given = {name: frame.get_column(name) for name in told} | constants
        scores = score_columns(given, list(quantiles), rank_by)
        refuse(scores)
        return frame.with_columns(**scores)

    if not hasattr(queues, "collect"):
        return scored(queues)
    # What comes out is what comes out of no rows; ranks need all rows, so that nothing may move past them.
    schema = scored(queues.collect_schema().to_frame()).schema
    return queues.map_batches(
        scored, schema=schema, predicate_pushdown=False, projection_pushdown=False, slice_pushdown=False
    )
