"""The loader of CSV and Parquet files: names, times, faults, dropped rows, several files, and the way back."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import ClassVar

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from turnout.contacts import (
    CONTACT_LOG_SCHEMA,
    check_contacts,
    load_contacts,
    write_contacts,
)
from turnout.errors import ContactLogError

NEEDED = ["contact_id", "channel", "queue", "type", "site", "arrived_at", "answered_at", "outcome"]
FIRST = {
    "contact_id": "c-1",
    "channel": "phone",
    "queue": "billing",
    "type": "x",
    "site": "north",
    "arrived_at": "2026-03-01T09:00:00Z",
    "answered_at": "2026-03-01T09:01:00Z",
    "outcome": "answered",
}
NINE_US = int(dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC).timestamp()) * 1_000_000


def write_csv(path: Path, *changes: dict[str, str], names: list[str] = NEEDED) -> Path:
    rows = [{**FIRST, "contact_id": f"c-{index}", **change} for index, change in enumerate(changes)]
    lines = [",".join(names), *(",".join(row.get(name, "") for name in names) for row in rows)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def problems(path: object, **options: object) -> list[str]:
    with pytest.raises(ContactLogError) as caught:
        load_contacts(path, **options)  # type: ignore[arg-type]
    assert caught.value.problems
    return [problem.split(".csv: ", 1)[-1] for problem in caught.value.problems]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.csv"


class TestColumns:
    def test_missing_columns_that_may_be_null_are_filled_and_named(self, path: Path) -> None:
        log = load_contacts(write_csv(path, {}))
        assert dict(log.contacts.schema) == dict(CONTACT_LOG_SCHEMA)
        assert log.report.filled == tuple(name for name in CONTACT_LOG_SCHEMA if name not in NEEDED)
        assert (log.report.rows_read, log.report.rows_kept, log.report.dropped) == (1, 1, {})
        assert log.report.sources == (str(path),)
        assert str(log.report).startswith("1 rows read, 1 kept, 0 dropped\n  filled: customer_id, queued_at")

    def test_header_alone_keeps_the_schema(self, path: Path) -> None:
        log = load_contacts(write_csv(path))
        assert log.contacts.is_empty()
        assert dict(log.contacts.schema) == dict(CONTACT_LOG_SCHEMA)

    def test_missing_columns_that_are_needed(self, path: Path) -> None:
        write_csv(path, {}, names=["contact_id", "arrived_at", "answered_at"])
        found = problems(path)
        assert [problem.split(":")[0] for problem in found] == ["channel", "queue", "type", "site", "outcome"]
        assert "give columns={'your name': 'channel'} or constants={'channel': ...}" in found[0]
        assert found[0].endswith("found contact_id, arrived_at, answered_at")

    def test_renamed_and_constant_columns(self, path: Path) -> None:
        write_csv(path, {"call": "7", "plan": "pro"}, names=["call", "arrived_at", "answered_at", "outcome", "plan"])
        constants = {"channel": "phone", "queue": "q", "type": "t", "site": "s"}
        log = load_contacts(path, {"call": "contact_id", "plan": "customer plan"}, constants=constants)
        row = log.contacts.row(0, named=True)
        assert {name: row[name] for name in ("contact_id", *constants)} == {"contact_id": "7", **constants}
        assert log.contacts.columns[-1] == "customer plan"
        assert set(constants) <= set(log.report.filled)

    def test_wrong_renames(self, path: Path) -> None:
        write_csv(path, {})
        assert problems(path, columns={"id": "contact_id"})[0].startswith(
            "columns: 'id' is not in the file; expected one of "
        )
        assert "would be a second column named 'queue'" in problems(path, columns={"channel": "queue"})[0]
        assert len(problems(path, columns={"channel": "x", "queue": "x"})) == 2

    def test_a_swap_of_names_is_no_clash(self, path: Path) -> None:
        log = load_contacts(write_csv(path, {}), {"channel": "queue", "queue": "channel"})
        assert log.contacts.select("channel", "queue").row(0) == ("billing", "phone")

    def test_wrong_arguments(self, path: Path) -> None:
        write_csv(path, {})
        with pytest.raises(ValueError, match="constants: found outcome; expected channel, queue, type, site"):
            load_contacts(path, constants={"outcome": "answered"})
        with pytest.raises(ValueError, match="zone: found 'Nowhere/Else'; expected an IANA time zone"):
            load_contacts(path, zone="Nowhere/Else")
        with pytest.raises(ValueError, match="faulty_rows: found 'keep'"):
            load_contacts(path, faulty_rows="keep")  # type: ignore[arg-type]

    def test_flags_numbers_and_toggles(self, path: Path) -> None:
        extra = ["resolved", "escalated", "nps", "csat", "customer_id", "toggle.a.b.variant", "toggle.a.b.mode"]
        values = ["TRUE", "0", " 9 ", "4.5", "007", "bot", "live"]
        bare = {"resolved": "no"}
        log = load_contacts(write_csv(path, dict(zip(extra, values, strict=True)), bare, names=NEEDED + extra))
        row = log.contacts.row(0, named=True)
        assert [row[name] for name in extra[:5]] == [True, False, 9, 4.5, "007"]
        assert log.contacts["toggle.a.b"].to_list() == [{"variant": "bot", "mode": "live"}, None]
        assert log.contacts["resolved"].to_list() == [True, False]
        assert check_contacts(log.contacts).toggles == ("a.b",)


class TestTimes:
    @pytest.mark.parametrize(
        "text",
        [
            "2026-03-01T09:00:00Z",
            "2026-03-01T09:00Z",
            "2026-03-01 09:00:00+00:00",
            "2026-03-01T11:00:00+02:00",
            "2026-03-01T04:00:00.000-0500",
            "2026-03-01T04:00:00-05",
            "2026-03-01T14:30:00+05:30",
            "2026-03-01T05:30:00-03:30",
            " 2026-03-01T09:00:00z ",
            str(NINE_US),
        ],
    )
    def test_forms(self, path: Path, text: str) -> None:
        assert load_contacts(write_csv(path, {"arrived_at": text})).contacts["arrived_at"][0] == NINE_US

    def test_fractions_of_a_second(self, path: Path) -> None:
        log = load_contacts(write_csv(path, {"arrived_at": "2026-03-01T08:59:59.1234567Z"}))
        assert log.contacts["arrived_at"][0] == NINE_US - 876_544

    def test_naive_times_need_a_zone(self, path: Path) -> None:
        write_csv(path, {"arrived_at": "2026-03-01 04:00:00"}, {"arrived_at": "2026-03-01T04:00"})
        (problem,) = problems(path)
        assert problem.startswith(
            "arrived_at: expected ISO 8601 with an offset, such as 2026-03-01T08:15:00Z, or whole"
        )
        assert "give zone='Europe/Berlin'" in problem
        assert problem.endswith("found '2026-03-01 04:00:00', '2026-03-01T04:00' (line 2, line 3)")
        log = load_contacts(path, zone="America/New_York")
        assert log.contacts["arrived_at"].to_list() == [NINE_US, NINE_US]

    def test_an_offset_beats_the_zone(self, path: Path) -> None:
        log = load_contacts(write_csv(path, {}), zone="America/New_York")
        assert log.contacts["arrived_at"][0] == NINE_US

    def test_repeated_hour_takes_the_earlier_and_skipped_hour_is_a_fault(self, path: Path) -> None:
        gap = {"arrived_at": "2026-03-08 02:30", "answered_at": "2026-03-08 03:30"}
        twice = {"arrived_at": "2026-11-01 01:30", "answered_at": "2026-11-01 03:30"}
        (problem,) = problems(write_csv(path, {}, gap), zone="America/New_York")
        assert problem == (
            "arrived_at: expected a clock time that exists in America/New_York, where the clocks went forward over it; "
            "give it an offset, found '2026-03-08 02:30' (line 3)"
        )
        both = problems(write_csv(path, gap, {"arrived_at": "soon"}), zone="America/New_York")
        assert [(found.split(", ")[-1][:7], found[-8:]) for found in both] == [
            ("found '", "(line 3)"),
            ("found '", "(line 2)"),
        ]
        dropped = load_contacts(path, zone="America/New_York", faulty_rows="drop").report
        assert (dropped.dropped, dropped.repeated_times) == ({"arrived_at unreadable": 2}, {})
        told = {"arrived_at": "2026-11-01T01:30-04:00", "answered_at": "2026-11-01 01:59:59"}
        log = load_contacts(write_csv(path, twice, {}, told, twice), zone="America/New_York")
        assert log.report.repeated_times == {"arrived_at": 2, "answered_at": 1}
        assert "arrived_at: 2 in a repeated hour, the earlier taken" in str(log.report)
        assert (
            log.contacts["arrived_at"][0] == int(dt.datetime(2026, 11, 1, 5, 30, tzinfo=dt.UTC).timestamp()) * 1_000_000
        )

    @pytest.mark.parametrize(
        "text",
        [
            "2026-03-01",
            "2026-03-01T25:00Z",
            "2026-02-30T09:00Z",
            "2026-03-01T09:00+24:00",
            "01/03/2026 09:00",
            "9e5",
            "x",
        ],
    )
    def test_no_time(self, path: Path, text: str) -> None:
        (problem,) = problems(write_csv(path, {}, {"arrived_at": text}), zone="UTC")
        assert problem.endswith(f"found '{text}' (line 3)")

    def test_parquet_timestamps(self, tmp_path: Path) -> None:
        naive = pl.Series([NINE_US, NINE_US]).cast(pl.Datetime("us"))
        frame = pl.DataFrame({**{name: [value] * 2 for name, value in FIRST.items()}, "contact_id": [1, 2]})
        target = tmp_path / "log.pq"
        for unit, zoned in (("ns", "Asia/Tokyo"), ("ms", "UTC"), ("us", None)):
            stamps = naive.dt.cast_time_unit(unit).dt.replace_time_zone("UTC")  # type: ignore[arg-type]
            stamps = stamps.dt.convert_time_zone(zoned) if zoned else stamps.dt.replace_time_zone(None)
            frame.with_columns(stamps.alias("arrived_at")).write_parquet(target)
            log = load_contacts(target, zone=None if zoned else "UTC")
            assert log.contacts["arrived_at"].to_list() == [NINE_US, NINE_US]
            assert log.contacts["contact_id"].to_list() == ["1", "2"]
        assert problems(target)[0].split("log.pq: ")[1].startswith("arrived_at: expected ISO 8601 with an offset")


class TestFaultyRows:
    CHANGES: ClassVar[tuple[dict[str, str], ...]] = (
        {},
        {"arrived_at": "soon"},
        {"outcome": "won"},
        {"answered_at": ""},
        {"contact_id": "c-0"},
        {"queue": ""},
        {"answered_at": "2026-03-01T08:00Z"},
        {"arrived_at": "1772355600"},
        {},
    )

    def test_raise_lists_all(self, path: Path) -> None:
        found = problems(write_csv(path, *self.CHANGES))
        assert [(problem.split(":")[0], problem.rsplit("(", 1)[1]) for problem in found] == [
            ("arrived_at", "line 3)"),
            ("outcome", "line 4)"),
            ("queue", "line 7)"),
            ("contact_id", "line 6)"),
            ("answered_at", "line 8)"),
            ("answered_at", "line 5)"),
            ("arrived_at", "line 9)"),
        ]

    def test_drop_counts_each_row_once(self, path: Path) -> None:
        log = load_contacts(write_csv(path, *self.CHANGES), faulty_rows="drop")
        assert log.contacts["contact_id"].to_list() == ["c-0", "c-8"]
        assert log.report.dropped == {
            "arrived_at unreadable": 1,
            "outcome unreadable": 1,
            "answered without answered_at": 1,
            "contact_id repeated": 1,
            "queue missing": 1,
            "answered_at before arrived_at": 1,
            "arrived_at not in microseconds": 1,
        }
        assert (log.report.rows_read, log.report.rows_kept) == (9, 2)

    @pytest.mark.parametrize(
        ("name", "text"),
        [("resolved", "perhaps"), ("nps", "9.5"), ("talk_s", "1,5"), ("csat", "good"), ("nps", "99999999999")],
    )
    def test_unreadable_values(self, path: Path, name: str, text: str) -> None:
        write_csv(path, {name: f'"{text}"'}, names=[*NEEDED, name])
        (problem,) = problems(path)
        assert problem.endswith(f"found '{text}' (line 2)")
        assert load_contacts(path, faulty_rows="drop").report.dropped == {f"{name} unreadable": 1}

    @pytest.mark.parametrize(
        ("name", "values"),
        [
            ("queue", [1.5]),
            ("queue", [["a"]]),
            ("arrived_at", [1.5]),
            ("arrived_at", [True]),
            ("nps", [9.5]),
            ("outcome", [3]),
        ],
    )
    def test_wrong_types_in_parquet(self, tmp_path: Path, name: str, values: list[object]) -> None:
        frame = pl.DataFrame({key: [value] for key, value in FIRST.items()}).with_columns(pl.Series(name, values))
        frame.write_parquet(tmp_path / "log.parquet")
        assert f"{name}: expected " in problems(tmp_path / "log.parquet")[0]


class TestFiles:
    def test_lines_with_a_wrong_number_of_fields(self, path: Path) -> None:
        whole = write_csv(path, {}, {}).read_text()
        path.write_text(whole + "c-9,phone\n" + whole.splitlines()[1].replace("c-0", "c-8") + ",more\n")
        assert problems(path) == ["line 4: expected 8 fields, found 2", "line 5: expected 8 fields, found 9"]
        path.write_text(whole.replace("billing", '"bil,\nling"') + "c-9,phone\n")
        assert problems(path) == ["line 6: expected 8 fields, found 2"]

    def test_quotes_and_line_ends(self, path: Path) -> None:
        whole = write_csv(path, {"queue": '"a ""b"", c\nd"'}, {}).read_bytes()
        path.write_bytes(b"\xef\xbb\xbf" + whole.replace(b"\n", b"\r\n") + b"\r\n\r\n")
        assert load_contacts(path).contacts["queue"].to_list() == ['a "b", c\r\nd', "billing"]

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            (b"", "line 1: expected a header of column names, found an empty file"),
            (b"\n\n", "line 1: expected a header of column names, found an empty file"),
            (b"\na,b", "line 1: expected a header of column names, found a blank line"),
            (b"a,b,a\n", "line 1: expected column names that differ, found 'a' more than once"),
            (b"a,b\n1,\xff\n", "line 2: expected text in UTF-8, found invalid start byte"),
            (b"a,b\n1,\x00\n", "expected text, found control characters; a binary file?"),
            (b'a,b\n1,"2\n', "expected comma-separated text in UTF-8; unexpected end of data"),
        ],
    )
    def test_no_csv(self, path: Path, data: bytes, said: str) -> None:
        path.write_bytes(data)
        assert said in problems(path)

    def test_many_faulty_lines(self, path: Path) -> None:
        path.write_text(write_csv(path).read_text() + "x\n" * 9)
        assert problems(path)[-1] == "and 6 more lines with a wrong number of fields"

    def test_no_parquet(self, tmp_path: Path) -> None:
        (tmp_path / "log.parquet").write_bytes(b"PAR1 but not really")
        assert "expected a Parquet file" in problems(tmp_path / "log.parquet")[0]

    def test_suffix(self, tmp_path: Path) -> None:
        (tmp_path / "log.xlsx").touch()
        (tmp_path / "log.txt").write_text("hello")
        assert "found suffix '.xlsx'; expected .csv, .parquet, .pq, or .txt" in problems(tmp_path / "log.xlsx")[0]
        assert "not the header of the bank log" in problems(tmp_path / "log.txt")[0]

    def test_absent(self, tmp_path: Path) -> None:
        assert "no file matches" in problems(str(tmp_path / "*.csv"))[0]
        assert "found an empty list" in problems([])[0]
        with pytest.raises(FileNotFoundError):
            load_contacts(tmp_path / "log.csv")

    def test_several_files(self, tmp_path: Path) -> None:
        write_csv(tmp_path / "b.csv", {"contact_id": "b"}, names=[*NEEDED, "plan"])
        write_csv(tmp_path / "a.csv", {"contact_id": "a"})
        write_contacts(
            load_contacts(tmp_path / "a.csv").contacts.with_columns(contact_id=pl.lit("p")), tmp_path / "p.pq"
        )
        log = load_contacts([str(tmp_path / "[ab].csv"), tmp_path / "p.pq"])
        assert log.contacts["contact_id"].to_list() == ["a", "b", "p"]
        assert [Path(source).name for source in log.report.sources] == ["a.csv", "b.csv", "p.pq"]
        assert [part.rows_kept for part in log.report.parts] == [1, 1, 1]
        assert log.report.rows_read == log.report.rows_kept == 3

    def test_an_id_in_two_files(self, tmp_path: Path) -> None:
        paths = [write_csv(tmp_path / f"{name}.csv", {}) for name in "ab"]
        with pytest.raises(ContactLogError, match=r"^all files together: contact_id: seen in an earlier row") as caught:
            load_contacts(paths)
        assert str(caught.value).endswith(f"({tmp_path / 'b.csv'}: line 2)")
        report = load_contacts(paths, faulty_rows="drop").report
        assert (report.rows_read, report.rows_kept, report.dropped) == (2, 1, {"contact_id repeated": 1})

    def test_a_name_with_brackets_is_a_file_before_it_is_a_pattern(self, tmp_path: Path) -> None:
        assert load_contacts(write_csv(tmp_path / "log[1].csv", {})).report.rows_kept == 1

    def test_columns_of_two_types(self, tmp_path: Path) -> None:
        log = load_contacts(write_csv(tmp_path / "a.csv", {}, names=[*NEEDED, "plan"])).contacts
        write_contacts(log.with_columns(contact_id=pl.lit("p"), plan=pl.lit(1)), tmp_path / "p.pq")
        assert "a column has several types" in problems([tmp_path / "a.csv", tmp_path / "p.pq"])[0]


CELLS = st.sampled_from(
    ["", "0", "-1", "x", '"', '"a,b"', "2026-03-01T09:00Z", "2026-03-01 09:00", "answered", "é", "1e400"]
)


@given(
    changes=st.lists(st.dictionaries(st.sampled_from(NEEDED), CELLS, max_size=3), max_size=6),
    junk=st.binary(max_size=6),
    at=st.integers(0, 400),
    faulty_rows=st.sampled_from(["raise", "drop"]),
)
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mangled_file_loads_whole_or_is_refused(
    path: Path, changes: list[dict[str, str]], junk: bytes, at: int, faulty_rows: str
) -> None:
    data = write_csv(path, *changes).read_bytes()
    path.write_bytes(data[:at] + junk + data[at:] if at % 3 == 0 else data)
    try:
        log = load_contacts(path, faulty_rows=faulty_rows)  # type: ignore[arg-type]
    except ContactLogError:
        return
    report = log.report
    assert report.rows_read == report.rows_kept + sum(report.dropped.values())
    assert check_contacts(log.contacts).rows == report.rows_kept


@given(
    since_1990=st.timedeltas(dt.timedelta(0), dt.timedelta(days=40_000)),
    offset=st.integers(-14 * 60, 14 * 60),
    form=st.sampled_from(["T", " "]),
)
@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_times_agree_with_python(path: Path, since_1990: dt.timedelta, offset: int, form: str) -> None:
    at = dt.datetime(1990, 1, 1, tzinfo=dt.timezone(dt.timedelta(minutes=offset))) + since_1990
    log = load_contacts(write_csv(path, {"arrived_at": at.isoformat(form), "answered_at": "2150-01-01T00:00Z"}))
    epoch = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
    assert log.contacts["arrived_at"][0] == (at - epoch) // dt.timedelta(microseconds=1)
