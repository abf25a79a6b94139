"""A policy behind a URL: what servers answer, do not answer, and should not answer."""

from __future__ import annotations

import gzip
import io
import socket
import threading
import time
from collections.abc import Iterator
from http.client import HTTPMessage
from typing import Any
from urllib.request import Request

import pytest

import turnout
from tests.property.documents import NOW
from tests.unit.policy_server import Answer, Handler, Server, serving
from tests.unit.watching import text
from turnout.urls import _Redirects


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server that runs."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    made = Server()
    thread = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield made
    made.shutdown()
    thread.join()
    made.server_close()


def watch(server: Server, path: str = "/policy.json", **options: Any) -> turnout.PolicyWatch:
    """A watch with a policy of the server in force."""
    server.answer = serving(text())
    options = {"clock": turnout.SystemClock(), "timeout_s": 5.0} | options
    return turnout.PolicyWatch.from_source(server.root + path, **options)


def refused(server: Server, found: turnout.PolicyWatch, answer: Answer) -> str:
    """The words in which an answer is refused; the old policy stays."""
    server.answer = answer
    assert not found.poll()
    assert found.engine.policy.environment == "one"
    assert found.status.error is not None
    return str(found.status.error)


def test_what_is_known_is_not_fetched_again(server: Server) -> None:
    found = watch(server)
    assert not found.poll()
    server.answer = serving(text(environment="two"))
    assert found.poll()
    assert not found.poll()
    assert found.engine.policy.environment == "two"
    assert [bool(handler.headers["If-None-Match"]) for handler in server.asked] == [False, True, True, True]
    assert found.status.age_s < 5
    assert found.status.source == f"{server.root}/policy.json"


def test_a_bad_document_is_refused_once_though_the_server_says_not_modified(server: Server) -> None:
    """304 then means that the source still says what was refused."""
    refusals: list[Exception] = []
    clock = turnout.ManualClock(NOW)
    found = watch(server, clock=clock, on_refusal=refusals.append)
    assert "`toggles` is missing" in refused(server, found, serving('{"turnout": 1}'))
    assert "`toggles` is missing" in refused(server, found, server.answer)
    assert len(refusals) == 1
    assert isinstance(refusals[0], turnout.PolicyError)
    server.answer = serving(text())
    assert not found.poll()
    assert found.status.error is None


def test_a_server_without_etags_is_asked_for_all_and_nothing_is_swapped(server: Server) -> None:
    found = watch(server)
    server.answer = lambda handler: handler.reply(200, text().encode())
    assert not found.poll()
    assert not found.poll()
    assert server.asked[-1].headers["If-None-Match"] is None
    assert found.status.swaps == 0


@pytest.mark.parametrize("status", [204, 301, 304, 400, 403, 404, 500, 503])
def test_other_answers_are_refused_and_the_next_good_one_is_taken(server: Server, status: int) -> None:
    found = watch(server)
    # without a document to fall back to, 304 is nothing either
    server.answer = lambda handler: handler.reply(200, text().encode())
    found.poll()
    words = refused(server, found, lambda handler: handler.reply(status))
    assert words.startswith(f"{server.root}/policy.json: HTTP status {status}")
    server.answer = serving(text(environment="two"))
    assert found.poll()


def test_a_server_that_is_away_is_reported_once(server: Server) -> None:
    refusals: list[Exception] = []
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    engine = watch(server).engine
    found = turnout.PolicyWatch(engine, f"http://127.0.0.1:{port}/policy.json", on_refusal=refusals.append)
    assert not found.poll()
    assert not found.poll()
    assert [isinstance(error, OSError) for error in refusals] == [True]
    assert "refused" in str(refusals[0])


