"""The evaluation of the response model as one HTML page with reliability plots."""

from __future__ import annotations

from html import escape

from reprieve.app.response.evaluate import OURS, Evaluation, Task
from reprieve.learn.proper_scores import Summary

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1d2733}"
    "table{border-collapse:collapse;margin:1rem 0}td,th{padding:.25rem .9rem;border-bottom:1px solid #ccd3da;"
    "text-align:right}td:first-child,th:first-child{text-align:left}.ours{font-weight:600}"
    "figure{display:inline-block;margin:.5rem 1rem .5rem 0}figcaption{font-size:.85rem}"
)
_BAR, _HEIGHT, _FULL = 18, 90, 0.25


def report_html(told: Evaluation) -> str:
    """Return the report: a table and a reliability plot for each model of each task."""
    parts = [
        "<!doctype html><html lang='en'><meta charset='utf-8'><title>Response model: evaluation</title>",
        f"<style>{_STYLE}</style><h1>Response model: evaluation on held-out patients</h1>",
        f"<p>{told.patients} patients, {told.folds} folds by patient, seed {told.seed}. Lower NLPD, CRPS and RMSE are "
        "better; an 80 % interval should hold 80 % of the scores. Decision support for licensed clinicians; not "
        "validated in patients beyond these data.</p>",
    ]
    parts += [_task(task) for task in told.tasks]
    return "".join(parts) + "</html>\n"


def _task(task: Task) -> str:
    head = "".join(
        f"<th>{name}</th>" for name in ("model", "scores", "NLPD", "CRPS", "RMSE", "bias", "50 %", "80 %", "90 %")
    )
    rows = "".join(_row(name, one) for name, one in task.models.items())
    plots = "".join(_plot(name, one) for name, one in task.models.items())
    return (
        f"<h2>Known up to week {task.known_until:g}, later scores foretold</h2><table><tr>{head}</tr>{rows}</table>"
        "<p>Share of scores in each tenth of the forecast; the line is where a calibrated forecast puts them.</p>"
        f"{plots}"
    )


def _row(name: str, one: Summary) -> str:
    cells = (one.scores, one.nlpd, one.crps, one.rmse, one.bias, *(one.coverage[k] for k in ("0.5", "0.8", "0.9")))
    mark = " class='ours'" if name == OURS else ""
    return f"<tr{mark}><td>{escape(name)}</td>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _plot(name: str, one: Summary) -> str:
    bars = "".join(
        f"<rect x='{i * _BAR}' y='{_HEIGHT - h:.1f}' width='{_BAR - 2}' height='{h:.1f}' fill='#2f6f8f'/>"
        for i, h in enumerate(min(share / _FULL, 1.0) * _HEIGHT for share in one.reliability)
    )
    level = _HEIGHT * (1.0 - 0.1 / _FULL)
    words = ", ".join(f"{share:.0%}" for share in one.reliability)
    return (
        f"<figure><svg width='{10 * _BAR}' height='{_HEIGHT}' role='img' aria-label='{escape(name)}: {words}'>{bars}"
        f"<line x1='0' x2='{10 * _BAR}' y1='{level}' y2='{level}' stroke='#b3401f' stroke-width='2'/></svg>"
        f"<figcaption>{escape(name)}</figcaption></figure>"
    )
