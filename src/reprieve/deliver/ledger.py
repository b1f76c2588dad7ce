"""The vial ledger: received = used + wasted + on hand, exactly, at every moment.

The ledger writes down what happened, also what should not have happened: an expired vial that was used is recorded as
used. What ought not to be chosen is said by `reprieve.deliver.vial_state` before the fact. What cannot have happened
(more out of a vial than is in it, a vial opened twice, another product) is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType

from reprieve.core.dose import Dose, exact, plain, total
from reprieve.core.errors import DateError, InputError, UnitsError, UnknownNameError
from reprieve.deliver.ledger_entries import (
    LedgerEntry,
    SessionTakenBack,
    UnitsUsed,
    UnitsWasted,
    VialOpened,
    VialReceived,
    WasteReason,
)
from reprieve.deliver.stock_sum import StockSum, stock_sum


class VialStatus(StrEnum):
    """Where a vial stands."""

    UNOPENED = "unopened"
    OPEN = "open"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class VialAccount:
    """One vial: content, and what became of it. `left` is what is still in it, `draws` what came out and counts."""

    vial: str
    content: Dose
    lot: str
    expires: date
    received_at: datetime
    left: Dose
    last_at: datetime
    opened_at: datetime | None = None
    opened_for: str | None = None
    session: str | None = None
    diluent_ml: Decimal | None = None
    draws: tuple[UnitsUsed | UnitsWasted, ...] = ()

    @property
    def status(self) -> VialStatus:
        """Unopened, open or empty."""
        if not self.left.units:
            return VialStatus.EMPTY
        return VialStatus.UNOPENED if self.opened_at is None else VialStatus.OPEN


@dataclass(frozen=True, slots=True, kw_only=True)
class Balance:
    """The sums of one product."""

    product: str
    received: StockSum
    used: StockSum
    wasted: StockSum
    on_hand_unopened: StockSum
    on_hand_open: StockSum

    @property
    def on_hand(self) -> StockSum:
        """What is in stock, opened or not."""
        return self.on_hand_unopened + self.on_hand_open

    @property
    def difference(self) -> Decimal:
        """Received minus all that is accounted for; anything but 0 is an error of the program."""
        return self.received.units - (self.used + self.wasted + self.on_hand).units


@dataclass(frozen=True, slots=True)
class Ledger:
    """All entries in order, and the accounts folded from them."""

    entries: tuple[LedgerEntry, ...] = ()
    accounts: Mapping[str, VialAccount] = field(default_factory=lambda: MappingProxyType({}))
    keys: Mapping[str, LedgerEntry] = field(default_factory=lambda: MappingProxyType({}))

    def account(self, vial: str) -> VialAccount:
        """Return the account of `vial`, or raise `UnknownNameError`."""
        try:
            return self.accounts[vial]
        except KeyError:
            raise UnknownNameError(f"no vial {vial!r} in the ledger; receive it first or correct its name") from None

    def products(self) -> tuple[str, ...]:
        """Return the products ever received, by name."""
        return tuple(sorted({account.content.product for account in self.accounts.values()}))


def fold_ledger(entries: Iterable[LedgerEntry]) -> Ledger:
    """Return the ledger of `entries` in their order.

    Raises
    ------
    InputError
        At the first entry that cannot have happened.
    """
    return extended(Ledger(), entries)


def extended(ledger: Ledger, entries: Iterable[LedgerEntry]) -> Ledger:
    """Return `ledger` with `entries` added, all or none.

    An entry whose key is already in the ledger is a repeated write: equal content changes nothing, other content is
    refused.
    """
    accounts, keys, kept = dict(ledger.accounts), dict(ledger.keys), list(ledger.entries)
    for entry in entries:
        known = keys.get(entry.key)
        if known is not None:
            if known != entry:
                raise InputError(
                    f"key {entry.key!r} was already written with other content; give each write its own key"
                )
            continue
        accounts[entry.vial] = _after(accounts, entry)
        keys[entry.key] = entry
        kept.append(entry)
    return Ledger(tuple(kept), MappingProxyType(accounts), MappingProxyType(keys))


def _after(accounts: Mapping[str, VialAccount], entry: LedgerEntry) -> VialAccount:
    if isinstance(entry, VialReceived):
        return _received(accounts, entry)
    account = accounts.get(entry.vial)
    if account is None:
        raise UnknownNameError(f"no vial {entry.vial!r} in the ledger; receive it first or correct its name")
    if entry.at < account.last_at:
        raise DateError(
            f"vial {entry.vial}: {entry.at.isoformat()} lies before its last entry {account.last_at.isoformat()}; "
            "entries must not run backwards, check the time"
        )
    if isinstance(entry, VialOpened):
        return _opened(account, entry)
    if isinstance(entry, SessionTakenBack):
        return _taken_back(account, entry)
    return _taken(account, entry)


def _received(accounts: Mapping[str, VialAccount], entry: VialReceived) -> VialAccount:
    if entry.vial in accounts:
        raise InputError(f"vial {entry.vial!r} was already received; give each vial its own name")
    if not entry.content.units > 0:
        raise InputError(f"vial {entry.vial}: a vial cannot hold {entry.content}; enter its labelled content")
    return VialAccount(
        vial=entry.vial,
        content=entry.content,
        lot=entry.lot,
        expires=entry.expires,
        received_at=entry.at,
        left=entry.content,
        last_at=entry.at,
    )


def _opened(account: VialAccount, entry: VialOpened) -> VialAccount:
    if account.status is not VialStatus.UNOPENED:
        raise InputError(f"vial {account.vial} is {account.status.value} and cannot be opened; choose an unopened vial")
    if entry.diluent_ml is not None and not exact(entry.diluent_ml, f"vial {account.vial}: diluent_ml") >= 0:
        raise InputError(
            f"vial {account.vial}: diluent_ml must not be negative, but got {entry.diluent_ml} mL; "
            "enter the volume added"
        )
    return replace(
        account,
        opened_at=entry.at,
        opened_for=entry.patient,
        session=entry.session,
        diluent_ml=entry.diluent_ml,
        last_at=entry.at,
    )


def _taken(account: VialAccount, entry: UnitsUsed | UnitsWasted) -> VialAccount:
    if entry.dose.product != account.content.product:
        raise UnitsError(
            f"vial {account.vial} holds {account.content.product}, not {entry.dose.product}: units are not "
            "interchangeable; choose a vial of that product"
        )
    if not entry.dose.units > 0:
        raise InputError(f"vial {account.vial}: nothing to take, got {entry.dose}; enter the units")
    if entry.dose > account.left:
        raise InputError(
            f"vial {account.vial} holds {plain(account.left.units)} units, but {plain(entry.dose.units)} were to be "
            "taken; split the draw over two vials"
        )
    if account.opened_at is None and (isinstance(entry, UnitsUsed) or entry.dose != account.left):
        raise InputError(
            f"vial {account.vial} is unopened; open it first (unopened, only the whole content can be thrown away)"
        )
    return replace(account, left=account.left - entry.dose, last_at=entry.at, draws=(*account.draws, entry))


def _taken_back(account: VialAccount, entry: SessionTakenBack) -> VialAccount:
    """Return the vial as if the session had not touched it; unopened again where only that session had opened it."""
    gone = [draw for draw in account.draws if draw.session == entry.session]
    if not gone and account.session != entry.session:
        raise InputError(
            f"vial {account.vial} has no entry of the session {entry.session!r} to take back; look at the stock again"
        )
    kept = tuple(draw for draw in account.draws if draw.session != entry.session)
    product = account.content.product
    left = account.left + total((draw.dose for draw in gone), product)
    restored = replace(account, left=left, draws=kept, last_at=entry.at)
    if account.session == entry.session and not kept:
        restored = replace(restored, opened_at=None, opened_for=None, session=None, diluent_ml=None)
    return restored


def standing_entries(ledger: Ledger) -> tuple[LedgerEntry, ...]:
    """Return the entries that count: without the draws that were taken back later."""
    standing: list[LedgerEntry] = []
    undone: set[tuple[str, str | None]] = set()
    for entry in reversed(ledger.entries):
        if isinstance(entry, SessionTakenBack):
            undone.add((entry.vial, entry.session))
        elif not (isinstance(entry, UnitsUsed | UnitsWasted) and (entry.vial, entry.session) in undone):
            standing.append(entry)
    return tuple(reversed(standing))


def balance(ledger: Ledger, product: str, *, lot: str | None = None) -> Balance:
    """Return the sums of `product`, of one lot or of all.

    Received, used and wasted are summed over the entries, on hand over the accounts: two ways that must meet.
    """
    accounts = {
        name: account
        for name, account in ledger.accounts.items()
        if account.content.product == product and (lot is None or account.lot == lot)
    }
    mine = [entry for entry in standing_entries(ledger) if entry.vial in accounts]
    return Balance(
        product=product,
        received=stock_sum((entry.content for entry in mine if isinstance(entry, VialReceived)), product),
        used=stock_sum((entry.dose for entry in mine if isinstance(entry, UnitsUsed)), product),
        wasted=stock_sum((entry.dose for entry in mine if isinstance(entry, UnitsWasted)), product),
        on_hand_unopened=_on_hand(accounts, product, VialStatus.UNOPENED),
        on_hand_open=_on_hand(accounts, product, VialStatus.OPEN),
    )


def _on_hand(accounts: Mapping[str, VialAccount], product: str, status: VialStatus) -> StockSum:
    return stock_sum((account.left for account in accounts.values() if account.status is status), product)


def rest_wasted(
    ledger: Ledger, session: str, at: datetime, reason: WasteReason = WasteReason.REST_OF_VIAL
) -> tuple[UnitsWasted, ...]:
    """Return the entries that throw away what is left in the vials opened for `session`; vials are single-use."""
    return tuple(
        UnitsWasted(
            key=f"{session}/{account.vial}/rest",
            vial=account.vial,
            dose=account.left,
            reason=reason,
            at=at,
            session=session,
        )
        for account in ledger.accounts.values()
        if account.session == session and account.status is VialStatus.OPEN
    )
