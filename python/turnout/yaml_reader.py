"""Policies in YAML 1.2 (core schema): read here, and handed to the core as JSON with the place of every line.

PyYAML splits the text into events; what a plain scalar means is decided here, for PyYAML's own answer is that of YAML
1.1, where `off` is a truth value and `017` is fifteen.
"""

from __future__ import annotations

import array
import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from turnout.errors import MissingExtraError
from turnout.patch import path_text
from turnout.yaml_scalars import LONGEST_TEXT, NotOfItsKind, json_text, printable

__all__ = ["read"]

MOST_BYTES = 64 * 2**20
DEEPEST = 64
MOST_LINES = 8_000_000
MOST_FAULTS = 1000
# kind, path, line, column, message, hint
Fault = tuple[str, str, int | None, int | None, str, str]
# What YAML does not allow, and what YAML 1.1, and so the parser, takes for the end of a line, but YAML 1.2 does not.
_REFUSED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\ufffe\uffff]")
_CORE_TAGS = "tag:yaml.org,2002:"


def read(data: bytes) -> tuple[bytes | None, bytes, list[Fault]]:
    r"""Writes a YAML document as JSON: one line for each key, each element and each value.

    Returns the JSON, or nothing when the text cannot be understood as a whole; the places in the YAML of its lines, as
    pairs of native 32-bit numbers, line and column, both from 1; and the faults of the YAML itself. Where single values
    are at fault, others stand in for them in the JSON, so that the rest can be checked too.

    Examples
    --------
    >>> from turnout.yaml_reader import read
    >>> json, places, faults = read(b"turnout: 1\ntoggles: {}")
    >>> json.split()
    [b'{', b'"turnout":', b'1,', b'"toggles":', b'{}}']
    """
    writer = _Writer()
    try:
        text = _decoded(data)
        kept: list[tuple[int, int]] = []
        has_tabs = "\t" in text
        for event in _events(text):
            writer.take(event)
            if type(event).__name__ == "ScalarEvent" and event.style:
                if event.style in "|>":
                    writer.below(text, event)
                if has_tabs:
                    kept.append(_body(text, event))
        writer.end()
        if has_tabs:
            writer.tabs(text, kept)
    except _Stop as stop:
        writer.faults.append(stop.fault)
        return None, b"", writer.reported()
    return bytes(writer.json), writer.places.tobytes(), writer.reported()


class _Stop(Exception):  # noqa: N818 -- the reading stops; its reader is the function above
    """The document cannot be read any further."""

    def __init__(self, message: str, hint: str, mark: Any = None, kind: str = "syntax", path: str = "") -> None:
        super().__init__(message)
        place = (None, None) if mark is None else (mark.line + 1, mark.column + 1)
        self.fault: Fault = (kind, path, *place, message, hint)


def _events(text: str) -> Iterator[Any]:
    """The events of a document, its faults of syntax turned into stops."""
    try:
        import yaml
    except ImportError:
        raise MissingExtraError("YAML", "yaml") from None
    loader = yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader
    try:
        yield from yaml.parse(text, Loader=loader)
    except yaml.MarkedYAMLError as error:
        said = " ".join(part for part in (error.problem, error.context) if part)
        raise _Stop(printable(said), _hint(text), error.problem_mark or error.context_mark) from None
    except (yaml.YAMLError, ValueError, ArithmeticError, LookupError, RecursionError) as error:
        # What the parser itself does not foresee, such as an escape beyond Unicode.
        raise _Stop(printable(f"not YAML: {error}"), _hint(text)) from None


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        message = f"{len(data)} bytes, more than the {MOST_BYTES} of the limit"
        raise _Stop(message, "split the policy", kind="limit")
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        looks_like_utf16 = data[:2] in (b"\xff\xfe", b"\xfe\xff")
        hint = "this looks like UTF-16: save it as UTF-8" if looks_like_utf16 else "save it as UTF-8"
        text = data[: error.start].decode("utf-8")
        raise _Stop(f"not UTF-8: the byte 0x{data[error.start]:02X}", hint, _mark_at(text, len(text))) from None
    text = text.removeprefix("\ufeff")
    if found := _REFUSED.search(text):
        code = ord(found[0])
        some = code in (0x85, 0x2028, 0x2029)
        why = "at which some readers of YAML end the line and others do not" if some else "which YAML does not allow"
        hint = f'write it as "\\u{code:04x}" in double quotes'
        raise _Stop(f"the character U+{code:04X}, {why}", hint, _mark_at(text, found.start()))
    return text


