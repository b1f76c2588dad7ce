"""The curve to expect if a plan were given today: the forecast of the chart with that session, nothing recorded."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date

from reprieve.app.forecast import CycleForecast, forecast_chart
from reprieve.record.chart import Chart, GivenInjection, Session
from reprieve.record.plan import Injection, Plan


def forecast_of_plan(chart: Chart, plan: Plan, *, on: date) -> CycleForecast:
    """Return the forecast of the cycle that would begin if `plan` were given on the date `on`.

    Parameters
    ----------
    chart : Chart
        The patient's record as it is.
    plan : Plan
        What would be given.
    on : date
        Today at the clinic.

    Returns
    -------
    CycleForecast
        Abstains with a reason when nothing supports a forecast.

    Notes
    -----
    The model knows product and total units, not muscles: two plans of the same total have the same curve.
    """
    session = Session(
        date=on,
        product=plan.product,
        indication=plan.indication,
        injections=tuple(_given(injection) for injection in plan.injections),
    )
    earlier = tuple(one for one in chart.sessions if one.date != on or one.product != plan.product)
    return forecast_chart(replace(chart, sessions=(*earlier, session)), on=on)


def _given(injection: Injection) -> GivenInjection:
    return GivenInjection(**{field.name: getattr(injection, field.name) for field in fields(Injection)})
