"""Where the clinic's policy asks for two: a review, a limit that is gone over; and the papers of a visit."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 900}}
REASON = "Read together with the label, for this patient only"


@contextmanager
def _policy(watched, **change) -> Iterator[None]:
    """Set the policy for one test; every test shares the clinic, so the old one comes back."""
    admin = watched()
    admin.sign_in("administrator")
    before = admin.get("/api/policy")

    def put(policy: dict) -> None:
        answer = admin.context.request.post(
            "/api/policy",
            data={"policy": policy, "reason": "for a test of two people"},
            headers={"X-Reprieve": "1", "Idempotency-Key": f"policy-{abs(hash(str(policy)))}-{len(str(change))}"},
        )
        assert answer.ok, answer.text()

    put({**before, **change})
    try:
        yield
    finally:
        put(before)


def test_a_review_counts_when_a_colleague_has_read_the_source_too(watched) -> None:
    """The first person cannot agree; the second can, and from then on the row is verified here."""
    with _policy(watched, second_person_for_reviews="always"):
        first = watched(**WIDE)
        first.sign_in("pharmacist")
        page = first.page
        page.goto("/reference")
        page.get_by_label("Product", exact=True).select_option("daxibotulinumtoxinA")
        row = page.locator(".review").first
        row.get_by_role("button", name=re.compile("Review")).click()
        row.get_by_label("What was read", exact=False).fill("Label of the carton, section 2.1, 26 Nov")
        row.get_by_role("button", name="Save the review").click()
        entry = page.locator(".logged", has_text="Label of the carton")
        entry.get_by_text("Your own review", exact=False).wait_for()
        kept = next(r for r in first.get("/api/reviews")["rows"] if "Label of the carton" in r["source"])
        assert kept["state"] == "waits_for_second"

        second = watched(**WIDE)
        second.sign_in("injector")
        other = second.page
        other.goto("/reference")
        theirs = other.locator(".logged", has_text="Label of the carton")
        theirs.get_by_role("button", name=re.compile("agree")).click()
        theirs.get_by_text("second person: injector").wait_for()
        kept = next(r for r in second.get("/api/reviews")["rows"] if r["review_id"] == kept["review_id"])
        assert (kept["state"], kept["second"]) == ("counts", "injector")
        # Taken back, the shipped row holds again: the other tests of this clinic see what is shipped.
        theirs.get_by_role("button", name="Take back").click()
        theirs.get_by_label("Why it is taken back", exact=False).fill("only a test")
        theirs.get_by_role("button", name="Take back").click()
        theirs.get_by_text("taken back", exact=True).wait_for()


def test_a_limit_is_gone_over_only_when_a_second_person_agrees(watched) -> None:
    """The session page asks, the colleague agrees under an account of their own, and the signature says so."""
    with _policy(watched, second_person_rules=["*"]):
        visit = watched(**WIDE)
        visit.sign_in("injector")
        page = visit.page
        # Nobody else's patient: the session of this test is no example for the others.
        patient = [
            row["patient_id"]
            for row in visit.get("/api/today")["rows"]
            if row["condition"] == "cervical_dystonia" and row["last_session"] and row["weeks_since"] < 8
        ][-1]
        page.goto(f"/patients/{patient}/plan")
        page.get_by_role("button", name="Repeat last session").click()
        dose = page.locator("input[name=units]").first
        dose.wait_for()
        dose.fill("3000")
        page.get_by_test_id("verdict").get_by_text("Stop").wait_for()
        page.get_by_role("button", name="Go to the session").click()
        page.get_by_role("heading", name="Checklist").wait_for()
        for box in page.locator(".checklist input[type=checkbox]:not([name=cream_on])").all():
            box.click()
        for lot in page.locator("input[name=lot]").all():
            lot.fill("TWO-7")
        page.get_by_role("button", name="All given as planned").click()
        page.locator("main[data-checked=true]").wait_for()
        for field in page.locator("textarea[id^=override-]").all():
            field.fill("Discussed with the patient and the pharmacy.")
        sign = page.get_by_role("button", name="Sign the session")
        page.get_by_text("The agreement of a second person").wait_for()
        assert sign.is_disabled()
        page.get_by_role("button", name="Ask a colleague").click()
        page.get_by_text(f"/patients/{patient}/approve", exact=False).wait_for()

        second = watched(**WIDE)
        second.sign_in("pharmacist")
        other = second.page
        other.goto(f"/patients/{patient}/session")
        other.get_by_role("link", name="Approve a colleague's plan").click()
        other.get_by_text("3000", exact=False).first.wait_for()
        fields = other.get_by_label("Why you agree", exact=False)
        fields.first.wait_for()
        for _ in range(fields.count()):
            fields.first.fill(REASON)
            left = fields.count()
            other.get_by_role("button", name="Approve", exact=True).first.click()
            other.wait_for_function("n => document.querySelectorAll('input[id^=agree-]').length < n", arg=left)

        page.get_by_text("pharmacist agreed at", exact=False).first.wait_for()
        sign.click()
        page.get_by_role("heading", name="Signed").wait_for()
        rows = [row for row in visit.get("/api/overrides")["rows"] if row["patient_id"] == patient]
        assert rows
        assert {row["second_person"] for row in rows} == {"pharmacist"}
        page.goto("/overrides")
        page.get_by_text("second person: pharmacist").first.wait_for()
        # The visit is beside its plan, and its paper opens.
        session = rows[0]["session_id"]
        page.goto(f"/patients/{patient}/visit?session={session}")
        page.get_by_role("heading", name="Planned and given").wait_for()
        assert page.get_by_text("as planned", exact=True).count() >= 1
        paper = visit.context.request.get(f"/api/patients/{patient}/sessions/{session}/delivery.pdf")
        assert paper.body().startswith(b"%PDF")


def test_the_stock_offers_the_vials_of_a_session(watched, cervical: str) -> None:
    """One press fills size, lot and expiry from the shelf; another dose asks for other vials."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    page = visit.page
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Repeat last session").click()
    page.locator("input[name=units]").first.wait_for()
    page.get_by_role("button", name="Go to the session").click()
    offer = page.get_by_test_id("offer")
    offer.get_by_role("button", name="Take these vials").click()
    offer.get_by_role("button", name="Taken").wait_for()
    plan = page.evaluate(f"JSON.parse(sessionStorage.getItem('reprieve.session.{cervical}'))")
    taken = {(vial["lot"], vial["expires"]) for vial in plan["vials"]}
    stock = {(row["lot"], row["expires"]) for row in visit.get("/api/stock")["rows"]}
    assert taken
    assert taken <= stock
    page.goto(f"/patients/{cervical}/plan")
    page.get_by_role("button", name="Discard this draft").click()


def test_the_packet_for_the_payer_says_first_what_is_missing(watched, cervical: str) -> None:
    """What the record lacks stands on top; the same packet comes as PDF."""
    visit = watched(**WIDE)
    visit.sign_in("nurse")
    page = visit.page
    page.goto(f"/patients/{cervical}/follow-up")
    page.get_by_role("link", name="Packet for the payer").click()
    page.get_by_role("heading", name="Dose, frequency and effect so far").wait_for()
    packet = visit.get(f"/api/patients/{cervical}/authorisation")
    told = page.locator("main").inner_text()
    assert all(line in told for line in packet["missing"])
    assert page.locator("main table tbody tr").count() == len(packet["sessions"])
    for line in packet["claim"]["lines"]:
        assert f"{line['code']} {line['modifier'] or ''}".strip() in told
    with page.expect_download() as download:
        page.get_by_role("link", name="Packet (PDF)").click()
    assert download.value.path().read_bytes().startswith(b"%PDF")
