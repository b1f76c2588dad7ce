"""S24: how long the clinic keeps who somebody was; who is due; erasing who is due keeps the chain."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.record.retention import RetentionRule, all_due, due_of, erase_due, set_retention
from reprieve.cli.main import main
from reprieve.core.errors import ConflictError
from reprieve.record.chart import Appointment, Chart, ChartPatient, DiaryEntry, GivenInjection, Session
from reprieve.store.engine import Database
from reprieve.store.verify import verify

ADMIN = Person("clinic", "administrator", Role.ADMINISTRATOR)
YEAR = timedelta(days=365.25)


def old_chart(patient: str, last: date, birth: date | None = date(1940, 5, 1), **more: Any) -> Chart:
    session = Session(
        id=f"s-{patient}",
        date=last,
        product="onabotulinumtoxinA",
        indication="cervical_dystonia",
        injections=(GivenInjection(muscle="splenius_capitis", side="left", units=Decimal(60), lot="LOT-9"),),
    )
    person = ChartPatient(id=patient, family_name="Mispelstrauch", birth_date=birth)
    return Chart(patient=person, sessions=(session,), diary=(DiaryEntry(date=last, note="own words"),), **more)


def due(store: Clinic, **rule: int | None) -> dict[str, date]:
    set_retention(store, ADMIN, RetentionRule(**rule), reason="as the law says")
    return {row.patient_id: row.due for row in all_due(store, "clinic")}


def test_s24_nobody_is_due_without_a_rule_and_each_by_the_last_contact_with_one(store: Clinic) -> None:
    today = store.today()
    store.import_charts([old_chart("old", date(2012, 2, 29)), old_chart("late", today)], clinic="clinic", by="test")
    assert list(all_due(store, "clinic")) == []
    assert due(store, years=None) == {}
    assert due(store, years=10) == {"old": date(2022, 3, 1)}, "29 February is never a day too early"
    assert due(store, years=100) == {}


def test_s24_a_day_too_early_is_not_due(store: Clinic, clock: Any) -> None:
    store.import_charts([old_chart("one", store.today())], clinic="clinic", by="test")
    rule = RetentionRule(years=10)
    there = store.today().replace(year=store.today().year + 10)
    clock.ahead = timedelta(days=(there - store.today()).days - 1)
    assert due_of(store, "clinic", "one", rule) is None
    clock.ahead += timedelta(days=1)
    told = due_of(store, "clinic", "one", rule)
    assert told is not None
    assert told.due == there


def test_s24_a_child_is_kept_until_grown_and_an_unknown_birth_date_is_said(store: Clinic) -> None:
    today, last = store.today(), date(2010, 1, 5)
    charts = [
        old_chart("child", last, birth=today - 20 * YEAR),
        old_chart("grown", last, birth=today - 40 * YEAR),
        old_chart("unknown", last, birth=None),
    ]
    store.import_charts(charts, clinic="clinic", by="test")
    assert set(due(store, years=10)) == {"child", "grown", "unknown"}
    assert set(due(store, years=10, child_until_age=28)) == {"grown", "unknown"}
    remarks = {row.patient_id: row.remark for row in all_due(store, "clinic")}
    assert remarks["grown"] is None
    assert "birth date unknown" in str(remarks["unknown"])
    with pytest.raises(ConflictError, match="look first"):
        erase_due(store, ADMIN, "unknown", reason="time is over")


@pytest.mark.parametrize("state", ["booked", "missed"])
def test_s24_a_visit_to_come_keeps_a_record_and_a_missed_one_does_not(store: Clinic, state: Any) -> None:
    visit = Appointment(date=store.today() + timedelta(days=3), state=state)
    store.import_charts([old_chart("one", date(2010, 1, 5), appointments=(visit,))], clinic="clinic", by="test")
    assert set(due(store, years=5)) == ({"one"} if state == "missed" else set())


def test_s24_who_is_due_is_erased_and_the_chain_holds(store: Clinic) -> None:
    store.import_charts([old_chart("old", date(2010, 1, 5))], clinic="clinic", by="test")
    due(store, years=10)
    with pytest.raises(ConflictError, match="not due"):
        erase_due(store, ADMIN, "p-1", reason="time is over")
    erase_due(store, ADMIN, "old", reason="time is over")
    assert list(all_due(store, "clinic")) == []
    chart = store.view("clinic", "old").chart
    assert str(chart.patient.family_name).startswith("erased-")
    assert chart.sessions[0].injections[0].lot == "LOT-9"
    found = verify(store.database)
    assert found.ok, found.problem


def test_s24_the_list_goes_on_page_by_page_and_names_nobody(store: Clinic, signed_in: Callable[..., Any]) -> None:
    charts = [old_chart(f"q{number:03}", date(2010, 1, 5)) for number in range(230)]
    store.import_charts(charts, clinic="clinic", by="test")
    administrator = signed_in("administrator")
    body = {"rule": {"years": 10}, "reason": "as the law says"}
    assert administrator.post("/api/retention", body).status_code == 200
    assert administrator.get("/api/retention").json() == {"years": 10, "child_until_age": None}
    found: list[str] = []
    query: dict[str, str] = {}
    while True:
        answer = administrator.get("/api/retention/due", params=query)
        assert "Mispelstrauch" not in answer.text
        found += [row["patient_id"] for row in answer.json()["rows"]]
        if answer.json()["next"] is None:
            break
        query = {"after": answer.json()["next"]}
    assert found == [chart.patient.id for chart in charts]
    assert administrator.post("/api/retention", {"rule": {"years": 0}, "reason": "none"}).status_code == 422
    assert signed_in("nurse").get("/api/retention/due").status_code == 403


def test_a_held_record_is_not_erased_as_due_until_it_is_released(store: Clinic, signed_in: Callable[..., Any]) -> None:
    """The administrator's page: hold, be refused, release, erase; each with a reason in the record."""
    store.import_charts([old_chart("old", date(2010, 1, 5))], clinic="clinic", by="test")
    set_retention(store, ADMIN, RetentionRule(years=10), reason="as the law says")
    administrator = signed_in("administrator")
    told = {"patient_id": "old", "held": True, "reason": "a complaint is open"}
    assert administrator.post("/api/retention/hold", told).json()["held"] is True
    assert administrator.post("/api/retention/hold", told).status_code == 409
    ((row),) = administrator.get("/api/retention/due").json()["rows"]
    assert (row["held"], row["remark"]) == (True, "held: a complaint is open")
    wish = {"patient_id": "old", "reason": "ten years are over"}
    refused = administrator.post("/api/retention/erase", wish)
    assert refused.status_code == 409
    assert "a complaint is open" in refused.json()["error"]["message"]
    for body in ({**told, "held": False, "reason": " "}, {**told, "patient_id": "nobody"}):
        assert administrator.post("/api/retention/hold", body).status_code in (404, 422)
    administrator.post("/api/retention/hold", {**told, "held": False, "reason": "the complaint is settled"})
    assert administrator.post("/api/retention/erase", wish).json()["patient_id"] == "old"
    assert administrator.get("/api/retention/due").json()["rows"] == []
    assert verify(store.database).ok
    for role in ("injector", "nurse"):
        assert signed_in(role).post("/api/retention/hold", told).status_code == 403


