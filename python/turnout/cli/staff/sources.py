"""What says each argument of the library: an option with a number, an option with a column, or a column of its name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from turnout.cli.faults import CliError, did_you_mean

KIND: Final = "bad_intervals"
TRAITS: Final = (
    "arrivals",
    "interval_s",
    "aht_s",
    "patience_s",
    "answer_within_s",
    "shrinkage",
    "min_agents",
    "agents",
)
"""What `turnout.staff_intervals` reads from columns of these names. Targets it reads from columns that are named."""
NEEDED: Final = ("arrivals", "aht_s", "interval_s")
NAMES_SHOWN: Final = 12

Sources = Mapping[str, float | str]


def find_sources(columns: Sequence[str], texts: Mapping[str, str | None], path: Path) -> dict[str, float | str]:
    """What says each argument: an option before a column of its name; refuses what is needed and not said."""
    sources: dict[str, float | str] = {name: name for name in TRAITS if name in columns}
    sources |= {name: source(name, text, columns) for name, text in texts.items() if text is not None}
    if missing := [name for name in NEEDED if name not in sources]:
        unused = [name for name in columns if name not in sources]
        near = did_you_mean(missing[0], unused)
        hint = f'if it is "{near}", give {flag(missing[0])} {near}' if near else f"give {option_example(missing[0])}"
        raise CliError(
            f"no column {' nor '.join(missing)}; it has {listed(columns)}", where=str(path), hint=hint, kind=KIND
        )
    return sources


def source(name: str, text: str, columns: Sequence[str]) -> float | str:
    """A number for all rows, or the name of a column."""
    if text in columns:
        return text
    try:
        return float(text)
    except ValueError:
        near = did_you_mean(text, columns)
        hint = f'did you mean "{near}"?' if near else f"the file has {listed(columns)}"
        raise CliError(f"{text!r} is neither a number nor a column", where=flag(name), hint=hint) from None


def flag(name: str) -> str:
    """The option of a name."""
    return "--" + name.replace("_", "-")


def option_example(name: str) -> str:
    """How it is told where the file does not."""
    example = {"arrivals": "COLUMN", "aht_s": "240", "interval_s": "1800"}
    return f"{flag(name)} {example[name]}"


def listed(columns: Sequence[str]) -> str:
    """The names of columns, not all of very many."""
    return ", ".join(columns[:NAMES_SHOWN]) + (", ..." if len(columns) > NAMES_SHOWN else "") if columns else "none"
