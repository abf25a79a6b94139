"""One row of the table: what was measured, beside what, and the goal it has to reach."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """`ours` and `theirs` are in `unit`. With a peer the goal bounds their ratio, without one it bounds `ours`.

    A row without a goal is only reported. A gated row that misses its goal fails `--gate`.
    """

    name: str
    ours: float
    unit: str
    peer: str = ""
    theirs: float | None = None
    goal: float | None = None
    note: str = ""
    section: str = ""

    @property
    def ratio(self) -> float | None:
        return None if self.theirs is None else self.ours / self.theirs

    @property
    def measured(self) -> float:
        """The number that the goal bounds."""
        return self.ours if self.ratio is None else self.ratio

    @property
    def gated(self) -> bool:
        return self.goal is not None

    def met(self, slack: float = 1.0) -> bool:
        """Whether the goal is reached, or missed by no more than the factor `slack`."""
        return self.goal is None or self.measured <= self.goal * slack

    def to_dict(self) -> dict[str, Any]:
        return asdict(self) | {"ratio": self.ratio, "gated": self.gated, "met": self.met()}


@dataclass(frozen=True, slots=True)
class Peer:
    """One line of the table of peers: the main rule by name, microseconds a call."""

    name: str
    version: str
    call_us: float


@dataclass(slots=True)
class Result:
    """What a section hands back."""

    rows: list[Row] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)

    def better_of(self, other: Result) -> Result:
        """Row by row the better of two runs of one section: a retry for a machine that was busy elsewhere."""
        again = {row.name: row for row in other.rows}
        rows = [min(row, again[row.name], key=lambda one: one.measured) for row in self.rows]
        calls = {peer.name: peer.call_us for peer in other.peers}
        peers = [replace(peer, call_us=min(peer.call_us, calls[peer.name])) for peer in self.peers]
        return Result(rows, peers)

    def missed(self, slack: float = 1.0) -> list[Row]:
        return [row for row in self.rows if not row.met(slack)]


def table(rows: list[Row], peers: list[Peer]) -> str:
    """The plain table: no colours, no dependency, readable in a log."""
    header = ("row", "turnout", "beside", "measured", "ratio", "goal", "")
    body = [_cells(row) for row in rows]
    lines = _aligned([header, *body])
    if peers:
        ours = next((peer.call_us for peer in peers if peer.name == "turnout"), None)
        block = [("main rule by name, dict -> bool", "version", "us a call", "x turnout")]
        for peer in sorted(peers, key=lambda one: one.call_us):
            times = "" if ours is None else f"{peer.call_us / ours:.1f}"
            block.append((peer.name, peer.version, f"{peer.call_us:.3f}", times))
        lines += ["", *_aligned(block)]
    return "\n".join(lines)


def markdown(rows: list[Row], peers: list[Peer]) -> str:
    """The same table for a page."""
    lines = ["| row | turnout | beside | measured | ratio | goal | |", "|---|---:|---|---:|---:|---:|---|"]
    lines += [f"| {' | '.join(_cells(row))} |" for row in rows]
    if not peers:
        return "\n".join(lines)
    lines += ["", "| the main rule by name, dict -> bool | version | us a call |", "|---|---|---:|"]
    ordered = sorted(peers, key=lambda one: one.call_us)
    lines += [f"| {peer.name} | {peer.version} | {peer.call_us:.3f} |" for peer in ordered]
    return "\n".join(lines)


def figures(rows: list[Row]) -> str:
    """The rows that a newcomer asks for, each beside the fastest other package."""
    wanted = {
        "name + dict -> bool": "one toggle, a dictionary of attributes",
        "handle + Context -> bool": "the same by a handle and a `Context`",
        "the same, each result read": "all 200 toggles for one contact, each result read",
        "columns, full rule, Categorical": "a rule with a ramp over a frame, categories",
        "columns, full rule, strings": "the same, strings",
        "ramp over 10 million string ids": "a ramp over 10 million ids",
        "cold load of 10,000 toggles and the first evaluation of each": "10,000 toggles, from file to first answers",
        "memory at 10,000 toggles": "memory for them",
    }
    lines = ["| | turnout | the fastest other | | times |", "|---|---:|---|---:|---:|"]
    for row in rows:
        if row.name in wanted and row.ratio is not None and row.theirs is not None:
            ours, theirs = _number(row.ours, row.unit), _number(row.theirs, row.unit)
            lines.append(f"| {wanted[row.name]} | {ours} | {row.peer} | {theirs} | {1 / row.ratio:.1f} |")
    return "\n".join(lines)


def _cells(row: Row) -> tuple[str, ...]:
    verdict = "" if row.goal is None else ("met" if row.met() else "NOT MET")
    theirs = "" if row.theirs is None else _number(row.theirs, row.unit)
    ratio = "" if row.ratio is None else _short(row.ratio)
    bound = "" if row.goal is None else (f"{row.goal:.3g}x" if row.ratio is not None else _number(row.goal, row.unit))
    name = f"{row.name} [{row.note}]" if row.note else row.name
    return (name, _number(row.ours, row.unit), row.peer, theirs, ratio, f"<= {bound}" if bound else "", verdict)


def _short(ratio: float) -> str:
    """Three decimals, or two digits where they would not tell."""
    return f"{ratio:.3f}" if ratio >= 0.01 else f"{ratio:.2g}"


def _number(value: float, unit: str) -> str:
    digits = 0 if value >= 1000 or value == int(value) else 1 if value >= 100 else 2 if value >= 1 else 3
    return f"{value:,.{digits}f} {unit}".strip()


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    left = {0, 2}
    made = []
    for index, row in enumerate(rows):
        pairs = enumerate(zip(row, widths, strict=True))
        cells = [cell.ljust(width) if column in left else cell.rjust(width) for column, (cell, width) in pairs]
        made.append("  ".join(cells).rstrip())
        if index == 0:
            made.append("  ".join("-" * width for width in widths))
    return made
