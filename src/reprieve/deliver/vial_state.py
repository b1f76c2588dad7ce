"""Which vials may be chosen, and what is wrong with a vial at a given moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from reprieve.core.dose import plain
from reprieve.core.errors import InputError
from reprieve.core.findings import Finding, Severity
from reprieve.deliver.elapsed import elapsed
from reprieve.deliver.ledger import Ledger, VialAccount, VialStatus
from reprieve.deliver.reconstitution import reconstitute
from reprieve.reference.preparations import ProductFacts, is_verified


@dataclass(frozen=True, slots=True, kw_only=True)
class VialChoice:
    """One vial on offer; it may be chosen when no finding is an error."""

    account: VialAccount
    findings: tuple[Finding, ...]

    @property
    def selectable(self) -> bool:
        """Whether nothing blocks the choice."""
        return all(finding.severity is not Severity.ERROR for finding in self.findings)


def vials_on_offer(
    ledger: Ledger, facts: ProductFacts, at: datetime, patient: str, *, may_share: bool = False
) -> tuple[VialChoice, ...]:
    """Return every vial of the product that still holds something, the one to use first on top.

    Order: selectable before blocked, open before unopened, then first to expire, then the name.

    Parameters
    ----------
    ledger : Ledger
    facts : ProductFacts
    at : datetime
        The moment of the choice, in the clinic's zone.
    patient : str
        For whom; a vial opened for another patient is blocked unless `may_share`.
    may_share : bool
        The clinic's own policy; the labels say one patient, one session.
    """
    offers = [
        VialChoice(account=account, findings=vial_findings(account, facts, at, patient=patient, may_share=may_share))
        for account in ledger.accounts.values()
        if account.content.product == facts.product and account.status is not VialStatus.EMPTY
    ]
    return tuple(sorted(offers, key=_rank))


def _rank(offer: VialChoice) -> tuple[bool, bool, object, str]:
    account = offer.account
    return (not offer.selectable, account.status is not VialStatus.OPEN, account.expires, account.vial)


def vial_findings(
    account: VialAccount, facts: ProductFacts, at: datetime, *, patient: str | None = None, may_share: bool = False
) -> tuple[Finding, ...]:
    """Return what is wrong with one vial at the moment `at`: expired, over its time, wrongly made up, another's."""
    found: list[Finding | None] = [_expired(account, at), _over_time(account, facts, at), _made_up(account, facts)]
    if patient is not None and not may_share:
        found.append(_of_another(account, patient))
    return tuple(finding for finding in found if finding is not None)


def _expired(account: VialAccount, at: datetime) -> Finding | None:
    # A vial may be used up to and including the printed day.
    days = (at.date() - account.expires).days
    if days <= 0:
        return None
    return Finding(
        rule="vial_expired",
        severity=Severity.ERROR,
        message=f"Vial {account.vial} (lot {account.lot}) expired on {account.expires}; choose another.",
        limit=Decimal(0),
        actual=Decimal(days),
        exceed_by=Decimal(days),
        unit="days",
        subject=f"vial {account.vial}",
        clears_if="a vial that has not expired is chosen",
    )


def _over_time(account: VialAccount, facts: ProductFacts, at: datetime) -> Finding | None:
    if account.opened_at is None:
        return None
    if facts.use_within is None:
        return Finding(
            rule="no_verified_limit",
            severity=Severity.WARNING,
            message=f"How long {facts.product} may be used after opening is not on file; follow the label in hand.",
            subject=f"vial {account.vial}",
            clears_if="the clinic confirms the time from the label in hand",
        )
    gone = Decimal(str(elapsed(account.opened_at, at) / timedelta(hours=1)))
    over = gone - facts.use_within.hours
    if over <= 0:
        return None
    source = facts.use_within.source
    enforced = is_verified(source)
    return Finding(
        rule="vial_over_time",
        severity=Severity.ERROR if enforced else Severity.WARNING,
        message=(
            f"Vial {account.vial} was made up {gone.quantize(Decimal('0.1'))} hours ago; {facts.product} is to be used "
            f"within {plain(facts.use_within.hours)} hours at {facts.use_within.at}"
            + ("." if enforced else " (figure not verified).")
        ),
        limit=facts.use_within.hours,
        actual=gone,
        exceed_by=over,
        unit="hours",
        subject=f"vial {account.vial}",
        sources=(source,),
        clears_if="a fresh vial is made up",
    )


def _made_up(account: VialAccount, facts: ProductFacts) -> Finding | None:
    if account.opened_at is None:
        return None
    if account.diluent_ml is None:
        return Finding(
            rule="reconstitution_unknown",
            severity=Severity.ERROR,
            message=f"Vial {account.vial} is open, but its diluent volume was not noted; no volume can be computed.",
            subject=f"vial {account.vial}",
            clears_if="the diluent volume is noted, or another vial is chosen",
        )
    try:
        reconstitute(facts, account.content.units, account.diluent_ml)
    except InputError as problem:
        return Finding(
            rule="reconstitution_impossible",
            severity=Severity.ERROR,
            message=f"Vial {account.vial}: {problem}.",
            subject=f"vial {account.vial}",
            clears_if="the vial is made up as the label says, or another one is chosen",
        )
    return None


def _of_another(account: VialAccount, patient: str) -> Finding | None:
    if account.opened_for in (None, patient):
        return None
    return Finding(
        rule="vial_of_another_patient",
        severity=Severity.ERROR,
        message=f"Vial {account.vial} was opened for another patient; labels say one patient, one session.",
        subject=f"vial {account.vial}",
        clears_if="an unopened vial is chosen, or the clinic's policy allows sharing",
    )


def lots_of(accounts: Iterable[VialAccount]) -> tuple[str, ...]:
    """Return the lots among `accounts`, each once, in order of name."""
    return tuple(sorted({account.lot for account in accounts}))
