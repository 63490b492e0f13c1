"""The scales that ratings are given on: each has the same twenty steps, so that nothing is lost from one to another.

Every step of every scale is a number that floats hold exactly, so that looking one up compares exactly.
"""

from collections.abc import Mapping

STEPS = range(1, 21)
"""Ratings as they are stored: in half points, 20 being the best on every scale."""

STEP: Mapping[str, float] = {"TEN": 0.5, "FIVE": 0.25, "HUNDRED": 5.0}
"""How much of each scale one step is."""

_HALF_POINTS = {scale: {step * size: step for step in STEPS} for scale, size in STEP.items()}


def on_scale(half_points: int, scale: str) -> float:
    """A stored value as a scale has it."""
    return half_points * STEP[scale]


def is_on_scale(value: float, scale: str) -> bool:
    """Whether a value is one of a scale's twenty steps."""
    return value in _HALF_POINTS[scale]


def half_points_of(value: float, scale: str) -> int:
    """What a value that is on the scale is stored as."""
    return _HALF_POINTS[scale][value]