class _Mark(NamedTuple):
    line: int
    column: int


def _mark_at(text: str, index: int) -> _Mark:
    before = text[:index]
    return _Mark(before.count("\n"), index - (before.rfind("\n") + 1))


def _hint(text: str) -> str:
    lines = text[:10_000].splitlines()
    line = next((line for line in lines if line.strip() and not line.lstrip().startswith("#")), "")
    if re.match(r"\[+[\w. \"'-]+\]+\s*(#|$)|[\w.\"'-]+\s*=", line):
        return "this looks like TOML: name its file .toml, or give the format `toml`"
    if "\t" in text:
        return "indent with spaces: YAML takes no tabs"
    return "check the indentation, the colons and the quotes at and above this line"


# The tag and the anchor before a scalar; the rest of the line on which a text below begins.
_BEFORE = re.compile(r"(?:[!&]\S*\s+)*")
_HEADER = re.compile(r"[^\n]*\n?")
_COMMENT = re.compile(r"(?:^|[ \t])#", re.MULTILINE)


def _parts(text: str, event: Any) -> tuple[tuple[int, int], tuple[int, int]]:
    """Where the first line of a scalar is, its tag and anchor left out, and where the rest."""
    start, end = event.start_mark.index, event.end_mark.index
    before = _BEFORE.match(text, start, end)
    start = before.end() if before else start
    header = _HEADER.match(text, start, end)
    line_end = header.end() if header else start
    return (start, line_end), (line_end, end)


def _body(text: str, event: Any) -> tuple[int, int]:
    """Where the text of a scalar in quotes, or of one that stands below, begins and ends."""
    (start, line_end), (_, end) = _parts(text, event)
    return (line_end if event.style in "|>" else start), end


def _tabs(text: str, kept: list[tuple[int, int]]) -> Iterator[_Mark]:
    """The tabs that stand neither in texts nor in comments, the first of each line."""
    line = line_start = seen = 0
    told = -1
    for start, end in zip([0, *(end for _, end in kept)], [*(start for start, _ in kept), len(text)], strict=True):
        place = text.find("\t", start, end)
        while place >= 0:
            line += text.count("\n", seen, place)
            line_start = max(line_start, text.rfind("\n", seen, place) + 1)
            seen = place
            if line != told and not _COMMENT.search(text, max(line_start, start), place):
                told = line
                yield _Mark(line, place - line_start)
            line_end = text.find("\n", place, end)
            place = text.find("\t", line_end, end) if line_end >= 0 else -1


class _Frame:
    """A table or list that is open."""

    __slots__ = ("anchor", "count", "dropped", "is_table", "key", "keys", "start", "waits")

    def __init__(self, is_table: bool, start: int, anchor: str | None) -> None:
        self.is_table = is_table
        self.start = start
        self.anchor = anchor
        self.count = 0
        self.keys: dict[str, int] = {}
        self.key = ""
        # Where the JSON and the places ended before an entry that is not kept.
        self.dropped: tuple[int, int] | None = None
        # A table waits for a key, and then for its value.
        self.waits = "key" if is_table else "value"


