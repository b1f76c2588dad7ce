"""S16: a share is scoped, ends by itself, can be taken back, is told to the patient; the sealed own record (S24)."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from reprieve.app.clinic import Clinic
from reprieve.app.record.own_file import seal, unseal
from reprieve.core.errors import InputError
from reprieve.store.fold_views import rebuild
from reprieve.store.tables import events, shares, writes

EACH = pytest.mark.parametrize(
    "record", ["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)], indirect=True
)


def opened(browser: Any, secret: str) -> Any:
    return browser.get("/api/shared", headers={"X-Share": secret})


@EACH
def test_s16_a_share_shows_one_chart_read_only_until_it_ends(
    store: Clinic, signed_in: Callable[..., Any], new_browser: Callable[[], Any], clock: Any
) -> None:
    told = signed_in("injector").post("/api/patients/p-1/shares", {"for_whom": "Dr. Other", "days": 3}).json()
    guest = new_browser()
    shown = opened(guest, told["secret"]).json()
    assert shown["chart"]["patient"]["id"] == "p-1"
    assert shown["chart"]["sessions"][0]["injections"][0]["units"] == "60"
    for path in ("/api/me", "/api/patients/p-1/chart", "/api/patients/p-2/chart", "/api/today"):
        assert guest.get(path, headers={"X-Share": told["secret"]}).status_code == 401
    assert guest.post("/api/patients/p-1/risks", {"risk": "pregnancy"}, X_Share=told["secret"]).status_code == 401
    clock.ahead += timedelta(days=3, seconds=1)
    over = opened(guest, told["secret"])
    assert over.status_code == 403
    assert "ended on" in over.json()["error"]["message"]
    rows = signed_in("injector").get("/api/patients/p-1/shares").json()["rows"]
    assert [(row["for_whom"], row["state"]) for row in rows] == [("Dr. Other", "over")]


def test_s16_a_share_of_the_treatment_leaves_the_patients_own_words_out(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any]
) -> None:
    injector = signed_in("injector")
    for scope, seen in (("treatment", False), ("chart", True)):
        wish = {"for_whom": "Dr. Other", "scope": scope}
        text = opened(new_browser(), injector.post("/api/patients/p-1/shares", wish).json()["secret"]).text
        assert ("mirabelle" in text) is seen
        assert ("quincewords" in text) is seen
        assert "splenius_capitis" in text


@EACH
def test_s16_a_share_that_was_taken_back_opens_nothing(
    store: Clinic, signed_in: Callable[..., Any], new_browser: Callable[[], Any]
) -> None:
    injector, patient = signed_in("injector"), signed_in("patient")
    one = injector.post("/api/patients/p-1/shares", {"for_whom": "Dr. Other"}).json()
    two = patient.post("/api/mine/shares", {"for_whom": "Dr. Second"}).json()
    assert opened(new_browser(), two["secret"]).status_code == 200
    assert patient.post(f"/api/mine/shares/{one['share_id']}/revoke").status_code == 200
    assert injector.post(f"/api/patients/p-1/shares/{two['share_id']}/revoke").status_code == 200
    rebuild(store.database)  # the views say the same when they are made anew from the events
    for told in (one, two):
        answer = opened(new_browser(), told["secret"])
        assert (answer.status_code, "taken back" in answer.text) == (403, True)


def test_s16_a_share_of_one_patient_is_not_revoked_by_another_and_not_granted_for_a_strangers_chart(
    signed_in: Callable[..., Any],
) -> None:
    told = signed_in("injector").post("/api/patients/p-2/shares", {"for_whom": "Dr. Other"}).json()
    assert signed_in("patient").post(f"/api/mine/shares/{told['share_id']}/revoke").status_code == 422
    south = signed_in("injector", "south")
    assert south.post(f"/api/patients/p-2/shares/{told['share_id']}/revoke").status_code == 422
    assert south.post("/api/patients/p-2/shares", {"for_whom": "me"}).status_code == 404


def test_s16_the_secret_of_a_share_is_stored_nowhere_and_told_once(
    store: Clinic, signed_in: Callable[..., Any]
) -> None:
    injector = signed_in("injector")
    first = injector.post("/api/patients/p-1/shares", {"for_whom": "Dr. Other"}, key="share-once-1")
    again = injector.post("/api/patients/p-1/shares", {"for_whom": "Dr. Other"}, key="share-once-1")
    assert again.json() == {**first.json(), "secret": None}
    with store.database.read() as connection:
        stored = "".join(str(row) for table in (events, shares, writes) for row in connection.execute(select(table)))
    assert first.json()["secret"] not in stored


def test_s14_the_patient_sees_that_the_shared_link_was_opened(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any]
) -> None:
    told = signed_in("injector").post("/api/patients/p-1/shares", {"for_whom": "Dr. Other"}).json()
    opened(new_browser(), told["secret"])
    rows = signed_in("patient").get("/api/mine/readings").json()["rows"]
    assert [row["what"] for row in rows] == ["shared link"]
    assert "Dr. Other" in rows[0]["by"]


@pytest.mark.parametrize(
    ("wish", "word"),
    [
        ({"for_whom": ""}, "for_whom"),
        ({"for_whom": "Dr. X", "days": 91}, "days"),
        ({"for_whom": "Dr. X", "days": 0}, "days"),
        ({"for_whom": "Dr. X", "scope": "everything"}, "scope"),
    ],
)
def test_s16_a_share_without_a_name_or_without_an_end_is_refused(
    signed_in: Callable[..., Any], wish: dict[str, Any], word: str
) -> None:
    answer = signed_in("injector").post("/api/patients/p-1/shares", wish)
    assert answer.status_code == 422
    assert word in answer.json()["error"]["message"]


def test_s16_guessed_secrets_open_nothing(new_browser: Callable[[], Any]) -> None:
    guest = new_browser()
    for secret in ("A" * 43, "0" * 64, "' OR '1'='1' -- aaaaaaaaaaa"):
        assert opened(guest, secret).status_code == 403
    assert guest.get("/api/shared").status_code == 422


def test_s24_the_erased_patients_shares_are_closed(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any]
) -> None:
    told = signed_in("injector").post("/api/patients/p-1/shares", {"for_whom": "Dr. Other"}).json()
    signed_in("administrator").post("/api/patients/p-1/erase", {"reason": "asked"})
    assert opened(new_browser(), told["secret"]).status_code == 403


# The sealed own record -----------------------------------------------------------------------------------------------


def test_s24_the_sealed_record_opens_with_its_passphrase_alone(signed_in: Callable[..., Any]) -> None:
    patient = signed_in("patient")
    answer = patient.post("/api/mine/export-encrypted", {"passphrase": "plums in the orchard"})
    assert "attachment" in answer.headers["content-disposition"]
    assert "Zwetschgenbaum" not in answer.text
    told = unseal(answer.text, "plums in the orchard")
    assert told["chart"] == patient.get("/api/mine/export").json()["chart"]
    with pytest.raises(InputError, match="does not open"):
        unseal(answer.text, "plums in the garden")


def test_s24_a_changed_sealed_record_does_not_open() -> None:
    page = seal({"chart": {}}, "plums in the orchard")
    data = re.search(r'"data": "(.)', page)
    assert data is not None
    changed = page[: data.end() - 1] + ("A" if data.group(1) != "A" else "B") + page[data.end() :]
    with pytest.raises(InputError, match="changed"):
        unseal(changed, "plums in the orchard")
    with pytest.raises(InputError, match="no encrypted record"):
        unseal("<html></html>", "plums in the orchard")
    with pytest.raises(InputError, match="12 to 200"):
        seal({}, "short")


@pytest.mark.browser
def test_s24_a_browser_without_a_network_opens_the_sealed_record(tmp_path: Any, signed_in: Callable[..., Any]) -> None:
    # The browser's own cryptography is the second implementation: what Python sealed, WebCrypto opens.
    import os
    import shutil

    from playwright.sync_api import sync_playwright

    program = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if program is None:
        pytest.skip("Chromium is not installed here")
    page_text = signed_in("patient").post("/api/mine/export-encrypted", {"passphrase": "Pflaumen im Obstgärtle"}).text
    file = tmp_path / "my-record.html"
    file.write_text(page_text, encoding="utf-8")
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=program, args=["--no-sandbox", "--disable-gpu"])
        context = browser.new_context(offline=True)
        page = context.new_page()
        page.goto(file.as_uri())
        page.get_by_label("Your passphrase").fill("wrong words here")
        page.get_by_role("button", name="Open").click()
        page.get_by_text("does not open the file").wait_for()
        page.get_by_label("Your passphrase").fill("Pflaumen im Obstgärtle")
        page.get_by_role("button", name="Open").click()
        page.get_by_role("heading", name="sessions").wait_for()
        shown = page.inner_text("main")
        browser.close()
    for words in ("Zwetschgenbaum", "splenius capitis", "37.5", "mirabelle"):
        assert words in shown
