"""The muscle catalogue: 168 muscles, each fact with its source and whether it was checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any

from reprieve.core.errors import ReferenceDataError
from reprieve.reference._files import read_json, read_rows
from reprieve.reference._names import unknown


@dataclass(frozen=True, slots=True)
class Action:
    """One action: ``neck_upper.rotation.contralateral``; weight 1 prime mover, 0.5 assistant, 0.25 minor."""

    action: str
    weight: float
    moment_arm_sign_agrees: bool | None  # None: no model moment arm to compare with


@dataclass(frozen=True, slots=True)
class Innervation:
    """Nerves and roots; `checked` is about the nerves, `roots_checked` about the roots."""

    nerves: tuple[str, ...]
    roots: tuple[str, ...]
    source: str
    checked: bool
    roots_checked: bool


@dataclass(frozen=True, slots=True)
class ModelArchitecture:
    """What a published model says: force in N, fibre length in cm; area in cm² and volume in cm³ are derived."""

    model: str
    elements: int
    f0m_n: float
    fibre_length_cm: float
    pcsa_cm2: float | None
    volume_cm3: float | None
    source: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """One published figure with its source."""

    value: float
    source: str
    checked: bool
    note: str | None = None


@dataclass(frozen=True, slots=True)
class EndplateZone:
    """Where end plates lie, as fractions from `reference` 0 to 1; each study has its own axis."""

    start: float
    end: float
    label: str


@dataclass(frozen=True, slots=True)
class EndplateZones:
    """The zones of one study; never read the fractions without `reference`."""

    zones: tuple[EndplateZone, ...]
    reference: str
    source: str
    checked: bool
    note: str | None


@dataclass(frozen=True, slots=True)
class SpreadRisk:
    """What is near: `kind` ``toxin`` (weakness by diffusion) or ``needle`` (structure at risk)."""

    to: str
    effect: str
    kind: str
    in_catalogue: bool
    source: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Localisation:
    """How to find the muscle."""

    landmarks: str
    landmarks_source: str
    landmarks_checked: bool
    emg_activation: str | None
    emg_checked: bool
    ultrasound: str
    ultrasound_source: str
    ultrasound_checked: bool
    ultrasound_note: str | None


@dataclass(frozen=True, slots=True)
class Muscle:
    """One muscle of the catalogue.

    Attributes
    ----------
    id : str
        Stable key, snake_case, used by postures, tables and maps.
    name, latin, ta2 : str, str or None, int or None
        English and Latin name and id of Terminologia Anatomica 2 (CC BY-SA 4.0, see ``data/ta2_names``).
    fma, uberon : str or None
        Ids of the Foundational Model of Anatomy and of Uberon.
    region : str
    sides : tuple of str
        ``("left", "right")``, or ``("midline",)`` for an unpaired muscle; the patient's sides.
    groups : tuple of str
        Label groups that hold this muscle (``gastrocnemius`` holds ``gastrocnemius_medial``).
    volume_cm3, volume_basis : float or None, str or None
        Healthy adult; basis ``published`` or ``model``. None is unknown, never zero.
    """

    id: str
    name: str
    latin: str | None
    ta2: int | None
    fma: str | None
    uberon: str | None
    names_source: tuple[str, ...]
    names_checked: bool
    region: str
    sides: tuple[str, ...]
    groups: tuple[str, ...]
    innervation: Innervation
    actions: tuple[Action, ...]
    actions_source: str
    actions_checked: bool
    volume_cm3: float | None
    volume_basis: str | None
    volume_published: Figure | None
    pcsa_published_cm2: Figure | None
    fibre_length_published_cm: Figure | None
    models: tuple[ModelArchitecture, ...]
    type_1_fraction: Figure | None
    endplates: EndplateZones | None
    spread_risks: tuple[SpreadRisk, ...]
    localisation: Localisation

    @property
    def paired(self) -> bool:
        """Whether it has a left and a right side."""
        return self.sides != ("midline",)


@dataclass(frozen=True, slots=True)
class LabelGroup:
    """A name that labels use for more, or less, than one catalogue muscle.

    `kind` is ``group``, ``alias``, ``part``, ``gland``, ``outside`` (a muscle the catalogue lacks) or ``class``
    (a heading of a dose table, no target). `members` are catalogue ids.
    """

    id: str
    name: str
    kind: str
    region: str
    members: tuple[str, ...]
    source: str
    checked: bool


@cache
def muscles() -> Mapping[str, Muscle]:
    """Return the catalogue, id to muscle, in the order of the body."""
    names = {row["muscle"]: row for row in read_rows("ta2_names/names.csv")}
    groups = label_groups()
    belongs: dict[str, list[str]] = {}
    for group in groups.values():
        for member in group.members:
            belongs.setdefault(member, []).append(group.id)
    catalogue: dict[str, Muscle] = {}
    for row in read_json("anatomy/muscles.json")["muscles"]:
        if row["id"] in catalogue or row["id"] in groups:
            raise ReferenceDataError(f"muscle id {row['id']!r} stands twice in the reference data; keep one")
        catalogue[row["id"]] = _muscle(row, names[row["id"]], tuple(belongs.get(row["id"], ())))
    return MappingProxyType(catalogue)


@cache
def label_groups() -> Mapping[str, LabelGroup]:
    """Return the names of labels that are not one muscle, id to group."""
    rows = read_json("anatomy/label_groups.json")["groups"]
    groups = {row["id"]: LabelGroup(**{**row, "members": tuple(row["members"])}) for row in rows}
    if len(groups) != len(rows):
        raise ReferenceDataError("a label group stands twice in the reference data; keep one")
    return MappingProxyType(groups)


def muscle(name: str) -> Muscle:
    """Return the catalogue muscle `name`, or raise `UnknownNameError` with near matches."""
    try:
        return muscles()[name]
    except KeyError:
        raise unknown("muscle", name, [*muscles(), *label_groups()]) from None


def target_members(name: str) -> tuple[str, ...]:
    """Return the catalogue muscles that `name` stands for in a plan or chart.

    Parameters
    ----------
    name : str
        A catalogue id, a label group, an alias, a part, a gland.

    Returns
    -------
    tuple of str
        The muscle itself, or the members of the group; empty for a gland or a muscle outside the catalogue.

    Raises
    ------
    UnknownNameError
        If `name` is none of these, or only a heading of a dose table.

    Examples
    --------
    >>> target_members("gastrocnemius")
    ('gastrocnemius_medial', 'gastrocnemius_lateral')
    """
    if name in muscles():
        return (name,)
    group = label_groups().get(name)
    if group is None or group.kind == "class":
        targets = [entry.id for entry in label_groups().values() if entry.kind != "class"]
        raise unknown("muscle", name, [*muscles(), *targets])
    return group.members


def _muscle(row: dict[str, Any], names: dict[str, str], groups: tuple[str, ...]) -> Muscle:
    actions, shape, place = row["actions"], row["architecture"], row["localisation"]
    published = shape["published"] or {}
    return Muscle(
        id=row["id"],
        name=names["name"],
        latin=names["latin"] or None,
        ta2=int(names["ta2"]) if names["ta2"] else None,
        fma=row["fma"],
        uberon=row["uberon"],
        names_source=tuple(row["names_source"]),
        names_checked=row["names_checked"],
        region=row["region"],
        sides=("left", "right") if row["paired"] else ("midline",),
        groups=groups,
        innervation=_innervation(row["innervation"]),
        actions=tuple(_action(entry, actions) for entry in actions["list"]),
        actions_source=actions["source"],
        actions_checked=actions["checked"],
        volume_cm3=shape["volume_cm3"],
        volume_basis=shape["volume_basis"],
        volume_published=_published(published, "volume", "volume_cm3"),
        pcsa_published_cm2=_published(published, "pcsa", "pcsa_cm2"),
        fibre_length_published_cm=_published(published, "ofl", "ofl_cm"),
        models=tuple(_model(entry) for entry in shape["model"] or ()),
        type_1_fraction=Figure(**row["fibre_type_1_fraction"]) if row["fibre_type_1_fraction"] else None,
        endplates=_endplates(row["endplate_zones"]) if row["endplate_zones"] else None,
        spread_risks=tuple(_spread_risk(entry) for entry in row["spread_risks"]),
        localisation=_localisation(place),
    )


def _innervation(row: dict[str, Any]) -> Innervation:
    return Innervation(tuple(row["nerves"]), tuple(row["roots"]), row["source"], row["checked"], row["roots_checked"])


def _action(entry: dict[str, Any], actions: dict[str, Any]) -> Action:
    name = entry["action"]
    agrees: bool | None = None
    if name in actions.get("moment_arm_sign_agrees", ()):
        agrees = True
    elif name in actions.get("moment_arm_sign_disagrees", ()):
        agrees = False
    return Action(name, float(entry["weight"]), agrees)


def _published(published: dict[str, Any], kind: str, field: str) -> Figure | None:
    value = published.get(field)
    if value is None:
        return None
    source, checked = published[f"{kind}_source"], published[f"{kind}_checked"]
    return Figure(float(value), source, checked, published.get(f"{kind}_note"))


def _model(row: dict[str, Any]) -> ModelArchitecture:
    return ModelArchitecture(
        model=row["model"],
        elements=row["elements"],
        f0m_n=row["f0m_n"],
        fibre_length_cm=row["ofl_cm"],
        pcsa_cm2=row.get("pcsa_cm2"),
        volume_cm3=row.get("volume_cm3"),
        source=row["source"],
        checked=row["checked"],
    )


def _endplates(row: dict[str, Any]) -> EndplateZones:
    zones = tuple(EndplateZone(**zone) for zone in row["zones"])
    return EndplateZones(zones, row["reference"], row["source"], row["checked"], row.get("note"))


def _spread_risk(row: dict[str, Any]) -> SpreadRisk:
    return SpreadRisk(row["to"], row["effect"], row["kind"], row["catalogued"], row["source"], row["checked"])


def _localisation(row: dict[str, Any]) -> Localisation:
    return Localisation(**{"ultrasound_note": None, **row})