class _Writer:
    """Takes the events of a document and writes its JSON."""

    def __init__(self) -> None:
        self.json = bytearray()
        self.places = array.array("I")
        self.faults: list[Fault] = []
        self.unlisted = 0
        self.frames: list[_Frame] = []
        # What each anchor stands for: where in the JSON that is written, and how many entries were dropped before.
        self.anchors: dict[str, tuple[int, int, int]] = {}
        self.drops = 0
        self.lowest_drop = MOST_BYTES
        self.key_mark: Any = None
        self.documents = 0

    def take(self, event: Any) -> None:
        """Takes one event."""
        match type(event).__name__:
            case "ScalarEvent":
                self.scalar(event)
            case "MappingStartEvent" | "SequenceStartEvent":
                self.open(event)
            case "MappingEndEvent" | "SequenceEndEvent":
                self.close()
            case "AliasEvent":
                self.alias(event)
            case "DocumentStartEvent":
                self.documents += 1
                if self.documents > 1:
                    raise _Stop(
                        "a second document", "a policy is one document: remove what follows ---", event.start_mark
                    )

    def end(self) -> None:
        """The document has ended. Of one that says nothing no JSON is written; the place is where that is said."""
        if not self.json:
            self.place(_Mark(0, 0))

    def scalar(self, event: Any) -> None:
        """A text, number, truth value or null; or a key."""
        if self.frames and self.frames[-1].waits == "key":
            self.key(event)
            return
        self.before_value(event.start_mark)
        written, problem = self.value_of(event)
        if problem:
            self.fault(event.start_mark, *problem)
        self.write(written)
        self.keep(event.anchor, len(self.json) - len(written))
        self.after_value()

    def value_of(self, event: Any) -> tuple[bytes, tuple[str, str] | None]:
        """The JSON of a scalar, and what is wrong with it."""
        tag = event.tag if event.tag is None or event.tag == "!" else event.tag.removeprefix(_CORE_TAGS)
        try:
            return json_text(event.value, tag, plain=event.implicit[0]), None
        except NotOfItsKind as fault:
            return fault.stand_in, (fault.message, fault.hint)

    def key(self, event: Any) -> None:
        """The key of an entry: always text, so that `1: x` and `off: x` are the entries `1` and `off`."""
        frame = self.frames[-1]
        mark = event.start_mark
        frame.key = key = event.value
        frame.waits = "value"
        if key == "<<" and event.implicit[0]:
            message = "`<<` merges tables in YAML 1.1 and is a key like any other in 1.2"
            self.fault(mark, message, "write the entries out")
        if event.tag not in (None, "!", f"{_CORE_TAGS}str"):
            self.fault(mark, f"the tag `{printable(event.tag)}`", "leave it out: a key is text")
        try:
            written = json_text(key, "!", plain=False)
        except NotOfItsKind as fault:
            self.fault(mark, fault.message, fault.hint)
            written = fault.stand_in
        if key in frame.keys:
            self.fault(mark, f"given twice; first at line {frame.keys[key]}", "keep one of them")
            frame.dropped = len(self.json), len(self.places)
        frame.keys.setdefault(key, mark.line + 1)
        self.write(b",\n" if frame.count else b"\n")
        self.place(mark)
        self.write(written)
        self.keep(event.anchor, len(self.json) - len(written))
        self.write(b":")
        frame.count += 1
        self.key_mark = mark

    def open(self, event: Any) -> None:
        """A table or list begins."""
        is_table = type(event).__name__ == "MappingStartEvent"
        mark = event.start_mark
        if self.frames and self.frames[-1].waits == "key":
            raise _Stop(f"{'a table' if is_table else 'a list'} as a key", "a key is text", mark, path=self.path())
        if len(self.frames) >= DEEPEST:
            message = f"tables and lists inside one another more than {DEEPEST} deep"
            raise _Stop(message, "write it flatter", mark, kind="limit")
        self.before_value(mark)
        wanted = f"{_CORE_TAGS}{'map' if is_table else 'seq'}"
        if event.tag not in (None, "!", wanted):
            self.fault(mark, f"the tag `{printable(event.tag)}`", "leave it out: a policy holds plain values")
        if event.anchor:
            # Inside it the name stands for nothing yet: a table cannot hold itself.
            self.anchors.pop(event.anchor, None)
        self.frames.append(_Frame(is_table, len(self.json), event.anchor))
        self.write(b"{" if is_table else b"[")

    def close(self) -> None:
        """The innermost table or list ends."""
        frame = self.frames.pop()
        self.write(b"}" if frame.is_table else b"]")
        self.keep(frame.anchor, frame.start)
        self.after_value()

    def alias(self, event: Any) -> None:
        """What an anchor stands for, written again; its lines are all at the alias."""
        mark = event.start_mark
        if event.anchor not in self.anchors:
            hint = "an anchor (&name) stands before its aliases, and not around them"
            raise _Stop(f"no anchor `{printable(event.anchor)}` before this", hint, mark, path=self.path())
        if self.frames and self.frames[-1].waits == "key":
            raise _Stop("an alias as a key", "write the key out", mark, path=self.path())
        start, end, drops = self.anchors[event.anchor]
        # What stood in an entry that is given twice is gone; the document is refused for that, whatever stands in here.
        is_gone = drops < self.drops and end > self.lowest_drop
        written = b"null" if is_gone else bytes(self.json[start:end])
        self.before_value(mark)
        self.write(written)
        self.places.extend(self.places[-2:] * written.count(b"\n"))
        self.after_value()

    def keep(self, anchor: str | None, start: int) -> None:
        """Keeps what an anchor stands for: the end of the JSON, from there on."""
        if anchor:
            self.anchors[anchor] = (start, len(self.json), self.drops)

    def before_value(self, mark: Any) -> None:
        """The line on which a value stands. One that goes on below its key is where the key is."""
        if self.frames:
            frame = self.frames[-1]
            if frame.is_table:
                mark = self.key_mark if mark.line > self.key_mark.line else mark
                self.write(b"\n")
            else:
                self.write(b",\n" if frame.count else b"\n")
                frame.count += 1
        self.place(mark)

    def after_value(self) -> None:
        """A table waits for its next key."""
        if self.frames and self.frames[-1].is_table:
            frame = self.frames[-1]
            frame.waits = "key"
            if frame.dropped:
                json_end, places_end = frame.dropped
                del self.json[json_end:], self.places[places_end:]
                frame.dropped = None
                self.drops += 1
                self.lowest_drop = min(self.lowest_drop, json_end)

    def write(self, part: bytes) -> None:
        """Writes a part of the JSON, within the limit on documents: aliases can make much of little."""
        if len(self.json) + len(part) > MOST_BYTES:
            message = f"more than {MOST_BYTES} bytes as JSON, with its aliases written out"
            raise _Stop(message, "split the policy", kind="limit")
        self.json += part

    def place(self, mark: Any) -> None:
        """The place in the YAML of the line that begins here."""
        if len(self.places) >= 2 * MOST_LINES:
            message = f"more than {MOST_LINES} keys and values or so"
            raise _Stop(message, "split the policy", kind="limit")
        self.places.extend((mark.line + 1, mark.column + 1))

    def fault(self, mark: Any, message: str, hint: str) -> None:
        """Adds a fault of the innermost value."""
        if len(self.faults) < MOST_FAULTS:
            self.faults.append(("syntax", self.path(), mark.line + 1, mark.column + 1, message, hint))
        else:
            self.unlisted += 1

    def path(self) -> str:
        """Where the writer stands, as the core writes paths."""
        path = ""
        for frame in self.frames:
            if not frame.is_table:
                path += f"[{max(frame.count - 1, 0)}]"
            elif frame.keys:
                path = path_text(path, frame.key[:LONGEST_TEXT])
        return printable(path)

    def below(self, text: str, event: Any) -> None:
        """Adds the faults of how a text below begins, which PyYAML's parsers do not see alike."""
        header, body = (text[slice(*span)] for span in _parts(text, event))
        if re.match(r"[|>][-+0-9]*#", header):
            self.fault(event.start_mark, "a comment without a space before it", "write a space before the #")
        if re.match(r"[|>][-+]*\s", header) and re.match(r"(?: *\r?\n)* *\t", body):
            self.fault(event.start_mark, "a text below that begins with a tab", "write it in double quotes")

    def tabs(self, text: str, kept: list[tuple[int, int]]) -> None:
        """Adds the faults of tabs: PyYAML's two parsers take them in different places, and YAML in others again."""
        for mark in _tabs(text.replace("\r\n", " \n").replace("\r", "\n"), kept):
            self.fault(mark, "a tab outside of texts and comments", "write spaces")

    def reported(self) -> list[Fault]:
        """The faults, and how many more there are."""
        if self.unlisted:
            message = f"{self.unlisted} more faults of this kind are not listed"
            self.faults.append(("limit", "", None, None, message, "mend those above and check again"))
        return self.faults
