"""S16: a request that a proxy and this server could cut at different places never becomes somebody else's answer.

The proxy here is as naive as proxies were when the attack was found (RFC 9112, section 11.2): it keeps one connection
to the server for everybody, believes Content-Length alone, and passes the request on as it came.
"""

from __future__ import annotations

import re
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest

PREFIX = b"GET /api/patients/p-1/chart HTTP/1.1\r\nX-Swallow: "
CHUNKED = b"0\r\n\r\n" + PREFIX


class Proxy:
    """Passes requests on over one connection, and takes one answer for each."""

    def __init__(self, backend: tuple[str, int]) -> None:
        self.backend = backend
        self.connection: socket.socket | None = None

    def close(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def send(self, request: bytes) -> bytes | None:
        """Return the server's next answer, None when it closed the connection."""
        if self.connection is None:
            self.connection = socket.create_connection(self.backend, timeout=10)
        try:
            self.connection.sendall(request)
            answer = self._answer(self.connection)
        except OSError:
            answer = None
        if answer is None:
            self.close()
        return answer

    @staticmethod
    def _answer(connection: socket.socket) -> bytes | None:
        told = b""
        while b"\r\n\r\n" not in told:
            part = connection.recv(65536)
            if not part:
                return None
            told += part
        head, _, body = told.partition(b"\r\n\r\n")
        found = re.search(rb"(?i)content-length: (\d+)", head)
        length = int(found.group(1)) if found else 0
        # The HTTP library's own refusals come in chunks, the last of them empty.
        chunked = re.search(rb"(?i)transfer-encoding: chunked", head) is not None
        while len(body) < length or (chunked and b"0\r\n\r\n" not in body):
            part = connection.recv(65536)
            if not part:
                return None
            body += part
        # What comes beyond is the answer to a request that the proxy never saw: the next caller would get it.
        return head + b"\r\n\r\n" + body


def attack(headers: bytes, body: bytes) -> bytes:
    head = b"POST /api/check HTTP/1.1\r\nHost: clinic.example\r\nX-Reprieve: 1\r\nContent-Type: application/json\r\n"
    return head + headers + b"\r\n" + body


def by_length(body: bytes, more: bytes) -> bytes:
    return attack(b"Content-Length: " + str(len(body)).encode() + b"\r\n" + more, body)


ATTACKS = {
    "length believed, chunks read": by_length(CHUNKED, b"Transfer-Encoding: chunked\r\n"),
    "chunks with a blank before the colon": by_length(CHUNKED, b"Transfer-Encoding : chunked\r\n"),
    "chunks with a tab": by_length(CHUNKED, b"Transfer-Encoding:\tchunked\r\n"),
    "chunks on a folded line": by_length(CHUNKED, b"Transfer-Encoding:\r\n chunked\r\n"),
    "chunks of another name": by_length(CHUNKED, b"Transfer-Encoding: xchunked\r\n"),
    "chunks among others": by_length(CHUNKED, b"Transfer-Encoding: identity, chunked\r\n"),
    "chunks told twice": by_length(CHUNKED, b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n"),
    "two lengths": by_length(b"{}" + PREFIX, b"Content-Length: 2\r\n"),
    "two lengths in one line": attack(b"Content-Length: 2, 60\r\n", b"{}" + PREFIX),
    "a length with a sign": attack(b"Content-Length: +2\r\n", b"{}" + PREFIX),
    "a length in hexadecimal": attack(b"Content-Length: 0x2\r\n", b"{}" + PREFIX),
    "a length with a NUL": attack(b"Content-Length: 2\x00\r\n", b"{}" + PREFIX),
    "a length after a bare line feed": attack(b"X-A: b\nContent-Length: 2\r\nContent-Length: 60\r\n", b"{}" + PREFIX),
    "a chunk's length ended by a line feed": attack(b"Transfer-Encoding: chunked\r\n", b"2\n{}\r\n" + CHUNKED),
    "a body of a GET": b"GET /api/health HTTP/1.1\r\nHost: clinic.example\r\nContent-Length: 5\r\n"
    b"Transfer-Encoding: chunked\r\n\r\n" + CHUNKED,
    "two hosts": by_length(PREFIX, b"Host: elsewhere.example\r\n"),
}


@pytest.fixture
def new_proxy(server: Any, new_browser: Callable[[], Any]) -> Iterator[Callable[[], Proxy]]:
    new_browser()  # puts the clinic behind the server
    proxies: list[Proxy] = []

    def make() -> Proxy:
        proxies.append(Proxy(server.listener.getsockname()[:2]))
        return proxies[-1]

    yield make
    for proxy in proxies:
        proxy.close()


@pytest.mark.parametrize("what", ATTACKS)
def test_s16_the_next_caller_gets_the_own_answer_or_none(new_proxy: Callable[[], Proxy], what: str) -> None:
    proxy = new_proxy()
    first = proxy.send(ATTACKS[what])
    assert first is None or re.match(rb"HTTP/1\.1 4\d\d ", first), first
    # The victim comes over the same connection, if the server has left it open.
    second = proxy.send(b"GET /api/health HTTP/1.1\r\nHost: clinic.example\r\nX-Victim: yes\r\n\r\n")
    if second is None:
        second = proxy.send(b"GET /api/health HTTP/1.1\r\nHost: clinic.example\r\nX-Victim: yes\r\n\r\n")
    assert second is not None
    assert second.startswith(b"HTTP/1.1 200 "), second
    assert b'"status":"ok"' in second


def test_s16_the_naive_proxy_itself_works(new_proxy: Callable[[], Proxy]) -> None:
    proxy = new_proxy()
    for _ in range(3):
        health = proxy.send(b"GET /api/health HTTP/1.1\r\nHost: clinic.example\r\n\r\n")
        assert health is not None
        assert b'"status":"ok"' in health
        refused = proxy.send(by_length(b"{}", b""))
        assert refused is not None
        assert refused.startswith(b"HTTP/1.1 401 "), "one answer for one request, over one connection"
    assert proxy.connection is not None
