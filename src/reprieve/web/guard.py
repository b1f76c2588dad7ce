"""What every request passes first: size, cross-site writes, and the headers that every answer carries."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("reprieve.web")

LARGEST_BODY = 4 * 1024 * 1024
# Sixteen channels of a quarter of an hour; read only after the sender was found to be allowed.
LARGEST_RECORDING = 128 * 1024 * 1024
# Everything comes from this server: no inline script, no other origin, no frame around it.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
    "media-src blob:; manifest-src 'self'; worker-src 'self'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
HEADERS = (
    (b"content-security-policy", POLICY.encode()),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(self), microphone=(), geolocation=()"),
)
SAFE = ("GET", "HEAD", "OPTIONS")


class TooLargeError(Exception):
    """The body grew beyond the limit while it was read."""


class Guard:
    """A pure ASGI wrapper: a middleware class of the framework would cost a millisecond for each request."""

    def __init__(
        self, app: Application, *, tls: bool = False, public_url: str | None = None, screens: str = ""
    ) -> None:
        self.app = app
        self.screens = screens.encode("ascii")
        # Behind a proxy the browser's origin is the proxy's address, whatever name the proxy calls us by.
        self.netloc = urlsplit(public_url).netloc if public_url else None
        self.headers = HEADERS
        if tls:
            self.headers = (*HEADERS, (b"strict-transport-security", b"max-age=31536000"))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        sender = self._with_headers(scope, send)
        told = dict(scope["headers"])
        fault = _fault(scope, told, self.netloc)
        if fault is not None:
            await _refuse(sender, *fault)
            return
        answer = _Answer(sender, scope)
        try:
            await self.app(scope, _limited(receive, answer), answer)
        except TooLargeError:
            await answer.too_large()
        except Exception as error:
            # Where it failed and with what kind of error; its message may hold what a patient wrote.
            where = "".join(traceback.format_tb(error.__traceback__)[-3:])
            log.error("a request failed with %s\n%s", type(error).__name__, where)
            if not answer.started:
                await _refuse(sender, 500, "internal", "the program failed; nothing was recorded")

    def _with_headers(self, scope: Scope, send: Send) -> Send:
        api = scope["path"].startswith("/api")

        async def wrapped(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = list(message.get("headers", []))
                if api and not any(name.lower() == b"cache-control" for name, _ in headers):
                    headers.append((b"cache-control", b"no-store"))
                    # Only where nothing is kept: an answer out of a cache would name the screens of its day.
                    headers.append((b"x-reprieve-screens", self.screens))
                message["headers"] = [*headers, *self.headers]
            await send(message)

        return wrapped


def _fault(scope: Scope, headers: dict[bytes, bytes], netloc: str | None) -> tuple[int, str, str] | None:
    # Smuggling through a proxy: two lengths, or a length beside chunks, are read differently by two servers.
    names = [name for name, _ in scope["headers"]]
    if names.count(b"content-length") + names.count(b"transfer-encoding") > 1 or names.count(b"host") > 1:
        return 400, "bad_request", "the request tells its length or its host twice"
    if b"%00" in scope.get("raw_path", b"") or b"%00" in scope.get("query_string", b""):
        return 400, "bad_request", "the address holds a NUL character"
    length = headers.get(b"content-length", b"0")
    if not length.isdigit():
        return 400, "bad_request", "Content-Length is no number"
    if int(length) > _largest(scope):
        return _too_large(scope)
    if scope["method"] in SAFE or (scope["path"].startswith("/api/fhir/") and scope["path"].endswith("/_search")):
        return None  # FHIR's search by form reads only, and its clients know no header of ours
    # A form of another site cannot set this header, and a script of another site may not.
    if b"x-reprieve" not in headers:
        return 403, "cross_site", "a write needs the header X-Reprieve: 1; it keeps other sites from writing"
    origin = headers.get(b"origin")
    host = netloc or headers.get(b"host", b"").decode("latin-1")
    if origin is not None and urlsplit(origin.decode("latin-1")).netloc != host:
        return 403, "cross_site", "this write comes from another site and was refused"
    return None


def _largest(scope: Scope) -> int:
    return LARGEST_RECORDING if scope["path"].startswith("/api/emg/") else LARGEST_BODY


def _too_large(scope: Scope) -> tuple[int, str, str]:
    return 413, "too_large", f"a body takes up to {_largest(scope) // 2**20} MiB; send less"


class _Answer:
    """Passes the answer on, unless the body grew too large: whatever the framework made of that is replaced."""

    def __init__(self, send: Send, scope: Scope) -> None:
        self.send = send
        self.scope = scope
        self.largest = _largest(scope)
        self.started = False
        self.over = False

    async def __call__(self, message: Message) -> None:
        if self.over:
            await self.too_large()
            return
        self.started = True
        await self.send(message)

    async def too_large(self) -> None:
        if not self.started:
            self.started = True
            await _refuse(self.send, *_too_large(self.scope))


def _limited(receive: Receive, answer: _Answer) -> Receive:
    seen = 0

    async def wrapped() -> Message:
        nonlocal seen
        message = await receive()
        if message["type"] == "http.request":
            seen += len(message.get("body", b""))
            if seen > answer.largest:
                answer.over = True
                raise TooLargeError
        return message

    return wrapped


async def _refuse(send: Send, status: int, code: str, message: str) -> None:
    body = json.dumps({"error": {"code": code, "message": message, "field": None, "findings": []}}).encode()
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    # What comes after a request that was refused unread may be the rest of it or another's: nothing of it is answered.
    headers.append((b"connection", b"close"))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
