"""The sample policy cut at every byte and with its bytes turned over: refused with faults or taken, never anything else."""

from __future__ import annotations

import json
import random
import time
import tomllib
from collections.abc import Iterator

import pytest

import turnout
from tests.unit.policy_faults.documents import FORMATS, Form, problems

SAMPLE = turnout.sample_policy_path().read_bytes()
SOURCES = {"toml": SAMPLE, "json": json.dumps(turnout.Policy.from_bytes(SAMPLE).document, indent=1).encode()}
FLIPS = 2500
# Pieces that break structure, text or numbers wherever they land.
PIECES = [
    *(
        b"[",
        b"]",
        b"{",
        b"}",
        b'"',
        b"'",
        b"=",
        b",",
        b"\n",
        b"#",
        b"\\",
        b'"""',
        b"'''",
        b"[[",
        b"]]",
        b".",
        b"\r",
        b":",
    ),
    *(
        b"\xef\xbb\xbf",
        b"\0",
        b"1e400",
        b"nan",
        b"9223372036854775808",
        b"\\ud800",
        b"\xed\xa0\x80",
        b"\xff",
        b"-",
        b"null",
    ),
]


def mutants(source: bytes, seed: int, count: int) -> Iterator[bytes]:
    """The source with a few bytes flipped, taken out, doubled or put in."""
    draw = random.Random(seed)
    for _ in range(count):
        text = bytearray(source)
        for _ in range(draw.choice((1, 1, 1, 2, 8))):
            at = draw.randrange(len(text))
            match draw.randrange(5):
                case 0 | 1:
                    text[at] ^= 1 << draw.randrange(8)
                case 2:
                    del text[at : at + draw.randrange(1, 30)]
                case 3:
                    start = draw.randrange(len(text))
                    text[at:at] = text[start : start + draw.randrange(1, 60)]
                case _:
                    text[at:at] = draw.choice(PIECES)
        yield bytes(text)


def check(data: bytes, form: Form) -> bool:
    """Whether a document is taken; when it is not, that its faults are whole."""
    found = problems(data, form)
    for problem in found:
        assert problem.message
        assert problem.kind in ("syntax", "shape", "governance", "reference", "limit")
        assert problem.line is None or 1 <= problem.line <= data.count(b"\n") + 1
        assert problem.column is None or problem.column >= 1
    return not found


@pytest.mark.parametrize("form", FORMATS)
def test_a_document_cut_at_every_byte(form: Form) -> None:
    source = SOURCES[form]
    started = time.process_time()
    taken = [end for end in range(len(source) + 1) if check(source[:end], form)]
    assert taken[-1] == len(source)
    if form == "json":
        assert taken == [len(source)]
    else:
        assert 0 < len(taken) < len(source) / 10, "only ends of complete tables, and comments after them"
    assert time.process_time() - started < 30


@pytest.mark.parametrize("form", FORMATS)
def test_a_document_with_bytes_turned_over(form: Form) -> None:
    started = time.process_time()
    taken = [data for data in mutants(SOURCES[form], 20260301, FLIPS) if check(data, form)]
    assert FLIPS / 50 < len(taken) < FLIPS / 2, "most mutants break something; some change only a text"
    assert time.process_time() - started < 30
    for data in taken:
        policy = turnout.Policy.from_bytes(data, form)
        assert turnout.Policy.from_document(policy.document).digest == policy.digest
        assert policy.document == read(data, form, policy.document)


def read(data: bytes, form: Form, otherwise: dict[str, object]) -> object:
    """What the standard library reads; it does not know TOML 1.1 before Python 3.15."""
    text = data.decode("utf-8-sig")
    if form == "json":
        return json.loads(text)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return otherwise
    return json.loads(json.dumps(document, default=lambda at: at.isoformat().replace("+00:00", "Z")))


@pytest.mark.parametrize("form", FORMATS)
def test_a_lenient_load_takes_what_a_strict_one_takes(form: Form) -> None:
    lenient = 0
    for data in mutants(SOURCES[form], 20260302, FLIPS // 2):
        refused = problems(data, form, strict=False)
        strict = problems(data, form)
        assert refused in ((), strict)
        if not refused and strict:
            lenient += 1
            assert turnout.Policy.from_bytes(data, form, strict=False).problems == strict
    assert lenient > 10


@pytest.mark.parametrize("form", FORMATS)
def test_bytes_from_nowhere(form: Form) -> None:
    draw = random.Random(7)
    alphabets = [bytes(range(256)), b'[]{}",:=.\n\\ x1', b"\0\xff\xc0\xed\xa0\x80ab", '"ü😀\u2028\\n'.encode()]
    for _ in range(1500):
        alphabet = draw.choice(alphabets)
        data = bytes(draw.choices(alphabet, k=draw.randrange(200)))
        assert not check(data, form)
