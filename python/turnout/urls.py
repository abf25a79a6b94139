"""Policy documents behind URLs, fetched again only when they are new."""

from __future__ import annotations

import email.message
import http.client
from collections.abc import Callable, Mapping
from typing import IO, Literal
from urllib import request
from urllib.error import HTTPError
from urllib.parse import SplitResult, urlsplit

from turnout.errors import PolicySourceError
from turnout.overlays import Source
from turnout.policy import FORMATS, MOST_BYTES

__all__ = ["PolicyUrl"]

SCHEMES = ("http", "https")
CHUNK_BYTES = 2**18
TYPES: dict[str, Literal["toml", "json", "yaml"]] = {
    "application/json": "json",
    "application/toml": "toml",
    "application/yaml": "yaml",
    "application/x-yaml": "yaml",
    "text/yaml": "yaml",
}


class PolicyUrl:
    """A document behind a URL. What was fetched is kept with its ETag, and fetched again only when it is another one.

    `headers` go with every request, and are read anew for each.
    """

    def __init__(self, url: str, *, headers: Mapping[str, str], timeout_s: float) -> None:
        parts = urlsplit(url)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError(f"{url!r} is no http or https URL; other sources are paths of files")
        if parts.username is not None:
            raise ValueError("a URL carries no name and password; give headers={'Authorization': ...}")
        self.name = public_name(parts)
        self._url = parts._replace(fragment="").geturl()
        self._format = FORMATS.get(_suffix(parts))
        self._headers = headers
        self._timeout_s = timeout_s
        self._opener = _opener()
        self._kept: tuple[str, Source] | None = None

    def read(self, now_us: Callable[[], int]) -> Source:
        """The document, as the server has it now; `PolicySourceError` when it gives none, or not in time."""
        try:
            return self._fetch(now_us, now_us() + round(self._timeout_s * 1e6))
        except HTTPError as error:
            with error:
                if error.code == 304 and self._kept is not None:
                    return self._kept[1]
                raise PolicySourceError(f"{self.name}: HTTP status {error.code} {error.reason}".rstrip()) from None
        except PolicySourceError:
            raise
        # urllib lets some faults of a hostile server through as they are: http.client's, and of its numbers and texts
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or error
            raise PolicySourceError(f"{self.name}: {str(reason) or type(reason).__name__}") from error

    def _fetch(self, now_us: Callable[[], int], until_us: int) -> Source:
        asked = request.Request(self._url)
        # what stands between must ask the server too, or a change would not be seen in time
        asked.add_header("Cache-Control", "no-cache")
        asked.add_header("Accept", ", ".join(TYPES))
        asked.add_header("Accept-Encoding", "identity")
        asked.add_header("User-Agent", "turnout")
        for name, value in self._headers.items():
            asked.add_header(name, value)
        if self._kept is not None:
            asked.add_header("If-None-Match", self._kept[0])
        with self._opener.open(asked, timeout=self._timeout_s) as response:
            if response.status != 200:
                raise PolicySourceError(f"{self.name}: HTTP status {response.status}, not 200")
            source = Source(self.name, self._format_of(response.headers), self._body(response, now_us, until_us))
            tag = response.headers.get("ETag")
        self._kept = (tag, source) if tag else None
        return source

    def _body(self, response: http.client.HTTPResponse, now_us: Callable[[], int], until_us: int) -> bytes:
        encoding = response.headers.get("Content-Encoding", "identity")
        if encoding.lower() != "identity":
            raise PolicySourceError(f"{self.name}: the document comes as {encoding}, which was not asked for")
        length = response.headers.get("Content-Length", "")
        announced = int(length) if length.isdecimal() and not response.chunked else None
        data = bytearray()
        # one `recv` at a time, for the timeout is that of each: a server that drips would hold us for hours
        while len(data) <= MOST_BYTES and (announced is None or announced <= MOST_BYTES):
            if len(data) == announced:
                return bytes(data)
            chunk = response.read1(CHUNK_BYTES)
            data += chunk
            if not chunk and announced is None:
                return bytes(data)
            if not chunk:
                raise PolicySourceError(f"{self.name}: ends after {len(data):,} of {announced:,} bytes")
            if now_us() > until_us:
                raise PolicySourceError(f"{self.name}: not read within {self._timeout_s:g} s")
        raise PolicySourceError(f"{self.name}: larger than {MOST_BYTES // 2**20} MB")

    def _format_of(self, headers: email.message.Message) -> Literal["toml", "json", "yaml"]:
        found = self._format or TYPES.get(headers.get_content_type())
        if found is None:
            hint = "let the path of the URL end in .toml, .json or .yaml, or the server send a Content-Type of these"
            raise PolicySourceError(f"{self.name}: {headers.get_content_type()} is no format of policies; {hint}")
        return found


def public_name(parts: SplitResult) -> str:
    """A URL as it may be logged: what stands in a query may be a secret."""
    return parts._replace(query="", fragment="").geturl()


def _suffix(parts: SplitResult) -> str:
    """The suffix of a URL's path, such as `.toml`."""
    _, dot, suffix = parts.path.rpartition("/")[2].rpartition(".")
    return (dot + suffix).lower()


def _opener() -> request.OpenerDirector:
    """What fetches http and https, through the proxies of the environment, and nothing else."""
    opener = request.OpenerDirector()
    for handler in (
        request.ProxyHandler(),
        request.UnknownHandler(),
        request.HTTPHandler(),
        request.HTTPSHandler(),
        request.HTTPDefaultErrorHandler(),
        _Redirects(),
        request.HTTPErrorProcessor(),
    ):
        opener.add_handler(handler)
    return opener


class _Redirects(request.HTTPRedirectHandler):
    """Follows redirects, but not from https to http, and takes no headers of the caller's to another server."""

    def redirect_request(
        self,
        req: request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: http.client.HTTPMessage,
        newurl: str,
    ) -> request.Request | None:
        found = super().redirect_request(req, fp, code, msg, headers, newurl)
        if found is None:
            return None
        old, new = urlsplit(req.full_url), urlsplit(newurl)
        if new.scheme not in SCHEMES or (old.scheme, new.scheme) == ("https", "http"):
            raise PolicySourceError(f"{public_name(old)}: redirects from {old.scheme} to {new.scheme}")
        if (old.scheme, old.netloc) != (new.scheme, new.netloc):
            for name in [name for name in found.headers if name.title() not in PLAIN]:
                found.remove_header(name)
        return found


PLAIN = ("Accept", "Accept-Encoding", "Cache-Control", "If-None-Match", "User-Agent")
"""The headers that say nothing of the caller."""
