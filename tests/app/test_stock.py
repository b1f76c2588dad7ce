"""The clinic's stock in a real record: in, opened, used by a signed session, wasted, recalled; the sums always meet."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.check import check_plan
from reprieve.app.clinic import Clinic
from reprieve.app.record.recall import recall_lot
from reprieve.app.record.signing import BlockedError, DoneStep, Given, SessionToSign, sign_session
from reprieve.app.reviews.overrides import OverrideToApprove, approve_override, open_approvals, override_report
from reprieve.app.reviews.policy import policy_of, set_policy
from reprieve.app.stock.book import stock_ledger
from reprieve.app.stock.changes import (
    VialsToReceive,
    VialToOpen,
    VialToWaste,
    close_day,
    open_vial,
    receive_vials,
    waste_vial,
)
from reprieve.app.stock.views import offer_vials, plan_day, stock_balances, stock_rows
from reprieve.core.dose import Dose
from reprieve.core.errors import ConflictError, InputError, UnknownNameError
from reprieve.deliver.day_choice import DayDose
from reprieve.deliver.ledger_entries import WasteReason
from reprieve.record.chart import Chart, ChartPatient, GivenInjection, SkippedInjection
from reprieve.record.clinic_bodies import ClinicPolicy
from reprieve.record.event_bodies import Override
from reprieve.record.plan import Injection, Plan, Reconstitution, Vial
from reprieve.store.engine import Database
from reprieve.store.verify import verify

ONA = "onabotulinumtoxinA"
START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
LATER = date(2027, 6, 30)
INJECTOR = Person("clinic", "Dr. A", Role.INJECTOR)
PHARMACIST = Person("clinic", "P. Harm", Role.PHARMACIST)


class Hands:
    """A clinic with a clock that the test moves."""

    def __init__(self, target: Path | str) -> None:
        self.at = START
        self.database = Database(str(target))
        self.store = Clinic(self.database, clock=lambda: self.at, accounts=SimpleNamespace())  # type: ignore[arg-type]
        charts = [
            Chart(
                patient=ChartPatient(id=key, birth_date=date(1970, 1, 1), exposure_history="known"), jurisdiction="US"
            )
            for key in ("p1", "p2", "p3")
        ]
        self.store.import_charts(charts, clinic="clinic", by="test")

    def receive(self, lot: str = "C1", units: str = "100", count: int = 1, **more: Any) -> list[str]:
        wish = VialsToReceive(product=ONA, units=D(units), lot=lot, count=count, **({"expires": LATER} | more))
        return receive_vials(self.store, PHARMACIST, wish).answer["vials"]

    def wish(self, units: str = "60", vials: tuple[Vial, ...] | None = None, **more: Any) -> SessionToSign:
        told = (vial(),) if vials is None else vials
        plan = Plan(
            product=ONA,
            indication="cervical_dystonia",
            jurisdiction="US",
            injections=(Injection(muscle="splenius_capitis", side="left", units=D(units), sites=4),),
            reconstitution=Reconstitution(vials=told),
        )
        rows = tuple(
            GivenInjection(muscle=row.muscle, side=row.side, units=row.units, sites=row.sites)
            for row in plan.injections
        )
        given = Given(injections=rows, reconstitution=plan.reconstitution)
        steps = tuple(DoneStep(step=step) for step in ("identity", "product_and_side"))
        return SessionToSign(**({"plan": plan, "given": given, "checklist": steps} | more))

    def sign(self, patient: str = "p1", wish: SessionToSign | None = None, **more: Any) -> dict[str, Any]:
        def check(plan: Plan) -> Any:
            return check_plan(plan, today=self.at.date(), now=self.at)

        told = wish or self.wish(**more)
        return sign_session(self.store, INJECTOR, patient, told, check=check).answer

    def sums(self) -> tuple[D, ...]:
        (row,) = stock_balances(self.store, "clinic")
        assert row["difference"] == "0"
        return tuple(D(row[name]) for name in ("received", "used", "wasted", "on_hand"))

    def policy(self, **values: Any) -> None:
        set_policy(self.store, PHARMACIST, ClinicPolicy(**values), reason="for the test")


def vial(lot: str | None = "C1", units: str = "100", **more: Any) -> Vial:
    return Vial(**({"units": D(units), "diluent_ml": D(2), "lot": lot, "expires": LATER} | more))


@pytest.fixture
def hands(tmp_path: Path) -> Iterator[Hands]:
    made = Hands(tmp_path / "clinic.db")
    yield made
    made.database.close()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Hands]:
    """The same clinic on each kind of database."""
    if request.param == "postgresql":
        made = Hands(request.getfixturevalue("cluster").new_database())
    else:
        made = Hands(tmp_path / "clinic.db")
    yield made
    made.database.close()


def test_a_signed_session_debits_its_vial_once_and_throws_the_rest_away(either: Hands) -> None:
    either.receive(count=2)
    either.sign(units="62.5")
    # By hand: two vials of 100 came in; 62.5 of one were given, 37.5 thrown away, the other is untouched.
    assert either.sums() == (200, D("62.5"), D("37.5"), 100)
    found = recall_lot(either.store, "clinic", "C1")
    assert [(row.patient, row.dose.units) for row in found.sessions] == [("p1", D("62.5"))]
    assert [account.vial for account in found.vials] == ["C1.002"]
    assert verify(either.database).ok


def test_s19_a_lot_typed_by_another_hand_is_told_beside_the_recall(either: Hands) -> None:
    """The vial came in as C1, and somebody typed c1 at the bedside, or O for 0: nobody is missed for a letter."""
    either.receive(count=2)
    either.sign("p1")
    either.sign("p2", vials=(vial("c-1"),))
    either.sign("p3", vials=(vial("C10"),))
    found = recall_lot(either.store, "clinic", "C1")
    assert found.patients == ("p1",)
    assert [(one.lot, one.patients, one.vials) for one in found.similar] == [("c-1", ("p2",), 0)]
    turned = recall_lot(either.store, "clinic", "c1")
    assert turned.sessions == ()
    assert [(one.lot, one.patients, one.vials) for one in turned.similar] == [("C1", ("p1",), 1), ("c-1", ("p2",), 0)]
    assert [one.lot for one in recall_lot(either.store, "clinic", "C1O").similar] == ["C10"]


@pytest.mark.parametrize("diluent", ["0.01", "1e-7", "51", "200", "0", "-1"])
def test_s18_a_vial_is_not_opened_with_what_no_syringe_holds(hands: Hands, diluent: str) -> None:
    (name,) = hands.receive()
    with pytest.raises(InputError, match="diluent_ml must"):
        open_vial(hands.store, INJECTOR, name, VialToOpen(patient_id="p1", diluent_ml=D(diluent)))
    assert hands.sums() == (100, 0, 0, 100)
    open_vial(hands.store, INJECTOR, name, VialToOpen(patient_id="p1", diluent_ml=D("0.05")))


def test_s18_one_lot_has_one_expiry(hands: Hands) -> None:
    (wrong,) = hands.receive(expires=date(2026, 12, 31))
    with pytest.raises(InputError, match=r"vial C1\.001 of lot C1 expires 2026-12-31, but 2027-06-30 was given"):
        hands.receive()
    hands.receive(lot="C2")
    # Once the misread one is out of the stock, the lot can come in as it is printed.
    waste_vial(hands.store, PHARMACIST, wrong, VialToWaste(reason=WasteReason.LOST))
    hands.receive()


def test_s15_a_session_signed_again_debits_nothing(hands: Hands) -> None:
    hands.receive(count=2)
    hands.sign()
    with pytest.raises(ConflictError, match="in the record already"):
        hands.sign()
    assert hands.sums() == (200, 60, 40, 100)


def test_s15_two_devices_that_take_the_last_vial_give_one_debit(either: Hands) -> None:
    either.policy(stock_required=True)
    either.receive()
    said: list[str] = []
    gate = threading.Barrier(2)

    def finalise(patient: str) -> None:
        gate.wait()
        try:
            either.sign(patient)
            said.append("signed")
        except (ConflictError, InputError) as refused:  # the slower one may see at once that the vial is gone
            said.append(str(refused))

    threads = [threading.Thread(target=finalise, args=(patient,)) for patient in ("p1", "p2")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said.count("signed") == 1
    (refusal,) = [text for text in said if text != "signed"]
    assert "stock changed" in refusal or "not every vial" in refusal
    assert either.sums() == (100, 60, 40, 0)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        (vial(expires=date(2026, 11, 25)), "vial_expired"),
        (vial(opened_at=START - timedelta(hours=25)), "vial_over_time"),
        (vial(units="77"), "reconstitution_impossible"),
    ],
)
def test_s18_a_vial_that_may_not_be_used_cannot_be_signed_for_whatever_the_reason(
    hands: Hands, told: Vial, rule: str
) -> None:
    reasons = tuple(
        Override(rule=rule, subject=subject, reason="it was the last one in the house")
        for subject in ("vial 1", "vial 1 lot C1")
    )
    with pytest.raises(BlockedError, match=rule):
        hands.sign(vials=(told,), wish=hands.wish(vials=(told,), overrides=reasons))
    assert hands.store.view("clinic", "p1").chart.sessions == ()


def test_s18_the_stock_s_own_expiry_counts_when_the_session_tells_a_later_one(hands: Hands) -> None:
    hands.receive(expires=date(2026, 11, 30))
    hands.at += timedelta(days=5)
    with pytest.raises(BlockedError, match="vial_expired"):
        hands.sign()
    assert hands.sums() == (100, 0, 0, 100)


def test_s18_hours_since_reconstitution_are_checked_when_the_session_is_finalised(hands: Hands) -> None:
    (name,) = hands.receive()
    open_vial(hands.store, PHARMACIST, name, VialToOpen(patient_id="p1", diluent_ml=D(2)))
    hands.at += timedelta(hours=24, minutes=1)
    with pytest.raises(BlockedError, match="vial_over_time"):
        hands.sign()
    hands.at -= timedelta(minutes=1)
    hands.sign()
    assert hands.sums() == (100, 60, 40, 0)


@pytest.mark.parametrize(
    ("opened", "says"),
    [(START + timedelta(minutes=11), "lies ahead of now"), (START.replace(tzinfo=None), "needs its zone")],
)
def test_s18_a_time_of_opening_that_cannot_be_is_refused(hands: Hands, opened: datetime, says: str) -> None:
    with pytest.raises(InputError, match=says):
        hands.sign(vials=(vial(opened_at=opened),))
    hands.sign(vials=(vial(opened_at=START + timedelta(minutes=10)),))


def test_s18_a_session_signed_a_day_late_is_held_to_what_is_certain(hands: Hands) -> None:
    yesterday = date(2026, 11, 25)

    def wish(told: Vial) -> SessionToSign:
        made = hands.wish(vials=(told,))
        return replace(made, plan=replace(made.plan, date=yesterday))

    with pytest.raises(BlockedError, match="vial_expired"):
        hands.sign("p1", wish(vial(expires=date(2026, 11, 24))))
    with pytest.raises(BlockedError, match="vial_over_time"):
        hands.sign("p1", wish(vial(opened_at=datetime(2026, 11, 23, 23, 59, tzinfo=UTC))))
    # It expired on the day it was given: the last day of use.
    hands.sign("p1", wish(vial(expires=yesterday, opened_at=datetime(2026, 11, 25, 9, 0, tzinfo=UTC))))


def test_an_expired_vial_needs_the_policy_a_reason_and_a_second_person(hands: Hands) -> None:
    told = vial(expires=date(2026, 11, 25))
    key = {"rule": "vial_expired", "subject": "vial 1 lot C1"}
    wish = hands.wish(vials=(told,), overrides=(Override(**key, reason="no other vial, patient cannot wait"),))
    hands.policy(vial_overrides=True)
    with pytest.raises(BlockedError, match="second person"):
        hands.sign(wish=wish)
    # One's own approval is none.
    approve_override(hands.store, INJECTOR, "p1", OverrideToApprove(**key, reason="I approve myself"))
    with pytest.raises(BlockedError, match="second person"):
        hands.sign(wish=wish)
    approve_override(hands.store, PHARMACIST, "p1", OverrideToApprove(**key, reason="checked with the maker"))
    assert [entry.by for entry in open_approvals(hands.store, "clinic", "p1")] == ["Dr. A", "P. Harm"]
    hands.sign(wish=wish)
    (row,) = override_report(hands.store, "clinic")["rows"]
    assert (row["by"], row["second_person"], row["rule"]) == ("Dr. A", "P. Harm", "vial_expired")
    # An approval is used once.
    assert [entry.by for entry in open_approvals(hands.store, "clinic", "p1")] == ["Dr. A"]


def test_an_approval_grows_old(hands: Hands) -> None:
    wish = OverrideToApprove(rule="vial_expired", subject="vial 1", reason="checked with the maker")
    approve_override(hands.store, PHARMACIST, "p1", wish)
    hands.at += timedelta(hours=12)
    assert len(open_approvals(hands.store, "clinic", "p1")) == 1
    hands.at += timedelta(minutes=1)
    assert open_approvals(hands.store, "clinic", "p1") == []


def test_the_policy_can_ask_for_vials_from_the_stock(hands: Hands) -> None:
    hands.policy(stock_required=True)
    with pytest.raises(InputError, match="receive the vial first"):
        hands.sign()
    with pytest.raises(InputError, match="receive the vial first"):
        hands.sign(vials=())
    hands.receive()
    hands.sign()


def test_without_a_stock_a_session_is_signed_and_nothing_debited(hands: Hands) -> None:
    hands.sign()
    assert stock_balances(hands.store, "clinic") == []


def test_a_session_that_gave_nothing_wastes_the_vial_it_opened(hands: Hands) -> None:
    hands.receive()
    wish = hands.wish()
    skipped = tuple(SkippedInjection(muscle=r.muscle, side=r.side, reason="fainted") for r in wish.plan.injections)
    given = Given(injections=(), skipped=skipped, reconstitution=wish.given.reconstitution)
    steps = wish.checklist
    hands.sign(wish=SessionToSign(plan=wish.plan, given=given, checklist=steps))
    assert hands.sums() == (100, 0, 100, 0)
    assert stock_ledger(hands.store, "clinic").entries[-1].reason is WasteReason.SESSION_CANCELLED  # type: ignore[union-attr]


def test_more_than_the_vials_hold_cannot_have_been_given(hands: Hands) -> None:
    hands.receive()
    with pytest.raises(InputError, match="do not hold 150 units"):
        hands.sign(units="150")
    hands.receive(lot="C2")
    hands.sign(units="150", vials=(vial(), vial("C2")))
    assert hands.sums() == (200, 150, 50, 0)


def test_a_dose_that_names_its_lot_is_drawn_from_it(hands: Hands) -> None:
    hands.receive()
    hands.receive(lot="C2")
    wish = hands.wish(units="30", vials=(vial(), vial("C2")))
    rows = tuple(GivenInjection(muscle=r.muscle, side=r.side, units=r.units, lot="C2") for r in wish.plan.injections)
    given = Given(injections=rows, reconstitution=wish.given.reconstitution)
    hands.sign(wish=SessionToSign(plan=wish.plan, given=given, checklist=wish.checklist))
    rows_of_lot = {
        row["lot"]: (row["used"], row["wasted"]) for row in stock_balances(hands.store, "clinic", by_lot=True)
    }
    assert rows_of_lot == {"C1": ("0", "100"), "C2": ("30", "70")}


def test_a_shared_vial_stays_open_until_the_day_is_closed(hands: Hands) -> None:
    hands.policy(vials_shared=True)
    hands.receive()
    hands.sign("p1", units="30")
    hands.at += timedelta(hours=1)
    hands.sign("p2", units="40")
    assert hands.sums() == (100, 70, 0, 30)
    close_day(hands.store, PHARMACIST)
    assert hands.sums() == (100, 70, 30, 0)
    assert close_day(hands.store, PHARMACIST).answer == {"vials": []}


def test_a_carton_fills_in_lot_expiry_and_serial_and_a_slip_is_refused(hands: Hands) -> None:
    code = "(01)00300231145014(17)270630(10)C77(21)S9"
    (name,) = hands.receive(lot="", expires=None, carton=code)
    assert name == "C77.S9"
    (row,) = stock_rows(hands.store, "clinic")
    assert (row["lot"], row["expires"], row["state"], row["left"]) == ("C77", "2027-06-30", "unopened", "100")
    for more, says in (
        ({"lot": "C78", "carton": code}, "carton says lot C77"),
        ({"lot": "C77", "expires": date(2027, 7, 1), "carton": code}, "carton says expiry"),
        ({"lot": "", "expires": None, "carton": code, "count": 2}, "one vial"),
        ({"carton": "hello"}, "scan it again"),
        ({"lot": " "}, "lot takes"),
        ({"lot": "a/b"}, "lot takes"),
        ({"expires": None}, "expiry date is missing"),
        ({"expires": date(2026, 11, 25)}, "lies before today"),
        ({"expires": date(2062, 1, 1)}, "10 years"),
        ({"units": "77"}, "no vial of 77"),
        ({"count": 0}, "count must lie"),
    ):
        with pytest.raises(InputError, match=says):
            hands.receive(**more)
    # The same carton scanned twice is one vial.
    with pytest.raises(InputError, match="already received"):
        hands.receive(lot="", expires=None, carton=code)
    assert hands.sums()[0] == 100


def test_what_cannot_be_opened_or_wasted_is_refused_and_nothing_is_written(hands: Hands) -> None:
    (name,) = hands.receive()
    ahead = VialToOpen(patient_id="p1", diluent_ml=D(2))
    with pytest.raises(UnknownNameError, match="no vial"):
        open_vial(hands.store, PHARMACIST, "C9.001", ahead)
    with pytest.raises(InputError, match="no patient"):
        open_vial(hands.store, PHARMACIST, name, VialToOpen(patient_id="p9", diluent_ml=D(2)))
    with pytest.raises(InputError, match="must be positive"):
        open_vial(hands.store, PHARMACIST, name, VialToOpen(patient_id="p1", diluent_ml=D(0)))
    with pytest.raises(InputError, match="whole content"):
        waste_vial(hands.store, PHARMACIST, name, VialToWaste(reason=WasteReason.BROKEN, units=D(5)))
    before = hands.store.ledger.head()
    hands.at = datetime(2027, 7, 1, 9, 0, tzinfo=UTC)
    with pytest.raises(InputError, match="expired"):
        open_vial(hands.store, PHARMACIST, name, ahead)
    assert hands.store.ledger.head() == before
    waste_vial(hands.store, PHARMACIST, name, VialToWaste(reason=WasteReason.EXPIRED))
    assert hands.sums() == (100, 0, 100, 0)
    assert stock_rows(hands.store, "clinic") == []
    assert [row["state"] for row in stock_rows(hands.store, "clinic", empty=True)] == ["empty"]


def test_the_offer_takes_the_open_vial_first_and_wastes_least(hands: Hands) -> None:
    hands.receive(count=2)
    hands.receive(lot="S1", units="50")
    told = offer_vials(hands.store, "clinic", "p1", ONA, D(150))
    assert (told.document()["take"], told.document()["waste"]) == (["C1.001", "S1.001"], "0")
    assert offer_vials(hands.store, "clinic", "p1", ONA, D(400)).document()["why_not"].endswith("order more")
    open_vial(hands.store, PHARMACIST, "C1.002", VialToOpen(patient_id="p2", diluent_ml=D(2)))
    rows = {row["vial_id"]: row for row in offer_vials(hands.store, "clinic", "p1", ONA, D(100)).document()["vials"]}
    assert not rows["C1.002"]["selectable"]
    assert [finding["rule"] for finding in rows["C1.002"]["findings"]] == ["vial_of_another_patient"]


def test_the_vials_of_a_day(hands: Hands) -> None:
    hands.receive(count=3)
    hands.receive(lot="S1", units="50", count=1)
    doses = tuple(
        DayDose(patient=key, dose=Dose(units, ONA), at=START + timedelta(hours=number))
        for number, (key, units) in enumerate((("p1", 60), ("p2", 40), ("p3", 50)))
    )
    alone, findings = plan_day(hands.store, "clinic", ONA, doses, may_share=False)
    # By hand: 60 in a 100, 40 in the 50, 50 in a 100 (waste 100), or 60 and 40 in 100s and 50 in the 50 (waste 100).
    assert (alone.waste.units, alone.vials, findings) == (100, 3, ())
    shared, findings = plan_day(hands.store, "clinic", ONA, doses, may_share=True)
    assert (shared.waste.units, shared.vials, [finding.rule for finding in findings]) == (0, 2, ["vial_shared"])


def test_the_ledger_is_told_apart_by_clinic_and_survives_a_new_program(hands: Hands, tmp_path: Path) -> None:
    hands.receive()
    assert stock_rows(hands.store, "elsewhere") == []
    hands.sign()
    again = Database(str(tmp_path / "clinic.db"))
    fresh = Clinic(again, clock=lambda: hands.at, accounts=SimpleNamespace())  # type: ignore[arg-type]
    assert stock_ledger(fresh, "clinic") == stock_ledger(hands.store, "clinic")
    again.close()


def test_a_clock_that_was_set_back_stops_no_debit(hands: Hands) -> None:
    hands.receive()
    hands.at -= timedelta(hours=3)
    hands.sign()
    assert hands.sums() == (100, 60, 40, 0)
    opened = stock_ledger(hands.store, "clinic").account("C1.001").opened_at
    assert opened == START


def test_a_policy_is_whole_and_its_figures_are_checked(hands: Hands) -> None:
    assert policy_of(hands.store, "clinic") == ClinicPolicy()
    for values, says in (
        ({"shortest_override_reason": 2}, "shortest_override_reason"),
        ({"approval_hours": 0}, "approval_hours"),
        ({"second_person_rules": ("No Rule",)}, "names of rules"),
    ):
        with pytest.raises(InputError, match=says):
            hands.policy(**values)
    with pytest.raises(InputError, match="reason"):
        set_policy(hands.store, PHARMACIST, ClinicPolicy(), reason=" ")
    hands.policy(second_person_rules=("*",))
    assert policy_of(hands.store, "clinic").asks_second_for_override("anything")


def test_the_synthetic_clinic_has_vials_of_its_latest_lots(hands: Hands) -> None:
    from reprieve.app.demo.clinic import demo_charts
    from reprieve.app.demo.stock import fill_stock

    charts = demo_charts(2026, hands.at.date(), 14)
    assert fill_stock(hands.store, charts) == len(stock_rows(hands.store, "clinic")) > 0
    lots = {vial.lot for chart in charts for one in chart.sessions for vial in (one.reconstitution or _none()).vials}
    assert {row["lot"] for row in stock_rows(hands.store, "clinic")} <= lots
    assert fill_stock(hands.store, charts) == 0


def _none() -> Reconstitution:
    return Reconstitution()
