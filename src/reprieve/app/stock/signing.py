"""The debit of a signed session: its vials are checked (S18), and its units leave the stock in the same write (S15)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.reviews.facts import reviewed_facts
from reprieve.app.reviews.policy import policy_of
from reprieve.app.stock.book import balances_still, stock_ledger
from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError
from reprieve.core.findings import Finding
from reprieve.deliver.ledger import Ledger, VialAccount, VialStatus
from reprieve.deliver.ledger_entries import WasteReason
from reprieve.deliver.vial_state import vial_findings
from reprieve.record.chart import Session
from reprieve.record.clinic_bodies import StockOpened, StockUsed, StockWasted
from reprieve.record.event_kinds import EventKind
from reprieve.record.plan import Vial

Body = tuple[EventKind, Any]
# Stands for an expiry that nobody noted; it never counts as expired, and never as good either: nothing is said.
UNKNOWN = date.max
# A tablet's clock may run ahead of the server's by so much.
CLOCKS_DIFFER = timedelta(minutes=10)
LONGEST_OPEN = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Debit:
    """What a session does to the stock.

    Attributes
    ----------
    bodies : tuple
        Events to be written with the session: vials opened, units used, the rest thrown away.
    findings : tuple of Finding
        What is wrong with its vials; an error refuses the signature.
    """

    store: Clinic
    clinic: str
    bodies: tuple[Body, ...]
    findings: tuple[Finding, ...]

    def holds(self, connection: Connection) -> None:
        """Refuse the write when somebody else took from the same vials in the meantime."""
        if self.bodies:
            balances_still(self.store, self.clinic, connection)


def debit_of(
    store: Clinic, person: Person, patient: str, session: Session, session_id: str, *, ledger: Ledger | None = None
) -> Debit:
    """Return what signing `session` takes from the clinic's stock, and what is wrong with its vials now.

    A vial of the session is the vial in stock of the same product, size and lot: the one opened for this patient, else
    the first to expire. A clinic that keeps no stock here has nothing debited; its vials are checked all the same.
    `ledger` is the stock to draw from, the clinic's as it stands by default.

    Raises
    ------
    InputError
        The policy asks for vials from the stock and one is not there, or more was given than the vials hold.
    """
    clinic = person.clinic
    ledger, policy = ledger or stock_ledger(store, clinic), policy_of(store, clinic)
    vials = session.reconstitution.vials if session.reconstitution else ()
    chosen = _chosen(ledger, vials, patient, session)
    if policy.stock_required and (None in chosen or (session.injections and not vials)):
        raise InputError(
            "the clinic's policy asks for vials from its stock, but not every vial of this session is in it; "
            "receive the vial first, or choose one that is there"
        )
    facts = reviewed_facts(store, clinic, session.product)
    at = _moment(store, session)
    findings: list[Finding] = []
    for number, (vial, account) in enumerate(zip(vials, chosen, strict=True), start=1):
        # The same name as the check of the plan gives it, so that one reason answers both.
        subject = f"vial {number}" + (f" lot {vial.lot}" if vial.lot else "")
        _check_opened(vial, store.clock())
        told = _with_told(account or _as_told(vial, session), vial, at)
        found = vial_findings(told, facts, at, patient=patient, may_share=policy.vials_shared)
        findings += [replace(one, subject=subject) for one in found if one.rule != "reconstitution_unknown"]
    taken = [(vial, account) for vial, account in zip(vials, chosen, strict=True) if account is not None]
    bodies = _bodies(session, session_id, patient, taken, keep_rest=policy.vials_shared)
    return Debit(store, clinic, tuple(bodies), tuple(findings))


def _chosen(ledger: Ledger, vials: Sequence[Vial], patient: str, session: Session) -> list[VialAccount | None]:
    used: set[str] = set()
    chosen: list[VialAccount | None] = []
    for vial in vials:
        fitting = [
            one
            for one in ledger.accounts.values()
            if one.vial not in used
            and one.lot == vial.lot
            and one.content == Dose(vial.units, session.product)
            and one.status is not VialStatus.EMPTY
        ]
        fitting.sort(key=lambda one: (one.opened_for != patient, one.opened_at is not None, one.expires, one.vial))
        best = fitting[0] if fitting else None
        if best is not None:
            used.add(best.vial)
        chosen.append(best)
    return chosen


def _moment(store: Clinic, session: Session) -> datetime:
    """Return the moment at which the vials are judged: now; for a session of an earlier day the start of that day.

    Of an earlier day only what is certain is held against a vial: it had expired, or its time was over by the morning.
    """
    now = store.clock()
    if session.date >= now.date():
        return now
    return datetime.combine(session.date, datetime.min.time(), now.tzinfo)


def _as_told(vial: Vial, session: Session) -> VialAccount:
    """Return a vial that is not in stock as the session tells it."""
    moment = datetime.combine(session.date, datetime.min.time(), UTC)
    content = Dose(vial.units, session.product)
    return VialAccount(
        vial="told",
        content=content,
        lot=vial.lot or "not noted",
        expires=vial.expires or UNKNOWN,
        received_at=moment,
        left=content,
        last_at=moment,
    )


def _check_opened(vial: Vial, now: datetime) -> None:
    moment = vial.opened_at
    if moment is None:
        return
    if moment.tzinfo is None:
        raise InputError(f"opened_at {moment.isoformat()} of a vial needs its zone; give it as 2026-11-24T10:00:00Z")
    if moment - now > CLOCKS_DIFFER:
        raise InputError(f"opened_at {moment.isoformat()} of a vial lies ahead of now ({now.isoformat()}); correct it")
    if now - moment > LONGEST_OPEN:
        raise InputError(f"opened_at {moment.isoformat()} of a vial lies more than a year back; correct it")


def _with_told(account: VialAccount, vial: Vial, at: datetime) -> VialAccount:
    """Return the account with what the session says of it: opened when, with how much diluent, the earlier expiry."""
    expires = account.expires if vial.expires is None else min(account.expires, vial.expires)
    opened = [moment for moment in (account.opened_at, vial.opened_at) if moment is not None]
    diluent = vial.diluent_ml if vial.diluent_ml is not None else account.diluent_ml
    # A vial with diluent was made up, whether or not anybody noted when: its strength is checked all the same.
    moment = min(opened, default=None if diluent is None else at)
    return replace(account, expires=expires, opened_at=moment, diluent_ml=diluent)


def _bodies(
    session: Session,
    session_id: str,
    patient: str,
    taken: Sequence[tuple[Vial, VialAccount]],
    *,
    keep_rest: bool,
) -> list[Body]:
    bodies: list[Body] = []
    for vial, account in taken:
        if account.opened_at is None:
            opened = StockOpened(vial=account.vial, session_id=session_id, patient=patient, diluent_ml=vial.diluent_ml)
            bodies.append((EventKind.STOCK_OPENED, opened))
    left = _used(session, taken)
    for _, account in taken:
        used = account.left.units - left[account.vial]
        common = {"vial": account.vial, "product": session.product, "session_id": session_id}
        if used:
            bodies.append((EventKind.STOCK_USED, StockUsed(units=used, patient=patient, **common)))
        if left[account.vial] and not keep_rest:
            reason = WasteReason.REST_OF_VIAL if session.injections else WasteReason.SESSION_CANCELLED
            wasted = StockWasted(units=left[account.vial], reason=reason.value, **common)
            bodies.append((EventKind.STOCK_WASTED, wasted))
    return bodies


def _used(session: Session, taken: Sequence[tuple[Vial, VialAccount]]) -> dict[str, Decimal]:
    """Return what is left in each vial after all injections; those that name a lot are drawn from it first."""
    left = {account.vial: account.left.units for _, account in taken}
    if not taken:
        return left
    listed = len(session.reconstitution.vials) if session.reconstitution else 0
    for row in sorted(session.injections, key=lambda one: one.lot is None):
        wanted = row.units
        for _, account in taken:
            if row.lot in (None, account.lot):
                part = min(wanted, left[account.vial])
                left[account.vial] -= part
                wanted -= part
        # What other vials of the session gave, which are not in stock, cannot be told apart.
        if wanted and len(taken) == listed:
            raise InputError(
                f"the vials of this session do not hold {plain(row.units)} units for {row.muscle}"
                + (f" from lot {row.lot}" if row.lot else "")
                + "; add the vial that was used, or correct the dose"
            )
    return left
