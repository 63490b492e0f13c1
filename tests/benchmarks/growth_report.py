"""What a request costs at each number of ratings: as figures, as a table, and as a plot."""

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

MOST_GROWTH = 0.2
COLOURS = {"server": "#0077aa", "database": "#cc5500"}
NAMES = {"server": "CPU of the server", "database": "CPU of MariaDB"}
WIDTH, HEIGHT = 460, 250
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 40, 45
INSET = 45
"""Of the first and the last point, so that there is room for their labels."""

HEADING = 60
STEPS = 4
HEADROOM = 1.1


class Cost(NamedTuple):
    """Of a request, in milliseconds of CPU time."""

    server: float
    database: float
    requests_per_second: float


Costs = Mapping[str, Mapping[int, Cost]]
"""By kind of request and number of ratings, the smallest first."""


def growth(by_ratings: Mapping[int, Cost], ratings: int, part: str) -> float:
    """By what share a part of the cost is more than it is at the smallest number of ratings."""
    smallest = next(iter(by_ratings.values()))
    more: float = getattr(by_ratings[ratings], part) / getattr(smallest, part) - 1
    return more


def faults(costs: Costs) -> list[str]:
    """What grows by too much, in words."""
    grown = [(shape, ratings, part, growth(each, ratings, part)) for shape, each in costs.items() for ratings in each for part in NAMES]
    return [f"{shape}: the {NAMES[part]} grew by {by:.0%} at {ratings:,} ratings" for shape, ratings, part, by in grown if by > MOST_GROWTH]


def table(costs: Costs) -> Iterator[str]:
    yield f"{'':6}{'ratings':>12}" + "".join(f"{name + ', ms':>24}{'growth':>9}" for name in NAMES.values()) + f"{'requests/s':>12}"
    for shape, by_ratings in costs.items():
        for ratings, cost in by_ratings.items():
            parts = (f"{getattr(cost, part):24.3f}{growth(by_ratings, ratings, part):+9.1%}" for part in NAMES)
            yield f"{shape:6}{ratings:12,}{''.join(parts)}{cost.requests_per_second:12.0f}"


def write(folder: Path, conditions: Mapping[str, object], costs: Costs) -> None:
    """Leave growth.json and growth.svg in a folder."""
    figures = {shape: [_figures(by_ratings, ratings) for ratings in by_ratings] for shape, by_ratings in costs.items()}
    folder.mkdir(exist_ok=True)
    (folder / "growth.json").write_text(json.dumps({**conditions, "requests": figures, "faults": faults(costs)}, indent=1) + "\n")
    (folder / "growth.svg").write_text(svg(costs) + "\n")


def _figures(by_ratings: Mapping[int, Cost], ratings: int) -> Mapping[str, float]:
    cost = by_ratings[ratings]
    milliseconds = {f"{part}_milliseconds": round(getattr(cost, part), 4) for part in NAMES}
    percent = {f"{part}_growth_percent": round(100 * growth(by_ratings, ratings, part), 1) for part in NAMES}
    return {"ratings": ratings, **milliseconds, **percent, "requests_per_second": round(cost.requests_per_second)}


def svg(costs: Costs) -> str:
    """A chart for each kind of request, two in a row; the numbers of ratings are on a logarithmic scale."""
    charts = [
        f'<g transform="translate({number % 2 * WIDTH} {HEADING + number // 2 * HEIGHT})">{"".join(_chart(shape, by_ratings))}</g>'
        for number, (shape, by_ratings) in enumerate(costs.items())
    ]
    width, height = 2 * WIDTH, HEADING + HEIGHT * math.ceil(len(costs) / 2)
    key = "".join(
        f'<text x="{LEFT + 180 * number}" y="46" fill="{COLOURS[part]}">● {name}</text>'
        for number, (part, name) in enumerate(NAMES.items())
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="white"/>'
        f'<text x="{LEFT}" y="24" font-size="16" font-weight="bold">CPU time of one request, by the number of stored ratings</text>'
        f"{key}{''.join(charts)}</svg>"
    )


def _chart(shape: str, by_ratings: Mapping[int, Cost]) -> Iterator[str]:
    bottom, right = HEIGHT - BOTTOM, WIDTH - RIGHT
    step = _round_step(max(getattr(cost, part) for cost in by_ratings.values() for part in NAMES))
    up, smallest = (bottom - TOP) / (STEPS * step), math.log10(min(by_ratings))
    across = (right - LEFT - 2 * INSET) / ((math.log10(max(by_ratings)) - smallest) or 1)
    places = {ratings: LEFT + INSET + across * (math.log10(ratings) - smallest) for ratings in by_ratings}
    yield f'<text x="{LEFT}" y="{TOP - 14}" font-weight="bold">{shape}: ms of CPU time per request</text>'
    for number in range(STEPS + 1):
        y = bottom - number * step * up
        yield f'<line x1="{LEFT}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>'
        yield f'<text x="{LEFT - 6}" y="{y + 4:.1f}" text-anchor="end">{number * step:g}</text>'
    for ratings, x in places.items():
        yield f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{bottom}" stroke="#ddd"/>'
        yield f'<text x="{x:.1f}" y="{bottom + 16}" text-anchor="middle">{ratings / 1e6:.1f} million</text>'
    yield f'<text x="{(LEFT + right) / 2}" y="{bottom + 34}" text-anchor="middle">ratings</text>'
    for part, colour in COLOURS.items():
        points = {ratings: (places[ratings], bottom - getattr(cost, part) * up) for ratings, cost in by_ratings.items()}
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points.values())
        yield f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
        for ratings, (x, y) in points.items():
            cost = by_ratings[ratings]
            value, more = getattr(cost, part), growth(by_ratings, ratings, part)
            label = f"{value:.3f} ({more:+.0%})" if ratings > min(by_ratings) else f"{value:.3f}"
            above_the_other = value == max(cost.server, cost.database)
            yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
            yield f'<text x="{x:.1f}" y="{y + (-8 if above_the_other else 18):.1f}" text-anchor="middle" fill="{colour}">{label}</text>'


def _round_step(greatest: float) -> float:
    """One, two or five times a power of ten, of which four are more than the greatest value: above it stands its label."""
    needed = HEADROOM * greatest / STEPS
    power: float = 10.0 ** math.floor(math.log10(needed))
    return next(power * factor for factor in (1, 2, 2.5, 5, 10) if power * factor >= needed)
