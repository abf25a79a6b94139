"""Text that is not TOML or not JSON: the fault stands at its path, line and column, in plain words."""

from __future__ import annotations

import pytest

import turnout
from tests.unit.policy_faults.documents import WRITERS, Form, problems, sound

HEAD = "turnout = 1\n[toggles.a]\n"

# What follows the head, then the path and the column (on line 3) of the first fault, and words of its message and hint.
TOML = [
    ("owner = ", "toggles.a.owner", 9, "no value", "write a value"),
    ("owner", "toggles.a.owner", 6, "without a value", "key = value"),
    ("owner = x", "toggles.a.owner", 9, "neither a number", "double quotes"),
    ('owner = "x', "toggles.a.owner", 11, "closing quote", 'end it with `"`'),
    ("owner = 'x", "toggles.a.owner", 11, "closing quote", "end it with `'`"),
    ('owner = """x\n\n', "toggles.a.owner", 9, "never closed", '"""'),
    ("owner = [1, 2", "toggles.a.owner", 9, "`[` is never closed", "`]`"),
    ("owner = { a = 1", "toggles.a.owner", 9, "`{` is never closed", "`}`"),
    ("owner = [}", "toggles.a.owner", 9, "closed by a `}`", "`]`"),
    ("owner = [1,,2]", "toggles.a.owner[1]", 12, "comma", "take it out"),
    ("owner == 1", "toggles.a.owner", 8, "one `=` too many", "take it out"),
    ("[", "", 2, "no key", ""),
    ("[toggles.b", "toggles.b", 11, "without `]`", "[table]"),
    ("[[toggles.b]", "toggles.b[0]", 13, "without `]]`", "[[list]]"),
    ('owner = "\\q"', "toggles.a.owner", 11, "escape", "single quotes"),
    ('owner = "\\ud800"', "toggles.a.owner", 12, "no character", "the character itself"),
    ('owner = "\\u12"', "toggles.a.owner", 14, "too few digits", "four digits"),
    ("owner = 01", "toggles.a.owner", 9, "starts with a zero", "quotes"),
    ("owner = 1__0", "toggles.a.owner", 10, "`_`", "take it out"),
    ("owner = .5", "toggles.a.owner", 9, "before its point", "0.5"),
    ("owner = 5.", "toggles.a.owner", 11, "after its point", "5.0"),
    ("owner = 2026-02-30", "toggles.a.owner", 9, "not a valid date", "2026-01-31"),
    ("owner = 2026-1-1", "toggles.a.owner", 9, "not a valid date", "2026-01-31"),
    ("owner = True", "toggles.a.owner", 9, "neither true nor false", "`true`"),
    ("owner = yes", "toggles.a.owner", 9, "neither a number", "double quotes"),
    ("owner = null", "toggles.a.owner", 9, "TOML has no null", "leave the key out"),
    ("owner = None", "toggles.a.owner", 9, "TOML has no null", "leave the key out"),
    ("owner = [nil]", "toggles.a.owner[0]", 10, "TOML has no null", "leave the key out"),
    ("owner = nulls", "toggles.a.owner", 9, "not a number", "double quotes"),
    ("owner = 25.12.2026", "toggles.a.owner", 14, "not a date as TOML writes it", "`2026-12-25`"),
    ("owner = 25/12/2026", "toggles.a.owner", 9, "not a date as TOML writes it", "`2026-12-25`"),
    ("owner = 1.2.3", "toggles.a.owner", 12, "not a number", "double quotes"),
    ("owner = nan", "toggles.a.owner", 9, "not a finite number", "finite"),
    ("owner = -inf", "toggles.a.owner", 9, "not a finite number", "finite"),
    ("owner = 1e400", "toggles.a.owner", 9, "9007199254740991", "as text"),
    ("owner = 9223372036854775808", "toggles.a.owner", 9, "9007199254740991", "as text"),
    ("owner = -9223372036854775809", "toggles.a.owner", 9, "9007199254740991", "as text"),
    ('owner = "a\0b"', "toggles.a.owner", 11, "U+0000", "\\u0000"),
    ('owner = "a\x7fb"', "toggles.a.owner", 11, "U+007F", "\\u007f"),
    ("owner = 1\rx = 2", "toggles.a.owner", 10, "U+000D alone", "U+000A"),
    ("owner: x", 'toggles.a."owner:"', 6, "quotes", "double quotes"),
    ("[[toggles.a]]", "toggles.a", 11, "given twice; first at line 2", "keep one"),
    ("[toggles.a]", "toggles.a", 10, "given twice; first at line 2", "keep one"),
]

