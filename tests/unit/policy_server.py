"""A server of this machine that answers as a test says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Answer = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    """Answers as the test says, and keeps what it was asked."""

    protocol_version = "HTTP/1.1"
    server: Server

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.server.answer(self)

    def reply(self, status: int, body: bytes = b"", **headers: str) -> None:
        """A whole answer."""
        self.send_response(status)
        for name, value in ({"Content_Length": str(len(body))} | headers).items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


class Server(ThreadingHTTPServer):
    """A server of this machine."""

    daemon_threads = True
    answer: Answer

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Handler] = []
        self.root = f"http://127.0.0.1:{self.server_port}"

    def handle_error(self, *_: Any) -> None:
        # a client that hangs up is what some of the tests are about
        pass


def serving(content: str | bytes, **headers: str) -> Answer:
    """A document with its ETag, sent only to those who do not have it."""
    body = content.encode() if isinstance(content, str) else content
    tag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'

    def answer(handler: Handler) -> None:
        if handler.headers["If-None-Match"] == tag:
            handler.reply(304, ETag=tag)
        else:
            handler.reply(200, body, ETag=tag, **headers)

    return answer
