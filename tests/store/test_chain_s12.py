"""S12: the record is append-only; each change, gap, insertion, reordering and cut is found and located."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pytest
from sqlalchemy import delete, insert, select, text, update

from reprieve.core.errors import TamperedError
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.store.anchor_file import witness_path
from reprieve.store.chain import GENESIS, HASHED
from reprieve.store.engine import Database
from reprieve.store.ledger import Ledger
from reprieve.store.tables import anchors, events
from reprieve.store.verify import verify


def test_s12_an_untouched_record_verifies(filled: Ledger) -> None:
    found = verify(filled.database)
    assert found.ok
    assert found.events == 10
    assert (10, found.head) == filled.head()


def test_s12_the_chain_is_the_one_that_the_documentation_gives(filled: Ledger) -> None:
    # Computed here from the definition alone: SHA-256 over JSON of the hash before and every column but body and salt.
    with filled.database.read() as connection:
        rows = connection.execute(select(events).order_by(events.c.seq)).mappings().all()
    before = GENESIS
    for row in rows:
        assert hashlib.sha256(f"{row['salt']}\n{row['body']}".encode()).hexdigest() == row["body_digest"]
        told = json.dumps([before, *(row[name] for name in HASHED)], ensure_ascii=False, separators=(",", ":"))
        assert hashlib.sha256(told.encode()).hexdigest() == row["hash"]
        before = row["hash"]


@pytest.mark.parametrize("column", ["by", "at", "kind", "patient", "reason", "program", "reference", "clinic", "id"])
def test_s12_a_changed_column_is_located(filled: Ledger, column: str) -> None:
    value = EventKind.GOAL_SET.value if column == "kind" else "other"
    with filled.database.write() as connection:
        connection.execute(update(events).where(events.c.seq == 5).values({column: value}))
    found = verify(filled.database)
    assert not found.ok
    assert found.problems[0].number == 5


def test_s12_a_changed_dose_is_located(filled: Ledger) -> None:
    with filled.database.write() as connection:
        body = connection.scalar(select(events.c.body).where(events.c.seq == 4))
        assert body is not None
        connection.execute(update(events).where(events.c.seq == 4).values(body=body.replace('"4"', '"9"')))
    found = verify(filled.database)
    assert [problem.number for problem in found.problems] == [4]
    assert "content" in found.problems[0].what


def test_s12_a_deleted_middle_row_is_located(filled: Ledger) -> None:
    with filled.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq == 6))
    found = verify(filled.database)
    assert found.problems[0].number == 6
    assert "missing" in found.problems[0].what


def test_s12_deleted_and_renumbered_rows_are_located(filled: Ledger) -> None:
    with filled.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq == 6))
        for number in range(7, 11):
            connection.execute(update(events).where(events.c.seq == number).values(seq=number - 1))
    found = verify(filled.database)
    assert not found.ok
    assert found.problems[0].number == 6


def test_s12_an_inserted_row_is_located(filled: Ledger) -> None:
    with filled.database.write() as connection:
        row = dict(connection.execute(select(events).where(events.c.seq == 10)).mappings().one())
        row |= {"seq": 11, "id": "forged"}
        connection.execute(insert(events).values(**row))
    found = verify(filled.database)
    assert found.problems[0].number == 11


def test_s12_reordered_rows_are_located(filled: Ledger) -> None:
    with filled.database.write() as connection:
        for old, new in ((3, 103), (4, 3), (103, 4)):
            connection.execute(update(events).where(events.c.seq == old).values(seq=new))
    found = verify(filled.database)
    assert found.problems[0].number == 3


def test_s12_a_cut_end_is_noticed_by_the_anchors(filled: Ledger) -> None:
    with filled.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq > 7))
    found = verify(filled.database)
    assert found.problems[0].number == 8
    assert "cut" in found.problems[0].what


def test_s12_a_cut_end_with_its_anchors_is_noticed_by_a_printed_head(filled: Ledger) -> None:
    number, head = filled.head()
    with filled.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq > 7))
        connection.execute(delete(anchors).where(anchors.c.seq > 7))
    found = verify(filled.database, [(number, head[:12])])
    assert not found.ok
    assert found.problems[0].number == 8


def test_s12_a_cut_end_with_its_anchors_is_noticed_by_the_witness_file(filled: Ledger) -> None:
    if filled.database.path is None:
        pytest.skip("a server's record has no file beside it; printed heads are its witness")
    with filled.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq > 7))
        connection.execute(delete(anchors).where(anchors.c.seq > 7))
    assert witness_path(filled.database.path).exists()
    assert verify(filled.database).problems[0].number == 8


def test_s12_a_removed_anchor_is_noticed(filled: Ledger) -> None:
    with filled.database.write() as connection:
        connection.execute(delete(anchors).where(anchors.c.seq == 10))
    assert [problem.number for problem in verify(filled.database).problems] == [10]


def test_s12_nothing_is_added_to_a_cut_record(filled: Ledger, diary: Callable[..., Event]) -> None:
    from reprieve.core.errors import StoreError

    with filled.database.write() as connection:
        connection.execute(delete(events).where(events.c.seq > 7))
    with pytest.raises(StoreError, match="audit verify"):
        filled.append([diary()])


def test_s12_the_list_of_patients_can_be_lost_and_rebuilt(filled: Ledger) -> None:
    from reprieve.store.fold_views import rebuild
    from reprieve.store.tables import patients

    with filled.database.read() as connection:
        before = connection.execute(select(patients)).all()
    with filled.database.write() as connection:
        connection.execute(text("DELETE FROM patients"))
    assert rebuild(filled.database) == 1
    with filled.database.read() as connection:
        assert connection.execute(select(patients)).all() == before
    assert verify(filled.database).ok


@pytest.mark.parametrize(
    ("column", "value"),
    [("body", '{"date": "2026-03-02", "note": "Sam Sample'), ("kind", "diary_emtered"), ("at", "yesterday")],
)
def test_s12_an_event_that_cannot_be_read_is_one_line_without_its_content(
    filled: Ledger, column: str, value: str
) -> None:
    with filled.database.write() as connection:
        connection.execute(update(events).where(events.c.seq == 3).values({column: value}))
    with pytest.raises(TamperedError, match="cannot be read: it was changed or damaged") as caught:
        filled.events_of("clinic", "a")
    assert "Sample" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_empty_record_verifies(database: Database) -> None:
    found = verify(database)
    assert found.ok
    assert (found.events, found.head) == (0, GENESIS)