def test_who_will_be_due_is_listed_with_the_day_and_not_erased_before(
    store: Clinic, signed_in: Callable[..., Any]
) -> None:
    last = store.today() - timedelta(days=300)
    store.import_charts([old_chart("soon", last)], clinic="clinic", by="test")
    set_retention(store, ADMIN, RetentionRule(years=1), reason="as the law says")
    administrator = signed_in("administrator")
    assert [row["patient_id"] for row in administrator.get("/api/retention/due").json()["rows"]] == []
    ahead = administrator.get("/api/retention/due", params={"ahead_days": 70}).json()["rows"]
    assert "soon" in [row["patient_id"] for row in ahead]
    assert all(row["due"] > store.today().isoformat() for row in ahead)
    early = administrator.post("/api/retention/erase", {"patient_id": "soon", "reason": "too early"})
    assert early.status_code == 409
    assert administrator.get("/api/retention/due", params={"ahead_days": -1}).status_code == 422


def command(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        code = main(["retention", *arguments])
    return code, out.getvalue(), err.getvalue()


def test_the_command_sets_lists_and_erases(tmp_path: Path) -> None:
    target = str(tmp_path / "clinic.db")
    database = Database(target)
    charts = [old_chart("old", date(2010, 1, 5)), old_chart("new", date.today())]
    Clinic(database).import_charts(charts, clinic="clinic", by="test")
    database.close()
    assert "everything is kept" in command("show", "--db", target)[1]
    reason = ["--reason", "a court asked"]
    assert "held" in command("hold", "--db", target, "--patient", "old", *reason)[1]
    assert command("hold", "--db", target, "--patient", "old", *reason)[0] == 2
    assert "no longer" in command("release", "--db", target, "--patient", "old", *reason)[1]
    assert "--ahead takes 0 to" in command("due", "--db", target, "--ahead", "-1")[2]
    assert command("set", "--db", target, "--years", "10", "--reason", "law")[0] == 0
    code, told, _ = command("due", "--db", target, "--json")
    assert (code, json.loads(told)["rows"][0]["patient_id"]) == (0, "old")
    assert command("erase", "--db", target, "--reason", "time")[0] == 2
    code, _, fault = command("erase", "--db", target, "--patient", "new", "--reason", "time is over")
    assert code == 2
    assert len(fault.splitlines()) == 1
    assert "not due" in fault
    code, told, _ = command("erase", "--db", target, "--all", "--reason", "time is over", "--json")
    assert (code, [row["patient_id"] for row in json.loads(told)["rows"]]) == (0, ["old"])
    assert "Nobody is due" in command("due", "--db", target)[1]
    assert b"Mispelstrauch" in Path(target).read_bytes(), "the other patient stays"
