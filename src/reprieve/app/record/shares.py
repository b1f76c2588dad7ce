"""Shares: a read-only link for somebody outside, for one patient, for some days, taken back at any time (S16)."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import select

from reprieve.app.accounts.accounts import Person, Role
from reprieve.app.clinic import Clinic
from reprieve.app.ids import new_id
from reprieve.core.documents import as_json
from reprieve.core.errors import AccessError, InputError
from reprieve.record.chart import Chart
from reprieve.record.event_bodies import Revoked, Share
from reprieve.record.event_kinds import EventKind
from reprieve.store.ledger import Receipt, Request
from reprieve.store.tables import shares

LONGEST_DAYS = 90
Scope = Literal["treatment", "chart"]
# What a share of the treatment shows: what was given and what speaks against giving; not the patient's own words.
TREATMENT_FIELDS = ("jurisdiction", "conditions", "risks", "exposures", "sessions")


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareWish:
    """Who shall see what, and for how long."""

    for_whom: str
    scope: Scope = "treatment"
    days: int = 14


def grant_share(store: Clinic, person: Person, patient: str, wish: ShareWish, request: Request | None) -> Receipt:
    """Grant a share; the answer holds its secret, which nothing else ever shows again.

    Raises
    ------
    InputError
        It names nobody, or lasts too long.
    """
    who = wish.for_whom.strip()
    if not 2 <= len(who) <= 200 or not who.isprintable():
        raise InputError("for_whom takes the name of a person or clinic, 2 to 200 characters; name who shall see it")
    if not 1 <= wish.days <= LONGEST_DAYS:
        raise InputError(f"days must lie between 1 and {LONGEST_DAYS}, but got {wish.days}; correct it")
    store.view(person.clinic, patient)
    secret = secrets.token_urlsafe(32)
    body = Share(
        share_id=new_id(),
        scope=wish.scope,
        expires_at=store.clock() + timedelta(days=wish.days),
        secret_hash=_digest(secret),
        for_whom=who,
    )
    event = store.event(person, EventKind.SHARE_GRANTED, body, patient=patient)
    # The stored answer of a repeated request must not hold the secret: a repeat learns that it was granted.
    stored = {"share_id": body.share_id, "expires_at": body.expires_at.isoformat(), "secret": None}
    receipt = store.append([event], answer=stored, request=request)
    if receipt.repeated:
        return receipt
    told = {**stored, "secret": secret}
    return Receipt(receipt.first, receipt.last, receipt.head, told)


def revoke_share(store: Clinic, person: Person, patient: str, share_id: str, request: Request | None) -> Receipt:
    """Take a share back, at once."""
    if share_id not in {row["share_id"] for row in shares_of(store, person.clinic, patient)}:
        raise InputError("there is no such share of this chart; read the list again")
    event = store.event(person, EventKind.SHARE_REVOKED, Revoked(share_id=share_id), patient=patient)
    return store.append([event], answer={"share_id": share_id}, request=request)


def shares_of(store: Clinic, clinic: str, patient: str) -> list[dict[str, Any]]:
    """Return the shares of a chart, newest first, with their state; never a secret."""
    query = select(shares).where(shares.c.clinic == clinic, shares.c.patient == patient)
    with store.database.read() as connection:
        rows = connection.execute(query.order_by(shares.c.granted_at.desc())).all()
    return [
        {
            "share_id": row.share_id,
            "for_whom": row.for_whom,
            "scope": row.scope,
            "granted_by": row.granted_by,
            "granted_at": row.granted_at,
            "expires_at": row.expires_at,
            "state": "revoked" if row.revoked else "over" if _is_over(row, store.clock()) else "open",
        }
        for row in rows
    ]


def shared_chart(store: Clinic, secret: str) -> dict[str, Any]:
    """Return what the share with `secret` shows, and record who looked.

    Raises
    ------
    AccessError
        There is no such share, it was taken back, or its time is over.
    """
    with store.database.read() as connection:
        row = connection.execute(select(shares).where(shares.c.secret_hash == _digest(secret))).one_or_none()
    if row is None:
        raise AccessError("this link opens nothing; ask who sent it for a new one")
    if row.revoked:
        raise AccessError("this link was taken back; ask who sent it for a new one")
    if _is_over(row, store.clock()):
        raise AccessError(f"this link ended on {row.expires_at[:10]}; ask who sent it for a new one")
    # The guest is no account: the name says so, and no account can be named like this (a slash is refused there).
    guest = Person(row.clinic, f"share/{row.share_id} ({row.for_whom})"[:128], Role.RESEARCHER)
    view = store.read(guest, row.patient, "shared link")
    return {
        "scope": row.scope,
        "for_whom": row.for_whom,
        "granted_by": row.granted_by,
        "expires_at": row.expires_at,
        "chart": _shown(view.chart, row.scope),
    }


def _shown(chart: Chart, scope: str) -> dict[str, Any]:
    told = as_json(chart)
    told.pop("drafts", None)
    if scope == "chart":
        return told
    person = {name: told["patient"][name] for name in ("id", "family_name", "given_name", "birth_date", "weight_kg")}
    person |= {"exposure_history": told["patient"]["exposure_history"]}
    return {"patient": person, **{name: told[name] for name in TREATMENT_FIELDS}}


def _is_over(row: Any, now: datetime) -> bool:
    return datetime.fromisoformat(row.expires_at) <= now


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
