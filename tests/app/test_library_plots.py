"""Drawings of the library: real figures that can be saved, with what they show checked in the artists."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from datetime import date
from pathlib import Path

import pytest

import reprieve
from reprieve.app.demo.clinic import demo_charts
from reprieve.app.plots.shapes import path_of, shapes_of
from reprieve.core.errors import InputError
from reprieve.reference.body_map import drawing, drawings

pytest.importorskip("matplotlib", reason="matplotlib is not installed (extra plots)")
ON = date(2026, 11, 26)
MADE = Path(__file__).parents[1] / "data" / "emg" / "made"


def _svg(figure: object) -> str:
    out = io.StringIO()
    figure.savefig(out, format="svg")  # type: ignore[attr-defined]
    text = out.getvalue()
    ElementTree.fromstring(text)
    return text


def test_a_curve_shows_bands_dates_and_what_it_is_not() -> None:
    chart = next(one for one in demo_charts(7, ON, 10) if len(one.sessions) > 3)
    one = reprieve.forecast_chart(chart, on=ON)
    figure = reprieve.plot_response(chart, on=ON)
    (axes,) = figure.axes
    line = next(line for line in axes.lines if line.get_label() == "median")
    assert tuple(line.get_ydata()) == one.q50
    names = {text.get_text() for text in axes.texts}
    assert {"onset", "peak"} <= names
    assert _svg(figure).count("<path") > 10
    assert "not a decision" in str(figure.get_supxlabel())


def test_no_curve_is_drawn_where_the_model_abstains() -> None:
    with pytest.raises(InputError, match="no injection is on record"):
        reprieve.plot_response({"patient": {"id": "x"}}, on=ON)


def test_a_plan_is_drawn_with_the_patients_sides_and_exact_doses() -> None:
    injections = [
        {"muscle": "splenius_capitis", "side": "left", "units": "62.5", "sites": 2},
        {"muscle": "sternocleidomastoid", "side": "right", "units": "30"},
    ]
    figure = reprieve.plot_plan(
        {"product": "onabotulinumtoxinA", "indication": "cervical_dystonia", "injections": injections}
    )
    titles = [axes.get_title() for axes in figure.axes if axes.get_title()]
    assert "neck, front" in titles
    front = next(axes for axes in figure.axes if axes.get_title() == "neck, front")
    words = {text.get_text(): text.get_position()[0] for text in front.texts}
    # From the front the patient's right is at the left edge of the drawing.
    assert words["right"] < 0.5 < words["left"]
    table = next(axes.tables[0] for axes in figure.axes if axes.tables)
    cells = {cell.get_text().get_text() for cell in table.get_celld().values()}
    assert {"62.5", "30", "92.5", "splenius capitis", "left"} <= cells
    _svg(figure)


def test_an_emg_recording_is_drawn_channel_by_channel() -> None:
    figure = reprieve.plot_emg(MADE / "adductor_two_devices.edf")
    labels = [axes.get_ylabel() for axes in figure.axes if axes.get_ylabel()]
    assert len(labels) == 2
    _svg(figure)


def test_every_drawing_of_the_body_can_be_drawn() -> None:
    for name in drawings():
        (x, y, width, height), shapes = shapes_of(drawing(name))
        assert shapes, name
        for shape in shapes:
            assert len(shape.vertices) == len(shape.codes)
            assert shape.codes[0] == 1
            for px, py in shape.vertices:
                assert x - width <= px <= x + 2 * width
                assert y - height <= py <= y + 2 * height


def test_paths_are_those_of_another_reader() -> None:
    # Half a circle of radius 5 by one arc: SVG 1.1, 8.3.8; its middle lies on the circle, its end where it says.
    vertices, codes = path_of("M0 0a5 5 0 0110 0")
    assert codes == [1, 4, 4, 4, 4, 4, 4]
    assert vertices[-1] == pytest.approx((10, 0))
    assert vertices[3] == pytest.approx((5, -5), abs=1e-9)
    # Flags without blanks, repeated commands, small letters and numbers that touch.
    vertices, codes = path_of("M1 1 2 2h3v-1l-.5.5q1 0 1 1c1 1 2 2 3 3z")
    assert vertices[:5] == [(1, 1), (2, 2), (5, 2), (5, 1), (4.5, 1.5)]
    assert vertices[5:7] == [(5.5, 1.5), (5.5, 2.5)]
    assert vertices[-2] == (8.5, 5.5)
    assert vertices[-1] == (1, 1)
    assert codes[-1] == 79
