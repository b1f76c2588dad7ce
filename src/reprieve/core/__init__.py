"""Floor 1: doses, findings, dates, documents, errors. Knows no product, no patient, no file."""

from reprieve.core.dates import age_years, completed_weeks, days_between, iso_date, iso_day, weeks_between
from reprieve.core.documents import as_json, canonical
from reprieve.core.dose import Dose, exact, plain, total
from reprieve.core.findings import Finding, Severity, SourceRef, Verdict, verdict_of

__all__ = [
    "Dose",
    "Finding",
    "Severity",
    "SourceRef",
    "Verdict",
    "age_years",
    "as_json",
    "canonical",
    "completed_weeks",
    "days_between",
    "exact",
    "iso_date",
    "iso_day",
    "plain",
    "total",
    "verdict_of",
    "weeks_between",
]
