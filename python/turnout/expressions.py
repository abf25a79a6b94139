"""Functions over numbers as expressions of Polars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import turnout._core as core

__all__ = ["lazily"]

if TYPE_CHECKING:
    import polars as pl


def lazily(function: str, arguments: dict[str, Any], how: dict[str, Any]) -> pl.Expr:
    """The expression that calls a function of the compiled module when its columns are there.

    What gives a result of several fields becomes a struct of them.
    """
    import polars as pl

    for name, told in arguments.items():
        if not isinstance(told, pl.Expr) and getattr(told, "__len__", None) is not None:
            kind = type(told).__name__
            raise TypeError(f"{name} must be a number or an expression beside expressions, not {kind}; use pl.lit")
    call = getattr(core, function)
    columns = {name: told for name, told in arguments.items() if isinstance(told, pl.Expr)}
    rest = {name: told for name, told in arguments.items() if name not in columns} | how

    def answer(told: pl.Series) -> pl.Series:
        found = call(**{name: told.struct.field(name) for name in columns}, **rest)
        if isinstance(found, pl.Series):
            return found
        fields = {name: field for name, field in found.as_dict().items() if field is not None}
        return pl.DataFrame(fields).to_struct(function)

    empty = answer(pl.DataFrame(schema=dict.fromkeys(columns, pl.Float64)).to_struct("told"))
    struct = pl.struct(column.alias(name) for name, column in columns.items())
    made: pl.Expr = struct.map_batches(answer, return_dtype=empty.dtype, is_elementwise=True)
    return made.alias(empty.name)
