"""A session as a Procedure with its administrations, vials, checklist, effects and signature around it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from reprieve.interop.fhir.body_site import read_muscle, read_side, site
from reprieve.interop.fhir.context import Reading, Writing, has_profile, head, in_order, read_rest, rest
from reprieve.interop.fhir.elements import Json, annotation, coding, concept, extension, nested
from reprieve.interop.fhir.entries import indication, reason_word
from reprieve.interop.fhir.injection import read_injection, read_skipped, write_injection, write_skipped
from reprieve.interop.fhir.names import DATA_ABSENT, identifier_system
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.toxin import product_concept, read_product
from reprieve.interop.fhir.vial import read_vials, vials_listed, write_vials
from reprieve.record.chart import Effect, MuscleEffect, Session
from reprieve.record.event_bodies import ChecklistStep
from reprieve.record.plan import Jurisdiction

_SESSION = (
    "date", "product", "indication", "injections", "id", "jurisdiction", "reconstitution", "skipped",
    "muscle_effects", "signed_by", "signed_at", "place", "note",
)  # fmt: skip
_EFFECT = ("muscle", "effect", "side", "date")
SIGNATURE_TYPE = {
    "system": "urn:iso-astm:E1762-95:2013",
    "code": "1.2.840.10065.1.12.1.1",
    "display": "Author's Signature",
}


@dataclass(frozen=True, slots=True)
class SessionParts:
    """The resources that belong to one session, by the Procedure they are part of."""

    injections: dict[str, list[Element]]
    skipped: dict[str, list[Element]]
    effects: dict[str, list[Element]]
    signatures: dict[str, list[Element]]


def write_session(
    out: Writing,
    key: str,
    position: int,
    session: Session,
    steps: tuple[ChecklistStep, ...] = (),
    requests: dict[tuple[str, str | None], Json] | None = None,
) -> None:
    """Write a session; `requests` are the planned doses by muscle and side."""
    signed = session.signed_by is not None or session.signed_at is not None
    vials = write_vials(out, key, session.product, session.reconstitution)
    identifier = {"system": identifier_system("session"), "value": session.id}
    parts = (
        extension("jurisdiction", valueCode=session.jurisdiction),
        vials_listed(session.reconstitution),
        *(_step(step) for step in steps),
        *rest(session, *_SESSION),
    )
    procedure = out.add(
        {
            **head("Procedure", key, "session", position, *parts),
            "identifier": None if session.id is None else [identifier],
            # An unsigned session is as told, and nobody has said yet that it is complete.
            "status": "completed" if signed else "unknown",
            "code": concept("record", "chemodenervation-session", text="Chemodenervation with botulinum toxin"),
            "subject": out.subject,
            "performedDateTime": session.date,
            "location": None if session.place is None else {"display": session.place},
            "reasonCode": [indication(session.indication)],
            "note": annotation(session.note),
            "usedReference": vials,
            "usedCode": [product_concept(session.product)],
        }
    )
    for place, given in enumerate(session.injections):
        request = (requests or {}).get((given.muscle, given.side))
        write_injection(out, out.child_id(key, "injection", str(place)), place, session, procedure, given, request)
    for place, skipped in enumerate(session.skipped):
        write_skipped(out, out.child_id(key, "skipped", str(place)), place, session, procedure, skipped)
    for place, effect in enumerate(session.muscle_effects):
        _write_effect(out, out.child_id(key, "effect", str(place)), place, procedure, effect)
    if signed:
        _write_signature(out, out.child_id(key, "signature"), procedure, session)


def _step(step: ChecklistStep) -> Json | None:
    return nested("checklist-step", extension("step", valueString=step.step), extension("at", valueDateTime=step.at))


def _write_effect(out: Writing, key: str, position: int, procedure: Json, effect: MuscleEffect) -> None:
    out.add(
        {
            **head("Observation", key, "muscle-effect", position, *rest(effect, *_EFFECT)),
            "partOf": [procedure],
            "status": "final",
            "code": concept("record", "muscle-effect", text="What the muscle did after the session"),
            "subject": out.subject,
            "effectiveDateTime": effect.date,
            "valueCodeableConcept": concept("muscle-effect", effect.effect),
            "bodySite": site(effect.muscle, effect.side, out.structure(effect.muscle, effect.side)),
        }
    )


def _write_signature(out: Writing, key: str, procedure: Json, session: Session) -> None:
    unknown = {"extension": [{"url": DATA_ABSENT, "valueCode": "unknown"}]}
    who = {"display": session.signed_by} if session.signed_by is not None else dict(unknown)
    times = {"recorded": session.signed_at} if session.signed_at is not None else {"_recorded": unknown}
    when = {"when": session.signed_at} if session.signed_at is not None else {"_when": unknown}
    out.add(
        {
            **head("Provenance", key, "signature"),
            "target": [procedure],
            **times,
            "activity": {"coding": [coding("record", "signed")], "text": "signed"},
            "agent": [{"who": who}],
            "signature": [{"type": [SIGNATURE_TYPE], **when, "who": who}],
        }
    )


def gather_parts(inp: Reading, resources: list[Element]) -> SessionParts:
    """Sort the parts of sessions by the Procedure they name."""
    parts = SessionParts(defaultdict(list), defaultdict(list), defaultdict(list), defaultdict(list))
    for resource in resources:
        for name, holder, field in (
            ("injection", "partOf", parts.injections),
            ("injection-not-given", "partOf", parts.skipped),
            ("muscle-effect", "partOf", parts.effects),
            ("signature", "target", parts.signatures),
        ):
            procedure = inp.resolve(resource.first(holder), "Procedure") if has_profile(resource, name) else None
            if procedure is not None:
                field[procedure.where].append(resource)
    return parts


def read_session(inp: Reading, resource: Element, parts: SessionParts) -> Session:
    """Read a session with its parts."""
    inp.take(resource)
    product = read_product(needed(resource.first("usedCode"), resource, "usedCode with the product"))
    here = resource.where
    location = resource.child("location")
    signed_by, signed_at = _signature(inp, parts.signatures.get(here, []))
    return Session(
        date=resource.needed_day("performedDateTime"),
        product=product,
        indication=needed(reason_word(resource.first("reasonCode")), resource, "reasonCode"),
        injections=tuple(read_injection(inp, part, product) for part in in_order(parts.injections.get(here, []))),
        id=_own_id(resource),
        jurisdiction=resource.extension("jurisdiction").choice("valueCode", Jurisdiction),
        reconstitution=read_vials(inp, resource, resource.children("usedReference"), product),
        skipped=tuple(read_skipped(inp, part) for part in in_order(parts.skipped.get(here, []))),
        muscle_effects=tuple(_read_effect(inp, part) for part in in_order(parts.effects.get(here, []))),
        signed_by=signed_by,
        signed_at=signed_at,
        place=location.text("display") if location else None,
        note=resource.note(),
        **read_rest(Session, resource, *_SESSION),
    )


def _own_id(resource: Element) -> str | None:
    for entry in resource.children("identifier"):
        if entry.data.get("system") == identifier_system("session"):
            return entry.text("value")
    return None


def read_steps(resource: Element, session_id: str) -> list[ChecklistStep]:
    """Return the steps of the checklist told in a session's Procedure."""
    return [
        ChecklistStep(
            session_id=session_id,
            step=needed(entry.extension("step").text("valueString"), entry, "step"),
            at=entry.extension("at").moment("valueDateTime"),
        )
        for entry in resource.extensions("checklist-step")
    ]


def _read_effect(inp: Reading, resource: Element) -> MuscleEffect:
    inp.take(resource)
    place = needed(resource.child("bodySite"), resource, "bodySite")
    code = resource.own_code("valueCodeableConcept", "muscle-effect")
    effect: Any = Element({"effect": code}, resource.where).choice("effect", Effect)
    return MuscleEffect(
        muscle=read_muscle(place),
        effect=needed(effect, resource, "the effect"),
        side=read_side(place),
        date=resource.day("effectiveDateTime"),
        **read_rest(MuscleEffect, resource, *_EFFECT),
    )


def _signature(inp: Reading, found: list[Element]) -> tuple[str | None, Any]:
    if not found:
        return None, None
    resource = inp.take(found[-1])
    agent = resource.first("agent")
    who = agent.child("who") if agent else None
    return (who.text("display") if who else None), resource.moment("recorded")
