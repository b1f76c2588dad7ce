"""Reading and searching FHIR over HTTP: the same access checks as the screens, FHIR's own refusals."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from typing import Any

import pytest

from reprieve.app.clinic import Clinic
from reprieve.interop.fhir.json_text import read_json
from reprieve.interop.fhir.reader import Incoming, read_batch

ROOT = "/api/fhir"


def oracle(kind: str) -> Any:
    """Return the library's class of a resource type."""
    return getattr(importlib.import_module(f"fhir.resources.R4B.{kind.lower()}"), kind)


def asked(browser: Any, path: str, status: int = 200) -> Any:
    """Return the resource at `path`, checked against FHIR's structure."""
    answer = browser.get(ROOT + path)
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/fhir+json"
    told = read_json(answer.text, path)
    oracle(told["resourceType"]).model_validate_json(answer.text)
    if status != 200:
        assert told["resourceType"] == "OperationOutcome"
    return told


def test_the_capability_statement_says_what_is_served(signed_in: Callable[..., Any]) -> None:
    browser = signed_in("nurse")
    told = asked(browser, "/metadata")
    assert told["fhirVersion"] == "4.0.1"
    served = {entry["type"]: entry for entry in told["rest"][0]["resource"]}
    assert {"Patient", "Procedure", "MedicationAdministration", "CarePlan", "AdverseEvent", "AuditEvent"} <= set(served)
    for kind, entry in served.items():
        if kind not in ("Patient", "AuditEvent"):
            assert asked(browser, f"/{kind}?patient=p-1")["type"] == "searchset"
        assert [i["code"] for i in entry["interaction"]] == ["read", "search-type"]


def test_everything_of_a_patient_is_the_chart(store: Clinic, signed_in: Callable[..., Any]) -> None:
    browser = signed_in("injector")
    resources: list[Any] = []
    path = "/Patient/p-1/$everything?_count=7"
    while path:
        page = asked(browser, path)
        assert len(page["entry"]) <= 7
        resources += [entry["resource"] for entry in page["entry"]]
        links = {link["relation"]: link["url"] for link in page["link"]}
        path = links["next"].split(ROOT, 1)[1] if "next" in links else ""
    assert page["total"] == len(resources)
    batch = read_batch([Incoming(resource) for resource in resources], "everything")
    assert batch.records[0].chart == store.view("clinic", "p-1").chart


def test_each_resource_is_found_by_its_address(signed_in: Callable[..., Any]) -> None:
    browser = signed_in("injector")
    for entry in asked(browser, "/Patient/p-1/$everything")["entry"]:
        resource = entry["resource"]
        assert asked(browser, f"/{resource['resourceType']}/{resource['id']}") == resource
        assert entry["fullUrl"].endswith(f"{ROOT}/{resource['resourceType']}/{resource['id']}")


def test_kept_resources_are_given_with_everything(store: Clinic, signed_in: Callable[..., Any]) -> None:
    from reprieve.app.fhir.bundles import import_batch

    sent = [
        {"resourceType": "Patient", "id": "p-9", "name": [{"family": "Kept"}], "photo": [{"title": "x"}]},
        {"resourceType": "Encounter", "status": "planned", "class": {}, "subject": {"reference": "Patient/p-9"}},
        {"resourceType": "Condition", "id": "c", "code": {"text": "x"}, "subject": {"reference": "Patient/p-9"}},
    ]
    import_batch(store, read_batch([Incoming(resource) for resource in sent], "sent"), by="t")
    browser = signed_in("injector")
    answer = browser.get(f"{ROOT}/Patient/p-9/$everything")
    assert answer.status_code == 200, answer.text
    entries = read_json(answer.text, "everything")["entry"]
    kinds = [(entry["resource"]["resourceType"], "fullUrl" in entry) for entry in entries]
    assert ("Binary", True) in kinds
    assert ("Encounter", False) in kinds
    assert ("Condition", False) in kinds
    for entry in entries:
        if "fullUrl" in entry:
            assert asked(browser, entry["fullUrl"].split(ROOT, 1)[1]) == entry["resource"]
    assert len(asked(browser, "/Condition?patient=p-9")["entry"]) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("name=zwetsch", ["p-1", "p-2"]),
        ("name=philippa%20zwetschgenbaum", ["p-1", "p-2"]),
        ("birthdate=1961-04-03", ["p-1", "p-2"]),
        ("_id=p-2", ["p-2"]),
        ("identifier=p-1", ["p-1"]),
        ("identifier=https://reprieve.example/fhir/identifier/patient%7Cp-1", ["p-1"]),
        ("identifier=urn:elsewhere%7Cp-1", []),
        ("name=nobody", []),
        ("_id=p-2&name=nobody", []),
    ],
)
def test_patients_are_found(query: str, found: list[str], signed_in: Callable[..., Any]) -> None:
    told = asked(signed_in("nurse"), f"/Patient?{query}")
    assert [entry["resource"]["id"] for entry in told.get("entry", [])] == found