# The text, the path, line and column of the first fault, and words of its message and hint.
JSON = [
    ("", "", 1, 1, "the document is empty", "turnout init"),
    (" \n", "", 1, 1, "the document is empty", "turnout init"),
    ("turnout = 1\n", "", 1, 1, "expected `{`", "looks like TOML"),
    ("[toggles.a]\n", "", 1, 1, "expected `{`", "looks like TOML"),
    ("[[toggles]]\n", "", 1, 1, "expected `{`", "looks like TOML"),
    ("# c\n\n toggles.a = { }\n", "", 1, 1, "expected `{`", "looks like TOML"),
    ("[a", "[0]", 1, 2, "a value", "double quotes"),
    ("[true]]", "", 1, 7, "the end of the document", "one value"),
    ('["x = 1"]]', "", 1, 10, "the end of the document", "one value"),
    ("{", "", 1, 2, "the end of the document", ""),
    ('{"a"', "a", 1, 5, "`:`", ""),
    ('{"a":1,}', "", 1, 8, "a key", "a comma stands only between"),
    ("[1,]", "[1]", 1, 4, "a value", "a comma stands only between"),
    ("{a:1}", "", 1, 2, "a key", "double quotes"),
    ("{'a':1}", "", 1, 2, "a key", "double quotes"),
    ('{"a":1\n"b":2}', "", 2, 1, "`,` or `}`", "comma is missing before it"),
    ('{"a":[1\n2]}', "a", 2, 1, "`,` or `]`", "comma is missing before it"),
    ('{"a":[true\nfalse]}', "a", 2, 1, "`,` or `]`", "comma is missing before it"),
    ('{"a":[{}\n{}]}', "a", 2, 1, "`,` or `]`", "comma is missing before it"),
    ('{"a":[1}', "a", 1, 8, "`,` or `]`", "end the list"),
    ('{"a":{"b":1]', "a", 1, 12, "`,` or `}`", "end the table"),
    ('{"a":1 // c\n}', "", 1, 8, "`,` or `}`", "no comments"),
    ('{"a" /* c */ :1}', "a", 1, 6, "`:`", "no comments"),
    ('{"a":[1 # c\n]}', "a", 1, 9, "`,` or `]`", "no comments"),
    ("{} // c", "", 1, 4, "the end of the document", "no comments"),
    ('{"a":True}', "a", 1, 6, "`T`", "small letters"),
    ('{"a":NaN}', "a", 1, 6, "not a finite number", "finite"),
    ('{"a":-Infinity}', "a", 1, 6, "not a finite number", "finite"),
    ('{"a":01}', "a", 1, 7, "the end of the number", "zeros"),
    ('{"a":.5}', "a", 1, 6, "a value", "a digit"),
    ('{"a":5.}', "a", 1, 8, "a digit", ""),
    ('{"a":+1}', "a", 1, 6, "a value", "a digit"),
    ('{"a":1e400}', "a", 1, 6, "9007199254740991", "as text"),
    ('{"a":-1e400}', "a", 1, 6, "9007199254740991", "as text"),
    ('{"a":9223372036854775808}', "a", 1, 6, "9007199254740991", "as text"),
    ('{"a":"\\ud800"}', "a", 1, 7, "half of a pair", "the character itself"),
    ('{"a":"\\udc00\\ud800"}', "a", 1, 7, "half of a pair", "the character itself"),
    ('{"a":"\\q"}', "a", 1, 8, "after the backslash", "`\\\\`"),
    ('{"a":"\\u12"}', "a", 1, 11, "four hexadecimal digits", ""),
    ('{"a":"x\ny"}', "a", 1, 8, "U+000A", "`\\n`"),
    ('{"a":"x\ty"}', "a", 1, 8, "U+0009", "a tab"),
    ('{"a":"\0"}', "a", 1, 7, "U+0000", "control"),
    ('{"a":"x', "a", 1, 6, "never closed", '`"`'),
    ("{} {}", "", 1, 4, "the end of the document", "one value"),
    ("// c\n{}", "", 1, 1, "a value", "no comments"),
    ("# c\n{}", "", 1, 1, "a value", "no comments"),
    ('{"a":1,\n"a":2}', "a", 2, 1, "given twice; first at line 1", "keep one"),
    ('{"\\u0061":1,\n"a":2}', "a", 2, 1, "given twice; first at line 1", "keep one"),
    ('{"a":{"b":[{"c":1},\n{"c":1, "c":2}]}}', "a.b[1].c", 2, 9, "given twice; first at line 2", "keep one"),
    ("\ufeff\ufeff{}", "", 1, 1, "U+FEFF", ""),
]


