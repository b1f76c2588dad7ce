"""Muscles and sides: an own code with Uberon's beside it, and one BodyStructure for each muscle and side."""

from __future__ import annotations

from reprieve.interop.fhir.elements import Json, coding, compact, extension, present
from reprieve.interop.fhir.names import TERMINOLOGIES
from reprieve.interop.fhir.reading import Element, needed
from reprieve.record.plan import Side
from reprieve.reference import muscles


def muscle_concept(muscle: str) -> Json:
    """Return `muscle` as a CodeableConcept; a label group or a gland has the own code alone."""
    known = muscles().get(muscle)
    if known is None:
        return {"coding": [coding("muscle", muscle)], "text": muscle}
    told = [coding("muscle", muscle, known.name)]
    if known.uberon:
        told.append({"system": TERMINOLOGIES["uberon"], "code": known.uberon})
    return {"coding": told, "text": known.name}


def read_muscle(holder: Element) -> str:
    """Return the muscle of a CodeableConcept: by the own code, or by Uberon's where one muscle alone has it."""
    own = holder.code_of("muscle")
    if own is None:
        uberon = holder.code_in(TERMINOLOGIES["uberon"])
        found = [key for key, known in muscles().items() if uberon and known.uberon == uberon]
        own = found[0] if len(found) == 1 else None
    return needed(own, holder, "a muscle of the catalogue")


def side_extension(side: Side | None) -> Json | None:
    """Return the patient's side as an extension."""
    return extension("side", valueCode=side)


def read_side(holder: Element) -> Side | None:
    """Return the side told beside `holder`."""
    return holder.extension("side").choice("valueCode", Side)


def muscle_extensions(muscle: str | None, side: Side | None) -> list[Json]:
    """Return muscle and side as extensions, for resources without a place for a body site."""
    concept = None if muscle is None else muscle_concept(muscle)
    return present(extension("muscle", valueCodeableConcept=concept), side_extension(side))


def read_muscle_extension(holder: Element) -> str | None:
    """Return the muscle told by an extension."""
    concept = holder.extension("muscle").child("valueCodeableConcept")
    return None if concept is None else read_muscle(concept)


def site(muscle: str, side: Side | None, structure: Json | None = None) -> Json:
    """Return a body site: the muscle, its side, and the BodyStructure that stands for both."""
    told = present(side_extension(side), extension("body-structure", valueReference=structure))
    return compact({"extension": told, **muscle_concept(muscle)})
