"""Columns of every type answer as the values in them do one by one."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

import turnout
from tests.parity.columns import ACCOUNTS, SHAPES, TYPES
from tests.parity.compare import asking, asking_engine, assert_batch, assert_columns, one_by_one
from tests.property.documents import asks, engine, only, ramp, rule, toggle

ASKING = asking_engine()
FEW = (
    "0 {'equals': 'pro'}",
    "5 {'not_equals': 3}",
    "10 {'lt': 3}",
    "23 {'after': '2026-03-01T00:00:00Z'}",
    "27 {'null': True}",
    "by the attribute",
)


def units(rows: int) -> list[Any]:
    """A unit for each row; each a few times."""
    return [["c-1", "c-2", 42, None][row % 4] for row in range(rows)]


@pytest.mark.parametrize("name", TYPES)
def test_a_column_answers_as_its_values_do(name: str) -> None:
    """In a frame and in a dictionary of columns, as a series and as a list."""
    series = TYPES[name].alias("x")
    who = units(len(series))
    values = series.to_list()
    for key in ASKING.policy.toggles:
        expected = one_by_one(ASKING, key, who, [{"x": value} for value in values], "callers")
        doors: list[Any] = [pl.DataFrame([series]), {"x": values}, [{"x": value} for value in values]]
        for attributes in doors:
            assert_batch(ASKING.evaluate_many(key, who, attributes, default="callers"), expected)
        assert_columns(ASKING.evaluate_many(key, who, {"x": series}, default="callers"), expected)


@pytest.mark.parametrize("name", SHAPES)
def test_a_column_answers_as_its_values_do_however_it_lies_in_memory(name: str) -> None:
    """Few questions: what differs is where the values are."""
    series = SHAPES[name].alias("x")
    who = units(len(series))
    for key in FEW:
        expected = one_by_one(ASKING, key, who, [{"x": value} for value in series.to_list()])
        assert_batch(ASKING.evaluate_many(key, who, pl.DataFrame([series])), expected)
    by_unit = one_by_one(ASKING, "overridden", series.to_list(), [{}] * len(series))
    assert_batch(ASKING.evaluate_many("overridden", series), by_unit)


@pytest.mark.parametrize("name", TYPES)
def test_a_column_of_units_answers_as_its_values_do(name: str) -> None:
    """As the units of a ramp, of a draw and of overrides."""
    series = TYPES[name]
    for key in ("by the attribute", "drawn", "overridden", "required"):
        expected = one_by_one(ASKING, key, series.to_list(), [{}] * len(series))
        assert_batch(ASKING.evaluate_many(key, series), expected)
        assert_batch(ASKING.evaluate_many(key, series.to_list()), expected)


def test_the_columns_are_not_all_answered_alike() -> None:
    """Every question is answered both ways by some column, so that the comparisons above mean something."""
    answers: dict[str, set[bool]] = {key: set() for key in asking("x")}
    for series in TYPES.values():
        for key, found in answers.items():
            found |= set(ASKING.evaluate_many(key, units(len(series)), {"x": series}).enabled.tolist())
    assert {key for key, found in answers.items() if found != {True, False}} == {"off", "in shadow"}


@pytest.mark.parametrize("rows", [0, 1, 3])
def test_a_column_of_nothing_is_null_in_every_row(rows: int) -> None:
    """Polars gives a column without any value a type of its own."""
    nothing = pl.Series("x", [None] * rows)
    assert nothing.dtype == pl.Null
    for key in ASKING.policy.toggles:
        expected = one_by_one(ASKING, key, units(rows), [{"x": None}] * rows)
        assert_batch(ASKING.evaluate_many(key, units(rows), nothing.to_frame()), expected)
        assert_batch(ASKING.evaluate_many(key, units(rows), {"x": nothing}), expected)
        nobody = one_by_one(ASKING, key, [None] * rows, [{}] * rows)
        assert_batch(ASKING.evaluate_many(key, nothing), nobody)


STRUCTS = pl.DataFrame({"account": ACCOUNTS, "plain": ["a", "b", "c"]})


@pytest.mark.parametrize(
    "name", ["account.id", "account.plan.seats", "account.plan", "account", "account.none", "plain.x"]
)
def test_a_dotted_name_is_a_field_of_a_struct(name: str) -> None:
    structs = asking_engine(name)
    rows = STRUCTS.to_dicts()
    for key in structs.policy.toggles:
        expected = one_by_one(structs, key, units(3), rows)
        assert_batch(structs.evaluate_many(key, units(3), STRUCTS), expected)
        assert_batch(structs.evaluate_many(key, units(3), rows), expected)


def test_a_whole_name_wins_over_a_field() -> None:
    whole = STRUCTS.with_columns(pl.Series("account.id", ["x", "pro", None]))
    structs = asking_engine("account.id")
    for key in structs.policy.toggles:
        assert_batch(structs.evaluate_many(key, units(3), whole), one_by_one(structs, key, units(3), whole.to_dicts()))


def test_a_struct_that_is_null_answers_as_a_dictionary_that_is_none() -> None:
    nulls = pl.DataFrame({"account": [{"id": "pro"}, None, {"id": None}]})
    structs = asking_engine("account.id")
    for key in structs.policy.toggles:
        assert_batch(structs.evaluate_many(key, units(3), nulls), one_by_one(structs, key, units(3), nulls.to_dicts()))


@pytest.mark.parametrize("column", [STRUCTS["account"], STRUCTS["account"].to_list()], ids=["series", "list"])
def test_a_dictionary_of_columns_has_fields_too(column: Any) -> None:
    structs = asking_engine("account.id")
    for key in structs.policy.toggles:
        expected = one_by_one(structs, key, units(3), STRUCTS.to_dicts())
        assert_batch(structs.evaluate_many(key, units(3), {"account": column}), expected)


def test_a_value_for_all_rows_has_fields_too() -> None:
    consents: dict[str, Any] = {"consent": {"chat": True}, "plan": "pro"}
    asked = engine({"t": toggle(consent=["chat"], rules=[rule({"attribute": "plan", "equals": "pro"})])})
    assert asked.is_enabled("t", "c-1", consents)
    assert asked.evaluate_many("t", ["c-1", "c-2"], consents).enabled.tolist() == [True, True]


ARRAYS: dict[str, Any] = {
    **{f"int {kind}": np.array([3, 0, 42, 1], dtype=kind) for kind in ("i1", "i2", "i4", "i8", "u1", "u2", "u4", "u8")},
    **{f"float {kind}": np.array([3.0, 2.5, np.nan, np.inf, -0.0], dtype=kind) for kind in ("f2", "f4", "f8")},
    "bool": np.array([True, False]),
    "text": np.array(["pro", "", "日本", "c-1"]),
    "objects of text": np.array(["pro", "", "日本", "c-1"], dtype=object),
    "days": np.array(["2026-03-01", "NaT", "2026-02-28"], dtype="datetime64[D]"),
    **{f"datetime {unit}": np.array(["2026-03-01", "NaT"], dtype=f"datetime64[{unit}]") for unit in ("ms", "us", "ns")},
    "strided": np.arange(12)[::3],
    "reversed": np.array([3, 42, 1])[::-1],
    "empty": np.array([], dtype="i8"),
}


@pytest.mark.parametrize("name", ARRAYS)
def test_an_array_answers_as_its_values_do(name: str) -> None:
    """Numpy's own scalars and Python's."""
    array = ARRAYS[name]
    who = units(len(array))
    for key in ASKING.policy.toggles:
        expected = one_by_one(ASKING, key, who, [{"x": value} for value in array])
        assert_batch(ASKING.evaluate_many(key, who, {"x": array}), expected)
        assert_batch(ASKING.evaluate_many(key, who, {"x": list(array)}), expected)
        by_unit = one_by_one(ASKING, key, list(array), [{}] * len(array))
        assert_batch(ASKING.evaluate_many(key, array), by_unit)


@pytest.mark.parametrize("kind", ["datetime64[ns]", "datetime64[us]", "timedelta64[ns]", "timedelta64[us]"])
def test_a_time_of_numpy_is_no_number(kind: str) -> None:
    """It has no zone, so it is no instant either; in a column as alone."""
    array = np.array([10, 10**15], dtype=kind)
    for key in ASKING.policy.toggles:
        expected = one_by_one(ASKING, key, ["c-1"] * 2, [{"x": object()}] * 2)
        for who in (list(array), array):
            assert_batch(ASKING.evaluate_many(key, ["c-1"] * 2, {"x": who}), expected)
        assert_batch(ASKING.evaluate_many(key, ["c-1"] * 2, [{"x": value} for value in array]), expected)


def test_a_value_stands_for_every_row() -> None:
    """In a dictionary of columns, whatever its type."""
    for value in ("pro", 3, 2.5, True, None, np.float32(3)):
        for key in ASKING.policy.toggles:
            expected = one_by_one(ASKING, key, units(3), [{"x": value}] * 3)
            assert_batch(ASKING.evaluate_many(key, units(3), {"x": value}), expected)


def test_a_structured_array_is_a_frame() -> None:
    """As whatever `polars.DataFrame` takes."""
    table: Any = np.array([("pro", 3), ("x", 1)], dtype=[("x", "U4"), ("n", "i8")])
    for key in FEW:
        expected = one_by_one(ASKING, key, units(2), [{"x": "pro"}, {"x": "x"}])
        assert_batch(ASKING.evaluate_many(key, units(2), table), expected)


def test_pandas_is_taken() -> None:
    """Frames, series and arrays of it."""
    pandas = pytest.importorskip("pandas", reason="pandas is nobody's dependency here")
    pytest.importorskip("pyarrow", reason="Polars reads pandas by pyarrow")
    frame = pandas.DataFrame({"x": ["pro", "x", None], "id": ["c-1", "c-2", "c-3"]})
    for key in FEW:
        expected = one_by_one(ASKING, key, frame["id"].tolist(), [{"x": "pro"}, {"x": "x"}, {"x": None}])
        assert_batch(ASKING.evaluate_many(key, frame["id"], frame), expected)
        assert_batch(ASKING.evaluate_many(key, frame["id"].to_numpy(), {"x": frame["x"]}), expected)


def test_no_units_but_attributes() -> None:
    """The rows are those of the attributes; nobody has a unit, or the attribute is the unit."""
    by_id = only(rules=[rule(ramp=ramp({"percent": 50}, unit="id"))])
    ids = ["a", "b", None, "d", ""]
    expected = one_by_one(by_id, "t", [None] * 5, [{"id": unit} for unit in ids])
    assert_batch(by_id.evaluate_many("t", None, pl.DataFrame({"id": ids})), expected)
    assert_batch(by_id.evaluate_many("t", attributes=[{"id": unit} for unit in ids]), expected)
    missing = "TARGETING_KEY_MISSING"
    assert [row["code"] for row in expected.rows] == [None, None, missing, None, missing]


@pytest.mark.parametrize(
    ("who", "attributes", "message"),
    [
        (["a", "b"], pl.DataFrame({"x": [1]}), "units has 2 rows but attributes has 1"),
        (["a", "b"], [{"x": 1}], "units has 2 rows but attributes has 1"),
        (["a", "b"], {"x": [1]}, r"units has 2 rows but attributes\['x'\] has 1"),
        (["a", "b"], {"x": [1, 2], "y": [1]}, r"units has 2 rows but attributes\['y'\] has 1"),
        (None, {"x": [1, 2], "y": [1]}, r"attributes\['x'\] has 2 rows but attributes\['y'\] has 1"),
        # Also of a column that no rule looks at, wherever it stands.
        (["a"], {"x": [1], "unused": [1, 2]}, r"units has 1 rows but attributes\['unused'\] has 2"),
        (["a"], {"unused": [1, 2], "x": [1]}, r"units has 1 rows but attributes\['unused'\] has 2"),
        (None, None, "no rows"),
    ],
)  # fmt: skip
def test_columns_of_different_lengths_are_refused(who: Any, attributes: Any, message: str) -> None:
    """The message says which."""
    with pytest.raises(ValueError, match=message):
        asks({"any": [{"attribute": name, "equals": 1} for name in "xy"]}).evaluate_many("t", who, attributes)


def test_usage_counts_rows() -> None:
    """A batch counts as many evaluations as it has rows; explanations count none."""
    counted = only(overrides=[{"units": ["c-2"], "serve": False}])
    counted.evaluate_many("t", ["c-1", "c-2", "c-3"])
    counted.evaluate("t", "c-2")
    counted.explain("t", "c-1")
    counted.evaluate_all(turnout.Context("c-1"))
    assert counted.usage() == {"t": {"evaluations": 5, "enabled": 3}}


class Foreign:
    """A frame that Polars reads only where another package is installed."""


@pytest.mark.parametrize(("class_name", "door"), [("DataFrame", "attributes"), ("Series", "units")])
def test_what_polars_cannot_read_is_refused_with_its_reason(
    class_name: str, door: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as a frame of pandas without pyarrow."""

    class Reader:
        def __init__(self, _: object) -> None:
            raise ModuleNotFoundError("pa.array requires 'pyarrow' module to be installed")

    monkeypatch.setattr(pl, class_name, Reader)
    given: dict[str, Any] = {"units": ["c-1"], "attributes": {}, door: Foreign()}
    with pytest.raises(
        TypeError, match=f"^{door} must be .*got Foreign; polars could not read it: .*pyarrow"
    ) as caught:
        ASKING.evaluate_many("drawn", **given)
    assert isinstance(caught.value.__cause__, ModuleNotFoundError)


def test_what_polars_does_not_know_is_refused_by_its_type() -> None:
    """Its own words would say no more."""
    with pytest.raises(
        TypeError, match=r"^attributes must be a frame, a dict of columns or a list of dicts; got Foreign$"
    ):
        ASKING.evaluate_many("drawn", ["c-1"], Foreign())  # type: ignore[arg-type]
