"""Lines over time as an SVG, and that as a PNG, drawn by the browser that the tests have anyway."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from playwright.sync_api import sync_playwright

from tests.servers import find_program

WIDTH, HEIGHT, MARGIN = 900, 180, 60


class Line(NamedTuple):
    title: str
    times: Sequence[float]
    values: Sequence[float]


def svg(lines: Sequence[Line]) -> str:
    """One chart below the other, each from zero to its greatest value."""
    charts = [f'<g transform="translate(0 {number * HEIGHT})">{_chart(line)}</g>' for number, line in enumerate(lines)]
    size = f'width="{WIDTH}" height="{HEIGHT * len(lines)}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="12">{"".join(charts)}</svg>'


def _chart(line: Line) -> str:
    longest, greatest = max(line.times) or 1, max(line.values) or 1
    width, height = WIDTH - 2 * MARGIN, HEIGHT - MARGIN
    points = " ".join(
        f"{MARGIN + time / longest * width:.1f},{MARGIN / 2 + height - value / greatest * height:.1f}"
        for time, value in zip(line.times, line.values, strict=True)
    )
    frame = f'<rect x="{MARGIN}" y="{MARGIN / 2}" width="{width}" height="{height}" fill="none" stroke="#ccc"/>'
    ends = (
        f'<text x="{MARGIN - 5}" y="{MARGIN / 2 + 10}" text-anchor="end">{greatest:.4g}</text>'
        f'<text x="{MARGIN - 5}" y="{MARGIN / 2 + height}" text-anchor="end">0</text>'
        f'<text x="{WIDTH - MARGIN}" y="{MARGIN / 2 + height + 15}" text-anchor="end">{longest / 60:.1f} minutes</text>'
    )
    name = f'<text x="{MARGIN}" y="{MARGIN / 2 - 8}" font-weight="bold">{line.title}</text>'
    return f'{frame}{ends}{name}<polyline points="{points}" fill="none" stroke="#0b6" stroke-width="1.5"/>'


def draw(lines: Sequence[Line], file: Path) -> None:
    """Write the charts as a PNG."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_program("chromium", "chromium"), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT * len(lines)})
        page.set_content(f'<body style="margin:0">{svg(lines)}</body>')
        page.screenshot(path=file)
        browser.close()
