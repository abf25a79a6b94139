"""The hash `xxh3/1`: known answers, and every row against `xxhash` and `polars-hash`."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl
import polars_hash  # noqa: F401 - its import adds the expressions of polars-hash to polars
import pytest
import xxhash
from hypothesis import given
from hypothesis import strategies as st

import turnout
from tests.property.documents import at_percent, engine, examples

ROOT = Path(__file__).resolve().parents[2]
FILE = json.loads((ROOT / "tests" / "vectors" / "xxh3.json").read_text("utf-8"))
VECTORS: list[dict[str, Any]] = FILE["vectors"]
Stage = Literal["ramp", "variant"]
STAGES: tuple[Stage, Stage] = ("ramp", "variant")
salts = st.text(st.characters(codec="utf-8"), max_size=30)
texts = st.text(st.characters(codec="utf-8"), min_size=1, max_size=40)


def seed_of(salt: str, stage: str) -> int:
    """The seed of a salt and a stage."""
    return xxhash.xxh3_64_intdigest(f"{salt}\x1f{stage}".encode())


def test_the_vectors_are_what_their_script_writes() -> None:
    """So that nobody mends a vector by hand."""
    ended = subprocess.run(
        [sys.executable, ROOT / "tools" / "make_hash_vectors.py", "--check"], capture_output=True, encoding="utf-8"
    )
    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_the_vectors_cover_what_they_should() -> None:
    """Every path of the hash by length, empty salt, integers, letters of several bytes, both stages."""
    sizes = {len(str(row["unit"]).encode()) for row in VECTORS}
    assert len(VECTORS) >= 300
    assert {1, 3, 4, 8, 9, 16, 17, 128, 129, 240, 241, 1024, 1025} <= sizes
    assert {"", "t", "👩‍👩‍👧"} <= {row["salt"] for row in VECTORS}
    assert {row["stage"] for row in VECTORS} == set(STAGES)
    assert {42, -(2**63), 2**63 - 1} <= {row["unit"] for row in VECTORS if isinstance(row["unit"], int)}
    for row in VECTORS:
        shares = dict(row["exposed"])
        assert shares[row["position"] / 100_000] is False
        assert shares[(row["position"] + 1) / 100_000] is True


def test_the_known_answers() -> None:
    """Alone and as a column."""
    for row in VECTORS:
        unit, salt, stage = row["unit"], row["salt"], row["stage"]
        assert turnout.bucket(unit, salt, stage) == row["position"] / 100_000, row
        assert turnout.hash_units([unit], salt, stage).tolist() == [int(row["hash"])], row
        assert seed_of(salt, stage) == int(row["seed"])


def test_the_known_answers_are_exposed_as_they_say() -> None:
    """Through whole policies: by every share and salt that a document can hold."""
    rows = [row for row in VECTORS if row["stage"] == "ramp" and row["salt"].strip() and row["salt"].isprintable()]
    assert len(rows) > 100
    shares = {(row["salt"], percent) for row in rows for percent, _ in row["exposed"]}
    keys = {share: f"t{index}" for index, share in enumerate(sorted(shares))}
    ramped = {}
    for (salt, percent), key in keys.items():
        ramped[key] = at_percent(percent)
        ramped[key]["rules"][0]["ramp"]["salt"] = salt
    desk = engine(ramped)
    for row in rows:
        for percent, is_in in row["exposed"]:
            found = desk.evaluate(keys[row["salt"], percent], row["unit"])
            assert (found.enabled, found.bucket) == (is_in, row["position"] / 100_000), (percent, row)


@examples(200)
@given(texts | st.integers(), salts, st.sampled_from(STAGES))
def test_alone_it_is_what_xxhash_says(unit: str | int, salt: str, stage: Stage) -> None:
    hashed = xxhash.xxh3_64_intdigest(str(unit).encode(), seed_of(salt, stage))
    assert turnout.bucket(unit, salt, stage) == (hashed * 10**7 >> 64) / 10**5
    assert turnout.hash_units([unit], salt, stage).tolist() == [hashed]


@examples(50)
@given(st.lists(texts, min_size=1, max_size=30), salts, st.sampled_from(STAGES))
def test_as_a_column_it_is_what_polars_hash_says(units: list[str], salt: str, stage: Stage) -> None:
    column = pl.DataFrame({"unit": units})
    theirs = column.select(pl.col("unit").nchash.xxh3_64(seed=seed_of(salt, stage)))["unit"]  # type: ignore[attr-defined]
    for ours in (units, column["unit"], np.array(units, dtype=object)):
        assert turnout.hash_units(ours, salt, stage).tolist() == theirs.to_list()


def test_a_hundred_thousand_rows_against_both() -> None:
    """Lengths of all kinds, to the path of long texts."""
    units = [f"{index}" * (1 + index % 97) for index in range(100_000)]
    seed = seed_of("billing-bot", "ramp")
    ours = turnout.hash_units(pl.Series(units), "billing-bot")
    column = pl.DataFrame({"unit": units})
    theirs = column.select(pl.col("unit").nchash.xxh3_64(seed=seed))["unit"].to_numpy()  # type: ignore[attr-defined]
    assert (ours == theirs).all()
    assert ours[::100].tolist() == [xxhash.xxh3_64_intdigest(unit.encode(), seed) for unit in units[::100]]
    assert max(map(len, units)) > 240


COLUMNS: dict[str, Any] = {
    "texts": ["42", "7", "-1"],
    "integers": [42, 7, -1],
    "both": [42, "7", -1.0],
    "a tuple": (42, "7", -1),
    "Int64": pl.Series([42, 7, -1]),
    "Int8": pl.Series([42, 7, -1], dtype=pl.Int8),
    "Float64": pl.Series([42.0, 7.0, -1.0]),
    "Categorical": pl.Series(["42", "7", "-1"], dtype=pl.Categorical),
    "Enum": pl.Series(["42", "7", "-1"], dtype=pl.Enum(["-1", "7", "42"])),
    "in chunks": pl.concat([pl.Series(["42"]), pl.Series(["7", "-1"])], rechunk=False),
    "sliced": pl.Series(["0", "42", "7", "-1", "0"]).slice(1, 3),
    "numpy integers": np.array([42, 7, -1]),
    "numpy texts": np.array(["42", "7", "-1"]),
    "numpy objects": np.array(["42", "7", "-1"], dtype=object),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_unit_is_one_in_every_kind_of_column(name: str) -> None:
    """An integer's hash is that of its decimal form."""
    found = turnout.hash_units(COLUMNS[name], "s")
    assert found.dtype == np.uint64
    assert found.tolist() == [xxhash.xxh3_64_intdigest(unit, seed_of("s", "ramp")) for unit in (b"42", b"7", b"-1")]


