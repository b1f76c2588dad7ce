"""Vials on the shelf of the synthetic clinic: the lots of its latest sessions, one of them soon to expire."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import DEFAULT_CLINIC, Clinic
from reprieve.app.stock.book import stock_ledger
from reprieve.app.stock.changes import VialsToReceive, receive_vials
from reprieve.record.chart import Chart
from reprieve.record.plan import Vial

VIALS_OF_A_LOT = 6
SOON_DAYS, LATER_DAYS = 24, 480


def fill_stock(store: Clinic, charts: Sequence[Chart]) -> int:
    """Receive vials of every product that the clinic gives, and return how many; a filled stock is left alone."""
    if stock_ledger(store, DEFAULT_CLINIC).accounts:
        return 0
    person = Person(DEFAULT_CLINIC, "demo", Role.PHARMACIST)
    received = 0
    for place, (product, vial) in enumerate(sorted(_latest(charts).items())):
        days = SOON_DAYS if place == 0 else LATER_DAYS + 30 * place
        wish = VialsToReceive(
            product=product,
            units=vial.units,
            lot=vial.lot,
            expires=store.today() + timedelta(days=days),
            count=VIALS_OF_A_LOT,
        )
        received += len(receive_vials(store, person, wish).answer["vials"])
    return received


def _latest(charts: Sequence[Chart]) -> dict[str, Vial]:
    """Return a vial of the latest session of each product."""
    found: dict[str, tuple[date, Vial]] = {}
    for chart in charts:
        for session in chart.sessions:
            vials = session.reconstitution.vials if session.reconstitution else ()
            known = found.get(session.product)
            if vials and vials[0].lot and (known is None or session.date > known[0]):
                found[session.product] = (session.date, vials[0])
    return {product: vial for product, (_, vial) in found.items()}
