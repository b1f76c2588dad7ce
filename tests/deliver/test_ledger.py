"""The ledger: every unit of every vial is accounted for, whatever happens."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from reprieve.core.dose import Dose
from reprieve.core.errors import DateError, InputError, UnitsError, UnknownNameError
from reprieve.deliver.ledger import Ledger, VialStatus, balance, extended, fold_ledger, rest_wasted
from reprieve.deliver.ledger_entries import UnitsUsed, UnitsWasted, VialOpened, VialReceived, WasteReason
from reprieve.deliver.stock_sum import StockSum

ONA, ABO = "onabotulinumtoxinA", "abobotulinumtoxinA"
START = datetime(2026, 3, 28, 9, 0, tzinfo=UTC)
EXPIRES = date(2026, 12, 31)


def received(vial: str = "v1", units: int = 100, product: str = ONA, lot: str = "C1", **more) -> VialReceived:
    values = {
        "key": f"r-{vial}",
        "vial": vial,
        "content": Dose(units, product),
        "lot": lot,
        "expires": EXPIRES,
        "at": START,
    }
    return VialReceived(**(values | more))


def opened(vial: str = "v1", hours: float = 1, **more) -> VialOpened:
    values = {
        "key": f"o-{vial}",
        "vial": vial,
        "at": START + timedelta(hours=hours),
        "session": "s1",
        "patient": "p1",
        "diluent_ml": D(2),
    }
    return VialOpened(**(values | more))


def used(units: str, vial: str = "v1", hours: float = 2, product: str = ONA, **more) -> UnitsUsed:
    values = {
        "key": f"u-{vial}-{units}-{hours}",
        "vial": vial,
        "dose": Dose(units, product),
        "at": START + timedelta(hours=hours),
        "session": "s1",
        "patient": "p1",
    }
    return UnitsUsed(**(values | more))


def wasted(units: str, vial: str = "v1", hours: float = 3) -> UnitsWasted:
    return UnitsWasted(
        key=f"w-{vial}-{units}",
        vial=vial,
        dose=Dose(units, ONA),
        reason=WasteReason.REST_OF_VIAL,
        at=START + timedelta(hours=hours),
        session="s1",
    )


def test_a_vial_s_life_by_hand() -> None:
    ledger = fold_ledger([received(), opened(), used("62.5"), used("30", hours=2.5)])
    assert ledger.account("v1").left == Dose("7.5", ONA)
    assert ledger.account("v1").status is VialStatus.OPEN
    ledger = extended(ledger, rest_wasted(ledger, "s1", START + timedelta(hours=3)))
    sums = balance(ledger, ONA)
    assert (sums.received.units, sums.used.units, sums.wasted.units, sums.on_hand.units) == (
        D(100),
        D("92.5"),
        D("7.5"),
        D(0),
    )
    assert ledger.account("v1").status is VialStatus.EMPTY
    assert rest_wasted(ledger, "s1", START + timedelta(hours=4)) == ()


def test_a_repeated_write_changes_nothing_and_another_content_is_refused() -> None:
    entries = [received(), opened(), used("10")]
    ledger = fold_ledger(entries)
    assert extended(ledger, entries) == ledger
    with pytest.raises(InputError, match="already written with other content"):
        extended(ledger, [used("11", key=entries[2].key)])


def test_a_repeated_write_does_not_hide_the_new_one_behind_it() -> None:
    ledger = fold_ledger([received(), opened()])
    ledger = extended(ledger, [received(), opened(), used("10")])
    assert ledger.account("v1").left.units == 90


def test_the_words_that_the_record_and_the_screens_hold() -> None:
    assert [status.value for status in VialStatus] == ["unopened", "open", "empty"]
    assert [reason.value for reason in WasteReason] == [
        "rest_of_vial",
        "expired",
        "over_time",
        "broken",
        "no_vacuum",
        "wrongly_made_up",
        "session_cancelled",
        "recalled",
        "lost",
    ]


def test_all_or_none() -> None:
    ledger = fold_ledger([received(), opened()])
    with pytest.raises(InputError):
        extended(ledger, [used("10"), used("95", hours=2.2)])
    assert ledger.account("v1").left.units == 100


def test_lots_and_products_are_summed_apart() -> None:
    ledger = fold_ledger([received(), received("v2", 50, lot="C2"), received("v3", 500, ABO)])
    assert balance(ledger, ONA).on_hand_unopened == StockSum(D(150), ONA)
    assert balance(ledger, ONA, lot="C2").received == StockSum(D(50), ONA)
    assert ledger.products() == (ABO, ONA)
    with pytest.raises(UnitsError):
        _ = balance(ledger, ONA).received + balance(ledger, ABO).received


@pytest.mark.parametrize(
    ("entries", "error", "says"),
    [
        ([opened()], UnknownNameError, "receive it first"),
        ([received(), received(key="again")], InputError, "already received"),
        ([received(units=0)], InputError, "cannot hold"),
        ([received(), opened(hours=-1)], DateError, "run backwards"),
        ([received(), opened(), opened(key="again", hours=2)], InputError, "cannot be opened"),
        ([received(), opened(diluent_ml=D(-1))], InputError, "must not be negative"),
        ([received(), opened(diluent_ml=D("nan"))], InputError, "finite"),
        ([received(), opened(), used("5", product=ABO)], UnitsError, "not interchangeable"),
        ([received(), opened(), used("0")], InputError, "nothing to take"),
        ([received(), opened(), used("100.01")], InputError, "split the draw"),
        ([received(), used("5")], InputError, "is unopened"),
        ([received(), wasted("5")], InputError, "is unopened"),
        ([received(), opened(), wasted("100"), opened(key="x", hours=4)], InputError, "is empty and cannot be opened"),
    ],
)
def test_what_cannot_have_happened_is_refused(entries: list, error: type[Exception], says: str) -> None:
    with pytest.raises(error, match=says):
        fold_ledger(entries)


def test_a_year_s_vials_are_more_than_any_dose() -> None:
    # 11 vials of 10,000 units: no dose is as large (the check of a dose ends at 100,000), and a stock may be.
    rima = "rimabotulinumtoxinB"
    ledger = fold_ledger([received(f"v{number}", 10_000, rima) for number in range(11)])
    sums = balance(ledger, rima)
    assert (sums.received.units, sums.on_hand.units, sums.difference) == (110_000, 110_000, 0)


def test_a_vial_of_less_than_one_unit_is_a_vial() -> None:
    assert fold_ledger([received(units=D("0.5"))]).account("v1").left == Dose("0.5", ONA)


def test_an_unopened_vial_can_be_thrown_away_whole() -> None:
    assert balance(fold_ledger([received(), wasted("100")]), ONA).wasted.units == 100
    with pytest.raises(UnknownNameError, match="no vial 'v9'"):
        Ledger().account("v9")


class AnyHistory(RuleBasedStateMachine):
    """Random histories over several vials and two products, checked against sums kept beside the ledger."""

    def __init__(self) -> None:
        super().__init__()
        self.ledger, self.step = Ledger(), 0
        self.own: dict[str, dict[str, D]] = {}  # vial -> received, used, wasted

    def _at(self) -> datetime:
        self.step += 1
        return START + timedelta(minutes=self.step)

    def _try(self, entry, allowed: bool) -> bool:
        if allowed:
            self.ledger = extended(self.ledger, [entry])
            return True
        with pytest.raises((InputError, UnitsError)):
            extended(self.ledger, [entry])
        return False

    @rule(units=st.sampled_from([50, 100, 200]), product=st.sampled_from([ONA, ABO]))
    def receive(self, units: int, product: str) -> None:
        name = f"v{len(self.own)}"
        self._try(received(name, units, product, at=self._at()), True)
        self.own[name] = {"received": D(units), "used": D(0), "wasted": D(0)}

    @precondition(lambda self: self.own)
    @rule(data=st.data())
    def open(self, data) -> None:
        name = data.draw(st.sampled_from(sorted(self.own)))
        at = self._at()
        entry = VialOpened(key=f"k{self.step}", vial=name, at=at, session="s", patient="p", diluent_ml=D(2))
        self._try(entry, self.ledger.account(name).status is VialStatus.UNOPENED)

    @precondition(lambda self: self.own)
    @rule(data=st.data(), amount=st.decimals("0.01", 210, places=2), waste=st.booleans())
    def take(self, data, amount: D, waste: bool) -> None:
        name = data.draw(st.sampled_from(sorted(self.own)))
        account, own = self.ledger.account(name), self.own[name]
        left = own["received"] - own["used"] - own["wasted"]
        at = self._at()
        dose = Dose(amount, account.content.product)
        common = {"key": f"k{self.step}", "vial": name, "dose": dose, "at": at, "session": "s"}
        entry = UnitsWasted(reason=WasteReason.BROKEN, **common) if waste else UnitsUsed(patient="p", **common)
        ready = account.opened_at is not None or (waste and amount == left)
        if self._try(entry, amount <= left and ready):
            own["wasted" if waste else "used"] += amount

    @precondition(lambda self: self.own)
    @rule()
    def close(self) -> None:
        entries = rest_wasted(self.ledger, "s", self._at())
        for entry in entries:
            self.own[entry.vial]["wasted"] += entry.dose.units
        self.ledger = extended(self.ledger, entries)

    @invariant()
    def every_unit_is_accounted_for(self) -> None:
        for name, own in self.own.items():
            assert self.ledger.account(name).left.units == own["received"] - own["used"] - own["wasted"] >= 0
        for product in self.ledger.products():
            sums = balance(self.ledger, product)
            assert sums.difference == 0
            mine = [own for name, own in self.own.items() if self.ledger.account(name).content.product == product]
            assert sums.used.units == sum(own["used"] for own in mine)
            assert sums.wasted.units == sum(own["wasted"] for own in mine)

    @invariant()
    def folding_again_gives_the_same(self) -> None:
        assert fold_ledger(self.ledger.entries) == self.ledger


AnyHistory.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestAnyHistory = AnyHistory.TestCase


@given(st.lists(st.decimals("0.01", 30, places=2), max_size=12))
def test_session_total_equals_what_left_the_vials(doses: list[D]) -> None:
    entries: list = [received(), opened()]
    taken = D(0)
    for number, dose in enumerate(doses):
        if taken + dose <= 100:
            entries.append(used(str(dose), hours=2 + number / 10))
            taken += dose
    ledger = fold_ledger(entries)
    ledger = extended(ledger, rest_wasted(ledger, "s1", START + timedelta(hours=9)))
    sums = balance(ledger, ONA)
    assert (sums.used.units, sums.wasted.units) == (taken, 100 - taken)
