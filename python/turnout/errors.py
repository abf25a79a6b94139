"""Every exception that turnout raises of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal


class TurnoutError(Exception):
    """The base of every exception that turnout raises of its own.

    Examples
    --------
    >>> from turnout.errors import ContactLogError, PolicyError, TurnoutError
    >>> issubclass(PolicyError, TurnoutError), issubclass(ContactLogError, TurnoutError)
    (True, True)
    """


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault of a policy document.

    Examples
    --------
    >>> from turnout.errors import Problem
    >>> str(Problem("toggles.phone.owner", 4, 1, "`owner` is missing", "say who answers for it", "governance"))
    'toggles.phone.owner (line 4): `owner` is missing; say who answers for it'
    """

    path: str
    """Where it is, such as ``toggles.billing-bot.rules[1].ramp.steps[1].percent``; empty for the whole document."""
    line: int | None
    """The line, counted from 1, where the source has lines."""
    column: int | None
    """The column in characters, counted from 1."""
    message: str
    """What is wrong."""
    hint: str
    """How to mend it."""
    kind: Literal["syntax", "shape", "governance", "reference", "limit"]
    """The sort of fault."""
    file: str | None = None
    """The file, where a policy is made of several."""

    def __str__(self) -> str:
        place = self.path or "document"
        line = f"line {self.line}" if self.line is not None else ""
        source = ", ".join(filter(None, [self.file, line]))
        hint = f"; {self.hint}" if self.hint else ""
        return f"{place}{f' ({source})' if source else ''}: {self.message}{hint}"


class PolicyError(TurnoutError, ValueError):
    """A policy document that is refused, with all its faults.

    Parameters
    ----------
    problems
        Every fault, in the order of the source.

    Examples
    --------
    >>> import turnout
    >>> try:
    ...     turnout.Policy.from_bytes(b'toggles = {}')
    ... except turnout.PolicyError as error:
    ...     print(error)
    turnout (line 1): `turnout` is missing; write 1, the version of the format
    """

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(map(str, self.problems))


class PolicySourceError(TurnoutError, OSError):
    """A source of a policy that gives no document: a URL that answers otherwise, or a file that does not come to rest.

    Examples
    --------
    >>> from turnout.errors import PolicySourceError
    >>> print(PolicySourceError("https://example.com/policy.json: HTTP status 503"))
    https://example.com/policy.json: HTTP status 503
    """


class MissingExtraError(TurnoutError, ImportError):
    """Something needs a package that an extra of turnout brings, and the extra is not installed.

    Parameters
    ----------
    what
        What needs it.
    extra
        The name of the extra.

    Examples
    --------
    >>> from turnout.errors import MissingExtraError
    >>> print(MissingExtraError("YAML", "yaml"))
    YAML is an extra of turnout; get it with: pip install 'turnout[yaml]'
    """

    def __init__(self, what: str, extra: str) -> None:
        super().__init__(what, extra)
        self.what = what
        self.extra = extra

    def __str__(self) -> str:
        return f"{self.what} is an extra of turnout; get it with: pip install 'turnout[{self.extra}]'"


class ContactLogError(TurnoutError, ValueError):
    """A contact log that cannot be read, or that breaks the rules of its schema.

    Parameters
    ----------
    problems
        Every fault that was found: where it is, what was expected, what was found, how to mend it.

    Examples
    --------
    >>> from turnout.errors import ContactLogError
    >>> error = ContactLogError(["line 3: expected 17 fields, found 4"])
    >>> error.problems
    ('line 3: expected 17 fields, found 4',)
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems: tuple[str, ...] = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(self.problems)
