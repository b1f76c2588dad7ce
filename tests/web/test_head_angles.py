"""Head angles from the patient's phone: off until the clinic collects them, kept once, with method and error."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

TOLD = {
    "date": date.today().isoformat(),
    "turn_deg": "18.4",
    "tilt_deg": "-6.0",
    "nod_deg": "3.1",
    "turn_error_deg": "10",
    "tilt_error_deg": "8",
    "nod_error_deg": "12",
    "turn_moved_deg": "2.5",
    "tilt_moved_deg": "0.0",
    "nod_moved_deg": "1.0",
    "pictures": 140,
    "method": "a camera of a test",
    "version": "1",
    "entered_at": "2026-11-20T09:00:00Z",
}


def _collect(signed_in: Callable[..., Any]) -> None:
    administrator = signed_in("administrator")
    policy = {**administrator.get("/api/policy").json(), "camera_at_home": True}
    told = administrator.post("/api/policy", {"policy": policy, "reason": "a study of postures"})
    assert told.status_code == 200, told.text


def test_off_by_default_and_refused_for_good(signed_in: Callable[..., Any]) -> None:
    """A refusal of 409 is one that the phone does not wait for: nothing behind it is held up."""
    patient = signed_in("patient")
    assert patient.get("/api/mine").json()["camera"] is False
    assert patient.post("/api/mine/head-angles", TOLD).status_code == 409
    assert "head_angles" not in signed_in("nurse").get("/api/patients/p-1/chart").json()


def test_kept_once_with_method_and_error_and_seen_by_the_clinic(signed_in: Callable[..., Any]) -> None:
    """Sent twice under one key it is one entry; a second of the same day stands beside the first."""
    _collect(signed_in)
    patient = signed_in("patient")
    assert patient.get("/api/mine").json()["camera"] is True
    first = patient.post("/api/mine/head-angles", TOLD, key="angles-once")
    assert first.status_code == 201, first.text
    assert patient.post("/api/mine/head-angles", TOLD, key="angles-once").json() == first.json()
    evening = {**TOLD, "turn_deg": "11"}
    assert patient.post("/api/mine/head-angles", evening).status_code == 201
    rows = signed_in("nurse").get("/api/patients/p-1/chart").json()["head_angles"]
    assert [row["turn_deg"] for row in rows] == ["18.4", "11"]
    assert rows[0] == {
        **TOLD,
        "tilt_deg": "-6",
        "tilt_moved_deg": "0",
        "nod_moved_deg": "1",
        "entered_at": "2026-11-20T09:00:00+00:00",
    }


def test_a_clinician_can_take_one_back(signed_in: Callable[..., Any]) -> None:
    """Somebody else before the camera: the entry goes with a reason and stays in the history."""
    _collect(signed_in)
    made = signed_in("patient").post("/api/mine/head-angles", TOLD).json()
    nurse = signed_in("nurse")
    gone = nurse.post(f"/api/patients/p-1/entries/{made['id']}", {"reason": "somebody else's head"})
    assert gone.status_code == 200, gone.text
    assert "head_angles" not in nurse.get("/api/patients/p-1/chart").json()


@pytest.mark.parametrize(
    "wrong",
    [
        {"turn_deg": "91"},
        {"nod_deg": "NaN"},
        {"tilt_error_deg": "0"},
        {"turn_moved_deg": "-1"},
        {"pictures": 0},
        {"method": " "},
        {"version": ""},
        {"picture": "data:image/jpeg;base64,AAAA"},
    ],
)
def test_what_no_head_does_or_nobody_could_read_later_is_refused(signed_in: Callable[..., Any], wrong: dict) -> None:
    """Nothing but the angles and their method goes in: a picture is an unknown field."""
    _collect(signed_in)
    assert signed_in("patient").post("/api/mine/head-angles", {**TOLD, **wrong}).status_code == 422
