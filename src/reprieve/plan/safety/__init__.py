"""Every limit and contraindication as one small rule; see `check`."""

from reprieve.plan.safety.check import check
from reprieve.plan.safety.outcome import Gap, LimitCheck
from reprieve.plan.safety.report import CheckReport, Totals
from reprieve.plan.safety.settings import SafetySettings

__all__ = ["CheckReport", "Gap", "LimitCheck", "SafetySettings", "Totals", "check"]
