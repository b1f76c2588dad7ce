"""Every row of the reference data in one shape: id, name and facts, each with source, grade and `checked`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from reprieve.reference.all_sources import grade_of
from reprieve.reference.assessment_weights import Weight, assessment_weights
from reprieve.reference.muscle_catalogue import LabelGroup, Muscle, label_groups, muscles
from reprieve.reference.muscle_names import names_by_language, other_names
from reprieve.reference.posture_table import Posture, postures
from reprieve.reference.scale_catalogue import Scale, scales

RowKind = Literal["muscle", "label_group", "posture", "scale", "product", "indication", "formulary", "trial", "weight"]


# Of equal matches the catalogue comes before the tables that use it.
_KINDS: tuple[RowKind, ...] = get_args(RowKind)


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a row; `checked` None means that the row says it for the whole, not for this fact."""

    field: str
    value: str
    source: str
    grade: str
    checked: bool | None
    note: str | None = None


@dataclass(frozen=True, slots=True)
class ReferenceRow:
    """One row; `words` is what a search looks through besides id and name."""

    kind: RowKind
    id: str
    name: str
    facts: tuple[Fact, ...]
    words: str = ""


def fact(field: str, value: object, source: str, checked: bool | None, note: str | None = None) -> Fact:
    """Return one fact with the grade of its source."""
    return Fact(field, _text(value), source, grade_of(source), checked, note)


@cache
def anatomy_rows() -> tuple[ReferenceRow, ...]:
    """Return all muscles, label groups, postures, scales and weights."""
    return (
        *map(_muscle_row, muscles().values()),
        *map(_group_row, label_groups().values()),
        *map(_posture_row, postures().values()),
        *map(_scale_row, scales().values()),
        *_weight_rows(),
    )


