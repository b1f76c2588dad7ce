"""Reading the ledger is filtering all that was written; a receipt says what was written and where."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import product

import pytest
from sqlalchemy import delete, select

from reprieve.core.errors import ConflictError, StoreError
from reprieve.record.event_bodies import Erasure, Reading
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.anchor_file import heads
from reprieve.store.chain import GENESIS, HASHED, hash_of_row
from reprieve.store.codec import body_of, body_text, event_of_row
from reprieve.store.ledger import Ledger, Origin, Request
from reprieve.store.tables import anchors, events, writes
from reprieve.store.verify import Verification, verify

Maker = Callable[..., Event]
START = datetime(2026, 3, 28, 22, 0, tzinfo=UTC)


@pytest.fixture
def written(ledger: Ledger, registered: Maker, diary: Maker) -> list[tuple[int, Event]]:
    """Two clinics, two patients in the first, entries and readings in turn; each event with its number."""
    told = [registered("a"), registered("b"), registered("a", "other")]
    for number in range(4):
        told += [diary("a"), diary("b"), diary("a", clinic="other")]
        told.append(
            Event(
                id=f"read-{number}",
                kind=EventKind.CHART_READ,
                clinic="clinic",
                patient="ab"[number % 2],
                by="Dr. A",
                at=START + timedelta(hours=number),
                body=Reading(what="chart"),
            )
        )
    for start in range(0, len(told), 3):
        ledger.append(told[start : start + 3])
    return list(enumerate(told, start=1))


def ids(found: list[Event]) -> list[str]:
    return [event.id for event in found]


def test_the_events_of_a_patient_are_those_between_two_numbers_oldest_first(
    ledger: Ledger, written: list[tuple[int, Event]]
) -> None:
    last = len(written)
    for clinic, patient in (("clinic", "a"), ("clinic", "b"), ("other", "a"), ("other", "b")):
        for after, upto, chart_only in product((0, 1, 5, last), (None, 1, 6, last), (False, True)):
            wanted = [
                event.id
                for number, event in written
                if (event.clinic, event.patient) == (clinic, patient)
                and number > after
                and (upto is None or number <= upto)
                and not (chart_only and event.kind is EventKind.CHART_READ)
            ]
            assert ids(ledger.events_of(clinic, patient, after=after, upto=upto, chart_only=chart_only)) == wanted
    assert "read-0" in ids(ledger.events_of("clinic", "a")), "all of it unless told otherwise"


def test_the_latest_events_are_the_newest_that_fit_newest_first(
    ledger: Ledger, written: list[tuple[int, Event]]
) -> None:
    for patient, kinds, limit, before in product(
        (None, "a", "b"), (None, (EventKind.CHART_READ,), (EventKind.DIARY_ENTERED, EventKind.CHART_READ)),
        (1, 3, 100), (None, 1, 8),
    ):  # fmt: skip
        wanted = [
            (number, event.id)
            for number, event in reversed(written)
            if event.clinic == "clinic"
            and (patient is None or event.patient == patient)
            and (kinds is None or event.kind in kinds)
            and (before is None or number < before)
        ][:limit]
        found = ledger.latest("clinic", patient=patient, kinds=kinds, limit=limit, before=before)
        assert [(number, event.id) for number, _, event in found] == wanted


def test_what_is_read_is_what_was_written(ledger: Ledger, written: list[tuple[int, Event]]) -> None:
    for clinic in ("clinic", "other"):
        for number, head, event in ledger.latest(clinic):
            assert event == dict(written)[number]
            with ledger.database.read() as connection:
                assert head == connection.scalar(select(events.c.hash).where(events.c.seq == number))


def test_a_receipt_tells_the_first_and_last_number_and_the_head(
    ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    assert ledger.head() == (0, GENESIS)
    told = ledger.append([registered(), diary(), diary()], answer=lambda first, head: [first, head])
    assert (told.first, told.last, told.head) == (1, 3, ledger.head()[1])
    assert told.answer == [1, told.head]
    again = ledger.append([diary()], answer="plain")
    assert (again.first, again.last, again.answer) == (4, 4, "plain")
    nothing = ledger.append([])
    assert (nothing.first, nothing.last, nothing.head) == (5, 4, again.head)
    if ledger.database.path is not None:
        assert [number for number, _ in heads(ledger.database.path)] == [3, 4], "one line for each write of events"


def test_each_row_carries_its_origin_and_hangs_on_the_one_before(
    ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered(), diary()])
    with ledger.database.read() as connection:
        rows = [dict(row) for row in connection.execute(select(events).order_by(events.c.seq)).mappings()]
    assert {(row["program"], row["reference"]) for row in rows} == {("0.1.0", "test")}
    assert all(len(row["salt"]) == 32 for row in rows)
    assert len({row["salt"] for row in rows}) == 2
    before = GENESIS
    for row in rows:
        assert row["hash"] == hash_of_row(before, row)
        for name in HASHED:
            other = {**row, name: "something else"}
            assert hash_of_row(before, other) != row["hash"], f"{name} is covered"
        before = row["hash"]


def test_a_repeated_request_is_known_before_it_is_sent_and_dated(ledger: Ledger, registered: Maker) -> None:
    request = Request.of("clinic", "nurse", "key-1", b"body")
    assert ledger.earlier_answer(request) is None
    ledger.append([registered()], answer={"n": 1}, request=request)
    known = ledger.earlier_answer(request)
    assert known is not None
    assert known.first == known.last + 1, "nothing was written by the repeat"
    assert (known.answer, known.repeated, known.last, known.head) == ({"n": 1}, True, 1, ledger.head()[1])
    later = START + timedelta(days=1)
    ledger.append([], request=Request.of("clinic", "nurse", "key-2", b""), at=later)
    ledger.append([], request=Request.of("clinic", "nurse", "key-3", b""))
    with ledger.database.read() as connection:
        told = dict(connection.execute(select(writes.c.key, writes.c.at)).all())  # type: ignore[arg-type]
    assert told == {"key-1": START.isoformat(), "key-2": later.isoformat(), "key-3": ""}


def test_a_patient_who_must_not_exist_yet_is_not_registered_twice(ledger: Ledger, registered: Maker) -> None:
    ledger.append([registered("a")], expected={"a": None})
    with pytest.raises(ConflictError, match="came into the record meanwhile"):
        ledger.append([registered("a", key="again")], expected={"a": None})
    ledger.append([registered("a", "other")], expected={"a": None})
    assert ledger.head()[0] == 2


def test_nothing_is_written_to_a_record_that_was_cut(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered()])
    ledger.append([diary()])
    with ledger.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq == 2))
    with pytest.raises(StoreError, match="does not end where its last write ended"):
        ledger.append([diary()])
    with ledger.database.write() as connection:
        connection.execute(delete(anchors).where(anchors.c.seq == 2))
    # Cut as well in its anchors it goes on; the witness and printed heads tell then.
    assert Ledger(ledger.database, Origin("0", "t")).append([diary()]).last == 2


def test_the_hash_covers_letters_as_they_are_written() -> None:
    # SHA-256 over the UTF-8 text, written out by hand: other programs can check a record.
    row = dict.fromkeys(HASHED, None) | {"seq": 7, "by": "Dr. Ö", "kind": "diary_entered"}
    told = f'["{GENESIS}",7,null,null,null,"diary_entered",null,"Dr. Ö",null,null,null,null,null]'
    assert hash_of_row(GENESIS, row) == sha256(told.encode()).hexdigest()


def test_an_event_is_its_row_and_its_body_is_its_text(ledger: Ledger, written: list[tuple[int, Event]]) -> None:
    with ledger.database.read() as connection:
        rows = connection.execute(select(events).order_by(events.c.seq)).all()
    for row, (_, event) in zip(rows, written, strict=True):
        assert event_of_row(row) == event
        assert body_text(event.body) == row.body
        assert body_of(event.kind, row.body) == event.body
        assert body_of(event.kind, None) is None


def test_a_hundred_events_are_given_unless_more_are_asked_for(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    ledger.append([registered(), *(diary() for _ in range(100))])
    assert [number for number, _, _ in ledger.latest("clinic")] == list(range(101, 1, -1))


def test_of_many_breaks_twenty_are_listed_in_order_and_the_rest_counted(
    ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered(), *(diary() for _ in range(29))])
    with ledger.database.write() as connection:
        connection.execute(events.update().where(events.c.seq > 5).values(body="{}"))
    found = verify(ledger.database)
    assert not found.ok
    assert [problem.number for problem in found.problems] == list(range(6, 26))
    assert "5 further breaks are not listed" in found.remarks
    assert (found.events, found.erased) == (30, 0)


def test_the_end_of_a_whole_record_is_told(ledger: Ledger, registered: Maker) -> None:
    ledger.append([registered()])
    found = verify(ledger.database)
    assert (found.ok, found.problem, found.head) == (True, None, ledger.head()[1])
    assert found.remarks == (f"last event at {START.isoformat()}",)


def test_a_clock_set_back_is_worth_a_remark_but_a_minute_is_not(
    ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    def at(second: int) -> Event:
        return replace(diary(), at=START + timedelta(seconds=second))

    ledger.append([registered(), at(0), at(3600), at(3540), at(3480), at(3419)])
    found = verify(ledger.database)
    assert found.ok
    # Back by 60 seconds twice, which two processes may do to each other; then by 61.
    assert [remark.split(":")[0] for remark in found.remarks[:-1]] == ["the clock was set back before event 6"]


def test_content_may_be_gone_only_where_an_erasure_names_it(ledger: Ledger, registered: Maker, diary: Maker) -> None:
    body = Erasure(events=("named",), pseudonym="erased-1")
    erased = Event(id="e", kind=EventKind.PATIENT_ERASED, clinic="clinic", patient="a", by="Dr. A", at=START, body=body)
    ledger.append([registered(), diary(key="named"), diary(key="unnamed"), erased])

    def forget(key: str) -> Verification:
        with ledger.database.write() as connection:
            connection.execute(events.update().where(events.c.id == key).values(body=None, salt=None))
        return verify(ledger.database)

    found = forget("named")
    assert (found.ok, found.erased) == (True, 1)
    found = forget("unnamed")
    assert (found.ok, found.erased) == (False, 2)
    assert found.problem == "event 3: content is gone, and no event of erasure names it"


@pytest.mark.parametrize(
    ("gone", "first", "words"),
    [((3,), 3, "event 3 is missing"), ((3, 4), 3, "events 3 to 4 are missing"), ((1, 2, 3), 1, "events 1 to 3 are")],
)
def test_a_gap_is_told_by_the_numbers_that_are_gone(
    gone: tuple[int, ...], first: int, words: str, ledger: Ledger, registered: Maker, diary: Maker
) -> None:
    ledger.append([registered(), *(diary() for _ in range(5))])
    with ledger.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq.in_(gone)))
    found = verify(ledger.database)
    assert found.problems[0].number == first
    assert words in found.problems[0].what
    assert found.problems[1].number == gone[-1] + 1
    assert "does not follow" in found.problems[1].what
    assert found.events == 6 - len(gone)
