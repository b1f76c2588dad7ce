"""S16: the account of a patient is given from the chart, and can do what a patient can and nothing else."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import Clinic

FIRST, SECOND = "k7rm-2fwx-9pda", "hq4t-wz6c-m3ve"
PAGE = "/api/patients/p-2/phone-page"


@pytest.mark.parametrize("giver", ["injector", "nurse"])
def test_s16_a_patient_gets_an_account_and_later_a_new_password(
    signed_in: Callable[..., Any], new_browser: Callable[[], Any], giver: str
) -> None:
    clinic = signed_in(giver)
    told = clinic.get(PAGE).json()
    assert told["account"] is None
    assert told["address"].endswith("/phone")
    assert told["drawing"].startswith("<svg")

    assert clinic.post(PAGE, {"password": FIRST}).status_code == 204
    account = clinic.get(PAGE).json()["account"]
    assert re.fullmatch(r"[a-z]{1,12}-\d{4}", account["name"])
    phone = new_browser()
    assert phone.post("/api/sign-in", {"name": account["name"], "password": FIRST}).json()["patient_id"] == "p-2"
    assert phone.get("/api/mine").status_code == 200
    assert phone.get("/api/patients/p-2/chart").status_code == 403

    assert clinic.post(PAGE, {"password": SECOND}).status_code == 204
    assert clinic.get(PAGE).json()["account"] == account, "a new password makes no second account"
    assert phone.get("/api/mine").status_code == 401, "the sign-ins of before end"
    assert phone.post("/api/sign-in", {"name": account["name"], "password": FIRST}).status_code == 403
    assert phone.post("/api/sign-in", {"name": account["name"], "password": SECOND}).status_code == 200


def test_s16_what_an_administrator_closed_stays_closed(signed_in: Callable[..., Any]) -> None:
    clinic = signed_in("nurse")
    clinic.post(PAGE, {"password": FIRST})
    name = clinic.get(PAGE).json()["account"]["name"]
    assert signed_in("administrator").post(f"/api/accounts/{name}", {"disabled": True}).status_code == 204
    refused = clinic.post(PAGE, {"password": SECOND})
    assert refused.status_code == 409
    assert "administrator" in refused.json()["error"]["message"]
    assert clinic.get(PAGE).json()["account"]["disabled"]


def test_s16_a_weak_password_and_an_unknown_patient_are_refused(store: Clinic, signed_in: Callable[..., Any]) -> None:
    clinic = signed_in("injector")
    before = len(store.accounts.list_of("clinic"))
    assert clinic.post(PAGE, {"password": "short"}).status_code == 422
    assert clinic.post("/api/patients/nobody/phone-page", {"password": FIRST}).status_code == 404
    assert len(store.accounts.list_of("clinic")) == before


def test_s16_the_address_names_a_clinic_that_is_not_the_first(signed_in: Callable[..., Any]) -> None:
    assert (
        signed_in("injector", "south").get("/api/patients/s-9/phone-page").json()["address"].endswith("?clinic=south")
    )


def test_s16_a_name_that_is_taken_is_drawn_again(
    store: Clinic, signed_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    from reprieve.app.accounts import phone_page

    drawn = iter([7, 7, 8])
    monkeypatch.setattr(phone_page.secrets, "randbelow", lambda _: next(drawn))
    clinic = signed_in("injector")
    given = store.view("clinic", "p-2").chart.patient.given_name
    store.accounts.create(Person("clinic", phone_page._name(given), Role.NURSE), "a long enough secret", by="test")
    assert clinic.post(PAGE, {"password": FIRST}).status_code == 204
    assert clinic.get(PAGE).json()["account"]["name"].endswith("-0008")
