"""Head angles by the camera of a phone as one Observation; its method says that it is for research."""

from __future__ import annotations

from decimal import Decimal

from reprieve.interop.fhir.context import Reading, Writing, head, read_rest, rest
from reprieve.interop.fhir.elements import concept, measured
from reprieve.interop.fhir.reading import Element, needed
from reprieve.record.chart import HeadAngles

_ANGLES = tuple(f"{axis}{part}_deg" for axis in ("turn", "tilt", "nod") for part in ("", "_error", "_moved"))
_MAPPED = ("date", "method", "entered_at", *_ANGLES)


def write_head_angles(out: Writing, key: str, position: int, entry: HeadAngles) -> None:
    """Write a measurement, its angles as components."""
    out.add(
        {
            **head("Observation", key, "head-angles", position, *rest(entry, *_MAPPED)),
            "status": "final",
            "code": concept("record", "head-angles", text="Head angles by a camera, for research"),
            "subject": out.subject,
            "effectiveDateTime": entry.date,
            "issued": entry.entered_at,
            "method": {"text": entry.method},
            "component": [
                {"code": concept("finding", name), "valueQuantity": measured(getattr(entry, name), "degree", "deg")}
                for name in _ANGLES
            ],
        }
    )


def read_head_angles(inp: Reading, resource: Element) -> HeadAngles:
    """Read a measurement; all its angles have to be there."""
    told: dict[str, Decimal] = {}
    for part in resource.children("component"):
        name = needed(part.own_code("code", "finding"), part, "the finding's own code")
        quantity = needed(part.child("valueQuantity"), part, "valueQuantity")
        if name not in _ANGLES or name in told:
            raise part.misfit("code", f"each of {', '.join(_ANGLES)} once, not {name!r}")
        told[name] = needed(quantity.number("value"), quantity, "value")
    missing = [name for name in _ANGLES if name not in told]
    if missing:
        raise resource.misfit("component", f"an angle for {', '.join(missing)}")
    return HeadAngles(
        date=resource.needed_day("effectiveDateTime"),
        **told,
        method=needed(resource.child("method"), resource, "method").needed_text("text"),
        entered_at=resource.moment("issued"),
        **read_rest(HeadAngles, resource, *_MAPPED),
    )
