"""S15: every write is carried out once, however often a client sends it, and one of two rivals wins."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from reprieve.core.errors import ConflictError, StoreError
from reprieve.record.events import Event
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.verify import verify

Maker = Callable[..., Event]


def test_s15_the_same_request_twice_writes_once_and_answers_the_same(
    ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered()])
    request = Request.of("clinic", "patient", "key-1", b"body")
    first = ledger.append([diary()], answer=lambda seq, head: {"seq": seq, "head": head}, request=request)
    again = ledger.append([diary()], answer=lambda seq, head: {"seq": seq, "head": head}, request=request)
    assert ledger.head()[0] == 2
    assert again.repeated
    assert not first.repeated
    assert again.answer == first.answer


def test_s15_the_same_key_for_another_request_is_refused(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered()])
    ledger.append([diary()], request=Request.of("clinic", "patient", "key-1", b"body"))
    with pytest.raises(ConflictError, match="key"):
        ledger.append([diary()], request=Request.of("clinic", "patient", "key-1", b"another body"))
    assert ledger.head()[0] == 2


def test_s15_two_people_may_use_the_same_key(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered()])
    ledger.append([diary()], request=Request.of("clinic", "one", "key-1", b"body"))
    ledger.append([diary()], request=Request.of("clinic", "two", "key-1", b"body"))
    ledger.append([diary()], request=Request.of("other clinic", "one", "key-1", b"body"))
    assert ledger.head()[0] == 4


def test_s15_many_devices_that_send_one_request_at_once_write_once(
    target: str, ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered()])
    others = [Database(target) for _ in range(3)]
    request = Request.of("clinic", "patient", "key-1", b"body")
    ledgers = [ledger, *(Ledger(database, Origin("0", "t")) for database in others)]
    entries = [diary() for _ in range(16)]

    def send(number: int) -> bool:
        return ledgers[number % 4].append([entries[number]], request=request).repeated

    with ThreadPoolExecutor(8) as pool:
        repeated = list(pool.map(send, range(16)))
    for database in others:
        database.close()
    assert repeated.count(False) == 1
    assert ledger.head()[0] == 2
    assert verify(ledger.database).ok


def test_s15_of_rivals_that_saw_the_same_version_exactly_one_writes(
    target: str, ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered()])
    seen = ledger.version("clinic", "a")
    assert seen is not None
    others = [Database(target) for _ in range(3)]
    ledgers = [ledger, *(Ledger(database, Origin("0", "t")) for database in others)]
    entries = [diary() for _ in range(12)]

    def send(number: int) -> bool:
        try:
            ledgers[number % 4].append([entries[number]], expected={"a": seen})
        except ConflictError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        won = list(pool.map(send, range(12)))
    for database in others:
        database.close()
    assert won.count(True) == 1
    assert ledger.head()[0] == 2


def test_s15_writers_on_several_connections_leave_one_unbroken_chain(
    target: str, ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered()])
    others = [Database(target) for _ in range(3)]
    ledgers = [ledger, *(Ledger(database, Origin("0", "t")) for database in others)]
    entries = [diary() for _ in range(40)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: ledgers[number % 4].append([entries[number]]), range(40)))
    for database in others:
        database.close()
    found = verify(ledger.database)
    assert found.ok, found.problem
    assert found.events == 41


def test_a_write_is_all_or_nothing(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered()])
    twice = diary(key="same")
    with pytest.raises(StoreError, match="already"):
        ledger.append([diary(), twice, twice])
    assert ledger.head()[0] == 1
    assert verify(ledger.database).ok


def test_a_failing_side_statement_leaves_nothing_behind(ledger: Ledger, registered: Maker) -> None:
    def fail(_: object) -> None:
        raise RuntimeError("disk pulled")

    with pytest.raises(RuntimeError):
        ledger.append([registered()], also=fail)
    assert ledger.head()[0] == 0
    assert ledger.version("clinic", "a") is None


def test_a_changed_chart_names_both_versions(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered()])
    ledger.append([diary()])
    with pytest.raises(ConflictError, match="version 1, now 2"):
        ledger.append([diary()], expected={"a": 1})


def test_s16_a_clinic_never_sees_another_ones_events(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered("a", "north")])
    ledger.append([registered("a", "south", key="other"), diary("a", clinic="south")])
    assert len(ledger.events_of("north", "a")) == 1
    assert len(ledger.events_of("south", "a")) == 2
    assert [event.clinic for _, _, event in ledger.latest("north")] == ["north"]
    assert ledger.version("north", "a") == 1
