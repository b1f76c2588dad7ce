"""The two addresses that a launch needs on this machine: where the EHR knocks, and where the browser comes back."""

from __future__ import annotations

import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from reprieve.app.fhir.smart import Launch, begin_launch, finish_launch
from reprieve.core.errors import ReprieveError, SetupError
from reprieve.interop.fhir.reader import Batch
from reprieve.interop.smart import SmartClient

HOST = "127.0.0.1"
# Begun and not come back: a browser that reloads begins another.
MOST_LAUNCHES = 20
DONE = "The patient's data came in. This window can be closed."


class LaunchListener:
    """Listens on this machine, inside ``with``, until one launch came back.

    Parameters
    ----------
    port : int
        0 takes any free one.

    Raises
    ------
    SetupError
        The port is in use.
    """

    def __init__(self, port: int) -> None:
        try:
            self.http = HTTPServer((HOST, port), _Handler)
        except (OSError, OverflowError) as error:
            raise SetupError(f"cannot listen on {HOST}:{port} ({error}); choose another port") from None
        self.http.timeout = 0.5
        self.http.listener = self  # type: ignore[attr-defined]
        self.address = f"http://{HOST}:{self.http.server_port}"
        self.client: SmartClient | None = None
        self.launches: dict[str, Launch] = {}
        self.batch: Batch | None = None
        self.failure: ReprieveError | None = None

    def __enter__(self) -> LaunchListener:
        return self

    def __exit__(self, *_: object) -> None:
        self.http.server_close()

    @property
    def redirect_uri(self) -> str:
        """Where the browser comes back."""
        return f"{self.address}/callback"

    def wait(self, client: SmartClient, seconds: float, clock: Callable[[], float] = time.monotonic) -> Batch:
        """Return what the first launch that came back has brought.

        Raises
        ------
        SetupError
            None came in time.
        """
        self.client = client
        end = clock() + seconds
        while self.batch is None and self.failure is None and clock() < end:
            self.http.handle_request()
        if self.failure is not None:
            raise self.failure
        if self.batch is None:
            raise SetupError(f"no launch came back within {seconds:g} s; start again")
        return self.batch

    def answer(self, path: str) -> tuple[int, str, str | None]:
        """Return status, text and, for a launch, where the browser must go."""
        parts = urlsplit(path)
        told = dict(parse_qsl(parts.query, max_num_fields=20))
        assert self.client is not None
        if parts.path == "/launch":
            launch = begin_launch(self.client, iss=told.get("iss"), launch=told.get("launch"))
            self.launches[launch.state] = launch
            while len(self.launches) > MOST_LAUNCHES:
                del self.launches[next(iter(self.launches))]
            return 302, "", launch.address
        launch = self.launches.pop(told.get("state", ""), None)
        if parts.path != "/callback" or launch is None:
            return 404, "There is nothing here.", None
        try:
            self.batch = finish_launch(launch, told)
        except ReprieveError as error:
            self.failure = error
            raise
        return 200, DONE, None


class _Handler(BaseHTTPRequestHandler):
    timeout = 10

    def do_GET(self) -> None:
        listener: LaunchListener = self.server.listener  # type: ignore[attr-defined]
        try:
            status, text, place = listener.answer(self.path)
        except ReprieveError as error:
            status, text, place = 403, str(error), None
        except ValueError:
            status, text, place = 400, "This address cannot be read.", None
        self.send_response(status)
        if place is not None:
            self.send_header("Location", place)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Log nothing: the address holds the code."""
