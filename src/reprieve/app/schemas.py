"""JSON Schemas of the documents that a person or a script hands in: what `reprieve schema NAME` prints.

Most are made from the very type that reads the document; those of the other readers stand beside each other in
`schemas_by_hand`, and a test holds each against its reader.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import GenerateJsonSchema
from pydantic_core import core_schema

from reprieve.app.documents import DAY, MOMENT, NUMBER, WHOLE, adapter

DIALECT = "https://json-schema.org/draft/2020-12/schema"


@dataclass(frozen=True, slots=True)
class DocumentKind:
    """One kind of document: where it is handed in, and the type (or the function) that its schema comes from."""

    read_by: str
    made_from: str


# Names of modules, not the types: a schema of a plan needs nothing of an EMG recording.
DOCUMENTS: dict[str, DocumentKind] = {
    "plan": DocumentKind("check, cite, simulate", "reprieve.record.plan:Plan"),
    "chart": DocumentKind("assess, plan, authorise, cohort, import, fhir export", "reprieve.record.chart:Chart"),
    "angles": DocumentKind("assess --angles", "reprieve.app.assessment:MeasuredAngles"),
    "channel-map": DocumentKind("emg --channels", "reprieve.app.schemas_by_hand:channel_map"),
    "scale-items": DocumentKind("scale score", "reprieve.app.schemas_by_hand:scale_items"),
    "scores": DocumentKind("response, cohort: the rows of a table", "reprieve.app.schemas_by_hand:scores"),
    "population": DocumentKind("response forecast", "reprieve.app.response.population_file:PopulationFile"),
    "mapping": DocumentKind("import --mapping", "reprieve.app.transfer.mapped:CsvMapping"),
    "ehr": DocumentKind("fhir launch", "reprieve.app.fhir.smart:EhrDocument"),
    "identity-provider": DocumentKind("serve --identity-provider", "reprieve.app.oidc:ProviderDocument"),
    "review": DocumentKind("POST /api/reviews", "reprieve.app.reviews.rows:RowToReview"),
    "policy": DocumentKind("POST /api/policy: its policy", "reprieve.record.clinic_bodies:ClinicPolicy"),
}


def schema(name: str) -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of the document `name`, a key of `DOCUMENTS`."""
    module, _, thing = DOCUMENTS[name].made_from.partition(":")
    source = getattr(importlib.import_module(module), thing)
    told = adapter(source).json_schema(schema_generator=_AsRead) if isinstance(source, type) else source()
    return {"$schema": DIALECT, **told}


class _AsRead(GenerateJsonSchema):
    """Says of numbers and days what the edge reads of them, as its guards do."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False  # a name in other letters says nothing

    def int_schema(self, schema: core_schema.IntSchema) -> dict[str, Any]:
        return {"anyOf": [{"type": "integer"}, written(WHOLE)]}

    def float_schema(self, schema: core_schema.FloatSchema) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, written(NUMBER)]}

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> dict[str, Any]:
        return {"anyOf": [{"type": "number"}, written(NUMBER)]}

    def date_schema(self, schema: core_schema.DateSchema) -> dict[str, Any]:
        return written(DAY)

    def datetime_schema(self, schema: core_schema.DatetimeSchema) -> dict[str, Any]:
        return written(MOMENT)


def written(pattern: str) -> dict[str, Any]:
    """Return the schema of a text that is written like `pattern`, whole."""
    return {"type": "string", "pattern": f"^({pattern})$"}