def test_a_slow_server_is_given_up(server: Server) -> None:
    """One that says nothing, one that drips, and one that ends in the midst."""
    found = watch(server, timeout_s=0.3)
    release = threading.Event()

    def silent(_: Handler) -> None:
        release.wait(10)

    def drip(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        while not release.wait(0.05):
            handler.wfile.write(b" ")
            handler.wfile.flush()

    for answer, words in ((silent, "timed out"), (drip, "not read within 0.3 s")):
        begun = time.monotonic()
        assert words in refused(server, found, answer)
        assert time.monotonic() - begun < 5
    release.set()


def test_a_truncated_document_is_refused(server: Server) -> None:
    """Even one whose beginning is a sound policy."""
    found = watch(server)

    def cut(handler: Handler) -> None:
        handler.reply(200, text(environment="two").encode(), Content_Length="100000")
        handler.close_connection = True

    def cut_chunk(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        handler.wfile.write(b"1000\r\n" + text(environment="two").encode())
        handler.close_connection = True

    assert "of 100,000 bytes" in refused(server, found, cut)
    assert refused(server, found, cut_chunk).startswith(f"{server.root}/policy.json: ")


def test_a_document_in_chunks_is_taken(server: Server) -> None:
    found = watch(server)

    def chunks(handler: Handler) -> None:
        body = text(environment="two").encode()
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        for at in range(0, len(body), 50):
            part = body[at : at + 50]
            handler.wfile.write(f"{len(part):x}\r\n".encode() + part + b"\r\n")
        handler.wfile.write(b"0\r\n\r\n")

    server.answer = chunks
    assert found.poll()


def test_a_server_that_keeps_the_connection_open_is_not_waited_for(server: Server) -> None:
    """What was announced has come."""
    found = watch(server, timeout_s=3.0)
    release = threading.Event()

    def keep(handler: Handler) -> None:
        handler.reply(200, text(environment="two").encode())
        handler.wfile.flush()
        release.wait(10)

    server.answer = keep
    begun = time.monotonic()
    assert found.poll()
    assert time.monotonic() - begun < 2
    release.set()


def test_a_huge_document_is_not_read(server: Server) -> None:
    """Neither one that says so nor one that does not."""
    found = watch(server)
    sent: list[int] = []

    def endless(handler: Handler) -> None:
        handler.send_response(200)
        handler.end_headers()
        while True:
            sent.append(handler.wfile.write(bytes(2**20)))

    announced = refused(server, found, lambda handler: handler.reply(200, Content_Length=str(2**40)))
    assert announced.endswith("larger than 64 MB")
    assert refused(server, found, endless).endswith("larger than 64 MB")
    assert sum(sent) < 100 * 2**20


def test_what_is_no_text_is_refused_as_in_a_file(server: Server) -> None:
    found = watch(server)
    assert "UTF-8" in refused(server, found, serving(text(environment="zwei").encode("utf-16")))
    packed = lambda handler: handler.reply(200, gzip.compress(text().encode()), Content_Encoding="gzip")  # noqa: E731
    assert "comes as gzip" in refused(server, found, packed)
    assert server.asked[-1].headers["Accept-Encoding"] == "identity"


@pytest.mark.parametrize(
    ("path", "kind", "body"),
    [
        ("/policy.toml", "text/plain", b'turnout = 1\nenvironment = "two"\n[toggles]\n'),
        ("/policy.YAML", "application/json", b"turnout: 1\nenvironment: two\ntoggles: {}\n"),
        ("/v1/policy", "application/json; charset=utf-8", text(environment="two").encode()),
        ("/v1.2/policy?x=y.json", "application/toml", b'turnout = 1\nenvironment = "two"\n[toggles]\n'),
        ("/", "application/yaml", b"turnout: 1\nenvironment: two\ntoggles: {}\n"),
    ],
)
def test_the_format_is_that_of_the_path_or_else_of_the_type(server: Server, path: str, kind: str, body: bytes) -> None:
    server.answer = serving(body, Content_Type=kind)
    found = turnout.PolicyWatch.from_source(server.root + path, clock=turnout.SystemClock())
    assert found.engine.policy.environment == "two"


def test_a_type_that_is_no_format_is_refused(server: Server) -> None:
    server.answer = serving(text(), Content_Type="text/html")
    with pytest.raises(OSError, match="text/html is no format of policies; let the path of the URL end in"):
        turnout.PolicyWatch.from_source(f"{server.root}/policy", clock=turnout.SystemClock())


def test_redirects_are_followed_but_take_no_secrets_along(server: Server) -> None:
    other = Server()
    thread = threading.Thread(target=other.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        found = watch(server, headers={"Authorization": "Bearer s3cret", "X-Desk": "one"})
        assert server.asked[-1].headers["Authorization"] == "Bearer s3cret"
        other.answer = serving(text(environment="two"))
        server.answer = lambda handler: handler.reply(302, Location=f"{other.root}/elsewhere.json")
        assert found.poll()
        assert not found.poll()
        assert {handler.headers["Authorization"] for handler in other.asked} == {None}
        assert {handler.headers["X-Desk"] for handler in other.asked} == {None}
        assert [handler.headers["If-None-Match"] is not None for handler in other.asked][-1]

        def around(handler: Handler) -> None:
            if handler.path == "/policy.json":
                handler.reply(307, Location="/moved.json")
            else:
                serving(text(environment="three"))(handler)

        server.answer = around
        assert found.poll()
        assert server.asked[-1].headers["Authorization"] == "Bearer s3cret"
    finally:
        other.shutdown()
        thread.join()
        other.server_close()


@pytest.mark.parametrize("target", ["file:///etc/hosts", "ftp://127.0.0.1/policy.json", "data:,x", "gopher://x/"])
def test_redirects_lead_to_no_other_scheme(server: Server, target: str) -> None:
    found = watch(server)
    assert refused(server, found, lambda handler: handler.reply(302, Location=target))


def test_redirects_do_not_lead_out_of_https() -> None:
    """What was asked for in private is not fetched in public."""
    asked = Request("https://example.com/policy.json?token=s3cret")
    with pytest.raises(OSError, match="redirects from https to http") as found:
        _Redirects().redirect_request(asked, io.BytesIO(), 302, "", HTTPMessage(), "http://example.com/policy.json")
    assert "s3cret" not in str(found.value)


def test_redirects_in_a_circle_end(server: Server) -> None:
    found = watch(server)
    words = refused(server, found, lambda handler: handler.reply(302, Location="/policy.json"))
    assert "redirect" in words
    assert len(server.asked) < 20


def test_headers_are_read_anew_for_each_request(server: Server) -> None:
    """A token that is renewed need not start the service anew."""
    headers = {"Authorization": "Bearer one"}
    found = watch(server, headers=headers)
    headers["Authorization"] = "Bearer two"
    found.poll()
    assert [handler.headers["Authorization"] for handler in server.asked] == ["Bearer one", "Bearer two"]


def test_what_is_no_http_is_reported(server: Server) -> None:
    found = watch(server)
    assert refused(server, found, lambda handler: handler.wfile.write(b"+OK ready\r\n\r\n") and None)


def test_the_query_is_sent_and_not_told(server: Server) -> None:
    """It may hold a secret, and names are logged."""
    server.answer = serving(text())
    url = f"{server.root}/policy.json?token=s3cret#part"
    found = turnout.PolicyWatch.from_source(url, clock=turnout.SystemClock())
    assert server.asked[-1].path == "/policy.json?token=s3cret"
    assert "s3cret" not in str(found.status) + repr(found)
    assert "s3cret" not in refused(server, found, lambda handler: handler.reply(500))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("ftp://example.com/policy.json", "is no http or https URL"),
        ("file:///etc/policy.json", "is no http or https URL"),
        ("http:///policy.json", "is no http or https URL"),
        ("https://name:word@example.com/policy.json", "carries no name and password"),
        ("http://[::1/policy.json", "Invalid IPv6 URL"),
    ],
)
def test_urls_that_cannot_be_are_refused_at_once(url: str, words: str) -> None:
    engine = turnout.Engine(turnout.Policy.from_document({"turnout": 1, "toggles": {}}), clock=turnout.SystemClock())
    with pytest.raises(ValueError, match=words) as found:
        turnout.PolicyWatch(engine, url)
    assert "name:word" not in str(found.value)


def test_a_url_with_an_overlay_in_a_file(server: Server, tmp_path: Any) -> None:
    """What is not modified is merged as it was."""
    overlay = tmp_path / "production.toml"
    overlay.write_text('environment = "production"\n')
    server.answer = serving(text())
    found = turnout.PolicyWatch.from_source(f"{server.root}/policy.json", overlay, clock=turnout.SystemClock())
    assert found.engine.policy.environment == "production"
    overlay.write_text('environment = "canary"\n')
    assert found.poll()
    assert found.engine.policy.environment == "canary"
    assert found.status.source == f"{server.root}/policy.json + {overlay}"


def test_a_start_without_the_server(server: Server, tmp_path: Any) -> None:
    found = watch(server, last_good=tmp_path / "copy")
    server.answer = lambda handler: handler.reply(503)
    again = turnout.PolicyWatch.from_source(
        f"{server.root}/policy.json", clock=turnout.SystemClock(), last_good=tmp_path / "copy"
    )
    assert again.engine.policy == found.engine.policy
    assert str(again.status.error).endswith("HTTP status 503 Service Unavailable")
    assert again.status.from_last_good
