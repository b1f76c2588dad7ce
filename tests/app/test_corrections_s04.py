"""S4 through the record: whatever is signed, corrected and taken back, the stock gave what stands in the charts."""

from __future__ import annotations

from decimal import Decimal as D
from pathlib import Path
from random import Random

import pytest
from tests.app.test_stock import INJECTOR, Hands, vial

from reprieve.app.check import check_plan
from reprieve.app.record.corrections import SessionAsItWas, correct_session, take_session_back
from reprieve.app.record.signing import BlockedError, Given
from reprieve.app.stock.views import stock_balances
from reprieve.core.errors import InputError
from reprieve.record.chart import GivenInjection, SkippedInjection
from reprieve.record.plan import Reconstitution
from reprieve.store.verify import verify

PATIENTS = ("p1", "p2", "p3")


def sessions(hands: Hands) -> list[tuple[str, str, D]]:
    """Return patient, id and units of every session that stands."""
    charts = ((patient, hands.store.view("clinic", patient).chart) for patient in PATIENTS)
    return [(patient, one.id or "", one.units) for patient, chart in charts for one in chart.sessions]


def correct(hands: Hands, random: Random, patient: str, key: str) -> None:
    (old,) = (one for one in hands.store.view("clinic", patient).chart.sessions if one.id == key)
    given = GivenInjection(muscle="splenius_capitis", side="left", units=D(random.randint(1, 70)), sites=2)
    skipped = SkippedInjection(muscle="splenius_capitis", side="left", reason="bruise at the site")
    nothing = random.random() < 0.2
    wish = SessionAsItWas(
        date=old.date,
        given=Given(
            injections=() if nothing else (given,),
            skipped=(skipped,) if nothing else (),
            reconstitution=Reconstitution(vials=(vial(),)),
        ),
        reason="typed wrong",
    )
    now = hands.at
    check = lambda plan: check_plan(plan, today=now.date(), now=now)  # noqa: E731
    correct_session(hands.store, INJECTOR, patient, key, wish, check=check)


@pytest.mark.parametrize("seed", range(6))
def test_s04_stock_and_charts_tell_the_same(tmp_path: Path, seed: int) -> None:
    """Random days of a clinic with one vial a session; after every write the two ways of counting meet."""
    random = Random(seed)
    hands = Hands(tmp_path / "clinic.db")
    hands.receive(count=30)
    done = {"sign": 0, "correct": 0, "take back": 0}
    for _ in range(20):
        known = sessions(hands)
        act = random.choice(("sign", "sign", "correct", "take back")) if known else "sign"
        patient, key, _ = random.choice(known) if known else ("", "", D(0))
        before = hands.store.ledger.head()
        try:
            if act == "sign":
                whose = random.choice(PATIENTS)
                hands.sign(whose, hands.wish(units=str(random.randint(1, 70)), second_today="of another hour"))
            elif act == "correct":
                correct(hands, random, patient, key)
            else:
                take_session_back(hands.store, INJECTOR, patient, key, reason="wrong chart")
            done[act] += 1
        except (BlockedError, InputError):
            assert hands.store.ledger.head() == before
        (row,) = stock_balances(hands.store, "clinic")
        assert row["difference"] == "0"
        assert D(row["used"]) == sum((units for *_, units in sessions(hands)), D(0))
    assert all(done.values()), done
    assert verify(hands.database).ok
    hands.database.close()
