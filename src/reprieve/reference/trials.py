"""Real trial data, published figures and the shipped response population."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from reprieve.reference._files import DATA, read_json, read_rows

TRIAL_PRODUCT = "rimabotulinumtoxinB"
_UNITS = {"Placebo": 0.0, "5000U": 5000.0, "10000U": 10000.0}


@dataclass(frozen=True, slots=True)
class TrialScore:
    """One visit of the type B trial in cervical dystonia.

    Attributes
    ----------
    patient, site : str
    week : float
        Weeks since the one injection; 0 is before it.
    score : float
        TWSTRS total, points.
    units : float
        Units of rimabotulinumtoxinB; 0 is placebo.
    """

    patient: str
    site: str
    week: float
    score: float
    units: float


@cache
def trial_scores() -> tuple[TrialScore, ...]:
    """Return the 631 visits of 109 patients; the folder's README names source and licence (CC BY 4.0)."""
    return tuple(
        TrialScore(row["patient"], row["site"], float(row["week"]), float(row["twstrs"]), _UNITS[row["treat"]])
        for row in read_rows("cdystonia/cdystonia.csv")
    )


@cache
def published_figures(table: str) -> tuple[dict[str, str], ...]:
    """Return the rows of one table of published figures (``time_course``, ``duration_and_intervals``, ...)."""
    return tuple(read_rows(f"published/{table}.csv"))


@cache
def shipped_population() -> Any:
    """Return the document of the shipped response population."""
    return read_json("response/population.json")


def shipped_population_path() -> str:
    """Return where the shipped population lies, for messages."""
    return str(DATA / "response" / "population.json")
