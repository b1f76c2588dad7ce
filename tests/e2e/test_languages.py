"""German and French screens: muscles have the names that clinicians of the language use, wherever they stand."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.browser
WIDE = {"viewport": {"width": 1280, "height": 900}}


def _speak(visit, language: str) -> None:
    visit.context.add_init_script(f"localStorage.setItem('reprieve.language', '{language}')")


@pytest.mark.parametrize(
    ("language", "typed", "shown"),
    [
        ("de", "scm rechts", "M. sternocleidomastoideus"),
        ("de", "obliquus cap inf", "M. obliquus capitis inferior"),
        ("fr", "semi-epineux tete", "Semi-épineux de la tête"),
    ],
)
def test_a_muscle_is_found_and_shown_by_its_own_name(
    watched, cervical: str, language: str, typed: str, shown: str
) -> None:
    visit = watched(**WIDE)
    visit.sign_in("injector")
    _speak(visit, language)
    page = visit.page
    page.goto(f"/patients/{cervical}/plan")
    page.locator("button.start").nth(1).click()
    field = page.get_by_role("combobox").last
    field.fill(typed)
    page.locator("[role=option]").first.wait_for()
    field.press("Enter")
    page.locator(".plan-doses strong", has_text=shown).first.wait_for()
    page.wait_for_function("() => document.activeElement.name === 'units'")
    assert page.locator(".plan-doses strong").count() == 1


def test_what_was_given_has_the_same_name_on_chart_sheet_and_phone(watched) -> None:
    phone = watched(viewport={"width": 390, "height": 844}, has_touch=True)
    phone.sign_in("patient")
    patient = phone.get("/api/me")["patient_id"]
    _speak(phone, "de")
    phone.page.goto("/phone")
    given = phone.page.locator("[aria-labelledby=given-title] li")
    given.first.wait_for()
    names = given.all_inner_texts()
    assert names
    assert all(one.startswith("M. ") and one.endswith((", links", ", rechts")) for one in names), names

    clinic = watched(**WIDE)
    clinic.sign_in("injector")
    _speak(clinic, "de")
    for place in ("chart", "sheet"):
        clinic.page.goto(f"/patients/{patient}/{place}")
        for name in names:
            clinic.page.get_by_text(name.rpartition(",")[0]).first.wait_for(state="attached")


def test_the_reasons_of_the_demo_are_said_in_german(watched, cervical: str) -> None:
    """Every finding behind a muscle and every reason of a dose; what a later engine adds stays English and says so."""
    visit = watched(**WIDE)
    visit.sign_in("injector")
    _speak(visit, "de")
    page = visit.page
    page.goto(f"/patients/{cervical}/assess")
    page.locator(".ranking details").first.wait_for()
    assert page.locator(".ranking li li").count() > 20
    assert page.get_by_text("Im Wortlaut des Programms").count() == 0
    assert page.locator(".ranking li li").get_by_text("muscle of the table").count() == 0
