"""A clinic that begins: the first password, a first patient, ten sites signed, the patient's phone, the next visit."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from e2e.conftest import Watched
from support.served import served

pytestmark = pytest.mark.browser
OWN, HERS = "neck-and-hand-26", "a-quiet-morning-7"
# From the first sign-in to the signature; forty-six when this was written.
MOST_INTERACTIONS = 50


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, str]]:
    """Serve an empty record as the README says; yields its address and the password that is shown once."""
    folder = tmp_path_factory.mktemp("begin")
    with served(str(folder / "c.sqlite")) as document:
        yield document["address"].rstrip("/"), _password(document)


def _password(document: dict) -> str:
    found = re.search(r'"password": "([^"]+)"', json.dumps(document))
    assert found is not None, document
    return found.group(1)


class Hand:
    """A hand that counts what it does on a page."""

    def __init__(self, page) -> None:
        self.page = page
        self.count = 0

    def press(self, role: str, name: str | re.Pattern[str], **more) -> None:
        """Press what has this name."""
        self.count += 1
        self.page.get_by_role(role, name=name, **more).first.click()

    def fill(self, label: str, text: str) -> None:
        """Fill or choose in the field of this label."""
        self.count += 1
        field = self.page.get_by_label(label, exact=True)
        if field.evaluate("node => node.tagName") == "SELECT":
            field.select_option(text)
        else:
            field.fill(text)

    def sign_in(self, name: str, password: str) -> None:
        """Sign in by the page."""
        self.fill("Name", name)
        self.fill("Password", password)
        self.press("button", "Sign in", exact=True)


def _account(hand: Hand, name: str, role: str, password: str, patient: str | None = None) -> None:
    hand.page.get_by_role("heading", name="Users").wait_for()
    hand.fill("Name", name)
    hand.fill("Role", role)
    if patient:
        hand.fill("Patient id", patient)
    hand.fill("First password", password)
    hand.press("button", "Open the account")
    hand.page.get_by_text(f"The account {name} is open.").wait_for()


def _out(hand: Hand) -> None:
    hand.press("button", "Sign out")
    hand.page.get_by_role("button", name="Sign in", exact=True).wait_for()


def test_from_the_first_password_to_the_next_visit(browser, empty: tuple[str, str]) -> None:
    """Nobody reads a manual: every page says what comes next, and no page of another role is landed on."""
    address, password = empty
    visit = Watched(browser, address, viewport={"width": 1280, "height": 900})
    page, hand = visit.page, Hand(visit.page)
    page.goto("/")
    hand.sign_in("administrator", password)
    _account(hand, "dr.berg", "injector", OWN)
    _out(hand)
    hand.sign_in("dr.berg", OWN)
    hand.press("link", "Find or register a patient")
    hand.press("button", "New patient")
    for label, text in (("Family name", "Okafor"), ("Given name", "Ruth"), ("Birth date", "1971-03-09")):
        hand.fill(label, text)
    hand.fill("Weight (kg)", "64")
    hand.fill("Label that applies", "EU")
    hand.fill("What is treated", "cervical_dystonia")
    hand.press("button", "Register")
    page.wait_for_url(re.compile("/assess$"))
    patient = page.url.split("/")[-2]
    hand.count += 1
    page.get_by_label("Head turned to").fill("30")
    hand.press("button", "Save the assessment")
    hand.count += 1
    page.locator("main").get_by_role("link", name="Plan a session").click()
    hand.fill("Begin with a product", "onabotulinumtoxinA")
    for units, sites in (("60", "4"), ("30", "3"), ("40", "3")):
        hand.press("button", re.compile("^Add .*, (left|right)$"))
        page.locator("input[name=units]:focus").wait_for()
        hand.count += 2
        page.keyboard.type(units)
        page.keyboard.press("Tab")
        page.keyboard.type(sites)
    hand.press("button", "Add a vial")
    # One vial that holds what is planned, and no complaint about a field that nobody was in.
    assert page.get_by_label("Vial 1 (units)").input_value() == "200"
    assert page.locator(".vial .wrong").count() == 0
    hand.fill("Diluent (mL)", "2")
    page.get_by_test_id("verdict").get_by_text("Check the marked points").wait_for()
    assert not re.search(r"\d\.\d{3}", page.locator(".limits").inner_text()), "a third of a dose has no end"

    # The history was not asked: it is, and the finding goes.
    page.goto(f"/patients/{patient}/chart")
    page.get_by_role("button", name="Correct the particulars").click()
    page.get_by_label("All toxin ever given").select_option("known")
    page.get_by_label("Why (it stays in the record)").fill("asked at the first visit")
    page.get_by_role("button", name="Save the particulars").click()
    page.get_by_role("button", name="Save the particulars").wait_for(state="detached")
    told = visit.get(f"/api/patients/{patient}/chart")["patient"]
    assert (told["family_name"], told["weight_kg"], told["exposure_history"]) == ("Okafor", "64", "known")
    page.goto(f"/patients/{patient}/plan")
    page.get_by_test_id("verdict").get_by_text("Inside every checked limit").wait_for()

    hand.press("button", "Go to the session")
    page.get_by_role("heading", name="Checklist").wait_for()
    for box in page.locator(".checklist input[type=checkbox]:not([name=cream_on])").all():
        hand.count += 1
        box.check()
    hand.fill("Lot (type or scan)", "C1234C3")
    hand.press("button", "All given as planned")
    hand.press("button", "Sign the session")
    page.get_by_role("heading", name="Signed").wait_for()
    assert hand.count <= MOST_INTERACTIONS, hand.count
    session = visit.get(f"/api/patients/{patient}/chart")["sessions"][0]
    assert sum(row["sites"] for row in session["injections"]) == 10
    assert session["signed_by"] == "dr.berg"

    # The next visit is booked where the session was signed; the patient's phone shows it.
    day = date.today() + timedelta(days=91)
    page.get_by_label("Book for").fill(day.isoformat())
    page.get_by_role("button", name="Book", exact=True).click()
    page.get_by_text("Saved.").first.wait_for()
    _out(hand)
    hand.sign_in("administrator", password)
    _account(hand, "ruth", "patient", HERS, patient)
    phone = Watched(browser, address, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    phone.page.goto("/phone")
    phone.page.get_by_label("Name").fill("ruth")
    phone.page.get_by_label("Password").fill(HERS)
    phone.page.get_by_role("button", name="Sign in", exact=True).tap()
    phone.page.get_by_text("Hello Ruth").wait_for()
    phone.page.get_by_role("radio", name="4", exact=True).tap()
    phone.page.get_by_role("button", name="Save 4").tap()
    phone.page.get_by_text("Saved. Thank you.").wait_for()
    phone.page.get_by_text("Next visit:", exact=False).wait_for()
    assert [entry["severity"] for entry in phone.get("/api/mine")["diary"]] == ["4"]
    faults = visit.faults + phone.faults
    visit.context.close()
    phone.context.close()
    assert not faults, faults


@pytest.mark.parametrize("waits", [True, False], ids=["seen while typing", "pressed at once"])
def test_a_second_chart_of_one_person_is_never_begun_unawares(watched, cervical: str, waits: bool) -> None:
    """Who has the name and birth date already is told before anything is saved; a second press registers."""
    visit = watched(viewport={"width": 390, "height": 844})
    visit.sign_in("nurse")
    known = visit.get(f"/api/patients/{cervical}/chart")["patient"]
    page = visit.page
    page.goto("/patients")
    page.get_by_role("button", name="New patient").click()
    page.get_by_label("Given name").fill(known["given_name"].upper())
    page.get_by_label("Birth date").fill(known["birth_date"])
    page.get_by_label("Family name").fill(known["family_name"])
    if waits:
        page.get_by_role("alert").wait_for()
    else:
        page.get_by_role("button", name="Register").click()
    page.get_by_role("alert").get_by_text("name and birth date").wait_for()
    page.get_by_role("link", name=f"Open the chart {cervical}").wait_for()
    assert page.url.endswith("/patients")
    page.get_by_role("button", name="Register as another person").click()
    page.wait_for_url(re.compile("/patients/p-.*/assess"))
