"""JSON Schemas of the documents whose readers are no types: channel map, answers to a scale, rows of scores."""

from __future__ import annotations

from typing import Any, get_args

from reprieve.app.documents import NUMBER
from reprieve.app.emg.channels import EpochKind, Kind, MapSide
from reprieve.assess.scale_items import NOT_APPLICABLE
from reprieve.reference.scale_catalogue import Scale, ScaleItem, scales

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
NUMBER_AS_TEXT: Schema = {"type": "string", "pattern": f"^({NUMBER})$"}
# What a table may write where it knows nothing.
EMPTY: Schema = {"anyOf": [{"type": "null"}, {"type": "string", "pattern": r"^\s*(NA|NaN|nan|None|<NA>|NaT)?\s*$"}]}
CELL: Schema = {"type": ["string", "number", "boolean", "null"]}


def channel_map() -> Schema:
    """Return the schema of a channel map, which is YAML or JSON."""
    side = {"enum": list(get_args(MapSide))}
    seconds = {"type": "number", "minimum": 0}
    channel = _object(
        {
            "muscle": {**TEXT, "description": "a muscle of the catalogue or a label group"},
            "side": side,
            "kind": {"enum": list(get_args(Kind))},
            "unit": {**TEXT, "description": "uV, mV, V, nV or count, where the file does not say it"},
            "skip": {"type": "boolean"},
            "mvc": {"type": "number", "exclusiveMinimum": 0, "description": "envelope of a maximal effort"},
        }
    )
    epoch = _object(
        {
            "kind": {"enum": list(get_args(EpochKind))},
            "start_s": seconds,
            "stop_s": {**seconds, "exclusiveMinimum": 0},
            "muscle": _or_null(TEXT),
            "side": {"enum": [*get_args(MapSide), None]},
        },
        needed=("kind", "start_s", "stop_s"),
    )
    sensor = {"type": "array", "items": TEXT, "minItems": 4, "maxItems": 4, "description": "w, x, y, z"}
    neutral = {
        "type": "object",
        "properties": {"start_s": seconds, "stop_s": seconds},
        "required": ["start_s", "stop_s"],
    }
    movement = _object({"trunk": sensor, "head": sensor, "neutral": _or_null(neutral)}, needed=("trunk", "head"))
    name = {"type": "string", "pattern": r"\S"}
    return {
        "title": "ChannelMap",
        "description": "What each channel of a recording is, by the name that the file gives it.",
        **_object(
            {
                "channels": {"type": "object", "additionalProperties": {"anyOf": [TEXT, channel]}},
                "epochs": _or_null({"type": "array", "items": epoch}),
                "movement": _or_null(movement),
                "stimulus": _or_null({**name, "description": "text of the marker at each stimulus"}),
                "angle": _or_null({**name, "description": "channel of the goniometer"}),
            },
            needed=("channels",),
        ),
    }


def scale_items() -> Schema:
    """Return the schema of the answers to a scale: `$defs` has one for each, by the scale's name."""
    every = scales()
    return {
        "title": "ScaleItems",
        "description": "Answers by item, or the same under the one key items. A scale's own answers are in $defs.",
        "anyOf": [{"$ref": f"#/$defs/{name}"} for name in every],
        "$defs": {name: _answers(one) for name, one in every.items()},
    }


def _answers(scale: Scale) -> Schema:
    if scale.method == "goal_attainment":
        x = {"type": "integer", "minimum": -2, "maximum": 2}
        w = {"type": "integer", "minimum": 1, "maximum": 9}
        told = {
            "type": "object",
            "patternProperties": {
                r"^x_[\s\S]": {"anyOf": [x, NUMBER_AS_TEXT, {"type": "null"}]},
                r"^w_[\s\S]": {"anyOf": [w, NUMBER_AS_TEXT, {"type": "null"}]},
            },
            "additionalProperties": False,
        }
    else:
        told = _object({item.id: _answer(item) for item in scale.items})
    under = {"type": "object", "properties": {"items": told}, "required": ["items"]}
    return {"title": scale.name, "anyOf": [told, under]}


def _answer(item: ScaleItem) -> Schema:
    if item.choices:
        figures = [int(word) for word in item.choices if word.isdecimal() and str(int(word)) == word]
        values: list[Any] = [*item.choices, *figures]
    elif item.scored:
        return {"anyOf": [_number(item), NUMBER_AS_TEXT, {"enum": [None, *_off(item)]}]}
    else:
        return CELL
    return {"enum": [*values, None, *_off(item)]}


def _off(item: ScaleItem) -> list[str]:
    return [NOT_APPLICABLE] if item.not_applicable else []


def _number(item: ScaleItem) -> Schema:
    told: Schema = {"type": "number", "minimum": item.minimum, "maximum": item.maximum}
    # JSON Schema counts steps from 0, the scale from its lowest value.
    if item.step and item.minimum is not None and item.minimum % item.step == 0:
        told["multipleOf"] = item.step
    return told


def scores() -> Schema:
    """Return the schema of a tidy table of scores, each row an object of its cells."""
    number = {"anyOf": [{"type": "number"}, NUMBER_AS_TEXT]}
    or_empty = {"anyOf": [{"type": "number"}, NUMBER_AS_TEXT, EMPTY]}
    named = {"type": ["string", "number", "boolean"], "not": EMPTY}
    row = {
        "type": "object",
        "properties": {
            "patient": named,
            "cycle": named,
            "week": {**number, "minimum": -520, "maximum": 520, "description": "0 or less: before the injection"},
            "score": {**or_empty, "description": "empty: a missed visit"},
            "scale": CELL,
            "product": CELL,
            "units": {**or_empty, "minimum": 0, "description": "of the product; 0 is placebo"},
            "date": {"type": ["string", "integer", "null"], "description": "day of the injection, YYYY-MM-DD"},
            "site": CELL,
            "other": {**CELL, "description": "other treatments under way, with semicolons between"},
        },
        "required": ["patient", "cycle", "week", "score"],
    }
    return {
        "title": "Scores",
        "description": "The rows of a CSV or Parquet table; names of columns are read in any letter case.",
        "type": "array",
        "items": row,
        "minItems": 1,
    }


def _object(properties: Schema, *, needed: tuple[str, ...] = ()) -> Schema:
    told: Schema = {"type": "object", "properties": properties, "additionalProperties": False}
    return {**told, "required": list(needed)} if needed else told


def _or_null(schema: Schema) -> Schema:
    return {"anyOf": [schema, {"type": "null"}]}
