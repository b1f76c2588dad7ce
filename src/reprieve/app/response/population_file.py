"""The file of a population, as its reader takes it: shape and kinds of every field, before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass, field

from reprieve.app.documents import parse, read_json
from reprieve.app.text_files import read_text
from reprieve.learn.curve import Family
from reprieve.learn.population import FORMAT, Population, ProductEntry, ScaleEntry, from_document


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationParameter:
    """One parameter of the response model, on its own (possibly logarithmic) scale."""

    mean: float
    sd: float
    origin: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PopulationFile:
    """What `reprieve response fit` writes; `covariance` has a row and a column for each of `parameters`, in order."""

    format: str
    family: Family
    primary_scale: str
    parameters: dict[str, PopulationParameter]
    covariance: tuple[tuple[float, ...], ...]
    products: dict[str, ProductEntry]
    scales: dict[str, ScaleEntry]
    data_fingerprint: str = ""
    notes: dict[str, str] = field(default_factory=dict)


def population_of_file(path: str) -> Population:
    """Return the population in the file `path` (``-`` is standard input).

    Raises
    ------
    DocumentError
        It is no JSON, of another version, or a field is missing or of another kind.
    """
    where, text = "standard input" if path == "-" else path, read_text(path)
    document = read_json(text, where)
    # Of another version only that is said; its fields may be others.
    if isinstance(document, dict) and document.get("format") == FORMAT:
        parse(PopulationFile, text, where)
    return from_document(document, where)
