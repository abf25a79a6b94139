"""The kinds of numbers that queues are told by, for type checkers; nothing imports it while a program runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, TypeAlias

import numpy as np
import polars as pl
from numpy.typing import NDArray

Number: TypeAlias = float | np.floating[Any] | np.integer[Any] | None
Array: TypeAlias = Sequence[float | None] | NDArray[np.floating[Any]] | NDArray[np.integer[Any]]
# What makes no series of the result.
Plain: TypeAlias = Number | Array
Numbers: TypeAlias = Plain | pl.Series
# Columns of a frame to come.
Lazy: TypeAlias = Numbers | pl.Expr
Floats: TypeAlias = NDArray[np.float64]

Definition: TypeAlias = Literal[
    "offered",
    "answered",
    "exclude_abandons_within_target",
    "count_abandons_within_target",
    "exclude_short_abandons",
    "virtual",
]
