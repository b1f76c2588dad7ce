"""The exact planner: doses and sites inside every limit, proven optimal, with the reason of each."""

from reprieve.plan.optimise.dose_model import DoseModel
from reprieve.plan.optimise.involvement import Involvement, Place
from reprieve.plan.optimise.offers import MODEL, Offer, Offers, plan_session
from reprieve.plan.optimise.session_problem import Prices
from reprieve.plan.optimise.situation import Situation, situation_of

__all__ = [
    "MODEL",
    "DoseModel",
    "Involvement",
    "Offer",
    "Offers",
    "Place",
    "Prices",
    "Situation",
    "plan_session",
    "situation_of",
]
