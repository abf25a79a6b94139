"""What calls of models have in common."""

from __future__ import annotations

from typing import Any

_OPTIONS = ("definition", "fractional", "nodes", "method", "basis", "plan")


def split(told: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The numbers among the arguments of a call, and the options."""
    options = {name: told[name] for name in _OPTIONS if name in told}
    columns = {name: value for name, value in told.items() if name not in _OPTIONS}
    own_time = options.get("definition") == "exclude_short_abandons"
    if own_time and columns["short_abandon_s"] is None:
        raise TypeError('short_abandon_s is needed for definition="exclude_short_abandons"')
    if not own_time and columns.get("short_abandon_s") is not None:
        raise TypeError('short_abandon_s goes with definition="exclude_short_abandons"')
    return columns, options
