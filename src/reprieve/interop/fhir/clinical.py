"""Ratings, diary entries, symptoms and assessments."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from reprieve.interop.fhir.body_site import muscle_extensions, read_muscle_extension, read_side
from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import Json, absent_value, annotation, concept, extension, loinc, measured
from reprieve.interop.fhir.entries import public_codings
from reprieve.interop.fhir.names import BASE, identifier_system
from reprieve.interop.fhir.reading import Element, needed
from reprieve.interop.fhir.vial import lot_medication, lot_of
from reprieve.record.chart import DiaryEntry, Rating, Seriousness, Symptom

_RATING = ("date", "scale", "total", "items", "rater", "note")
_DIARY = (
    "date", "severity", "pain", "function", "mood", "sleep", "treatments", "note", "entered_at",
)  # fmt: skip
_SYMPTOM = ("date", "symptom", "seriousness", "resolved", "muscle", "side", "session", "lot", "note")
ANSWERS = ("severity", "pain", "function", "mood", "sleep")
QUESTIONNAIRE = f"{BASE}/Questionnaire/diary"
_TERMS = "http://terminology.hl7.org/CodeSystem/"
# LOINC's pain figure is the one scale with a code that was read; the others have none.
SCALE_LOINC = {"nrs_pain": loinc("72514-3", "Pain severity - 0-10 verbal numeric rating [Score] - Reported")}


def score(value: Decimal) -> Json:
    """Return a score as a Quantity without dimension."""
    return measured(value, "score", "{score}")


def write_rating(out: Writing, key: str, position: int, entry: Rating) -> None:
    """Write a scale as an Observation, its items as components."""
    empty = extension("no-items", valueBoolean=True if entry.items == {} else None)
    more = [SCALE_LOINC[entry.scale]] if entry.scale in SCALE_LOINC else []
    out.add(
        {
            **head("Observation", key, "rating", position, empty, *rest(entry, *_RATING)),
            "status": "final",
            "code": concept("scale", entry.scale, *more),
            "subject": out.subject,
            "effectiveDateTime": entry.date,
            "performer": None if entry.rater is None else [{"display": entry.rater}],
            "valueQuantity": None if entry.total is None else score(entry.total),
            "dataAbsentReason": absent_value() if entry.total is None else None,
            "note": annotation(entry.note),
            "component": [
                {"code": concept("scale-item", item), "valueQuantity": score(value)}
                for item, value in (entry.items or {}).items()
            ],
        }
    )


def read_rating(inp: Reading, resource: Element) -> Rating:
    """Read a scale."""
    items: dict[str, Decimal] = {}
    for part in resource.children("component"):
        name = needed(part.own_code("code", "scale-item"), part, "the item's own code")
        quantity = needed(part.child("valueQuantity"), part, "valueQuantity")
        if name in items:
            raise part.misfit("code", f"an item that stands once, not {name!r} again")
        items[name] = needed(quantity.number("value"), quantity, "value")
    listed = bool(items) or resource.extension("no-items").flag("valueBoolean")
    total, rater = resource.child("valueQuantity"), resource.first("performer")
    return Rating(
        date=resource.needed_day("effectiveDateTime"),
        scale=needed(resource.own_code("code", "scale"), resource, "the scale's own code"),
        total=total.number("value") if total else None,
        items=items if listed else None,
        rater=rater.text("display") if rater else None,
        note=resource.note(),
        **read_rest(Rating, resource, *_RATING),
    )


def _answer(link: str, *values: Json) -> Json:
    return {"linkId": link, "answer": list(values)}


def write_diary(out: Writing, key: str, position: int, entry: DiaryEntry) -> None:
    """Write a diary entry as the answers to the diary's questionnaire; an unanswered question has no item."""
    items = [_answer("date", {"valueDate": entry.date})]
    items += [
        _answer(name, {"valueDecimal": getattr(entry, name)}) for name in ANSWERS if getattr(entry, name) is not None
    ]
    if entry.treatments:
        items.append(_answer("treatments", *({"valueString": word} for word in entry.treatments)))
    if entry.note is not None:
        items.append(_answer("note", {"valueString": entry.note}))
    out.add(
        {
            **head("QuestionnaireResponse", key, "diary-entry", position, *rest(entry, *_DIARY)),
            "questionnaire": QUESTIONNAIRE,
            "status": "completed",
            "subject": out.subject,
            "authored": entry.entered_at,
            "source": out.subject,
            "item": items,
        }
    )


