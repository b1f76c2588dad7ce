"""What the screens and commands show of the stock: vials, sums, and which vials to take."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.app.clinic import Clinic
from reprieve.app.reviews.facts import reviewed_facts
from reprieve.app.stock.book import stock_ledger
from reprieve.core.documents import as_json
from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError
from reprieve.core.findings import Finding, Severity
from reprieve.deliver.day_choice import DayDose, DayPlan, least_waste_of_day
from reprieve.deliver.elapsed import elapsed
from reprieve.deliver.ledger import Ledger, VialAccount, VialStatus, balance
from reprieve.deliver.vial_choice import VialSet, least_waste
from reprieve.deliver.vial_state import VialChoice, vial_findings, vials_on_offer
from reprieve.reference.preparations import ProductFacts, is_verified

HOUR = timedelta(hours=1)


def stock_rows(store: Clinic, clinic: str, *, empty: bool = False) -> list[dict[str, Any]]:
    """Return the vials, what expires first on top; vials that are empty only on wish."""
    ledger, at = stock_ledger(store, clinic), store.clock()
    accounts = [one for one in ledger.accounts.values() if empty or one.status is not VialStatus.EMPTY]
    facts = {product: reviewed_facts(store, clinic, product) for product in ledger.products()}
    rows = [_row(one, facts[one.content.product], at) for one in accounts]
    return sorted(rows, key=lambda row: (row["expires"], row["product"], row["vial_id"]))


def _row(account: VialAccount, facts: ProductFacts, at: datetime) -> dict[str, Any]:
    hours = None if account.opened_at is None else Decimal(str(elapsed(account.opened_at, at) / HOUR))
    return as_json(
        {
            "vial_id": account.vial,
            "product": account.content.product,
            "units": account.content.units,
            "lot": account.lot,
            "expires": account.expires,
            "received_at": account.received_at,
            "opened_at": account.opened_at,
            "opened_for": account.opened_for,
            "diluent_ml": account.diluent_ml,
            "hours_since_opened": None if hours is None else hours.quantize(Decimal("0.1")),
            "left": account.left.units,
            "state": account.status,
            "findings": () if account.status is VialStatus.EMPTY else vial_findings(account, facts, at),
        }
    )


def stock_balances(store: Clinic, clinic: str, *, by_lot: bool = False) -> list[dict[str, Any]]:
    """Return received, used, wasted and on hand of each product (and lot), with their difference, which is 0."""
    ledger = stock_ledger(store, clinic)
    keys: set[tuple[str, str | None]] = {
        (one.content.product, one.lot if by_lot else None) for one in ledger.accounts.values()
    }
    return [_sums(ledger, product, lot) for product, lot in sorted(keys, key=lambda key: (key[0], key[1] or ""))]


def _sums(ledger: Ledger, product: str, lot: str | None) -> dict[str, Any]:
    sums = balance(ledger, product, lot=lot)
    return as_json(
        {
            "product": product,
            "lot": lot,
            "received": sums.received.units,
            "used": sums.used.units,
            "wasted": sums.wasted.units,
            "on_hand": sums.on_hand.units,
            "on_hand_unopened": sums.on_hand_unopened.units,
            "on_hand_open": sums.on_hand_open.units,
            "difference": sums.difference,
        }
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Vials on offer for one patient; `take` is what to open for least waste, None when the stock does not do."""

    product: str
    units: Decimal
    choices: tuple[VialChoice, ...]
    take: tuple[VialAccount, ...]
    least: VialSet | None
    why_not: str | None

    def document(self) -> dict[str, Any]:
        """Return the offer as plain JSON."""
        return as_json(
            {
                "product": self.product,
                "units": self.units,
                "vials": [
                    {
                        "vial_id": one.account.vial,
                        "lot": one.account.lot,
                        "expires": one.account.expires,
                        "units": one.account.content.units,
                        "left": one.account.left.units,
                        "state": one.account.status,
                        "selectable": one.selectable,
                        "findings": one.findings,
                    }
                    for one in self.choices
                ],
                "take": [one.vial for one in self.take],
                "waste": self.least.waste.units if self.least else None,
                "why_not": self.why_not,
            }
        )


def offer_vials(
    store: Clinic, clinic: str, patient: str, product: str, units: Decimal, *, may_share: bool = False
) -> Offer:
    """Return which vials may be chosen for `patient` now, and which of them to take for least waste."""
    facts = reviewed_facts(store, clinic, product)
    choices = vials_on_offer(stock_ledger(store, clinic), facts, store.clock(), patient, may_share=may_share)
    usable = [one.account for one in choices if one.selectable]
    try:
        least = least_waste(Dose(units, product), _sizes(usable))
    except InputError as problem:
        return Offer(product=product, units=units, choices=choices, take=(), least=None, why_not=str(problem))
    return Offer(product=product, units=units, choices=choices, take=_taken(usable, least), least=least, why_not=None)


def _sizes(usable: list[VialAccount]) -> dict[Decimal, int]:
    sizes: dict[Decimal, int] = {}
    for one in usable:
        sizes[one.left.units] = sizes.get(one.left.units, 0) + 1
    return sizes


def _taken(usable: list[VialAccount], least: VialSet) -> tuple[VialAccount, ...]:
    """Return the vials of the set, of each size those on top of the offer: open ones, then first to expire."""
    taken: list[VialAccount] = []
    for size, count in least.counts:
        taken += [one for one in usable if one.left.units == size][:count]
    return tuple(taken)


def plan_day(
    store: Clinic, clinic: str, product: str, doses: tuple[DayDose, ...], *, may_share: bool
) -> tuple[DayPlan, tuple[Finding, ...]]:
    """Return the vials of a clinic day for least waste, from the unopened vials that may be used then.

    Parameters
    ----------
    doses : tuple of DayDose
        One for each patient, with the time of the visit.
    may_share : bool
        The clinic's policy; without it each vial serves one patient.
    """
    facts = reviewed_facts(store, clinic, product)
    latest = max((dose.at for dose in doses), default=store.clock())
    unopened = [
        one
        for one in stock_ledger(store, clinic).accounts.values()
        if one.content.product == product
        and one.status is VialStatus.UNOPENED
        and not any(found.severity == "error" for found in vial_findings(one, facts, latest))
    ]
    within = facts.use_within
    if may_share and within is None:
        raise InputError(f"how long {product} may be used after opening is not on file, so no vial can be shared")
    hours = within.hours if may_share and within else None
    plan = least_waste_of_day(doses, _sizes(unopened), product, share_within_hours=hours)
    return plan, _day_findings(facts, may_share, plan)


def _day_findings(facts: ProductFacts, may_share: bool, plan: DayPlan) -> tuple[Finding, ...]:
    if not may_share or not plan.shared or facts.use_within is None:
        return ()
    seen = "" if is_verified(facts.use_within.source) else " (figure not verified)"
    return (
        Finding(
            rule="vial_shared",
            severity=Severity.WARNING,
            message=(
                f"This plan lets one vial serve several patients within {plain(facts.use_within.hours)} hours{seen}. "
                "The labels say one patient, one session; the clinic's policy allows it."
            ),
            subject="clinic day",
            sources=(facts.use_within.source,),
            clears_if="each patient gets vials of their own",
        ),
    )
