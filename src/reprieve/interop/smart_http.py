"""Requests to an EHR or a push service: no redirect, bounded answers, and a failure is one line without secrets."""

from __future__ import annotations

import http.client
import ssl
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from reprieve.core.errors import SetupError

SECONDS = 30
LARGEST_ANSWER = 64 * 1024 * 1024
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer."""

    status: int
    body: bytes


class _Stay(urllib.request.HTTPRedirectHandler):
    """A redirect would carry the token to another place."""

    def redirect_request(self, *args: Any, **more: Any) -> None:
        """Follow none."""
        return


def check_address(address: str, what: str) -> None:
    """Refuse an address that is not https, or http on this machine.

    Raises
    ------
    SetupError
    """
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        parts, host = None, None
    plain = parts is not None and parts.scheme == "http" and host in HERE
    if parts is None or not host or parts.username or parts.fragment or not (parts.scheme == "https" or plain):
        raise SetupError(f"{what} must be an https address, but got {address[:80]!r}; correct it")


def ask(
    address: str,
    *,
    form: Mapping[str, str] | None = None,
    body: bytes | None = None,
    headers: Mapping[str, str] | None = None,
) -> Answer:
    """Send one request: a GET, or a POST of `form` or of `body`.

    Raises
    ------
    SetupError
        Nobody answers, or the answer is too large.
    """
    check_address(address, "the address")
    host = urlsplit(address).hostname or ""
    handlers: list[Any] = [_Stay()]
    if host in HERE:
        handlers.append(urllib.request.ProxyHandler({}))
    body = body if form is None else urlencode(form).encode()
    request = urllib.request.Request(address, data=body, headers={"Accept": "application/json", **(headers or {})})
    try:
        with urllib.request.build_opener(*handlers).open(request, timeout=SECONDS) as stream:
            return _answer(stream.status, stream, host)
    except urllib.error.HTTPError as error:
        with error:
            return _answer(error.code, error, host)
    except (TimeoutError, urllib.error.URLError, http.client.HTTPException, ssl.SSLError, OSError) as error:
        reason = getattr(error, "reason", None) or error
        raise SetupError(f"{host} does not answer ({str(reason)[:80]}); check the address and the network") from None


def _answer(status: int, stream: Any, host: str) -> Answer:
    body = stream.read(LARGEST_ANSWER + 1)
    if len(body) > LARGEST_ANSWER:
        raise SetupError(f"{host} sent more than {LARGEST_ANSWER // 2**20} MiB; nothing was taken")
    return Answer(status, body)
