"""The kinds of numbers that queues are told by, for type checkers."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, TypeAlias

    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

    Number: TypeAlias = float | np.floating[Any] | np.integer[Any] | None
    Array: TypeAlias = Sequence[float | None] | NDArray[np.floating[Any]] | NDArray[np.integer[Any]]
    # What makes no series of the result.
    Plain: TypeAlias = Number | Array
    Numbers: TypeAlias = Plain | pl.Series
    Floats: TypeAlias = NDArray[np.float64]