@pytest.mark.parametrize(("text", "path", "column", "message", "hint"), TOML, ids=[repr(case[0]) for case in TOML])
def test_a_fault_of_toml(text: str, path: str, column: int, message: str, hint: str) -> None:
    found = [p for p in problems(HEAD + text, "toml") if p.kind in ("syntax", "limit")]
    assert (found[0].path, found[0].line, found[0].column) == (path, 3, column)
    assert message in found[0].message
    assert hint in found[0].hint


@pytest.mark.parametrize(
    ("text", "path", "line", "column", "message", "hint"), JSON, ids=[repr(case[0]) for case in JSON]
)
def test_a_fault_of_json(text: str, path: str, line: int, column: int, message: str, hint: str) -> None:
    found = [p for p in problems(text, "json") if p.kind in ("syntax", "limit")]
    assert (found[0].path, found[0].line, found[0].column) == (path, line, column)
    assert message in found[0].message
    assert hint in found[0].hint


@pytest.mark.parametrize("text", ['{"turnout": 1,\n"toggles": {}}', "\ufeff \n{}", "{"])
def test_json_where_toml_is_expected(text: str) -> None:
    (found,) = problems(text, "toml")
    assert (found.path, found.line, found.kind) == ("", 2 if text[0] == "\ufeff" else 1, "syntax")
    assert "`{`" in found.message
    assert "looks like JSON" in found.hint


@pytest.mark.parametrize(
    ("text", "form"), [("", "toml"), ("\ufeff\n", "toml"), ("# only this", "toml"), ("{ }", "json")]
)
def test_an_empty_document_says_how_to_begin(text: str, form: Form) -> None:
    (found,) = problems(text, form)
    assert (found.path, found.line, found.kind, found.message) == ("", 1, "shape", "the document is empty")
    assert "`turnout init`" in found.hint


def test_every_fault_of_toml_is_listed() -> None:
    lines = [
        case[0]
        for case in TOML
        if "\n" not in case[0] and "[" not in case[0] and "\r" not in case[0] and "{" not in case[0]
    ]
    text = HEAD + "".join(line.replace("owner", f"k{n}", 1) + "\n" for n, line in enumerate(lines))
    places = {p.line for p in problems(text, "toml") if p.kind == "syntax"}
    numbers = {"1e400", "9223372036854775808", "-9223372036854775809", "nan", "-inf"}
    expected = {n + 3 for n, line in enumerate(lines) if line.rpartition(" ")[2] not in numbers}
    assert len(expected) > 15
    assert places == expected


@pytest.mark.parametrize(
    ("data", "column", "hint"),
    [
        (b"\xff\xfet\x00", 1, "UTF-16"),
        (b"\xfe\xff\x00t", 1, "UTF-16"),
        (b'x = "\xe9"', 6, "save it as UTF-8"),
        ("ü = ".encode() + b"\xed\xa0\x80", 5, "save it as UTF-8"),
        (b"x = \xc0\x80", 5, "save it as UTF-8"),
        (b"x = \xf5\x80\x80\x80", 5, "save it as UTF-8"),
    ],
)
@pytest.mark.parametrize("form", ["toml", "json"])
def test_bytes_that_are_no_utf8(data: bytes, column: int, hint: str, form: Form) -> None:
    (found,) = problems(data, form)
    assert (found.path, found.line, found.column, found.kind) == ("", 1, column, "syntax")
    assert "not UTF-8" in found.message
    assert hint in found.hint


@pytest.mark.parametrize("form", ["toml", "json"])
def test_a_byte_order_mark_and_line_ends_change_nothing(form: Form) -> None:
    text = WRITERS[form](sound()).text
    digests = {
        turnout.Policy.from_bytes(source.encode(), form).digest
        for source in (text, "\ufeff" + text, text.replace("\n", "\r\n"), text + "\n\n", "\n" + text)
    }
    assert len(digests) == 1


@pytest.mark.parametrize("form", ["toml", "json"])
@pytest.mark.parametrize(
    "value", ["\u0000", "\x1b", "\u2028", "\ufeff", "\ufffd", "\U0010ffff", "e\u0301", "日本語", "' \" \\ \n"]
)
def test_odd_text_is_kept_to_the_letter(value: str, form: Form) -> None:
    tree = sound()
    tree["toggles"]["chat"]["owner"] = f"x{value}"
    text = WRITERS[form](tree).text
    policy = turnout.Policy.from_bytes(text.encode(), form)
    assert policy.toggles["chat"]["owner"] == f"x{value}"
    assert turnout.Policy.from_document(policy.document).digest == policy.digest
