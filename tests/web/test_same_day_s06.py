"""S6: what was given earlier the same day counts, at the signature, in the plan and under every brand."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest

ONA = "onabotulinumtoxinA"


def session(day: str, units: str, product: str = ONA, **more: Any) -> dict[str, Any]:
    dose = {"muscle": "splenius_capitis", "side": "left", "units": units, "sites": 8}
    vials = [{"units": "200", "diluent_ml": "2", "lot": "L1", "expires": "2035-01-01"}] * 2
    plan = {
        "product": product,
        "indication": "cervical_dystonia",
        "jurisdiction": "US",
        "date": day,
        "injections": [dose],
        "reconstitution": {"vials": vials},
    }
    steps = [{"step": step} for step in ("identity", "product_and_side")]
    given = {"injections": [{**dose, "lot": "L1"}], "reconstitution": plan["reconstitution"]}
    return {"plan": plan, "given": given, "checklist": steps, **more}


def test_s06_a_second_session_of_the_day_is_summed_with_the_first(signed_in, clock) -> None:
    """97.5 units nine weeks ago and 200 today leave 102.5 of 400: another 200 is blocked, told by hand."""
    injector = signed_in("injector")
    day = clock().date().isoformat()
    assert injector.post("/api/patients/p-2/sessions", session(day, "200")).status_code == 201
    again = session(day, "200", second_today="the other side was forgotten")
    refused = injector.post("/api/patients/p-2/sessions", again)
    assert refused.status_code == 409, refused.text
    (finding,) = (one for one in refused.json()["error"]["findings"] if one["rule"] == "cumulative_limit_exceeded")
    assert (finding["actual"], finding["exceed_by"]) == ("497.5", "97.5")


def test_s06_a_session_written_down_late_does_not_hide_behind_a_later_one(signed_in, clock) -> None:
    """200 units today, then the 210 of last week that nobody wrote down: 97.5 + 200 + 210 within three months."""
    injector = signed_in("injector")
    day = clock().date()
    assert injector.post("/api/patients/p-2/sessions", session(day.isoformat(), "200")).status_code == 201
    late = session((day - timedelta(days=7)).isoformat(), "210")
    refused = injector.post("/api/patients/p-2/sessions", late)
    assert refused.status_code == 409, refused.text
    (finding,) = (one for one in refused.json()["error"]["findings"] if one["rule"] == "cumulative_limit_exceeded")
    assert (finding["actual"], finding["exceed_by"]) == ("507.5", "107.5")


def test_s06_a_slip_in_the_year_does_not_take_a_dose_out_of_its_window(signed_in, clock) -> None:
    """A session dated a year back is signed only with a note that says why it is written down so late."""
    injector = signed_in("injector")
    long_ago = (clock().date() - timedelta(days=93)).isoformat()
    refused = injector.post("/api/patients/p-2/sessions", session(long_ago, "200"))
    assert refused.status_code == 422, refused.text
    assert "93 days back" in refused.json()["error"]["message"]
    told = session(long_ago, "200", note="found in the paper file")
    assert injector.post("/api/patients/p-2/sessions", told).status_code == 201
    near = session((clock().date() - timedelta(days=92)).isoformat(), "50")
    assert injector.post("/api/patients/p-2/sessions", near).status_code == 201


def test_s06_a_session_told_again_under_its_brand_counts_once(signed_in, clock) -> None:
    """The patient names this clinic's session by its brand: 97.5 + 200 + 100 of 400, not 200 more."""
    injector = signed_in("injector")
    day = clock().date().isoformat()
    assert injector.post("/api/patients/p-2/sessions", session(day, "200")).status_code == 201
    body = session(day, "100", second_today="the other side was forgotten")
    body["plan"]["patient"] = {"exposures": [{"date": day, "product": "Botox", "units": "200"}]}
    signed = injector.post("/api/patients/p-2/sessions", body)
    assert signed.status_code == 201, signed.text


@pytest.mark.parametrize("record", ["sqlite", "postgresql"], indirect=True)
def test_s06_of_two_devices_that_sign_at_once_the_second_is_checked_with_the_first(signed_in, clock, store) -> None:
    """Each alone is within every limit; both together are not, whichever comes first."""
    day = clock().date().isoformat()
    devices = [signed_in("injector") for _ in range(4)]
    gate = threading.Barrier(len(devices))

    def sign(number: int) -> Any:
        gate.wait()
        wish = session(day, "200", second_today=f"device {number}")
        return devices[number].post("/api/patients/p-2/sessions", wish)

    with ThreadPoolExecutor(len(devices)) as pool:
        answers = list(pool.map(sign, range(len(devices))))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409], [one.text for one in answers]
    given = [one for one in store.view("clinic", "p-2").chart.sessions if one.date.isoformat() == day]
    assert len(given) == 1