def test_integers_beyond_64_bits_signed() -> None:
    """Ids that are hashes themselves use all 64 bits."""
    ids = [2**63, 2**64 - 1, 2**63 + 1]
    expected = [xxhash.xxh3_64_intdigest(str(unit).encode(), seed_of("s", "ramp")) for unit in ids]
    for column in (ids, pl.Series(ids, dtype=pl.UInt64), np.array(ids, dtype=np.uint64)):
        assert turnout.hash_units(column, "s").tolist() == expected
    assert turnout.bucket(2**64 - 1, "s") == turnout.bucket("18446744073709551615", "s")


@pytest.mark.parametrize("unit", [None, "", True, 1.5, float("nan"), [1], b"a", object(), "\ud800"])
def test_what_is_no_unit_is_refused(unit: Any) -> None:
    """With its place in a column."""
    with pytest.raises(ValueError, match="unit must be"):
        turnout.bucket(unit, "s")
    with pytest.raises(ValueError, match=r"units\[1\]"):
        turnout.hash_units(["a", unit], "s")


def test_an_unknown_stage_is_refused() -> None:
    with pytest.raises(ValueError, match=r'"other".*"ramp", "variant"'):
        turnout.bucket("a", "s", "other")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="unknown stage"):
        turnout.hash_units(["a"], "s", "")  # type: ignore[arg-type]


def test_salt_and_stage_are_kept_apart() -> None:
    """Neither runs into the other, nor into the unit."""
    pairs = [("a", "s"), ("a", "s\x1framp"), ("as", ""), ("a", "sa"), ("sa", ""), ("a", "s "), ("a ", "s")]
    places = {turnout.bucket(unit, salt, stage) for unit, salt in pairs for stage in STAGES}
    assert len(places) == 14


def test_no_units_no_hashes() -> None:
    assert turnout.hash_units([], "s").tolist() == []
    assert turnout.hash_units(pl.Series([], dtype=pl.String), "s").dtype == np.uint64
