"""Fold the events of sessions into sessions, and say whether a signature still holds."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from typing import Any

from reprieve.core.documents import canonical
from reprieve.record.chart import Session, standing_effects
from reprieve.record.event_kinds import EventKind
from reprieve.record.events import Event
from reprieve.record.plan import Reconstitution

SESSION_KINDS = frozenset(
    {
        EventKind.SESSION_OPENED,
        EventKind.CHECKLIST_STEP,
        EventKind.VIAL_OPENED,
        EventKind.INJECTION_GIVEN,
        EventKind.INJECTION_SKIPPED,
        EventKind.WASTE_RECORDED,
        EventKind.MUSCLE_EFFECT_JUDGED,
        EventKind.SESSION_SIGNED,
    }
)


@lru_cache(maxsize=4096)
def content_hash(session: Session) -> str:
    """Return the SHA-256 of what a signature covers: everything given, not the signature and not what came after.

    What the muscles did afterwards (`muscle_effects`) is judged weeks later and does not void the signature.
    """
    covered = replace(session, signed_by=None, signed_at=None, muscle_effects=())
    return hashlib.sha256(canonical(covered)).hexdigest()


def fold_sessions(events: Iterable[Event]) -> tuple[Session, ...]:
    """Return the sessions told by `events`, in the order they were opened.

    A signature whose hash no longer fits the content is void: the session then reads as unsigned.
    """
    heads: dict[str, Any] = {}
    parts: dict[str, dict[EventKind, list[Any]]] = {}
    for event in events:
        body = event.body
        if event.kind is EventKind.SESSION_OPENED:
            heads[body.session_id] = body
        parts.setdefault(body.session_id, {}).setdefault(event.kind, []).append(body)
    return tuple(_session(head, parts[key]) for key, head in heads.items())


def _session(head: Any, parts: dict[EventKind, list[Any]]) -> Session:
    vials = tuple(body.vial for body in parts.get(EventKind.VIAL_OPENED, ()))
    session = Session(
        id=head.session_id,
        date=head.date,
        product=head.product,
        indication=head.indication,
        jurisdiction=head.jurisdiction,
        place=head.place,
        note=head.note,
        reconstitution=Reconstitution(vials=vials) if head.vials_listed or vials else None,
        injections=tuple(body.injection for body in parts.get(EventKind.INJECTION_GIVEN, ())),
        skipped=tuple(body.skipped for body in parts.get(EventKind.INJECTION_SKIPPED, ())),
        muscle_effects=standing_effects(body.effect for body in parts.get(EventKind.MUSCLE_EFFECT_JUDGED, ())),
    )
    signatures = parts.get(EventKind.SESSION_SIGNED, ())
    if signatures and signatures[-1].content_hash == content_hash(session):
        return replace(session, signed_by=signatures[-1].name, signed_at=signatures[-1].at)
    return session
