"""What a scalar of YAML 1.2 means by the core schema, as JSON."""

from __future__ import annotations

import json
import re

LONGEST_TEXT = 1000
_NULL = re.compile(r"~|null|Null|NULL|")
_BOOL = re.compile(r"true|True|TRUE|false|False|FALSE")
_INT = re.compile(r"([-+]?)([0-9]+)")
_BASE = re.compile(r"0(?:o([0-7]+)|x([0-9a-fA-F]+))")
_FLOAT = re.compile(r"([-+]?)(?:\.([0-9]+)|([0-9]+)(?:\.([0-9]*))?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)")
_HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
# No number of a document has more digits; the core says so of this one too.
_TOO_LARGE = b"9" * 20
_BEGINS = frozenset("~nNtTfF0123456789.+-")
_SURROGATE = re.compile("[\ud800-\udfff]")
# A text in the quotes of JSON, other characters than ASCII left as they are.
_quoted = json.JSONEncoder(ensure_ascii=False).encode


class NotOfItsKind(Exception):  # noqa: N818 -- a fault of one value, reported with others
    """A scalar that no policy can hold, and what stands in for it while the rest is checked."""

    def __init__(self, message: str, hint: str, stand_in: bytes) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.stand_in = stand_in


def json_text(value: str, tag: str | None, *, plain: bool) -> bytes:
    """Writes a scalar as JSON: `plain` ones are what they look like, quoted ones are text.

    Examples
    --------
    >>> [json_text(value, None, plain=True) for value in ("off", "0o17", "1.0", "017", "~", "2026-03-01")]
    [b'"off"', b'15', b'1.0', b'17', b'null', b'"2026-03-01"']
    """
    if tag in ("!", "str") or (tag is None and not plain):
        return _text(value)
    kind, written = _resolved(value)
    if tag is None or tag == kind or (tag, kind) == ("float", "int"):
        return written
    if tag in ("null", "bool", "int", "float"):
        raise NotOfItsKind(f"not what its tag says: !!{tag}", "leave the tag out", written)
    raise NotOfItsKind(f"the tag `{printable(tag)}`", "leave it out: a policy holds plain values", written)


def _resolved(value: str) -> tuple[str, bytes]:
    """The kind of a plain scalar by the core schema, and its JSON."""
    # Most are words, and no word but these begins so.
    if value[:1] not in _BEGINS and value:
        return "str", _text(value)
    if _NULL.fullmatch(value):
        return "null", b"null"
    if _BOOL.fullmatch(value):
        return "bool", value.lower().encode()
    if found := _INT.fullmatch(value):
        return "int", f"{found[1].replace('+', '')}{found[2].lstrip('0') or '0'}".encode()
    if found := _BASE.fullmatch(value):
        number = int(found[1], 8) if found[1] else int(found[2], 16)
        return "int", str(number).encode() if number.bit_length() <= 64 else _TOO_LARGE
    if found := _FLOAT.fullmatch(value):
        whole, fraction = (found[3] or "").lstrip("0") or "0", found[2] or found[4] or "0"
        return "float", f"{found[1].replace('+', '')}{whole}.{fraction}{found[5] or ''}".encode()
    if _NOT_FINITE.fullmatch(value):
        raise NotOfItsKind("not a finite number", "a policy holds only finite numbers", b"0")
    return "str", _text(value)


def _text(value: str) -> bytes:
    if not value.isascii() and _SURROGATE.search(value):
        # To JSON two such escapes are one character, to YAML they are none; libyaml refuses them before we see them.
        stand_in = json.dumps(_SURROGATE.sub("?", value)).encode()
        raise NotOfItsKind("an escape of half a character", "write the character itself", stand_in)
    return _quoted(value).encode()


def printable(text: str) -> str:
    r"""A text of one line, cut to what a report can hold, that writes nothing but itself on a terminal.

    Examples
    --------
    >>> printable("one\ntwo")
    'one\\u{a}two'
    """
    shown = _HIDDEN.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text[:LONGEST_TEXT])
    return shown if len(shown) <= LONGEST_TEXT else shown[: LONGEST_TEXT - 3] + "..."
