"""Reprieve: planning and follow-up of botulinum toxin therapy in dystonia.

Decision support for licensed clinicians who can review the basis of every number. Not a medical device.

The verbs of the commands are functions here, each loaded at its first use:

>>> import reprieve
>>> reprieve.dilute("onabotulinumtoxinA", vial_units=100, diluent_ml=2, dose_units="62.5").volume_ml
Decimal('1.25')

``__init__.pyi`` beside this file tells type checkers and editors what they are.
"""

__version__ = "0.1.0"

# Public name -> module that holds it. Importing reprieve loads none of them.
_PLACES = {
    "Chart": "reprieve.record.chart",
    "Plan": "reprieve.record.plan",
    "Population": "reprieve.learn.population",
    "ReprieveError": "reprieve.core.errors",
    "assess_chart": "reprieve.app.library.verbs",
    "check_plan": "reprieve.app.library.verbs",
    "cite": "reprieve.app.library.verbs",
    "cohort": "reprieve.app.library.verbs",
    "compare_plans": "reprieve.app.library.verbs",
    "dilute": "reprieve.app.dilution",
    "fit_response": "reprieve.app.library.verbs",
    "forecast_chart": "reprieve.app.library.verbs",
    "forecast_response": "reprieve.app.library.verbs",
    "plot_cohort": "reprieve.app.library.plots",
    "plot_emg": "reprieve.app.library.plots",
    "plot_plan": "reprieve.app.library.plots",
    "plot_response": "reprieve.app.library.plots",
    "propose": "reprieve.app.library.verbs",
    "rank_influences": "reprieve.app.library.verbs",
    "read_chart": "reprieve.app.library.verbs",
    "read_plan": "reprieve.app.library.verbs",
    "report_emg": "reprieve.app.library.verbs",
    "score_scale": "reprieve.app.library.verbs",
    "search_reference": "reprieve.app.library.verbs",
    "show_reference": "reprieve.app.library.verbs",
    "simulate_plan": "reprieve.app.library.verbs",
}
__all__ = ["__version__", *_PLACES]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> object:
    place = _PLACES.get(name)
    if place is None:
        raise AttributeError(f"module 'reprieve' has no attribute {name!r}")
    import importlib

    found = getattr(importlib.import_module(place), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
