"""What a rule can say: a limit that it compared, a finding, a gap that it could not look into."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.core.findings import SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitCheck:
    """One limit that applied, and how far the plan is from it.

    Attributes
    ----------
    rule : str
        The rule that compared.
    row : str or None
        Id of the limit row; None for a clinic setting or a check of this program.
    scope : str
        What is bounded, in words.
    subject : str
        ``session``, ``splenius_capitis left``, ``right_arm``, ...
    limit, actual, headroom : Decimal or None
        In `unit`; None is unknown. `headroom` is negative when the limit is exceeded.
    verified : bool
        Whether the number was read in a document that may carry a limit.
    blocks : bool
        Whether exceeding it stops the plan.
    nature : str
        ``label``, ``literature``, ``payer`` or ``local practice``.
    least : bool
        True where the limit is a minimum (an interval), False for a maximum.
    """

    rule: str
    scope: str
    subject: str
    limit: Decimal | None
    actual: Decimal | None
    headroom: Decimal | None
    unit: str
    verified: bool
    blocks: bool
    nature: str
    source: SourceRef | None
    row: str | None = None
    least: bool = False
    words: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gap:
    """Something that could not be checked: which rule, of what, what is missing, what to do."""

    rule: str
    subject: str
    missing: str
    needs: str
