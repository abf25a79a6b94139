"""Columns on one thread: the whole main rule, and a ramp over many string ids.

Run as a process of its own (`python -m benches.peers.columns`), bound to one processor, so that no contender can use
threads. The answers of every contender are compared before anything is timed.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benches.peers.rows import Result, Row
from benches.peers.timing import Case, interleaved
from benches.workload import MAIN, RAMP_ONLY, RAMP_PERCENT, columns, main_clauses, toggles

ROOT = Path(__file__).resolve().parents[2]
THRESHOLD = -(-RAMP_PERCENT * 2**64 // 100)


def polars_forms(seed: int) -> dict[str, Callable[[Any], Any]]:
    """The main rule as a polars expression, in the three ways a practised hand would write it."""
    import polars as pl
    import polars_hash  # noqa: F401  registers the hash

    plan, country, age = main_clauses()
    inside = pl.col("unit").nchash.xxh3_64(seed=seed) < THRESHOLD
    old_enough = pl.col("age") >= age.value
    is_in = pl.col("plan").is_in(list(plan.value)) & pl.col("country").is_in(list(country.value)) & old_enough
    equals = _any_of(pl, "plan", plan.value) & _any_of(pl, "country", country.value) & old_enough

    def filtered(frame: Any) -> Any:
        import numpy as np

        rows = frame.with_row_index().filter(is_in).filter(inside)["index"].to_numpy()
        mask = np.zeros(len(frame), dtype=bool)
        mask[rows] = True
        return mask

    return {
        "is_in": lambda frame: frame.select((is_in & inside).alias("on"))["on"],
        "== or ==": lambda frame: frame.select((equals & inside).alias("on"))["on"],
        "filter, then hash": filtered,
    }


def _any_of(pl: Any, column: str, values: tuple[str, ...]) -> Any:
    first, *rest = (pl.col(column) == value for value in values)
    for expression in rest:
        first |= expression
    return first


def duckdb_query(frame: Any) -> Callable[[], Any]:
    """The same rule over a native duckdb table with enum columns; duckdb has its own 64-bit hash."""
    import duckdb

    connection = duckdb.connect()
    connection.execute("SET threads = 1")
    connection.register("frame", frame)
    connection.execute("CREATE TYPE plan AS ENUM (SELECT DISTINCT plan FROM frame)")
    connection.execute("CREATE TYPE country AS ENUM (SELECT DISTINCT country FROM frame)")
    coded = "plan::VARCHAR::plan AS plan, country::VARCHAR::country AS country"
    connection.execute(f"CREATE TABLE calls AS SELECT unit, {coded}, age FROM frame")
    plan, country, age = main_clauses()
    rule = f"plan IN {plan.value} AND country IN {country.value} AND age >= {age.value}"
    query = f"SELECT {rule} AND hash(unit) < {THRESHOLD}::UBIGINT AS enabled FROM calls"
    return lambda: connection.execute(query).fetchnumpy()["enabled"]


def rule_cases(rows: int, with_turnout: bool) -> dict[str, Case]:
    """The whole rule over strings and over Categorical, each contender checked against polars' first form."""
    import numpy as np
    import polars as pl

    from benches.peers.twin import ramp_seed

    text = pl.DataFrame(columns(rows))
    coded = text.with_columns(pl.col("plan", "country").cast(pl.Categorical))
    cases: dict[str, Callable[[], Any]] = {}
    for name, form in polars_forms(ramp_seed(MAIN)).items():
        cases[f"polars {name}, strings"] = lambda form=form: form(text)
        cases[f"polars {name}, Categorical"] = lambda form=form: form(coded)
    if with_turnout:
        from benches.peers import ours

        many = ours.engine(toggles()).evaluate_many
        for kind, frame in (("strings", text), ("Categorical", coded)):
            units, attributes = frame["unit"], frame.drop("unit")
            cases[f"turnout, {kind}"] = lambda u=units, a=attributes: many(MAIN, u, a).enabled
    want = np.asarray(cases["polars is_in, strings"]())
    assert 0.1 < want.mean() < 0.2, want.mean()
    for name, case in cases.items():
        assert np.array_equal(np.asarray(case()), want), name
    cases["duckdb, enum"] = duckdb_query(coded)
    assert abs(cases["duckdb, enum"]().mean() - want.mean()) < 0.01
    return {name: Case(case, rows, long=True) for name, case in cases.items()}


