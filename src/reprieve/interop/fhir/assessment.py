"""An assessment as one Observation with its findings as members."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Literal

from reprieve.interop.fhir.body_site import read_muscle, read_side, side_extension, site
from reprieve.interop.fhir.context import Reading, Writing, has_profile, head, read_rest, rest
from reprieve.interop.fhir.elements import Json, annotation, concept, measured
from reprieve.interop.fhir.reading import Element, needed
from reprieve.record.chart import Assessment, MuscleEmg, MuscleExamination, PostureFinding

_ASSESSMENT = ("date", "postures", "examination", "emg", "sensory_trick", "note")
_POSTURE = ("posture", "side", "angle_deg", "certainty")
_FLAGS = ("hypertrophy", "pain", "contracture")
# field -> (unit for people, UCUM code)
_FIGURES = {
    "activity_percent_mvc": ("% of maximal effort", "%"),
    "sustained_fraction": ("fraction of the time", "1"),
    "turns_per_s": ("turns per second", "/s"),
    "paradox": ("fraction", "1"),
}
_EMG_FLAGS = ("leads", "compensatory")
Certainty = Literal["clear", "slight", "doubtful"]


def _yes_or_no(name: str, value: bool | None) -> list[Json]:
    return [] if value is None else [{"code": concept("finding", name), "valueBoolean": value}]


def write_assessment(out: Writing, key: str, position: int, entry: Assessment) -> None:
    """Write an examination and its findings."""
    members = [
        *(_posture(out, out.child_id(key, "posture", str(n)), n, found) for n, found in enumerate(entry.postures)),
        *(_examined(out, out.child_id(key, "muscle", str(n)), n, found) for n, found in enumerate(entry.examination)),
        *(_emg(out, out.child_id(key, "emg", str(n)), n, found) for n, found in enumerate(entry.emg)),
    ]
    out.add(
        {
            **head("Observation", key, "assessment", position, *rest(entry, *_ASSESSMENT)),
            **_observed(out, concept("record", "assessment", text="Examination for dystonia")),
            "effectiveDateTime": entry.date,
            "note": annotation(entry.note),
            "hasMember": members,
            "component": _yes_or_no("sensory-trick", entry.sensory_trick),
        }
    )


def _observed(out: Writing, code: Json) -> Json:
    return {"status": "final", "code": code, "subject": out.subject}


def _posture(out: Writing, key: str, position: int, found: PostureFinding) -> Json:
    angle = [] if found.angle_deg is None else [_angle(found.angle_deg)]
    parts = (side_extension(found.side), *rest(found, *_POSTURE))
    return out.add(
        {
            **head("Observation", key, "posture-finding", position, *parts),
            **_observed(out, concept("posture", found.posture)),
            "valueCodeableConcept": concept("certainty", found.certainty),
            "component": angle,
        }
    )


def _angle(value: Decimal) -> Json:
    return {"code": concept("finding", "angle"), "valueQuantity": measured(value, "degree", "deg")}


def _examined(out: Writing, key: str, position: int, found: MuscleExamination) -> Json:
    flags = [part for name in _FLAGS for part in _yes_or_no(name, getattr(found, name))]
    return out.add(
        {
            **head("Observation", key, "muscle-examination", position, *rest(found, "muscle", "side", *_FLAGS)),
            **_observed(out, concept("record", "muscle-examination", text="What the examiner found in one muscle")),
            "bodySite": site(found.muscle, found.side, out.structure(found.muscle, found.side)),
            "component": flags,
        }
    )


def _emg(out: Writing, key: str, position: int, found: MuscleEmg) -> Json:
    figures: list[Json] = [
        {"code": concept("finding", name), "valueQuantity": measured(value, unit, code)}
        for name, (unit, code) in _FIGURES.items()
        # JSON has no NaN: a figure that could not be computed is not told, as everywhere in the record.
        if (value := getattr(found, name)) is not None and value == value and abs(value) != float("inf")
    ]
    flags = [part for name in _EMG_FLAGS for part in _yes_or_no(name, getattr(found, name))]
    mapped = ("muscle", "side", "recording", *_FIGURES, *_EMG_FLAGS)
    return out.add(
        {
            **head("Observation", key, "muscle-emg", position, *rest(found, *mapped)),
            **_observed(out, concept("record", "muscle-emg", text="EMG figures of one muscle")),
            "bodySite": site(found.muscle, found.side, out.structure(found.muscle, found.side)),
            "derivedFrom": None if found.recording is None else [{"display": found.recording}],
            "component": figures + flags,
        }
    )


def read_assessment(inp: Reading, resource: Element) -> Assessment:
    """Read an examination with its findings; a member that is not here is said to be missing."""
    members = [
        inp.take(needed(inp.resolve(entry, "Observation"), entry, "the Observation it points to"))
        for entry in resource.children("hasMember")
    ]
    return Assessment(
        date=resource.needed_day("effectiveDateTime"),
        postures=tuple(_read_posture(part) for part in members if has_profile(part, "posture-finding")),
        examination=tuple(_read_examined(part) for part in members if has_profile(part, "muscle-examination")),
        emg=tuple(_read_emg(part) for part in members if has_profile(part, "muscle-emg")),
        sensory_trick=_components(resource).get("sensory-trick"),
        note=resource.note(),
        **read_rest(Assessment, resource, *_ASSESSMENT),
    )


def _components(resource: Element) -> dict[str, Any]:
    """Return the components by their own code: yes or no, or an exact number."""
    told: dict[str, Any] = {}
    for part in resource.children("component"):
        name = needed(part.own_code("code", "finding"), part, "the finding's own code")
        quantity = part.child("valueQuantity")
        told[name] = part.flag("valueBoolean") if quantity is None else quantity.number("value")
    return told


def _of_kind(resource: Element, told: dict[str, Any], names: tuple[str, ...], kind: type, what: str) -> dict[str, Any]:
    found = {name: told[name] for name in names if told.get(name) is not None}
    for name, value in found.items():
        if not isinstance(value, kind):
            raise Element({name: value}, resource.where).misfit(name, what)
    return found


def _read_posture(resource: Element) -> PostureFinding:
    certainty = resource.own_code("valueCodeableConcept", "certainty")
    told = _of_kind(resource, _components(resource), ("angle",), Decimal, "a number")
    return PostureFinding(
        posture=needed(resource.own_code("code", "posture"), resource, "the posture's own code"),
        side=read_side(resource),
        angle_deg=told.get("angle"),
        certainty=Element({"certainty": certainty}, resource.where).choice("certainty", Certainty) or "clear",
        **read_rest(PostureFinding, resource, *_POSTURE),
    )


def _read_examined(resource: Element) -> MuscleExamination:
    place = needed(resource.child("bodySite"), resource, "bodySite")
    return MuscleExamination(
        muscle=read_muscle(place),
        side=read_side(place),
        **_of_kind(resource, _components(resource), _FLAGS, bool, "true or false"),
        **read_rest(MuscleExamination, resource, "muscle", "side", *_FLAGS),
    )


def _read_emg(resource: Element) -> MuscleEmg:
    place = needed(resource.child("bodySite"), resource, "bodySite")
    told, source = _components(resource), resource.first("derivedFrom")
    figures = _of_kind(resource, told, tuple(_FIGURES), Decimal, "a number")
    mapped = ("muscle", "side", "recording", *_FIGURES, *_EMG_FLAGS)
    return MuscleEmg(
        muscle=read_muscle(place),
        side=read_side(place),
        **{name: float(value) for name, value in figures.items()},
        **_of_kind(resource, told, _EMG_FLAGS, bool, "true or false"),
        recording=source.text("display") if source else None,
        **read_rest(MuscleEmg, resource, *mapped),
    )
