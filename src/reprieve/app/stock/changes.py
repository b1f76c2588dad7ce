"""The clinic's stock: vials come in, are opened and thrown away; every change is an event, and the sums always meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal
from typing import Any

from reprieve.app.accounts.accounts import Person
from reprieve.app.clinic import Clinic
from reprieve.app.stock.book import after, balances_still, stock_ledger
from reprieve.core.dose import Dose, plain
from reprieve.core.errors import InputError
from reprieve.deliver.carton import read_carton
from reprieve.deliver.ledger import Ledger, VialStatus
from reprieve.deliver.ledger_entries import WasteReason
from reprieve.deliver.reconstitution import reconstitute
from reprieve.deliver.vial_state import vial_findings
from reprieve.record.clinic_bodies import StockOpened, StockReceived, StockWasted
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.reference.preparations import product_facts
from reprieve.store.ledger import Receipt, Request

MOST_AT_ONCE = 500
LONGEST_WORD = 100
# Toxins keep two to three years; a year far ahead is a slip of the finger.
MOST_YEARS_AHEAD = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class VialsToReceive:
    """Vials of one delivery that are alike; `carton` is a scanned code, which fills in lot, expiry and serial."""

    product: str
    units: Decimal
    lot: str | None = None
    expires: Date | None = None
    count: int = 1
    carton: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VialToOpen:
    """A vial opened and made up ahead of a session."""

    patient_id: str
    diluent_ml: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class VialToWaste:
    """Units thrown away, all that is left by default."""

    reason: WasteReason
    units: Decimal | None = None


def receive_vials(store: Clinic, person: Person, wish: VialsToReceive, *, request: Request | None = None) -> Receipt:
    """Take vials into stock; each gets a name of its own.

    Raises
    ------
    InputError
        The product has no such vial, the lot or the expiry is missing or cannot be true, or the carton says otherwise.
    """
    facts = product_facts(wish.product)
    reconstituted = facts.vial(wish.units)
    if reconstituted is None:
        sizes = ", ".join(plain(size.units) for size in facts.vials)
        raise InputError(f"{wish.product} has no vial of {plain(wish.units)} units; its vials hold {sizes}, choose one")
    if not 1 <= wish.count <= MOST_AT_ONCE:
        raise InputError(f"count must lie between 1 and {MOST_AT_ONCE}, but got {wish.count}; correct it")
    lot, expires, gtin, serial = _printed(wish)
    _check_expiry(expires, store.today())
    if serial is not None and wish.count > 1:
        raise InputError(f"the carton has the serial number {serial}, so it is one vial, but count is {wish.count}")
    ledger = stock_ledger(store, person.clinic)
    _check_one_expiry(ledger, wish.product, lot, expires)
    names = _names(ledger, lot, serial, wish.count)
    bodies = [
        StockReceived(
            vial=name, product=wish.product, units=wish.units, lot=lot, expires=expires, gtin=gtin, serial=serial
        )
        for name in names
    ]
    told = [store.event(person, EventKind.STOCK_RECEIVED, body) for body in bodies]
    return _write(store, person, told, {"vials": names}, request)


def open_vial(store: Clinic, person: Person, vial: str, wish: VialToOpen, *, request: Request | None = None) -> Receipt:
    """Open a vial for one patient and make it up; an expired or wrongly made up vial is refused (S18)."""
    account = stock_ledger(store, person.clinic).account(vial)
    if not store.known_patients(person.clinic, [wish.patient_id]):
        raise InputError(f"there is no patient {wish.patient_id!r} here; correct the id")
    facts = product_facts(account.content.product)
    reconstitute(facts, account.content.units, wish.diluent_ml)
    blocking = [found for found in vial_findings(account, facts, store.clock()) if found.severity == "error"]
    if blocking:
        raise InputError(blocking[0].message)
    body = StockOpened(
        vial=vial,
        session_id=f"ahead-{wish.patient_id}-{store.today()}",
        patient=wish.patient_id,
        diluent_ml=wish.diluent_ml,
    )
    return _write(store, person, [store.event(person, EventKind.STOCK_OPENED, body)], {"vial": vial}, request)


def waste_vial(
    store: Clinic, person: Person, vial: str, wish: VialToWaste, *, request: Request | None = None
) -> Receipt:
    """Throw away what is left of a vial, or a part of it."""
    account = stock_ledger(store, person.clinic).account(vial)
    units = account.left.units if wish.units is None else wish.units
    dose = Dose(units, account.content.product)
    body = StockWasted(
        vial=vial, product=dose.product, units=dose.units, reason=wish.reason.value, session_id=account.session
    )
    answer = {"vial": vial, "wasted": plain(dose.units)}
    return _write(store, person, [store.event(person, EventKind.STOCK_WASTED, body)], answer, request)


def close_day(store: Clinic, person: Person, *, request: Request | None = None) -> Receipt:
    """Throw away what is left in every open vial: none is kept for another day."""
    opened = [one for one in stock_ledger(store, person.clinic).accounts.values() if one.status is VialStatus.OPEN]
    told = [
        store.event(
            person,
            EventKind.STOCK_WASTED,
            StockWasted(
                vial=one.vial,
                product=one.left.product,
                units=one.left.units,
                reason=WasteReason.REST_OF_VIAL.value,
                session_id=one.session,
            ),
        )
        for one in opened
    ]
    return _write(store, person, told, {"vials": [one.vial for one in opened]}, request)


def _write(
    store: Clinic, person: Person, told: list[Event], answer: dict[str, Any], request: Request | None
) -> Receipt:
    # First against the ledger as read: the message then names the entry itself, not a conflict.
    after(stock_ledger(store, person.clinic), told)
    return store.append(
        told,
        answer=answer,
        request=request,
        also=lambda connection: balances_still(store, person.clinic, connection),
    )


def _printed(wish: VialsToReceive) -> tuple[str, Date, str | None, str | None]:
    """Return lot, expiry, product number and serial; what is typed and what the code says must agree."""
    carton = read_carton(wish.carton) if wish.carton else None
    if wish.carton and carton is None:
        raise InputError("this is no code of a carton that can be read; scan it again or type lot and expiry")
    lot = (wish.lot or (carton.lot if carton else None) or "").strip()
    expires = wish.expires or (carton.expires if carton else None)
    if carton is not None and carton.lot not in (None, lot):
        raise InputError(f"the carton says lot {carton.lot}, but {lot} was typed; look at the vial")
    if carton is not None and carton.expires not in (None, expires):
        raise InputError(f"the carton says expiry {carton.expires}, but {expires} was typed; look at the vial")
    if not lot or len(lot) > LONGEST_WORD or not lot.isprintable() or "/" in lot:
        raise InputError(f"lot takes 1 to {LONGEST_WORD} printable characters without a slash; read it from the vial")
    if expires is None:
        raise InputError("the expiry date is missing; read it from the vial")
    return lot, expires, carton.gtin if carton else None, carton.serial if carton else None


def _check_expiry(expires: Date, today: Date) -> None:
    if expires < today:
        raise InputError(f"expires {expires} lies before today ({today}): an expired vial is not taken into stock")
    if expires.year - today.year > MOST_YEARS_AHEAD:
        raise InputError(f"expires {expires} lies more than {MOST_YEARS_AHEAD} years ahead; correct it")


def _check_one_expiry(ledger: Ledger, product: str, lot: str, expires: Date) -> None:
    """Refuse a second expiry of one lot: one of the two was misread, and the later one would keep old toxin in use."""
    for name, known in ledger.accounts.items():
        same = known.content.product == product and known.lot == lot and known.status is not VialStatus.EMPTY
        if same and known.expires not in (None, expires):
            raise InputError(
                f"vial {name} of lot {lot} expires {known.expires}, but {expires} was given for the same lot; look at "
                "both, and take the wrong one out of the stock first"
            )


def _names(ledger: Ledger, lot: str, serial: str | None, count: int) -> list[str]:
    """Return names for new vials: lot and serial number, or lot and a number counted up."""
    if serial is not None:
        return [f"{lot}.{serial}"]
    taken, names, number = set(ledger.accounts), [], 0
    while len(names) < count:
        number += 1
        name = f"{lot}.{number:03d}"
        if name not in taken:
            names.append(name)
    return names
