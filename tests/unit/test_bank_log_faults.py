"""The loader of the bank log: faulty files are refused by line, whatever has the right form is loaded."""

from __future__ import annotations

import datetime as dt
import pickle
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.bank_rows import COLUMNS, write
from turnout.contacts import check_contacts, load_bank_log
from turnout.errors import ContactLogError


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


class TestFaults:
    def problems(self, path: Path) -> tuple[str, ...]:
        with pytest.raises(ContactLogError) as caught:
            load_bank_log(path)
        assert caught.value.problems
        assert all(problem.startswith(f"{path}: ") for problem in caught.value.problems)
        return tuple(problem.removeprefix(f"{path}: ") for problem in caught.value.problems)

    @pytest.mark.parametrize(
        ("column", "text", "said"),
        [
            ("vru+line", "A1", "expected a voice unit and its line, such as AA0101, found 'A1'"),
            ("call_id", "x7", "expected a whole number, found 'x7'"),
            ("customer_id", "1.5", "expected a whole number, 0 when unidentified, found '1.5'"),
            ("priority", "3", "expected 0, 1 or 2, found '3'"),
            ("type", "P", "expected two capital letters, such as PS, found 'P'"),
            ("date", "990231", "expected a date YYMMDD, found '990231'"),
            ("date", "1999-01-01", "expected a date YYMMDD, found '1999-01-01'"),
            ("vru_entry", "24:00:00", "expected a clock time from 0:00:00 to 23:59:59, found '24:00:00'"),
            ("ser_exit", "", "expected a clock time from 0:00:00 to 23:59:59, found ''"),
            ("q_time", "1.5", "expected whole seconds, found '1.5'"),
            ("ser_time", "٣", "expected whole seconds, found '٣'"),
            ("outcome", "ANSWERED", "expected AGENT, HANG or PHANTOM, found 'ANSWERED'"),
            ("server", "", "expected an agent's name or NO_SERVER, found ''"),
        ],
    )
    def test_faulty_field(self, path: Path, column: str, text: str, said: str) -> None:
        write(path, {}, {column: text})
        assert self.problems(path) == (f"line 3: {column}: {said}",)

    def test_every_fault_is_listed(self, path: Path) -> None:
        write(path, *[{"q_time": "?"}] * 5, {"date": "990000"}, {"server": "\t"})
        assert self.problems(path) == (
            "line 8: expected 17 tab-separated fields, found 18 in "
            "'AA0101\\t1006\\t27644400\\t2\\tPS\\t990901\\t11:45:33\\t11:45:39\\t6\\t11:45:3...'",
            "line 7: date: expected a date YYMMDD, found '990000'",
            "line 2: q_time: expected whole seconds, found '?'",
            "line 3: q_time: expected whole seconds, found '?'",
            "line 4: q_time: expected whole seconds, found '?'",
            "and 2 more lines with a faulty q_time",
        )

    def test_truncated_line(self, path: Path) -> None:
        whole = write(path, {}, {}).read_bytes()
        path.write_bytes(whole[:-40])
        (problem,) = self.problems(path)
        assert problem.startswith("line 3: expected 17 tab-separated fields, found 11 in 'AA0101")

    def test_blank_line(self, path: Path) -> None:
        path.write_bytes(write(path, {}).read_bytes() + b"\n" + b"\n")
        assert self.problems(path)[0] == "line 3: expected 17 tab-separated fields, found 1 in ''"

    def test_empty_file(self, path: Path) -> None:
        path.touch()
        (problem,) = self.problems(path)
        assert problem.startswith("line 1: expected the header vru+line, call_id,")
        assert problem.endswith("found an empty file")

    def test_missing_header(self, path: Path) -> None:
        write(path, {}, header=False)
        (problem,) = self.problems(path)
        assert problem.startswith("line 1: expected the header vru+line, call_id,")
        assert "found 'AA0101\\t1000" in problem

    def test_binary_file(self, path: Path) -> None:
        path.write_bytes(write(path, {}).read_bytes() + b"\x80\x00\xff")
        assert self.problems(path) == ("line 3: expected text in UTF-8, found the byte 0x80",)

    def test_no_such_file(self, path: Path) -> None:
        with pytest.raises(FileNotFoundError):
            load_bank_log(path)

    def test_error_survives_a_process(self) -> None:
        error = ContactLogError(["a", "b"])
        copy = pickle.loads(pickle.dumps(error))
        assert copy.problems == ("a", "b")
        assert str(copy) == "a\nb"


CELLS = st.sampled_from(
    [
        "0:00:00",
        "23:59:59",
        "12:00:00",
        "1:59:30",
        "0",
        "-5",
        "7",
        "AGENT",
        "HANG",
        "PHANTOM",
        "",
        "x",
        "990402",
        "990903",
    ]
)


@given(
    changes=st.lists(st.dictionaries(st.sampled_from(COLUMNS), CELLS, max_size=4), max_size=6),
    cut=st.integers(0, 400),
    junk=st.binary(max_size=6),
    at=st.integers(0, 400),
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_mangled_file_loads_whole_or_is_refused(
    path: Path, changes: list[dict[str, str]], cut: int, junk: bytes, at: int
) -> None:
    data = write(path, *changes).read_bytes()
    data = data[: len(data) - cut // 20] if cut % 4 == 0 else data
    path.write_bytes(data[:at] + junk + data[at:] if at % 5 == 0 else data)
    _loads_or_is_refused(path)


@given(
    changes=st.lists(
        st.fixed_dictionaries(
            {},
            optional={
                "date": st.sampled_from(["990402", "990403", "990902", "990903", "990131"]),
                "vru_time": st.integers(-200, 200).map(str),
                "q_time": st.integers(-5, 5).map(str),
                "ser_time": st.integers(-5, 5).map(str),
                "outcome": st.sampled_from(["AGENT", "HANG", "PHANTOM"]),
                "call_id": st.sampled_from(["1", "2"]),
                **{
                    name: st.times(dt.time(0), dt.time(23, 59, 59)).map(lambda t: t.strftime("%H:%M:%S"))
                    for name in ("vru_entry", "vru_exit", "q_start", "q_exit", "ser_start", "ser_exit")
                },
            },
        ),
        max_size=8,
    )
)
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_well_formed_file_always_loads(path: Path, changes: list[dict[str, str]]) -> None:
    """Whatever the clocks say, the contacts keep every rule of the log."""
    log = load_bank_log(write(path, *changes))
    assert check_contacts(log.contacts).rows == log.report.rows_kept
    assert log.report.rows_read == len(changes) == log.report.rows_kept + sum(log.report.dropped.values())


def _loads_or_is_refused(path: Path) -> None:
    try:
        log = load_bank_log(path)
    except ContactLogError:
        return
    report = log.report
    assert report.rows_read == report.rows_kept + sum(report.dropped.values())
    assert log.contacts.height == report.rows_kept
