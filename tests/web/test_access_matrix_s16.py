"""S16: deny by default. The matrix role x route is made from the declared policy and tried over HTTP."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute

from reprieve.app.accounts.accounts import ALLOWED, Action, Role
from reprieve.app.clinic import Clinic
from reprieve.web.application import ROUTERS
from reprieve.web.caller import May

# These need nobody signed in; everything else names its right.
PUBLIC = {
    ("GET", "/api/health"),
    ("POST", "/api/sign-in"),
    ("POST", "/api/sign-in/passkey/options"),
    ("POST", "/api/sign-in/passkey"),
    ("GET", "/api/sign-in/provider"),
    ("GET", "/api/sign-in/provider/back"),
    ("POST", "/api/sign-out"),
    ("GET", "/api/shared"),
}
# The research set is exported from the command line, by whoever may read the record's file.
NOT_YET = {Action.EXPORT_RESEARCH}
# Writes that fit, so that a refusal can only be one of access.
FITTING: dict[str, Any] = {
    "diary": {"date": "2026-01-05", "severity": "4"},
    "symptoms": {"date": "2026-01-05", "symptom": "fatigue"},
    "risks": {"risk": "anticoagulant"},
    "goals": {"text": "to sleep"},
    "appointments": {"date": "2030-01-05"},
    "erase": {"reason": "asked"},
    "shares": {"for_whom": "Dr. Other"},
    "closed": {"names": [], "reason": "asked"},
    "drafts": {
        "plan": {
            "product": "onabotulinumtoxinA",
            "indication": "cervical_dystonia",
            "injections": [{"muscle": "splenius_capitis", "side": "left", "units": "10"}],
        }
    },
}


def all_routes() -> list[tuple[str, str, Action | None]]:
    """Return method, path and declared right of every route of the API."""
    found: list[tuple[str, str, Action | None]] = []
    for module in ROUTERS:
        for route in module.router.routes:
            assert isinstance(route, APIRoute)
            if route.path.startswith("/api/"):
                rights = [one.call.action for one in route.dependant.dependencies if isinstance(one.call, May)]
                assert len(rights) <= 1
                found += [(method, route.path, rights[0] if rights else None) for method in route.methods or ()]
    assert len(found) > 60, "the routes were not found: this test would show nothing"
    return found


def filled(path: str, patient: str = "nobody-here") -> str:
    return re.sub(r"\{[^}]+\}", "x", path.replace("{patient}", patient).replace("{patient_id}", patient))


def ask(browser: Any, method: str, path: str, body: Any = None) -> Any:
    return browser.get(path) if method == "GET" else browser.post(path, body)


def test_s16_every_route_names_its_right_or_is_public_on_purpose() -> None:
    assert {(method, path) for method, path, right in all_routes() if right is None} == PUBLIC


def test_s16_every_right_is_given_to_somebody_and_asked_for_by_a_route() -> None:
    assert set(ALLOWED) == set(Action)
    assert all(ALLOWED.values())
    assert {right for _, _, right in all_routes() if right} == set(Action) - NOT_YET


def test_s16_what_no_role_may_get_by_mistake() -> None:
    # Written by hand, so that a slip in the policy does not pass by being copied from it.
    of = {role: {action for action in Action if role in ALLOWED[action]} for role in Role}
    assert of[Role.PATIENT] == {Action.READ_REFERENCE, Action.OWN_ACCOUNT, Action.READ_OWN, Action.WRITE_OWN}
    assert ALLOWED[Action.SIGN_SESSION] == {Role.INJECTOR}
    for action in (Action.READ_CHART, Action.READ_WORK_LIST, Action.EXPORT_CHART, Action.READ_AUDIT):
        assert Role.RESEARCHER not in ALLOWED[action]
        assert Role.PATIENT not in ALLOWED[action]
    for action in (Action.MANAGE_ACCOUNTS, Action.ERASE_PATIENT):
        assert ALLOWED[action] == {Role.ADMINISTRATOR}
    assert not {Action.READ_CHART, Action.SIGN_SESSION, Action.DRAFT_PLAN} & of[Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", Role)
def test_s16_a_role_reaches_what_it_is_given_and_nothing_else(
    store: Clinic, signed_in: Callable[..., Any], role: Role
) -> None:
    browser = signed_in(role.value)
    for method, path, right in all_routes():
        if right is None or path in ("/api/audit/verify", "/api/me/password"):
            continue
        before = store.ledger.head()
        status = ask(browser, method, filled(path)).status_code
        if role in ALLOWED[right]:
            assert status not in (401, 403), f"{role} should reach {method} {path}, got {status}"
        else:
            assert status == 403, f"{role} must not reach {method} {path}, got {status}"
            assert store.ledger.head() == before, f"{role} was refused {method} {path} and yet something was written"


def test_s16_nobody_reaches_anything_without_signing_in(store: Clinic, new_browser: Callable[[], Any]) -> None:
    stranger = new_browser()
    before = store.ledger.head()
    for method, path, right in all_routes():
        if right is not None:
            assert ask(stranger, method, filled(path, "p-1")).status_code == 401, path
    assert store.ledger.head() == before


def test_s16_the_guessed_id_of_another_clinic_opens_nothing(store: Clinic, signed_in: Callable[..., Any]) -> None:
    # p-2 is a patient of the first clinic only; the second clinic's people guess the id.
    people = {role: signed_in(role.value, "south") for role in (Role.INJECTOR, Role.ADMINISTRATOR)}
    before = store.ledger.events_of("clinic", "p-2")
    tried = 0
    for method, path, right in all_routes():
        if right is None or "{patient}" not in path:
            continue
        body = FITTING.get(path.rsplit("/", 1)[-1])
        role = Role.INJECTOR if Role.INJECTOR in ALLOWED[right] else Role.ADMINISTRATOR
        if method == "POST" and (body is None or role not in ALLOWED[right]):
            continue
        answer = ask(people[role], method, filled(path, "p-2"), body)
        assert "Zwetschgenbaum" not in answer.text
        if method == "GET" and answer.status_code == 422 and "is missing" in answer.text:
            continue  # it asks for more than the patient's id, which this test does not know
        assert answer.status_code == 404, f"{method} {path} gave {answer.status_code}: {answer.text[:200]}"
        tried += 1
    assert tried >= 20
    assert store.ledger.events_of("clinic", "p-2") == before
    assert store.ledger.version("south", "p-2") is None


def test_s16_lists_of_one_clinic_hold_nothing_of_another(signed_in: Callable[..., Any]) -> None:
    injector, administrator = signed_in("injector", "south"), signed_in("administrator", "south")
    told = injector.get("/api/patients").json()["rows"]
    assert sorted(row["patient_id"] for row in told) == ["p-1", "s-9"]
    assert sorted(row["patient_id"] for row in injector.get("/api/today").json()["rows"]) == ["p-1", "s-9"]
    assert injector.get("/api/recall", params={"lot": "LOT-7"}).json()["patients"] == ["p-1", "s-9"]
    assert {row["patient_id"] for row in administrator.get("/api/audit/events").json()["events"]} <= {
        "p-1",
        "s-9",
        None,
    }
    assert len(administrator.get("/api/accounts").json()["rows"]) == len(Role)


def test_s16_a_patient_sees_the_own_record_and_no_other(signed_in: Callable[..., Any]) -> None:
    patient = signed_in("patient")
    for path in ("chart", "history", "export", "forecast", "drafts", "shares"):
        for guessed in ("p-1", "p-2", "%2e%2e%2fmine", "p-2%2f..%2fp-1"):
            assert patient.get(f"/api/patients/{guessed}/{path}").status_code in (403, 404)
    assert patient.get("/api/mine").json()["patient"] == {"given_name": "Philippa"}


def test_s14_the_patient_sees_who_read_the_chart(signed_in: Callable[..., Any]) -> None:
    signed_in("nurse").get("/api/patients/p-1/chart")
    signed_in("pharmacist").get("/api/patients/p-2/chart")
    rows = signed_in("patient").get("/api/mine/readings").json()["rows"]
    assert [(row["by"], row["what"]) for row in rows] == [("nurse", "chart")]


@pytest.mark.parametrize(
    "told", ["' OR 1=1 --", "p-1' --", '"; DROP TABLE events; --', "p-1\\", "%", "_-_", "x" * 5000]
)
def test_s16_sql_in_ids_and_searches_finds_nothing(store: Clinic, signed_in: Callable[..., Any], told: str) -> None:
    injector = signed_in("injector")
    from urllib.parse import quote

    assert injector.get(f"/api/patients/{quote(told, safe='')}/chart").status_code in (404, 422)
    found = injector.get("/api/patients", params={"search": told})
    assert found.status_code in (200, 422)
    if found.status_code == 200:
        assert found.json()["rows"] == []
    assert injector.get("/api/patients", params={"after": told[:64]}).status_code == 200
    assert len(store.patient_ids("clinic")) == 2