def ramp_cases(ids: int, with_turnout: bool) -> dict[str, Case]:
    """A ramp over string ids: the decision, and the hash alone."""
    import numpy as np
    import polars as pl

    from benches.peers.twin import ramp_seed

    frame = pl.DataFrame({"unit": pl.Series([f"c-{number:07d}" for number in range(ids)])})
    hashed = pl.col("unit").nchash.xxh3_64(seed=ramp_seed(RAMP_ONLY))
    cases: dict[str, Callable[[], Any]] = {
        "polars-hash ramp": lambda: frame.select((hashed < THRESHOLD).alias("on"))["on"],
        "polars-hash hash": lambda: frame.select(hashed.alias("hash"))["hash"],
    }
    if with_turnout:
        import turnout
        from benches.peers import ours

        many, units = ours.engine(toggles()).evaluate_many, frame["unit"]
        cases["turnout ramp"] = lambda: many(RAMP_ONLY, units).enabled
        cases["turnout hash"] = lambda: turnout.hash_units(units, RAMP_ONLY)
        for one in ("ramp", "hash"):
            same = np.array_equal(np.asarray(cases[f"turnout {one}"]()), cases[f"polars-hash {one}"]().to_numpy())
            assert same, f"turnout and polars-hash differ in the {one}"
    return {name: Case(case, ids, long=True) for name, case in cases.items()}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--ids", type=int, required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--peers-only", action="store_true")
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with_turnout = not options.peers_only
    ns = interleaved(rule_cases(options.rows, with_turnout), options.rounds)
    ns |= interleaved(ramp_cases(options.ids, with_turnout), max(3, options.rounds // 3))
    print(json.dumps(ns))


def run(quick: bool, with_turnout: bool = True) -> Result:
    """Run the process and compare like with like: strings with strings, Categorical with Categorical."""
    sizes = (200_000, 1_000_000, 10) if quick else (1_000_000, 10_000_000, 30)
    command = [sys.executable, "-m", "benches.peers.columns"]
    for option, size in zip(("--rows", "--ids", "--rounds"), sizes, strict=True):
        command += [option, str(size)]
    environment = os.environ | {"POLARS_MAX_THREADS": "1", "RAYON_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"}
    if not with_turnout:
        command.append("--peers-only")
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True, text=True)
    ns = json.loads(done.stdout)
    return Result(rows(ns, sizes[1]) if with_turnout else [])


def rows(ns: dict[str, float], ids: int) -> list[Row]:
    """The gate is against the fastest form of polars; the other forms are reported."""
    made = []
    for kind, goal in (("Categorical", 0.6), ("strings", 0.25)):
        forms = {name: took for name, took in ns.items() if name.startswith("polars ") and name.endswith(kind)}
        fastest = min(forms, key=forms.__getitem__)
        took = ns[f"turnout, {kind}"]
        made.append(Row(f"columns, full rule, {kind}", took, "ns a row", fastest, forms[fastest], goal))
        for name, other in forms.items():
            made.append(Row(f"columns, full rule, beside {name}", took, "ns a row", name, other))
    coded, enum = ns["turnout, Categorical"], ns["duckdb, enum"]
    made.append(Row("columns, full rule, beside duckdb", coded, "ns a row", "duckdb, enum", enum))
    count = f"{ids // 1_000_000} million"
    for one, goal in (("ramp", 0.7), ("hash", None)):
        label = f"ramp over {count} string ids" if one == "ramp" else f"hash_units over {count} string ids"
        made.append(Row(label, ns[f"turnout {one}"], "ns an id", "polars-hash xxh3", ns[f"polars-hash {one}"], goal))
    return made


if __name__ == "__main__":
    main()
