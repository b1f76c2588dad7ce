"""Reminders: off until the clinic turns them on, one sentence that names nobody, nothing to who wrote today."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from pathlib import Path

import pytest

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.record.erasure import erase_patient
from reprieve.app.reminders.sending import send_reminders
from reprieve.cli.main import main
from reprieve.core.errors import InputError
from reprieve.record.event_kinds import EventKind
from support.push_receiver import PushService, signed_claims

CONTACT = "mailto:clinic@hospital.example"


@pytest.fixture
def service() -> Iterator[PushService]:
    running = PushService()
    yield running
    running.stop()


def turn_on(signed_in) -> None:
    administrator = signed_in("administrator")
    policy = administrator.get("/api/policy").json()
    told = administrator.post("/api/policy", {"policy": {**policy, "push_reminders": True}, "reason": "patients asked"})
    assert told.status_code == 200, told.text


def send(store: Clinic, service: PushService) -> dict[str, int]:
    done = send_reminders(store, "clinic", contact=CONTACT, services=[service.host])
    return {"sent": done.sent, "written_today": done.written_today, "gone": done.gone, "failed": done.failed}


def test_without_the_policy_nothing_is_offered_kept_or_sent(signed_in, store: Clinic, service: PushService) -> None:
    patient = signed_in("patient")
    assert patient.get("/api/mine/reminders").json() == {"offered": False, "key": None, "browsers": 0}
    refused = patient.post("/api/mine/reminders", service.subscription())
    assert refused.status_code == 409
    with pytest.raises(InputError, match="reminders are off by the clinic's policy"):
        send_reminders(store, "clinic", contact=CONTACT, services=[service.host])
    assert service.received == []


def test_a_reminder_arrives_sealed_signed_and_names_nobody(signed_in, store: Clinic, service: PushService) -> None:
    turn_on(signed_in)
    patient = signed_in("patient")
    offered = patient.get("/api/mine/reminders").json()
    assert patient.post("/api/mine/reminders", service.subscription(language="de")).status_code == 204
    assert patient.get("/api/mine/reminders").json() == {**offered, "browsers": 1}
    assert send(store, service) == {"sent": 1, "written_today": 0, "gone": 0, "failed": 0}
    ((headers, text),) = service.received
    assert json.loads(text) == {"text": "Die Frage von heute wartet."}
    claims, key = signed_claims(headers["authorization"])
    assert key == offered["key"], "the service sees the key that the browser subscribed with"
    assert claims["aud"] == f"http://{service.host}"
    assert (headers["content-encoding"], headers["topic"]) == ("aes128gcm", "diary")
    assert int(headers["ttl"]) <= 24 * 3600
    for name in ("Zwetschgenbaum", "Philippa", "p-1", "patient"):
        assert name not in json.dumps(headers)


def test_who_wrote_today_is_left_in_peace_and_who_turned_it_off_too(signed_in, store: Clinic, service) -> None:
    turn_on(signed_in)
    patient = signed_in("patient")
    for name in ("one", "two"):
        patient.post("/api/mine/reminders", service.subscription(name))
    patient.post("/api/mine/diary", {"date": datetime.now(UTC).date().isoformat(), "severity": "4"})
    assert send(store, service) == {"sent": 0, "written_today": 2, "gone": 0, "failed": 0}
    patient.post("/api/mine/reminders/stop", {"endpoint": service.subscription("one")["endpoint"]})
    assert patient.get("/api/mine/reminders").json()["browsers"] == 1
    patient.post("/api/mine/reminders/stop", {})
    assert patient.get("/api/mine/reminders").json()["browsers"] == 0
    assert service.received == []
    events = [event for _, _, event in store.ledger.latest("clinic", kinds=[EventKind.ACCOUNT_CHANGED], limit=9)]
    changes = [event.body.change for event in events]
    assert sorted(changes) == [*["reminders turned off"] * 2, *["reminders turned on"] * 2]


def test_a_browser_that_is_gone_is_forgotten_and_a_failing_service_is_told(signed_in, store: Clinic, service) -> None:
    turn_on(signed_in)
    patient = signed_in("patient")
    patient.post("/api/mine/reminders", service.subscription())
    service.status = 503
    done = send_reminders(store, "clinic", contact=CONTACT, services=[service.host])
    assert (done.failed, done.reasons) == (1, ("a push service answered 503",))
    service.status = 410
    assert send(store, service)["gone"] == 1
    assert send(store, service) == {"sent": 0, "written_today": 0, "gone": 0, "failed": 0}


def test_no_address_inside_the_house_is_called(signed_in, store: Clinic, service: PushService) -> None:
    """A subscription is a stranger's word: without --service its host is never asked."""
    turn_on(signed_in)
    signed_in("patient").post("/api/mine/reminders", service.subscription())
    done = send_reminders(store, "clinic", contact=CONTACT)
    assert done.failed == 1
    assert service.received == []
    with pytest.raises(InputError, match="contact must be mailto"):
        send_reminders(store, "clinic", contact="clinic")


def test_the_disabled_the_erased_and_the_staff_are_told_nothing(signed_in, store: Clinic, service) -> None:
    turn_on(signed_in)
    assert signed_in("nurse").get("/api/mine/reminders").status_code == 403
    signed_in("patient").post("/api/mine/reminders", service.subscription())
    store.accounts.change("clinic", "patient", by="test", disabled=True)
    assert send(store, service)["sent"] == 0
    store.accounts.change("clinic", "patient", by="test", disabled=False)
    assert send(store, service)["sent"] == 1
    erase_patient(store, Person("clinic", "administrator", Role.ADMINISTRATOR), "p-1", reason="asked for it")
    assert send(store, service) == {"sent": 0, "written_today": 0, "gone": 0, "failed": 0}


def test_too_many_browsers_and_broken_keys_are_refused_in_one_line(signed_in, service: PushService) -> None:
    turn_on(signed_in)
    patient = signed_in("patient")
    for n in range(5):
        assert patient.post("/api/mine/reminders", service.subscription(str(n))).status_code == 204
    assert patient.post("/api/mine/reminders", service.subscription("0")).status_code == 204, "the same takes its place"
    assert "up to 5 browsers" in patient.post("/api/mine/reminders", service.subscription("6")).text
    broken = {**service.subscription(), "p256dh": "AAAA"}
    assert "point of P-256" in patient.post("/api/mine/reminders", broken).json()["error"]["message"]


def test_the_command_sends_once(signed_in, store: Clinic, service: PushService, record: str) -> None:
    turn_on(signed_in)
    signed_in("patient").post("/api/mine/reminders", service.subscription())
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["remind", "--db", record, "--contact", CONTACT, "--service", service.host, "--json"])
    assert (code, err.getvalue()) == (0, "")
    assert json.loads(out.getvalue()) == {"sent": 1, "written_today": 0, "gone": 0, "failed": 0, "reasons": []}
    assert len(service.received) == 1
    Path(f"{record}.key").write_text("ab" * 32 + "\n")
    with redirect_stdout(out), redirect_stderr(err):
        assert main(["remind", "--db", record, "--contact", CONTACT, "--service", service.host]) == 2
    assert "the key for reminders cannot be opened" in err.getvalue()
    assert len(service.received) == 1