def read_diary(inp: Reading, resource: Element) -> DiaryEntry:
    """Read a diary entry."""
    answers: dict[str, list[Element]] = {}
    for item in resource.children("item"):
        link = item.needed_text("linkId")
        if link in answers:
            raise item.misfit("linkId", "a question answered once")
        answers[link] = item.children("answer")
    first = {link: found[0] for link, found in answers.items() if found}
    day = needed(first.get("date"), resource, "the answer to date").needed_day("valueDate")
    told: dict[str, Any] = {name: first[name].number("valueDecimal") for name in ANSWERS if name in first}
    return DiaryEntry(
        date=day,
        **told,
        treatments=tuple(entry.needed_text("valueString") for entry in answers.get("treatments", [])),
        note=first["note"].text("valueString") if "note" in first else None,
        entered_at=resource.moment("authored"),
        **read_rest(DiaryEntry, resource, *_DIARY),
    )


def write_symptom(out: Writing, key: str, position: int, entry: Symptom, procedures: dict[str, Json]) -> None:
    """Write a side effect as an AdverseEvent; `procedures` are the sessions by their ids."""
    serious = entry.seriousness == "serious"
    suspects: list[Json] = []
    if entry.session is not None:
        named = {"identifier": {"system": identifier_system("session"), "value": entry.session}}
        suspects.append({"instance": {**procedures.get(entry.session, {}), **named, "type": "Procedure"}})
    if entry.lot is not None:
        suspects.append({"instance": {"reference": "#lot", "type": "Medication"}})
    parts = (
        *muscle_extensions(entry.muscle, entry.side),
        extension("resolved", valueDate=entry.resolved),
        extension("note", valueString=entry.note),
        *rest(entry, *_SYMPTOM),
    )
    resolved = {"coding": [{"system": f"{_TERMS}adverse-event-outcome", "code": "resolved"}]}
    out.add(
        {
            **head("AdverseEvent", key, "adverse-event", position, *parts),
            "contained": None if entry.lot is None else [lot_medication(entry.lot, None)],
            "actuality": "actual",
            "event": concept("symptom", entry.symptom, *public_codings("symptom", entry.symptom)),
            "subject": out.subject,
            "date": entry.date,
            "seriousness": {"coding": [{"system": f"{_TERMS}adverse-event-seriousness", "code": "Serious"}]}
            if serious
            else None,
            "severity": None
            if serious
            else {"coding": [{"system": f"{_TERMS}adverse-event-severity", "code": entry.seriousness}]},
            "outcome": resolved if entry.resolved else None,
            "suspectEntity": suspects,
        }
    )


def read_symptom(inp: Reading, resource: Element) -> Symptom:
    """Read a side effect."""
    instances = [needed(part.child("instance"), part, "instance") for part in resource.children("suspectEntity")]
    sessions = [_session_id(inp, entry) for entry in instances]
    lots = [lot_of(resource, entry) for entry in instances]
    return Symptom(
        date=resource.needed_day("date"),
        symptom=needed(resource.own_code("event", "symptom"), resource, "the symptom's own code"),
        seriousness=_seriousness(resource),
        resolved=resource.extension("resolved").day("valueDate"),
        muscle=read_muscle_extension(resource),
        side=read_side(resource),
        session=next((told for told in sessions if told is not None), None),
        lot=next((told for told in lots if told is not None), None),
        note=resource.extension("note").text("valueString"),
        **read_rest(Symptom, resource, *_SYMPTOM),
    )


def _seriousness(resource: Element) -> Any:
    grave, severity = resource.child("seriousness"), resource.child("severity")
    if grave is not None and (grave.code_in(f"{_TERMS}adverse-event-seriousness") or "").lower() == "serious":
        return "serious"
    code = severity.code_in(f"{_TERMS}adverse-event-severity") if severity else None
    return needed(Element({"severity": code}, resource.where).choice("severity", Seriousness), resource, "severity")


def _session_id(inp: Reading, instance: Element) -> str | None:
    named = instance.child("identifier")
    if named is not None and named.data.get("system") == identifier_system("session"):
        return named.text("value")
    return None
