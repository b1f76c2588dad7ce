"""S4 with corrections: received = used + wasted + on hand also when a session's entries are taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.core.dose import Dose
from reprieve.core.errors import InputError
from reprieve.deliver.ledger import VialStatus, balance, extended, fold_ledger, standing_entries
from reprieve.deliver.ledger_entries import (
    LedgerEntry,
    SessionTakenBack,
    UnitsUsed,
    UnitsWasted,
    VialOpened,
    VialReceived,
    WasteReason,
)
from reprieve.deliver.recall import recall_from_ledger

ONA = "onabotulinumtoxinA"
START = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
IN = VialReceived(key="in", vial="v1", content=Dose(100, ONA), lot="C1", expires=date(2027, 1, 1), at=START)


def opened(session: str, number: int) -> VialOpened:
    return VialOpened(key=f"o{number}", vial="v1", at=at(number), session=session, patient=f"of {session}")


def used(units: str, session: str, number: int) -> UnitsUsed:
    dose = Dose(units, ONA)
    return UnitsUsed(key=f"u{number}", vial="v1", dose=dose, at=at(number), session=session, patient=f"of {session}")


def wasted(units: str, session: str, number: int) -> UnitsWasted:
    reason = WasteReason.REST_OF_VIAL
    return UnitsWasted(
        key=f"w{number}", vial="v1", dose=Dose(units, ONA), reason=reason, at=at(number), session=session
    )


def back(session: str, number: int) -> SessionTakenBack:
    return SessionTakenBack(key=f"b{number}", vial="v1", session=session, at=at(number))


def at(number: int) -> datetime:
    return START + timedelta(minutes=number)


def sums(entries: list[LedgerEntry]) -> tuple[D, ...]:
    found = balance(fold_ledger(entries), ONA)
    assert found.difference == 0
    return tuple(one.units for one in (found.received, found.used, found.wasted, found.on_hand))


def test_s04_a_session_of_the_wrong_patient_leaves_the_vial_as_it_was() -> None:
    """By hand: 60 used and 40 thrown away come back; the vial is whole, unopened, and nobody's."""
    entries = [IN, opened("wrong", 1), used("60", "wrong", 2), wasted("40", "wrong", 3)]
    assert sums(entries) == (100, 60, 40, 0)
    entries.append(back("wrong", 4))
    assert sums(entries) == (100, 0, 0, 100)
    (account,) = fold_ledger(entries).accounts.values()
    assert (account.status, account.opened_for, account.session) == (VialStatus.UNOPENED, None, None)
    assert account.left == Dose(100, ONA)
    assert recall_from_ledger(fold_ledger(entries), "C1").patients == ()
    entries += [opened("right", 5), used("60", "right", 6), wasted("40", "right", 7)]
    assert sums(entries) == (100, 60, 40, 0)
    assert recall_from_ledger(fold_ledger(entries), "C1").patients == ("of right",)


def test_s04_a_corrected_dose_is_counted_once() -> None:
    """60 written, 50 given: 50 used, 50 thrown away."""
    entries = [IN, opened("s", 1), used("60", "s", 2), wasted("40", "s", 3)]
    entries += [back("s", 4), opened("s", 5), used("50", "s", 6), wasted("50", "s", 7)]
    assert sums(entries) == (100, 50, 50, 0)


def test_s04_what_another_session_took_of_the_vial_stays() -> None:
    """A shared vial stays open, for as long as it was, when the first of two sessions is taken back."""
    entries = [IN, opened("first", 1), used("30", "first", 2), used("20", "second", 3), back("first", 4)]
    assert sums(entries) == (100, 20, 0, 80)
    (account,) = fold_ledger(entries).accounts.values()
    assert (account.status, account.opened_at) == (VialStatus.OPEN, at(1))
    assert [draw.session for draw in account.draws] == ["second"]
    # The second session opened nothing: taking it back alone leaves the vial open for the first.
    entries = [IN, opened("first", 1), used("30", "first", 2), used("20", "second", 3), back("second", 4)]
    assert sums(entries) == (100, 30, 0, 70)
    (account,) = fold_ledger(entries).accounts.values()
    assert account.status is VialStatus.OPEN


def test_s04_a_vial_opened_and_not_used_is_closed_again() -> None:
    (account,) = fold_ledger([IN, opened("s", 1), back("s", 2)]).accounts.values()
    assert account.status is VialStatus.UNOPENED


def test_s04_nothing_is_taken_back_twice_or_for_a_session_that_took_nothing() -> None:
    entries = [IN, opened("s", 1), used("60", "s", 2)]
    with pytest.raises(InputError, match="no entry of the session 'other'"):
        fold_ledger([*entries, back("other", 3)])
    ledger = fold_ledger([*entries, back("s", 3)])
    with pytest.raises(InputError, match="no entry of the session 's'"):
        extended(ledger, [back("s", 4)])
    assert extended(ledger, [back("s", 3)]) == ledger  # the same write, sent again


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 30), st.booleans()), max_size=12))
def test_s04_the_two_ways_of_counting_meet(moves) -> None:
    """Any order of draws and take-backs: sums over entries equal those over accounts, and nothing else counts."""
    entries: list[LedgerEntry] = [IN, opened("a", 1)]
    drawn = dict.fromkeys("abc", D(0))
    open_now = True
    for number, (session, units, undo) in enumerate(moves, start=2):
        if undo and (drawn[session] or (session == "a" and open_now)):
            entries.append(back(session, number))
            drawn[session] = D(0)
            open_now = open_now and (session != "a" or any(drawn.values()))
        elif not undo and open_now and sum(drawn.values()) + units <= 100:
            entries.append(used(str(units), session, number))
            drawn[session] += units
    expected = sum(drawn.values())
    assert sums(entries) == (100, expected, 0, 100 - expected)
    counted = [one for one in standing_entries(fold_ledger(entries)) if isinstance(one, UnitsUsed)]
    assert sum((one.dose.units for one in counted), D(0)) == expected
