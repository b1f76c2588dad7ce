"""Drafts: kept, replaced, closed; and an id that is closed stays closed."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.app.test_stock import INJECTOR, Hands

from reprieve.app.record.drafts import DraftToKeep, keep_draft, open_drafts, void_draft
from reprieve.core.errors import ConflictError


def keep(hands: Hands, draft_id: str | None = None) -> str:
    wish = DraftToKeep(plan=hands.wish(units="40").plan, draft_id=draft_id)
    return keep_draft(hands.store, INJECTOR, "p1", wish, request=None, seen=None).answer["draft_id"]


@pytest.mark.parametrize("closed_by", ["a word", "a signature"])
def test_the_id_of_a_closed_draft_keeps_no_plan_that_nobody_would_see(tmp_path: Path, closed_by: str) -> None:
    hands = Hands(tmp_path / "clinic.db")
    hands.receive(count=3)
    kept = keep(hands)
    assert keep(hands, kept) == kept
    if closed_by == "a word":
        void_draft(hands.store, INJECTOR, "p1", kept, reason="another muscle", request=None)
    else:
        hands.sign("p1", hands.wish(units="40"))
    before = hands.store.ledger.head()
    with pytest.raises(ConflictError, match="signed or taken back already; nothing was written"):
        keep(hands, kept)
    assert hands.store.ledger.head() == before
    # Without the id it is a new draft, and that one is seen; so is one under an id that the caller made up.
    assert {keep(hands), keep(hands, "mine")} == set(open_drafts(hands.store, "clinic", "p1"))
    hands.database.close()
