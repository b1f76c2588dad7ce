"""The API keeps to its own description, whatever is sent: schemathesis over the OpenAPI document."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

from reprieve.app.clinic import Clinic
from reprieve.store.verify import verify
from reprieve.web.application import make_app
from reprieve.web.limits import Limits

# Rules beyond a schema (a date before birth, a muscle nobody knows) refuse what its types allow; each has its own test.
# Who may ask is tried by the access matrix, with real people.
EXCLUDED = [positive_data_acceptance, ignored_auth]
# They compute for seconds, or end the sign-in of this very test. FHIR answers in its own shape, and the guard before it
# in ours, which a description by content type cannot say.
LEFT_OUT = ("/api/sign-out", "/api/audit/verify", "/api/emg", "/api/simulat", "/api/me/password", "/api/fhir")


def attempts(operation: Any, mode: GenerationMode, cookies: dict[str, str], examples: int) -> tuple[int, str | None]:
    """Return how many requests were tried, and the first that broke the description."""
    tried = 0

    @settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def attempt(case: Any) -> None:
        nonlocal tried
        tried += 1
        case.call_and_validate(cookies=cookies, headers={"X-Reprieve": "1"}, excluded_checks=EXCLUDED)

    try:
        attempt()
    except Unsatisfiable:
        return tried, None  # nothing wrong can be said where nothing is asked
    except (Exception, BaseExceptionGroup) as error:
        return tried, f"{operation.method.upper()} {operation.path}: {error}"
    return tried, None


def someone_for(path: str) -> str:
    if path.startswith("/api/mine"):
        return "patient"
    if path.startswith(("/api/accounts", "/api/glass")) or path.endswith(("/erase", "/policy")):
        return "administrator"
    return "injector"


def try_everything(store: Clinic, server: Any, signed_in: Callable[..., Any], examples: int) -> int:
    server.app = make_app(store, limits=Limits(1e9, 1e9), warm=False)
    people = {name: dict(signed_in(name).client.cookies) for name in ("injector", "administrator", "patient")}
    schema = schemathesis.openapi.from_url(f"{server.address}/api/openapi.json")
    schema.config.generation.update(with_security_parameters=False)
    total, broken = 0, []
    for found in schema.get_all_operations():
        operation = found.ok()
        if operation.path.startswith(LEFT_OUT):
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):
            tried, fault = attempts(operation, mode, people[someone_for(operation.path)], examples)
            total += tried
            broken += [fault] if fault else []
    assert not broken, "\n\n".join(broken)
    found = verify(store.database)
    assert found.ok, found.problem
    return total


def test_the_api_keeps_to_its_description(store: Clinic, server: Any, signed_in: Callable[..., Any]) -> None:
    assert try_everything(store, server, signed_in, examples=1) > 150


@pytest.mark.slow
def test_the_api_keeps_to_its_description_all_night(store: Clinic, server: Any, signed_in: Callable[..., Any]) -> None:
    assert try_everything(store, server, signed_in, examples=200) > 10_000
