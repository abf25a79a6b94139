"""The loader of the bank log: each trap on a made-up row."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from tests.unit.bank_rows import HUNG_UP, NOT_QUEUED, NOT_SERVED, write
from turnout.contacts import CONTACT_LOG_SCHEMA, BankLogReport, load_bank_log
from turnout.errors import ContactLogError


def load_one(path: Path, **change: str) -> tuple[dict[str, Any], BankLogReport]:
    log = load_bank_log(write(path, change))
    return log.contacts.row(0, named=True), log.report


def utc_us(year: int, month: int, day: int, hour: int, minute: int, second: int) -> int:
    at = dt.datetime(year, month, day, hour, minute, second, tzinfo=ZoneInfo("Asia/Jerusalem"))
    return int(at.timestamp()) * 1_000_000


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.txt"


def noticed(report: BankLogReport) -> dict[str, Any]:
    """The traps that the report counts, without the usual fields."""
    usual = ("sources", "rows_read", "rows_kept", "dropped", "filled", "parts", "days_without_rows")
    return {name: value for name in report.__slots__ if name not in usual and (value := getattr(report, name))}


class TestRows:
    def test_usual_row(self, path: Path) -> None:
        row, report = load_one(path)
        assert row == {
            "contact_id": "AA0101-1000",
            "customer_id": "27644400",
            "channel": "phone",
            "queue": "regular",
            "type": "PS",
            "site": "anonymous-bank",
            "arrived_at": utc_us(1999, 9, 1, 11, 45, 33),
            "queued_at": utc_us(1999, 9, 1, 11, 45, 39),
            "answered_at": utc_us(1999, 9, 1, 11, 46, 58),
            "ended_at": utc_us(1999, 9, 1, 11, 51, 0),
            "abandoned_at": None,
            "talk_s": 243.0,
            "hold_s": None,
            "wrap_s": None,
            "agent_id": "DORIT",
            "outcome": "answered",
            "csat": None,
            "nps": None,
            "resolved": None,
            "escalated": None,
            "responded_at": None,
            "priority": 2,
            "vru_exited_at": utc_us(1999, 9, 1, 11, 45, 39),
            "vru_s": 6.0,
            "queue_s": 79.0,
            "service_started_at": utc_us(1999, 9, 1, 11, 46, 57),
        }
        assert noticed(report) == {}
        assert (report.rows_read, report.rows_kept, report.dropped) == (1, 1, {})
        assert report.days_without_rows == tuple(dt.date(1999, 9, day) for day in range(2, 31))

    def test_header_alone_keeps_the_schema(self, path: Path) -> None:
        log = load_bank_log(write(path))
        assert log.contacts.is_empty()
        assert dict(list(log.contacts.schema.items())[: len(CONTACT_LOG_SCHEMA)]) == dict(CONTACT_LOG_SCHEMA)
        assert log.report.rows_read == log.report.rows_kept == 0
        assert log.report.days_without_rows == ()

    def test_phantom_is_dropped(self, path: Path) -> None:
        log = load_bank_log(write(path, {}, {"outcome": "PHANTOM"}))
        assert log.contacts["contact_id"].to_list() == ["AA0101-1000"]
        assert (log.report.rows_read, log.report.rows_kept) == (2, 1)
        assert log.report.dropped == {"PHANTOM outcome": 1}
        assert "dropped, PHANTOM outcome: 1" in str(log.report)

    def test_call_id_repeats_between_lines(self, path: Path) -> None:
        log = load_bank_log(write(path, {"call_id": "7"}, {"call_id": "7", "vru+line": "AA0102"}))
        assert log.contacts["contact_id"].to_list() == ["AA0101-7", "AA0102-7"]
        assert noticed(log.report) == {"repeated_call_ids": 1}

    def test_contact_id_repeats_and_is_made_unique(self, path: Path) -> None:
        log = load_bank_log(write(path, *[{"call_id": "7"}] * 3))
        assert log.contacts["contact_id"].to_list() == ["AA0101-7", "AA0101-7#2", "AA0101-7#3"]
        assert noticed(log.report) == {"repeated_call_ids": 2, "repeated_contact_ids": 2}

    @pytest.mark.parametrize("text", ["0", "00"])
    def test_unidentified(self, path: Path, text: str) -> None:
        row, report = load_one(path, customer_id=text)
        assert row["customer_id"] is None
        assert noticed(report) == {"unidentified_customers": 1}

    @pytest.mark.parametrize("text", ["3.27E+11", "6E+11", "6.02157E+11"])
    def test_rounded_customer_id_names_nobody(self, path: Path, text: str) -> None:
        row, report = load_one(path, customer_id=text)
        assert row["customer_id"] is None
        assert noticed(report) == {"rounded_customer_ids": 1}

    def test_not_queued(self, path: Path) -> None:
        row, report = load_one(path, customer_id="0", **NOT_QUEUED, ser_start="11:45:38", ser_exit="11:49:41")
        assert row["queued_at"] is None
        assert row["queue_s"] is None
        assert row["answered_at"] == row["vru_exited_at"]
        assert row["talk_s"] == 243.0
        assert noticed(report) == {"unidentified_customers": 1, "not_queued": 1}

    def test_identified_without_queue(self, path: Path) -> None:
        _, report = load_one(path, **NOT_QUEUED, ser_start="11:45:38", ser_exit="11:49:41", type="TT")
        assert noticed(report) == {"not_queued": 1, "identified_without_queue": 1}

    def test_abandoned_in_queue(self, path: Path) -> None:
        row, report = load_one(path, **HUNG_UP)
        assert (row["outcome"], row["answered_at"], row["agent_id"], row["talk_s"]) == ("abandoned", None, None, None)
        assert row["abandoned_at"] == row["ended_at"] == utc_us(1999, 9, 1, 11, 46, 58)
        assert noticed(report) == {}

    def test_abandoned_in_voice_menu(self, path: Path) -> None:
        row, report = load_one(path, customer_id="0", **HUNG_UP, **NOT_QUEUED)
        assert (row["outcome"], row["queued_at"]) == ("abandoned", None)
        assert row["abandoned_at"] == row["vru_exited_at"]
        assert noticed(report) == {"unidentified_customers": 1, "not_queued": 1, "abandoned_in_vru": 1}

    def test_abandoned_with_service_and_server(self, path: Path) -> None:
        row, report = load_one(path, outcome="HANG")
        assert (row["outcome"], row["talk_s"], row["agent_id"]) == ("abandoned", None, None)
        assert row["ended_at"] == row["abandoned_at"]
        assert noticed(report) == {"abandoned_with_service": 1, "abandoned_with_server": 1}

    def test_answered_without_server(self, path: Path) -> None:
        row, report = load_one(path, server="NO_SERVER")
        assert (row["outcome"], row["agent_id"], row["talk_s"]) == ("answered", None, 243.0)
        assert noticed(report) == {"answered_without_server": 1}

    def test_answered_without_service_times(self, path: Path) -> None:
        row, report = load_one(path, **{**NOT_SERVED, "server": "TOVA"})
        assert (row["outcome"], row["agent_id"], row["talk_s"], row["ended_at"]) == ("answered", "TOVA", None, None)
        assert row["answered_at"] == utc_us(1999, 9, 1, 11, 46, 58)
        assert noticed(report) == {"answered_without_service": 1}

    @pytest.mark.parametrize(("exit_at", "seconds", "zero"), [("11:47:07", 9, 0), ("11:46:58", 0, 1)])
    def test_short_service_is_kept(self, path: Path, exit_at: str, seconds: int, zero: int) -> None:
        row, report = load_one(path, ser_start="11:46:58", ser_exit=exit_at, ser_time=str(seconds))
        assert row["talk_s"] == seconds
        assert (report.short_services, report.zero_services) == (1, zero)

    def test_ten_seconds_are_not_short(self, path: Path) -> None:
        _, report = load_one(path, ser_start="11:46:58", ser_exit="11:47:08", ser_time="10")
        assert noticed(report) == {}

    def test_negative_vru_time(self, path: Path) -> None:
        row, report = load_one(path, vru_entry="11:46:16", vru_time="-37")
        assert row["arrived_at"] == row["queued_at"] == utc_us(1999, 9, 1, 11, 45, 39)
        assert (row["vru_s"], row["queue_s"]) == (None, 79.0)
        assert noticed(report) == {"negative_vru_times": 1}

    def test_negative_queue_time(self, path: Path) -> None:
        row, report = load_one(path, q_exit="11:45:30", q_time="-9")
        assert row["answered_at"] == row["queued_at"] == utc_us(1999, 9, 1, 11, 45, 39)
        assert row["queue_s"] is None
        assert noticed(report) == {"negative_queue_times": 1}

    def test_negative_service_time(self, path: Path) -> None:
        row, report = load_one(path, ser_exit="11:46:50", ser_time="-7")
        assert row["talk_s"] is None
        assert row["ended_at"] == row["answered_at"]
        assert noticed(report) == {"negative_service_times": 1, "services_ended_early": 1}

    def test_service_before_the_queue_let_go(self, path: Path) -> None:
        row, report = load_one(path, ser_start="11:46:54", ser_exit="11:50:57")
        assert row["answered_at"] == utc_us(1999, 9, 1, 11, 46, 58)
        assert row["service_started_at"] == utc_us(1999, 9, 1, 11, 46, 54)
        assert noticed(report) == {"early_services": 1}
        assert noticed(load_one(path, ser_start="11:46:55", ser_exit="11:50:58")[1]) == {}

    def test_duration_against_the_clock(self, path: Path) -> None:
        row, report = load_one(path, ser_time="200")
        assert row["talk_s"] == 200.0
        assert row["ended_at"] == utc_us(1999, 9, 1, 11, 51, 0)
        assert noticed(report) == {"duration_mismatches": 1}

    def test_unlisted_type_is_kept(self, path: Path) -> None:
        log = load_bank_log(write(path, {"type": "AA"}, {"type": "AA"}, {"type": "NW"}))
        assert log.contacts["queue"].to_list() == ["unlisted", "unlisted", "prospect"]
        assert noticed(log.report) == {"unlisted_types": {"AA": 2}}

    def test_line_ends(self, path: Path) -> None:
        log = load_bank_log(write(path, {}, {}, end="\r\n"))
        assert log.contacts["agent_id"].to_list() == ["DORIT", "DORIT"]
        assert noticed(log.report) == {"crlf_lines": 3}
        path.write_bytes(path.read_bytes().rstrip(b"\r\n"))
        assert noticed(load_bank_log(path).report) == {"crlf_lines": 2, "unterminated_last_line": True}

    def test_order(self, path: Path) -> None:
        later, earlier = {"date": "990902"}, {"date": "990901"}
        log = load_bank_log(write(path, later, earlier, {**earlier, "vru+line": "AA0102"}))
        assert log.contacts["arrived_at"].is_sorted()
        assert noticed(log.report) == {"out_of_order": 1, "out_of_order_within_line": 1}
        log = load_bank_log(write(path, later, {**earlier, "vru+line": "AA0102"}))
        assert noticed(log.report) == {"out_of_order": 1}


class TestDays:
    def test_service_past_midnight(self, path: Path) -> None:
        times = {"vru_entry": "23:59:23", "vru_exit": "23:59:23", "vru_time": "0", "q_start": "23:59:28"}
        row, report = load_one(
            path, **times, q_exit="0:00:03", q_time="35", ser_start="0:00:03", ser_exit="0:00:55", ser_time="52"
        )
        assert row["answered_at"] == utc_us(1999, 9, 2, 0, 0, 3)
        assert row["ended_at"] == utc_us(1999, 9, 2, 0, 0, 55)
        assert (row["queue_s"], row["talk_s"]) == (35.0, 52.0)
        assert noticed(report) == {"past_midnight": 1}

    def test_queued_exactly_at_midnight(self, path: Path) -> None:
        times = {"vru_entry": "23:59:54", "vru_exit": "23:59:54", "vru_time": "0", "q_start": "0:00:00"}
        row, report = load_one(
            path, **times, q_exit="0:00:27", q_time="27", ser_start="0:00:26", ser_exit="0:01:33", ser_time="67"
        )
        assert row["queued_at"] == utc_us(1999, 9, 2, 0, 0, 0)
        assert noticed(report) == {"queued_at_midnight": 1, "past_midnight": 1}

    def test_agent_a_second_before_midnight(self, path: Path) -> None:
        times = {"vru_entry": "23:59:50", "vru_exit": "0:00:00", "vru_time": "10", **NOT_QUEUED}
        row, report = load_one(path, **times, ser_start="23:59:59", ser_exit="0:02:00", ser_time="121")
        assert row["service_started_at"] == utc_us(1999, 9, 1, 23, 59, 59)
        assert row["ended_at"] == utc_us(1999, 9, 2, 0, 2, 0)
        assert report.past_midnight == 1

    def test_days_without_rows(self, path: Path) -> None:
        every_day = [{"date": f"9902{day:02}"} for day in range(1, 29) if day not in (11, 12)]
        report = load_bank_log(write(path, *every_day)).report
        assert report.days_without_rows == (dt.date(1999, 2, 11), dt.date(1999, 2, 12))

    def test_winter_and_summer_time(self, path: Path) -> None:
        assert load_one(path, date="990101")[0]["arrived_at"] == utc_us(1999, 1, 1, 11, 45, 33)
        # 11:45:33 is 09:45:33 UTC in winter and 08:45:33 UTC in summer.
        noon = dt.datetime(1999, 1, 1, 9, 45, 33, tzinfo=dt.UTC).timestamp() * 1e6
        assert load_one(path, date="990101")[0]["arrived_at"] == noon
        noon = dt.datetime(1999, 7, 1, 8, 45, 33, tzinfo=dt.UTC).timestamp() * 1e6
        assert load_one(path, date="990701")[0]["arrived_at"] == noon

    def test_repeated_hour_takes_the_earlier(self, path: Path) -> None:
        # Clocks went back from 02:00 to 01:00 on 3 September 1999.
        times = {"vru_entry": "1:30:00", "vru_exit": "1:30:06", **NOT_QUEUED, **HUNG_UP}
        row, report = load_one(path, date="990903", **times)
        assert row["arrived_at"] == dt.datetime(1999, 9, 2, 22, 30, tzinfo=dt.UTC).timestamp() * 1e6
        assert report.repeated_hour == 1

    def test_skipped_hour_counts_on(self, path: Path) -> None:
        # Clocks went from 02:00 to 03:00 on 2 April 1999: 02:30 did not exist.
        times = {"vru_entry": "2:30:00", "vru_exit": "2:30:06", **NOT_QUEUED, **HUNG_UP}
        row, report = load_one(path, date="990402", **times)
        assert row["arrived_at"] == dt.datetime(1999, 4, 2, 0, 30, tzinfo=dt.UTC).timestamp() * 1e6
        assert report.skipped_hour == 1


class TestSeveralFiles:
    def test_a_pattern_or_a_list(self, tmp_path: Path) -> None:
        """As one log: an id that two files have is told apart, and the end of one file is not out of order."""
        late, early = {"vru_entry": "11:45:33"}, {"date": "991001"}
        paths = [write(tmp_path / "09.txt", late, {"date": "990930"}), write(tmp_path / "10.txt", early)]
        for source in (str(tmp_path / "*.txt"), paths, [str(tmp_path / "0?.txt"), paths[1]]):
            log = load_bank_log(source)
            assert log.contacts["contact_id"].to_list() == ["AA0101-1000", "AA0101-1001", "AA0101-1000#2"]
            assert log.report.sources == tuple(map(str, paths))
            assert (log.report.rows_read, log.report.rows_kept, log.report.repeated_contact_ids) == (3, 3, 1)
            assert [part.sources for part in log.report.parts] == [(str(path),) for path in paths]
            assert [part.rows_read for part in log.report.parts] == [2, 1]
            assert log.report.out_of_order == 0
            assert len(log.report.days_without_rows) == 28 + 30
        assert load_bank_log(paths[0]).report.parts == ()

    def test_the_faults_of_all_are_named(self, tmp_path: Path) -> None:
        paths = [write(tmp_path / f"{name}.txt", {"priority": "9"}) for name in "ab"]
        with pytest.raises(ContactLogError) as caught:
            load_bank_log(paths)
        assert [problem.partition(": line 2: priority")[0] for problem in caught.value.problems] == list(
            map(str, paths)
        )
        with pytest.raises(ContactLogError, match="no file matches"):
            load_bank_log(str(tmp_path / "*.log"))