def test_a_share_that_is_taken_back_is_told_so_at_once(signed_in: Callable[..., Any]) -> None:
    browser = signed_in("injector")
    share = browser.post("/api/patients/p-1/shares", {"for_whom": "Dr. Other"}).json()

    def states() -> list[str]:
        asked_for = asked(browser, "/Consent?patient=p-1")["entry"], asked(browser, "/Patient/p-1/$everything")["entry"]
        told = [[r["resource"] for r in rows if r["resource"]["resourceType"] == "Consent"] for rows in asked_for]
        assert told[0] == told[1]
        return [row["status"] for row in told[0]]

    assert states() == ["active"]
    browser.post(f"/api/patients/p-1/shares/{share['share_id']}/revoke")
    assert states() == ["inactive"]


def test_a_search_by_form_keeps_names_out_of_the_address(signed_in: Callable[..., Any]) -> None:
    browser = signed_in("nurse")

    def search(kind: str, form: str, query: str = "") -> Any:
        answer = browser.client.post(
            f"{ROOT}/{kind}/_search{query}",
            content=form.encode(),
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        assert answer.headers["content-type"] == "application/fhir+json"
        return answer

    page = search("Patient", "name=Zw%C3%ABtsch&_count=1")
    told = read_json(page.text, "page")
    oracle("Bundle").model_validate_json(page.text)
    assert len(told["entry"]) == 1
    links = {link["relation"]: link["url"] for link in told["link"]}
    assert not any("zwetsch" in url for url in links.values())
    after = "?" + links["next"].partition("?")[2]
    second = read_json(search("Patient", "name=Zw%C3%ABtsch&_count=1", after).text, "page")
    assert [row["resource"]["id"] for row in (*told["entry"], *second["entry"])] == ["p-1", "p-2"]
    assert not any(link["relation"] == "next" for link in second["link"])
    assert search("Procedure", "patient=p-1").status_code == 200
    assert search("Patient", "name=x", "?name=y").status_code == 422, "told twice"
    assert search("Patient", "_count=0").status_code == 422
    assert search("Nothing", "name=x").status_code == 404
    assert signed_in("patient").client.post(f"{ROOT}/Patient/_search").status_code == 403


def test_a_reading_stands_in_the_record(store: Clinic, signed_in: Callable[..., Any]) -> None:
    asked(signed_in("nurse"), "/Observation?patient=p-1")
    rows = signed_in("patient").get("/api/mine/readings").json()["rows"]
    assert [(row["by"], row["what"]) for row in rows] == [("nurse", "FHIR Observation")]
    told = asked(signed_in("injector"), "/AuditEvent?patient=p-1")
    assert any(e["resource"]["agent"][0]["who"]["display"] == "nurse" for e in told["entry"])


def test_who_may_not_read_a_chart_reads_no_fhir(signed_in: Callable[..., Any], new_browser: Callable[[], Any]) -> None:
    for role in ("patient", "researcher", "administrator"):
        browser = signed_in(role)
        for path in ("/Patient/p-1", "/Patient?name=z", "/Observation?patient=p-1", "/Patient/p-1/$everything"):
            assert asked(browser, path, 403)["issue"][0]["code"] == "forbidden"
    assert asked(signed_in("nurse"), "/AuditEvent?patient=p-1", 403)["issue"][0]["code"] == "forbidden"
    assert asked(new_browser(), "/Patient/p-1", 401)["issue"][0]["code"] == "login"


def test_another_clinics_patient_is_not_there(signed_in: Callable[..., Any]) -> None:
    ours, theirs = signed_in("injector"), signed_in("injector", "south")
    for entry in asked(ours, "/Patient/p-2/$everything")["entry"]:
        resource = entry["resource"]
        told = asked(theirs, f"/{resource['resourceType']}/{resource['id']}", 404)
        assert told["issue"][0]["code"] == "not-found"
    assert asked(theirs, "/Observation?patient=p-2", 404)
    assert "entry" not in asked(theirs, "/Patient?_id=p-2")


def test_a_closed_chart_is_closed_here_too(store: Clinic, signed_in: Callable[..., Any]) -> None:
    nurse, injector = signed_in("nurse"), signed_in("injector")
    condition = asked(nurse, "/Condition?patient=p-1")["entry"][0]["resource"]
    closed = injector.post("/api/patients/p-1/closed", {"names": ["injector"], "reason": "asked for by the patient"})
    assert closed.status_code in (200, 201), closed.text
    for path in ("/Patient/p-1", "/Condition?patient=p-1", "/Patient/p-1/$everything", f"/Condition/{condition['id']}"):
        assert asked(nurse, path, 403)["issue"][0]["code"] == "forbidden"
    assert [e["resource"]["id"] for e in asked(nurse, "/Patient?name=zwetsch")["entry"]] == ["p-2"]
    assert "entry" not in asked(nurse, "/Patient?_id=p-1")
    assert asked(injector, "/Patient/p-1")["id"] == "p-1"


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/Observation", 422),
        ("/Observation?patient=p-1&code=x", 422),
        ("/Observation?patient=p-1&patient=p-2", 422),
        ("/Patient?_has=x", 422),
        ("/Patient?_format=xml", 422),
        ("/Patient?_count=0", 400),
        ("/Patient?_count=many", 400),
        ("/Condition?patient=p-1&_offset=-1", 422),
        ("/Condition?patient=p-1&_offset=²", 422),
        ("/Unicorn?patient=p-1", 404),
        ("/Unicorn/x", 404),
        ("/Patient/none", 404),
        ("/Condition/none", 404),
        ("/Condition/000000000000.none", 404),
        ("/condition/x", 400),
        ("/Condition/..%2fx", 404),
        ("/Condition?patient=%27%20OR%201=1", 404),
        ("/Condition/x?_elements=id", 422),
    ],
)
def test_refusals_are_operation_outcomes(path: str, status: int, signed_in: Callable[..., Any]) -> None:
    answer = signed_in("injector").get(ROOT + path)
    assert answer.status_code == status, answer.text
    if status != 404 or "%2f" not in path:
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_nothing_is_written_here(signed_in: Callable[..., Any]) -> None:
    answer = signed_in("injector").post(f"{ROOT}/Patient", {"resourceType": "Patient"})
    assert answer.status_code == 405


@pytest.mark.parametrize("examples", [6, pytest.param(200, marks=pytest.mark.slow)])
def test_the_description_is_kept(examples: int, store: Clinic, server: Any, signed_in: Callable[..., Any]) -> None:
    import schemathesis
    from hypothesis import HealthCheck, Phase, given, settings
    from hypothesis.errors import Unsatisfiable
    from schemathesis import GenerationMode
    from schemathesis.specs.openapi.checks import ignored_auth, positive_data_acceptance

    from reprieve.web.application import make_app
    from reprieve.web.limits import Limits

    server.app = make_app(store, limits=Limits(1e9, 1e9), warm=False)
    cookies = dict(signed_in("injector").client.cookies)
    schema = schemathesis.openapi.from_url(f"{server.address}/api/openapi.json")
    schema.config.generation.update(with_security_parameters=False)
    tried = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if not operation.path.startswith(ROOT):
            continue
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

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
                # What a schema cannot say (a parameter that another one needs) is refused, each with its own test.
                case.call_and_validate(cookies=cookies, excluded_checks=[positive_data_acceptance, ignored_auth])

            try:
                attempt()
            except Unsatisfiable:
                continue  # nothing wrong can be said where nothing is asked
    assert tried > 20
