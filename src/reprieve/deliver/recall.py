"""Recall of a lot: every patient who got it and every vial still in the house, in one question."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from reprieve.core.dose import Dose, total
from reprieve.deliver.ledger import Ledger, VialAccount, VialStatus, standing_entries
from reprieve.deliver.ledger_entries import UnitsUsed
from reprieve.record.chart import Chart, Session


@dataclass(frozen=True, slots=True, kw_only=True)
class RecalledSession:
    """One session in which the lot was given."""

    patient: str
    session: str | None
    date: date
    dose: Dose
    muscles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarLot:
    """A lot on record that another hand may have written for the wanted one; `vials` are those not yet empty."""

    lot: str
    patients: tuple[str, ...]
    vials: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """What a recall notice asks for; `similar` lots are told beside it and never counted in.

    `vials` are those not yet empty. `received` counts all that ever came into stock under this lot: with none, what
    stands on the shelf is unknown, and not nothing.
    """

    lot: str
    sessions: tuple[RecalledSession, ...]
    vials: tuple[VialAccount, ...] = ()
    received: int = 0
    similar: tuple[SimilarLot, ...] = ()

    @property
    def patients(self) -> tuple[str, ...]:
        """Patients, each once."""
        return tuple(dict.fromkeys(entry.patient for entry in self.sessions))


def lot_likeness(lot: str) -> str:
    """Return what two spellings of one printed lot share: no case, no signs between, no O for 0, no I or l for 1.

    >>> lot_likeness("c37O9-C1") == lot_likeness("C3709 CI")
    True
    """
    return (
        "".join(sign for sign in lot.casefold() if sign.isalnum()).replace("o", "0").replace("i", "1").replace("l", "1")
    )


def recall_from_ledger(ledger: Ledger, lot: str) -> Recall:
    """Return who got units of `lot` by the ledger, and the vials of it that are not yet empty."""
    vials = {name: account for name, account in ledger.accounts.items() if account.lot == lot}
    doses: dict[tuple[str, str, date], Dose] = {}
    for entry in standing_entries(ledger):
        if isinstance(entry, UnitsUsed) and entry.vial in vials:
            key = (entry.patient, entry.session, entry.at.date())
            doses[key] = doses[key] + entry.dose if key in doses else entry.dose
    return Recall(
        lot=lot,
        sessions=tuple(
            RecalledSession(patient=patient, session=session, date=day, dose=dose)
            for (patient, session, day), dose in sorted(doses.items(), key=lambda item: (item[0][2], item[0]))
        ),
        vials=tuple(account for account in vials.values() if account.status is not VialStatus.EMPTY),
        received=len(vials),
    )


def recall_from_charts(charts: Iterable[Chart], lot: str) -> Recall:
    """Return who got `lot` by the charts: named at an injection, or, where injections name none, at a vial."""
    rows = [
        _in_session(chart.patient.id, session, lot)
        for chart in charts
        for session in chart.sessions
        if lot in session_lots(session)
    ]
    return Recall(lot=lot, sessions=tuple(sorted(rows, key=lambda row: (row.date, row.patient, row.session or ""))))


def session_lots(session: Session) -> tuple[str, ...]:
    """Return the lots of one session, each once."""
    named = [row.lot for row in session.injections if row.lot]
    vials = [vial.lot for vial in session.reconstitution.vials if vial.lot] if session.reconstitution else []
    return tuple(dict.fromkeys([*named, *vials]))


def chart_lots(chart: Chart) -> tuple[str, ...]:
    """Return all lots that the patient ever got here, each once, for the patient's own export."""
    return tuple(dict.fromkeys(lot for session in chart.sessions for lot in session_lots(session)))


def _in_session(patient: str, session: Session, lot: str) -> RecalledSession:
    # An injection without a lot may have come from any vial of the session: it is counted, never left out.
    rows = [row for row in session.injections if row.lot in (lot, None)]
    return RecalledSession(
        patient=patient,
        session=session.id,
        date=session.date,
        dose=total((Dose(row.units, session.product) for row in rows), session.product),
        muscles=tuple(f"{row.muscle} {row.side}" if row.side else row.muscle for row in rows),
    )
