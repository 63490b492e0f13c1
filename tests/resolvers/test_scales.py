"""Twenty steps on each scale, converted without loss in both directions."""

import math

import pytest

from resolvers.scales import half_points_of, is_on_scale, on_scale

TEN = [step / 2 for step in range(1, 21)]
FIVE = [step / 4 for step in range(1, 21)]
HUNDRED = [float(step * 5) for step in range(1, 21)]


@pytest.mark.parametrize(("scale", "values"), [("TEN", TEN), ("FIVE", FIVE), ("HUNDRED", HUNDRED)])
def test_each_scale_has_twenty_steps(scale: str, values: list[float]) -> None:
    assert [on_scale(half_points, scale) for half_points in range(1, 21)] == values
    assert [half_points_of(value, scale) for value in values] == list(range(1, 21))
    assert all(is_on_scale(value, scale) for value in values)


@pytest.mark.parametrize("scale", ["TEN", "FIVE", "HUNDRED"])
@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf, 0.0, -0.0, -1.0, 0.1, 7.3, 1e-320, 1e308, 100.5])
def test_nothing_else_is_on_any_scale(scale: str, value: float) -> None:
    assert not is_on_scale(value, scale)


@pytest.mark.parametrize(
    ("scale", "value"), [("TEN", 7.25), ("TEN", 10.5), ("TEN", math.nextafter(7.5, 8)), ("FIVE", 5.25), ("FIVE", 0.1), ("HUNDRED", 7.5)]
)
def test_a_value_between_steps_or_beyond_them_is_not_on_the_scale(scale: str, value: float) -> None:
    assert not is_on_scale(value, scale)