def _text(value: object) -> str:
    if isinstance(value, list | tuple):
        return ", ".join(_text(entry) for entry in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def _muscle_row(one: Muscle) -> ReferenceRow:
    initials = "".join(word[0] for word in one.id.split("_"))
    others = " ".join(other_names(one.id))
    words = f"{one.region} {initials} {others} {' '.join(one.groups)} {one.fma} {one.uberon}"
    return ReferenceRow("muscle", one.id, one.name, tuple(_muscle_facts(one)), words)


def _muscle_facts(one: Muscle) -> Iterator[Fact]:
    names = ", ".join(one.names_source)
    for field, value in (("latin", one.latin), ("ta2", one.ta2), ("fma", one.fma), ("uberon", one.uberon)):
        if value is not None:
            yield fact(field, value, names, one.names_checked)
    yield from _name_facts(one.id)
    yield fact("region", one.region, names, None)
    yield fact("sides", one.sides, names, None)
    nerves = one.innervation
    yield fact("nerves", nerves.nerves, nerves.source, nerves.checked)
    yield fact("roots", nerves.roots, nerves.source if nerves.roots_checked else "recalled", nerves.roots_checked)
    for action in one.actions:
        sign = {True: "model moment arm agrees", False: "model moment arm disagrees", None: None}
        yield fact(
            "action",
            f"{action.action} ({action.weight:g})",
            one.actions_source,
            one.actions_checked,
            sign[action.moment_arm_sign_agrees],
        )
    yield from _size_facts(one)
    yield from _place_facts(one)


def _name_facts(name: str) -> Iterator[Fact]:
    for one in names_by_language().get(name, ()):
        yield fact(f"name_{one.language}", one.name, one.source, one.checked)


def _size_facts(one: Muscle) -> Iterator[Fact]:
    figures = {
        "volume_cm3": one.volume_published,
        "pcsa_cm2": one.pcsa_published_cm2,
        "fibre_length_cm": one.fibre_length_published_cm,
        "type_1_fraction": one.type_1_fraction,
    }
    for field, figure in figures.items():
        if figure is not None:
            yield fact(field, figure.value, figure.source, figure.checked, figure.note)
    for model in one.models:
        yield fact(f"{model.model} force_n", model.f0m_n, model.source, model.checked)
        yield fact(f"{model.model} fibre_length_cm", model.fibre_length_cm, model.source, model.checked)
        if model.volume_cm3 is not None:
            yield fact(f"{model.model} volume_cm3", model.volume_cm3, model.source, model.checked, "derived from force")


def _place_facts(one: Muscle) -> Iterator[Fact]:
    place = one.localisation
    yield fact("landmarks", place.landmarks, place.landmarks_source, place.landmarks_checked)
    if place.emg_activation:
        source = place.landmarks_source if place.emg_checked else "expert_default"
        yield fact("emg_activation", place.emg_activation, source, place.emg_checked)
    yield fact("ultrasound", place.ultrasound, place.ultrasound_source, place.ultrasound_checked, place.ultrasound_note)
    if one.endplates is not None:
        zones = ", ".join(f"{zone.start:g} to {zone.end:g} ({zone.label})" for zone in one.endplates.zones)
        text = f"{zones}; {one.endplates.reference}"
        yield fact("endplate_zones", text, one.endplates.source, one.endplates.checked, one.endplates.note)
    for risk in one.spread_risks:
        yield fact(f"{risk.kind}_risk", f"{risk.to}: {risk.effect}", risk.source, risk.checked)


def _group_row(one: LabelGroup) -> ReferenceRow:
    facts = (
        fact("kind", one.kind, one.source, one.checked),
        fact("members", one.members, one.source, one.checked),
        *_name_facts(one.id),
    )
    words = f"{one.region} {' '.join(other_names(one.id))} {' '.join(one.members)}"
    return ReferenceRow("label_group", one.id, one.name, facts, words)


def _posture_row(one: Posture) -> ReferenceRow:
    facts = [fact("definition", one.definition, one.definition_source, one.definition_checked, one.notes)]
    if one.direction:
        facts.append(fact("direction", one.direction, one.definition_source, None))
    for entry in one.candidates:
        text = f"{entry.muscle}, {entry.side} ({entry.role.replace('_', ' ')}, {entry.weight:g})"
        sign = f"model moment arm {entry.model_sign.replace('_', ' ')}" if entry.model_sign else None
        facts.append(fact("candidate", text, entry.source, entry.checked, sign))
    words = " ".join(entry.muscle for entry in one.candidates)
    return ReferenceRow("posture", one.id, one.name, tuple(facts), f"{one.region} {one.definition} {words}")


def _scale_row(one: Scale) -> ReferenceRow:
    where = ", ".join(one.sources)
    facts = [
        fact("version", one.version, where, None),
        fact("formula", one.formula or "not read", where, one.checked, one.checked_parts),
        fact("total", f"{one.total_minimum} to {one.total_maximum}", where, one.checked),
        fact("items", [item.id for item in one.items] or "not read", where, one.checked),
        fact("licence", one.licence, where, None),
    ]
    facts += [
        fact("smallest change that matters", _change_text(change.of, change.delta, change.rule), change.source, True)
        for change in one.minimal_changes
    ]
    facts += [fact("conflict", text, where, None) for text in one.conflicts]
    return ReferenceRow("scale", one.id, one.name, tuple(facts), f"{' '.join(one.domains)} {one.rater}")


def _change_text(of: str, delta: float | None, rule: str | None) -> str:
    return f"{of}: {delta:g}" if delta is not None else f"{of}: {rule}"


def _weight_rows() -> Iterator[ReferenceRow]:
    weights = assessment_weights()
    for name in type(weights).__dataclass_fields__:
        value = getattr(weights, name)
        if isinstance(value, Weight):
            facts = (fact("value", value.value, value.source, value.checked, value.note),)
            yield ReferenceRow("weight", name, f"weight of the muscle ranking {weights.version}", facts, "assess")


def matching(rows: Iterable[ReferenceRow], text: str) -> list[ReferenceRow]:
    """Return the rows in which every word of `text` occurs, the best match first.

    An exact id comes first, then a word of the id or name, then anything in the row's words.
    """
    wanted = text.lower().replace("_", " ").replace("-", " ").split()
    ranked: list[tuple[int, ReferenceRow]] = []
    for row in rows:
        grade = _match(row, wanted)
        if grade is not None:
            ranked.append((grade, row))
    ranked.sort(key=lambda pair: (pair[0], _KINDS.index(pair[1].kind), pair[1].id))
    return [row for _, row in ranked]


def _match(row: ReferenceRow, wanted: list[str]) -> int | None:
    title = f"{row.id} {row.name}".lower().replace("_", " ").replace(".", " ").replace("-", " ")
    everything = f"{title} {row.words.lower().replace('_', ' ')}"
    if not wanted or not all(word in everything for word in wanted):
        return None
    if " ".join(wanted) == row.id.replace("_", " ").replace(".", " "):
        return 0
    if row.kind == "muscle" and len(wanted) == 1 and wanted[0] in row.words.lower().split():
        return 1  # a short name that people type: SCM, FCR
    tests: tuple[Callable[[str], bool], ...] = (
        lambda word: word in title.split(),
        lambda word: word in everything.split(),
        lambda word: word in title,
    )
    for grade, test in enumerate(tests, start=2):
        if all(test(word) for word in wanted):
            return grade
    return len(tests) + 2
