"""Lines over time as an SVG, and that as a PNG, drawn by the browser that the tests have anyway."""

import math
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from tests.servers import find_program

WIDTH, HEIGHT = 960, 190
LEFT, RIGHT, TOP, BOTTOM = 70, 20, 34, 34
PLOT_WIDTH, PLOT_HEIGHT = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM
STEPS = 4


class Line(NamedTuple):
    """`title` names the unit; `times` are in seconds."""

    title: str
    times: Sequence[float]
    values: Sequence[float]


def svg(heading: str, lines: Sequence[Line]) -> str:
    """One chart below the other, each from zero to a round figure that its values do not exceed."""
    charts = [f'<g transform="translate(0 {TOP + number * HEIGHT})">{"".join(_chart(line))}</g>' for number, line in enumerate(lines)]
    size = f'width="{WIDTH}" height="{TOP + HEIGHT * len(lines)}"'
    title = f'<text x="{LEFT}" y="22" font-size="16" font-weight="bold">{escape(heading)}</text>'
    background = '<rect width="100%" height="100%" fill="white"/>'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">{background}{title}{"".join(charts)}</svg>'
    )


def _chart(line: Line) -> Iterator[str]:
    height, step, minutes = TOP + PLOT_HEIGHT, _round_step(max(line.values)), _round_step(max(line.times) / 60)
    across = PLOT_WIDTH / (max(line.times) or 1)
    up = PLOT_HEIGHT / (STEPS * step)
    yield f'<text x="{LEFT}" y="{TOP - 8}" font-weight="bold">{escape(line.title)}</text>'
    summary = f"{line.values[0]:,.6g} at first, {line.values[-1]:,.6g} at last, {max(line.values):,.6g} at most"
    yield f'<text x="{WIDTH - RIGHT}" y="{TOP - 8}" text-anchor="end" fill="#555">{summary}</text>'
    for number in range(STEPS + 1):
        y = height - number * step * up
        yield f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number * step:,.6g}</text>'
    for number in range(STEPS + 1):
        if (x := LEFT + number * minutes * 60 * across) <= WIDTH - RIGHT + 1:
            yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{height}" stroke="#ddd"/>'
            yield f'<text x="{x:.1f}" y="{height + 16}" text-anchor="middle">{number * minutes:g} min</text>'
    points = (f"{LEFT + time * across:.1f},{height - value * up:.1f}" for time, value in zip(line.times, line.values, strict=True))
    yield f'<polyline points="{" ".join(points)}" fill="none" stroke="#07a" stroke-width="1.5"/>'


def _round_step(greatest: float) -> float:
    """One, two or five times a power of ten, of which four reach the greatest value."""
    if greatest <= 0:
        return 1.0
    power: float = 10.0 ** math.floor(math.log10(greatest / STEPS))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor * STEPS >= greatest)


def draw(heading: str, lines: Sequence[Line], file: Path) -> None:
    """Write the charts as a PNG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_program("chromium", "chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": TOP + HEIGHT * len(lines)})
        page.set_content(f'<body style="margin:0">{svg(heading, lines)}</body>')
        page.screenshot(path=file)
        browser.close()
