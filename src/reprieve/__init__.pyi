from reprieve.app.dilution import dilute as dilute
from reprieve.app.library.plots import plot_cohort as plot_cohort
from reprieve.app.library.plots import plot_emg as plot_emg
from reprieve.app.library.plots import plot_plan as plot_plan
from reprieve.app.library.plots import plot_response as plot_response
from reprieve.app.library.verbs import assess_chart as assess_chart
from reprieve.app.library.verbs import check_plan as check_plan
from reprieve.app.library.verbs import cite as cite
from reprieve.app.library.verbs import cohort as cohort
from reprieve.app.library.verbs import compare_plans as compare_plans
from reprieve.app.library.verbs import fit_response as fit_response
from reprieve.app.library.verbs import forecast_chart as forecast_chart
from reprieve.app.library.verbs import forecast_response as forecast_response
from reprieve.app.library.verbs import propose as propose
from reprieve.app.library.verbs import rank_influences as rank_influences
from reprieve.app.library.verbs import read_chart as read_chart
from reprieve.app.library.verbs import read_plan as read_plan
from reprieve.app.library.verbs import report_emg as report_emg
from reprieve.app.library.verbs import score_scale as score_scale
from reprieve.app.library.verbs import search_reference as search_reference
from reprieve.app.library.verbs import show_reference as show_reference
from reprieve.app.library.verbs import simulate_plan as simulate_plan
from reprieve.core.errors import ReprieveError as ReprieveError
from reprieve.learn.population import Population as Population
from reprieve.record.chart import Chart as Chart
from reprieve.record.plan import Plan as Plan

__version__: str
