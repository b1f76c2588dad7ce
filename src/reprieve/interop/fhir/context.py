"""What the writers of one record share (`Writing`) and what the readers of one batch share (`Reading`)."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any, get_type_hints

from reprieve.core.documents import as_json
from reprieve.core.errors import DocumentError
from reprieve.interop.fhir.body_site import muscle_concept, side_extension
from reprieve.interop.fhir.elements import Json, coding, compact, extension, nested, present, reference
from reprieve.interop.fhir.names import part_id, profile
from reprieve.interop.fhir.reading import Element
from reprieve.record.plan import Side


@dataclass(slots=True)
class Writing:
    """The resources of one patient, as they are made.

    Attributes
    ----------
    patient : str
        Logical id of the Patient.
    """

    patient: str
    resources: list[Json] = field(default_factory=list)
    _structures: dict[tuple[str, str | None], str] = field(default_factory=dict)

    @property
    def subject(self) -> Json:
        """The reference to the patient."""
        return reference("Patient", self.patient)

    def child_id(self, parent: str, *what: str) -> str:
        """Return the id of a part of `parent`."""
        return part_id(self.patient, parent, *what)

    def add(self, resource: Json) -> Json:
        """Keep `resource` without its empty elements and return a reference to it."""
        self.resources.append(compact(resource))
        return reference(resource["resourceType"], resource["id"])

    def structure(self, muscle: str, side: Side | None) -> Json:
        """Return a reference to the BodyStructure of `muscle` and `side`, made once for each patient."""
        place = (muscle, side)
        if place not in self._structures:
            self._structures[place] = key = part_id(self.patient, "site", muscle, side or "")
            told = head("BodyStructure", key, "muscle-site")
            qualifier = [{"coding": [coding("side", side)]}] if side else None
            self.add(
                {
                    **told,
                    "extension": present(side_extension(side)),
                    "location": muscle_concept(muscle),
                    "locationQualifier": qualifier,
                    "patient": self.subject,
                }
            )
        return reference("BodyStructure", self._structures[place])


def head(kind: str, key: str, profile_name: str, position: int | None = None, *extensions: Json | None) -> Json:
    """Return the beginning of a resource; `position` keeps the order of the record when a server changes it."""
    return {
        "resourceType": kind,
        "id": key,
        "meta": {"profile": [profile(profile_name)]},
        "extension": present(extension("position", valueUnsignedInt=position), *extensions),
    }


def rest(entry: Any, *mapped: str) -> list[Json]:
    """Return the fields of `entry` that no FHIR element here stands for yet, so that a new field is never lost."""
    told: list[Json | None] = []
    for known in dataclasses.fields(entry):
        value = getattr(entry, known.name)
        if known.name not in mapped and value != known.default:
            text = json.dumps(as_json(value), ensure_ascii=False)
            told.append(nested("field", extension("name", valueString=known.name), extension("json", valueString=text)))
    return present(*told)


def read_rest(kind: type, holder: Element, *mapped: str) -> dict[str, Any]:
    """Return the fields of the dataclass `kind` that `rest` wrote."""
    told: dict[str, Any] = {}
    for entry in holder.extensions("field"):
        name, text = entry.extension("name").text("valueString"), entry.extension("json").text("valueString")
        if name is None or text is None or name in mapped or name not in {f.name for f in dataclasses.fields(kind)}:
            raise DocumentError(f"{entry.where}: {name!r} is no field of this record; remove it")
        told[name] = _field_value(kind, name, text, entry.where)
    return told


@cache
def _field_adapter(kind: type, name: str) -> Any:
    from pydantic import TypeAdapter

    return TypeAdapter(get_type_hints(kind)[name])


def _field_value(kind: type, name: str, text: str, where: str) -> Any:
    from pydantic import ValidationError

    try:
        return _field_adapter(kind, name).validate_json(text)
    except ValidationError as error:
        raise DocumentError(f"{where}: {name} does not fit ({error.error_count()} faults); correct it") from None


@dataclass(slots=True)
class Reading:
    """All resources of one batch, found by their addresses; remembers which of them were understood.

    Attributes
    ----------
    index : mapping
        ``Type/id`` and full addresses to the resource.
    understood : set
        ``Type/id`` of what went into a record.
    """

    index: Mapping[str, Element]
    understood: set[str] = field(default_factory=set)

    def take(self, element: Element) -> Element:
        """Note that `element` goes into the record."""
        self.understood.add(address_of(element))
        return element

    def resolve(self, holder: Element | None, kind: str) -> Element | None:
        """Return the resource of type `kind` that a Reference points to, None for one that is not here."""
        told = holder.text("reference") if holder else None
        found = self.index.get(told) if told else None
        if found is None and told:
            found = self.index.get("/".join(told.split("/")[-2:]))
        if found is not None and found.data.get("resourceType") != kind:
            raise DocumentError(f"{holder.where if holder else ''}: {told!r} is no {kind}; correct the reference")
        return found


def address_of(element: Element) -> str:
    """Return ``Type/id``."""
    return f"{element.data.get('resourceType')}/{element.data.get('id')}"


def has_profile(element: Element, name: str) -> bool:
    """Return whether a resource says that it follows the own profile `name`."""
    meta = element.data.get("meta")
    profiles = meta.get("profile") if isinstance(meta, dict) else None
    return isinstance(profiles, list) and profile(name) in profiles


def in_order(elements: Iterable[Element]) -> list[Element]:
    """Return `elements` as the record had them; without positions they stay as they came."""
    numbered: Sequence[tuple[int, int, Element]] = [
        (_position(element), place, element) for place, element in enumerate(elements)
    ]
    return [element for _, _, element in sorted(numbered, key=lambda row: row[:2])]


def _position(element: Element) -> int:
    told = element.extension("position").whole("valueUnsignedInt")
    return 2**31 if told is None else told
