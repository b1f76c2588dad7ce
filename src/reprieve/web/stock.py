"""The vial ledger over the API: what is on the shelf, what comes in, what to take, what was thrown away."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from reprieve.app.accounts.accounts import Action
from reprieve.app.documents import adapter
from reprieve.app.reviews.policy import policy_of
from reprieve.app.stock.changes import (
    VialsToReceive,
    VialToOpen,
    VialToWaste,
    close_day,
    open_vial,
    receive_vials,
    waste_vial,
)
from reprieve.app.stock.views import offer_vials, plan_day, stock_balances, stock_rows
from reprieve.core.documents import as_json
from reprieve.core.dose import Dose
from reprieve.core.errors import InputError
from reprieve.deliver.day_choice import DayDose
from reprieve.web.caller import Caller, May, MayWrite, json_answer

router = APIRouter(tags=["stock"])
Reader = Annotated[Caller, Depends(May(Action.READ_STOCK))]
Keeper = Annotated[Caller, Depends(MayWrite(Action.KEEP_STOCK))]


@dataclass(frozen=True, slots=True, kw_only=True)
class DayEntry:
    """One patient of the day: units of the product, and the time of the visit with its zone."""

    patient_id: str
    units: Decimal
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ClinicDay:
    """One product's patients of a day; what they need together."""

    product: str
    doses: tuple[DayEntry, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Close:
    """Throw away what is left in every open vial."""


for _document in (VialsToReceive, VialToOpen, VialToWaste, ClinicDay, Close):
    adapter(_document)


@router.get("/api/stock")
def stock(caller: Reader, empty: bool = False) -> Response:
    """Return the vials, what expires first on top, and the sums of each product; the sums always meet."""
    clinic = caller.person.clinic
    rows = stock_rows(caller.store, clinic, empty=empty)
    return json_answer({"rows": rows, "balances": stock_balances(caller.store, clinic)})


@router.get("/api/stock/balances")
def balances(caller: Reader) -> Response:
    """Return received, used, wasted and on hand of each lot."""
    return json_answer({"rows": stock_balances(caller.store, caller.person.clinic, by_lot=True)})


@router.get("/api/stock/offer")
def offer(
    caller: Reader,
    product: Annotated[str, Query(max_length=80)],
    units: Annotated[Decimal, Query(gt=0, le=100_000, max_digits=12, decimal_places=6)],
    patient: Annotated[str, Query(max_length=64)],
) -> Response:
    """Return which vials may be chosen now, what is against the others, and which to take for least waste."""
    share = policy_of(caller.store, caller.person.clinic).vials_shared
    told = offer_vials(caller.store, caller.person.clinic, patient, product, units, may_share=share)
    return json_answer(told.document())


@router.post("/api/stock/day")
def day(caller: Reader, body: ClinicDay) -> Response:
    """Return the vials of a clinic day for least waste; nothing is recorded."""
    doses = tuple(
        DayDose(patient=one.patient_id, dose=Dose(one.units, body.product), at=_zoned(one.at, caller))
        for one in body.doses[:200]
    )
    share = policy_of(caller.store, caller.person.clinic).vials_shared
    plan, findings = plan_day(caller.store, caller.person.clinic, body.product, doses, may_share=share)
    return json_answer({**as_json(plan), "vials": plan.vials, "findings": as_json(findings)})


@router.post("/api/stock/vials", status_code=201)
def receive(caller: Keeper, body: VialsToReceive) -> Any:
    """Take vials into stock, typed or scanned from the carton."""
    return receive_vials(caller.store, caller.person, body, request=caller.write).answer


@router.post("/api/stock/vials/{vial}/open")
def open_(caller: Keeper, vial: str, body: VialToOpen) -> Any:
    """Open and make up a vial ahead of a session."""
    return open_vial(caller.store, caller.person, vial, body, request=caller.write).answer


@router.post("/api/stock/vials/{vial}/waste")
def waste(caller: Keeper, vial: str, body: VialToWaste) -> Any:
    """Throw away what is left of a vial, or a part of it, with the reason."""
    return waste_vial(caller.store, caller.person, vial, body, request=caller.write).answer


@router.post("/api/stock/close")
def close(caller: Keeper, _: Close) -> Any:
    """Throw away what is left in every open vial at the end of the day."""
    return close_day(caller.store, caller.person, request=caller.write).answer


def _zoned(moment: datetime, caller: Caller) -> datetime:
    if not 1980 <= moment.year <= 2200:
        raise InputError(f"at lies in the year {moment.year}; give the time of the visit")
    return moment if moment.tzinfo else moment.replace(tzinfo=caller.store.clock().tzinfo)
