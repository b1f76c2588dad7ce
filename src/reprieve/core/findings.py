"""Finding: what a rule has to say about a plan, as a value."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Severity(StrEnum):
    """How much a finding weighs: an error blocks, a warning asks, an info tells."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Verdict(StrEnum):
    """The sum of all findings."""

    CLEAR = "clear"
    WARNED = "warned"
    BLOCKED = "blocked"


@dataclass(frozen=True, slots=True)
class SourceRef:
    """Where a number comes from and how far it is to be trusted.

    Attributes
    ----------
    key : str
        Key in the reference sources.
    grade : str
        Grade of the document (``label``, ``manufacturer``, ``paper``, ...), or ``clinic_review``.
    checked : bool
        Whether the number itself was seen in a retrieved document.
    """

    key: str
    grade: str
    checked: bool


@dataclass(frozen=True, slots=True)
class Finding:
    """One statement of one rule about one subject.

    Attributes
    ----------
    rule : str
        Name of the rule, snake_case.
    severity : Severity
    message : str
        One plain sentence with the figure, the limit and the source.
    limit, actual, exceed_by : Decimal or None
        In `unit`; None where the rule has no figure.
    unit : str or None
        ``units`` (of the plan's product), ``mL``, ``days``, ``weeks``, ``years``, ``sites``, ...
    subject : str
        What it is about: ``session``, ``patient``, ``splenius_capitis left``, ...
    sources : tuple of SourceRef
    clears_if : str
        What would make the finding go away.
    """

    rule: str
    severity: Severity
    message: str
    limit: Decimal | None = None
    actual: Decimal | None = None
    exceed_by: Decimal | None = None
    unit: str | None = None
    subject: str = "session"
    sources: tuple[SourceRef, ...] = ()
    clears_if: str = ""


def verdict_of(findings: Iterable[Finding]) -> Verdict:
    """Return ``blocked`` if any finding is an error, else ``warned`` if any is a warning, else ``clear``."""
    severities = {finding.severity for finding in findings}
    if Severity.ERROR in severities:
        return Verdict.BLOCKED
    return Verdict.WARNED if Severity.WARNING in severities else Verdict.CLEAR
