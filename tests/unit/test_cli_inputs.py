"""What the command line makes of values that a person types."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest

from turnout.cli.binomial import expected_interval
from turnout.cli.faults import CliError, counted, did_you_mean
from turnout.cli.inputs import parse_attributes, parse_instant, read_policy, typed_value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("true", True),
        ("3", 3),
        ("3.5", 3.5),
        ('"42"', "42"),
        ("null", None),
        ('["a", 1]', ["a", 1]),
        ("pro", "pro"),
        ("", ""),
        ("5.2.0", "5.2.0"),
        ("NaN", "NaN"),
        ("-Infinity", "-Infinity"),
        ("True", "True"),
        ("a=b", "a=b"),
    ],
)
def test_a_value_is_json_or_else_text(text: str, value: Any) -> None:
    found = typed_value(text)
    assert found == value
    assert type(found) is type(value)


def test_a_value_may_hold_an_equals_sign() -> None:
    assert parse_attributes(["note=a=b", "empty="], None) == {"note": "a=b", "empty": ""}


def test_an_instant_needs_its_offset() -> None:
    assert parse_instant("2026-03-10T14:00:00+02:00", "--at").isoformat() == "2026-03-10T12:00:00+00:00"
    with pytest.raises(CliError, match="has no offset"):
        parse_instant("2026-03-10", "--at")
    with pytest.raises(CliError, match="outside the years"):
        parse_instant("0001-01-01T00:00:00+14:00", "--at")


def test_counts_agree_with_their_nouns() -> None:
    assert [counted(n, "fault") for n in (0, 1, 2, 1204)] == ["0 faults", "1 fault", "2 faults", "1,204 faults"]


def test_the_nearest_word_is_offered_or_none() -> None:
    assert did_you_mean("fone", ["phone", "chat"]) == "phone"
    assert did_you_mean("zzz", ["phone", "chat"]) is None


def mass(n: int, k: int, share: float) -> float:
    """The probability of k in n, by the textbook."""
    return math.comb(n, k) * share**k * (1 - share) ** (n - k)


@pytest.mark.parametrize("n", [1, 2, 7, 50, 400])
@pytest.mark.parametrize("share", [0.001, 0.1, 0.3, 0.5, 0.99])
@pytest.mark.parametrize("level", [0.95, 0.999])
def test_the_interval_is_the_narrowest_with_small_enough_tails(n: int, share: float, level: float) -> None:
    low, high = expected_interval(n, share, level)
    tail = (1 - level) / 2
    slack = 1e-12
    assert sum(mass(n, k, share) for k in range(low)) <= tail + slack
    assert sum(mass(n, k, share) for k in range(high + 1, n + 1)) <= tail + slack
    assert sum(mass(n, k, share) for k in range(low + 1)) > tail - slack
    assert sum(mass(n, k, share) for k in range(high, n + 1)) > tail - slack


def test_the_interval_at_the_ends() -> None:
    assert expected_interval(0, 0.3) == (0, 0)
    assert expected_interval(10, 0.0) == (0, 0)
    assert expected_interval(10, 1.0) == (10, 10)


def test_the_interval_of_many_customers_is_near_the_normal_one() -> None:
    n, share = 1_000_000, 0.3
    low, high = expected_interval(n, share)
    spread = 1.959964 * math.sqrt(n * share * (1 - share))
    assert abs(low - (n * share - spread)) < 2
    assert abs(high - (n * share + spread)) < 2


def test_a_policy_is_read_once_and_no_further_than_a_policy_may_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The command line opens what `load_policy` reads, and does not read it whole before."""
    path = tmp_path / "policy.toml"
    with path.open("wb") as file:
        file.truncate(10 * 64 * 2**20)
    monkeypatch.setattr(Path, "read_bytes", lambda _: pytest.fail("read whole"))
    with pytest.raises(CliError, match="the policy has 1 fault") as caught:
        read_policy(path)
    assert caught.value.problems[0].kind == "limit"
