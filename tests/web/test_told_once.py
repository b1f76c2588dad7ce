"""A body that tells a field twice is refused at every address that reads JSON, before anything looks at it."""

from __future__ import annotations

import json
import secrets
import struct
from collections.abc import Callable
from typing import Any

from reprieve.app.clinic import Clinic
from reprieve.web.application import make_app

TWICE = b'{"units": "10", "inside": {"a": 1}, "units": "400"}'
INSIDE = b'{"units": "10", "injections": [{"units": "5", "units": "50"}]}'
HEADERS = {"X-Reprieve": "1", "Content-Type": "application/json"}


def _addresses(store: Clinic) -> list[tuple[str, str]]:
    """Return method and path of everything that takes JSON, from the program's own description."""
    described: dict[str, Any] = make_app(store, warm=False).app.openapi()["paths"]
    return [
        (method.upper(), path)
        for path, methods in described.items()
        for method, told in methods.items()
        if "application/json" in told.get("requestBody", {}).get("content", {})
    ]


def test_every_address_that_takes_json_refuses_a_field_told_twice(store: Clinic, signed_in: Callable[..., Any]) -> None:
    addresses = _addresses(store)
    assert len(addresses) > 30
    administrator = signed_in("administrator")
    before = store.ledger.head()
    for method, path in addresses:
        for body in (TWICE, INSIDE):
            answer = administrator.client.request(
                method, path, content=body, headers={**HEADERS, "Idempotency-Key": secrets.token_hex(8)}
            )
            told = answer.json()["error"]
            assert answer.status_code == 422, (method, path, told)
            assert told["message"] == "the body: units is told twice in one place; leave one of them out"
            assert told["code"] == "invalid"
    assert store.ledger.head() == before


def test_a_dose_told_twice_is_not_recorded_and_told_once_it_is(signed_in: Callable[..., Any]) -> None:
    injector = signed_in("injector")
    once = {"date": "2025-01-02", "product": "onabotulinumtoxinA", "units": "10"}
    twice = json.dumps(once)[:-1] + ', "units": "400"}'
    path = "/api/patients/p-1/exposures"
    headers = {**HEADERS, "Idempotency-Key": secrets.token_hex(8)}
    refused = injector.client.post(path, content=twice, headers=headers)
    assert refused.status_code == 422, refused.text
    assert "units is told twice" in refused.json()["error"]["message"]
    # The refused request took no key with it.
    assert injector.client.post(path, json=once, headers=headers).status_code == 201
    assert [one["units"] for one in injector.get("/api/patients/p-1/chart").json()["exposures"]] == ["10"]


def test_the_header_of_an_uploaded_recording_tells_each_field_once(signed_in: Callable[..., Any]) -> None:
    header = b'{"name": "visit.edf", "channels": {"A": {"side": "left", "side": "right"}}}'
    for path in ("/api/emg/samples", "/api/emg/report"):
        answer = signed_in("injector").client.post(
            path,
            content=struct.pack("<I", len(header)) + header,
            headers={"X-Reprieve": "1", "Content-Type": "application/octet-stream"},
        )
        assert answer.status_code == 422
        assert "side is told twice" in answer.json()["error"]["message"]
