"""Comparing a figure with a limit row: one limit check, and findings when it is exceeded."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import ROUND_CEILING, Decimal

from reprieve.core.dose import plain
from reprieve.core.findings import Finding, Severity, SourceRef
from reprieve.plan.safety.outcome import LimitCheck
from reprieve.reference.formulary.limit_row import LimitRow, Nature

_FOUR_PLACES = Decimal("1e-4")


def whole_up(number: Decimal) -> int:
    """Return the smallest whole number that is not below `number`."""
    return int(number.to_integral_value(ROUND_CEILING))


def figure(number: Decimal) -> str:
    """Return `number` for a sentence, at most four decimals; what would round to nothing is written out."""
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int) or exponent >= -4:
        return plain(number)
    return plain(number.quantize(_FOUR_PLACES) or number)


def source_words(source: SourceRef, nature: str = Nature.LABEL) -> str:
    """Return where a number comes from, in words: ``label figure from a compendium, checked``."""
    seen = "checked" if source.checked else "not verified"
    kind = "figure" if nature == Nature.LABEL else f"{nature} figure"
    return f"{kind} from {source.key} ({source.grade.replace('_', ' ')}, {seen})"


def at_most(
    row: LimitRow,
    actual: Decimal,
    *,
    rule: str,
    subject: str,
    what: str | Callable[[], str],
    limit: Decimal | None = None,
    unit: str = "units",
    severity: Severity | None = None,
    clears_if: str | Callable[[], str] = "",
    words: str | None = None,
) -> Iterator[LimitCheck | Finding]:
    """Yield the comparison of `actual` with the upper end of `row`.

    Parameters
    ----------
    row : LimitRow
    actual : Decimal
        In `unit`.
    rule, subject : str
    what : str or callable
        What `actual` is, to begin the sentence; a callable is asked only when the limit is exceeded.
    limit : Decimal, optional
        The bound where it is not `row.high` itself (units per kg times weight).
    severity : Severity, optional
        When exceeded; by default an error if the row blocks, else a warning.
    words : str, optional
        How the bound came about, or the label's own words.
    """
    bound = row.high if limit is None else limit
    assert bound is not None, f"{row.id} has no upper end; its rule must not compare with it"
    yield LimitCheck(
        rule=rule,
        row=row.id,
        scope=row.scope,
        subject=subject,
        limit=bound,
        actual=actual,
        headroom=bound - actual,
        unit=unit,
        verified=row.verified,
        blocks=row.blocks,
        nature=row.nature,
        source=row.source,
        words=words,
    )
    if actual > bound:
        told, clear = (part() if callable(part) else part for part in (what, clears_if))
        yield Finding(
            rule=rule,
            severity=severity or (Severity.ERROR if row.blocks else Severity.WARNING),
            message=(
                f"{told}: {figure(actual)} {unit}, above the limit of {figure(bound)} {unit} for {row.scope}"
                f"{f' ({words})' if words else ''}; {source_words(row.source, row.nature)}."
            ),
            limit=bound,
            actual=actual,
            exceed_by=actual - bound,
            unit=unit,
            subject=subject,
            sources=(row.source,),
            clears_if=clear or f"at most {figure(bound)} {unit}",
        )
        if row.nature is Nature.LABEL and not row.verified:
            yield unverified(row, bound, actual, subject, unit)


def unverified(row: LimitRow, bound: Decimal | None, actual: Decimal | None, subject: str, unit: str) -> Finding:
    """Return the note beside a finding whose limit was not read in a document that may carry it."""
    return Finding(
        rule="unverified_limit",
        severity=Severity.INFO,
        message=(
            f"The figure for '{row.scope}' is not verified ({row.source.key}, {row.source.grade.replace('_', ' ')}); "
            "compare the current label."
        ),
        limit=bound,
        actual=actual,
        unit=unit,
        subject=subject,
        sources=(row.source,),
        clears_if="the clinic confirms or corrects the row from the label in hand",
    )


def note(
    row: LimitRow, limit: Decimal, actual: Decimal, *, rule: str, subject: str, text: str, clears_if: str, unit: str
) -> Finding:
    """Return what is told, and no more, where a plan differs from a labelled figure."""
    return Finding(
        rule=rule,
        severity=Severity.INFO,
        message=f"{text}; {source_words(row.source)}.",
        limit=limit,
        actual=actual,
        exceed_by=abs(actual - limit),
        unit=unit,
        subject=subject,
        sources=(row.source,),
        clears_if=clears_if,
    )
