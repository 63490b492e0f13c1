"""When calls pass, and when they fail without being made."""

import logging
import traceback

import pytest

from integrations.circuit_breaker import CircuitBreaker
from integrations.errors import Service, Unavailable

TMDB = Service("TMDB", "TMDB_API_TOKEN", "https://www.themoviedb.org/settings/api")
AWAY = Unavailable(TMDB, "cannot be reached")
LIMITING = Unavailable(TMDB, "is asked too much just now", 60)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def breaker(clock: Clock) -> CircuitBreaker:
    return CircuitBreaker(failures_to_open=3, probe_every_seconds=2, clock=clock)


def passes(breaker: CircuitBreaker) -> bool:
    try:
        breaker.admit()
    except Unavailable:
        return False
    return True


def test_failures_in_a_row_open_it_and_answers_between_them_do_not(breaker: CircuitBreaker) -> None:
    for _ in range(2):
        breaker.failed(AWAY)
    breaker.answered()
    for _ in range(2):
        breaker.failed(AWAY)
    assert passes(breaker)

    breaker.failed(AWAY)
    with pytest.raises(Unavailable) as refusal:
        breaker.admit()
    assert refusal.value is AWAY


def test_one_call_each_interval_goes_out_to_see_even_while_others_still_wait(breaker: CircuitBreaker, clock: Clock) -> None:
    for _ in range(3):
        breaker.failed(AWAY)

    seen = []
    for _ in range(10):
        clock.now += 0.5
        seen.append(passes(breaker))

    assert seen == [False, False, False, True, False, False, False, True, False, False]


def test_a_call_knows_whether_it_is_a_probe(breaker: CircuitBreaker, clock: Clock) -> None:
    assert breaker.admit() is False
    for _ in range(3):
        breaker.failed(AWAY)
    clock.now += 2
    assert breaker.admit() is True


def test_any_answer_closes_it(breaker: CircuitBreaker) -> None:
    for _ in range(3):
        breaker.failed(AWAY)
    breaker.answered()

    assert [passes(breaker) for _ in range(3)] == [True, True, True]


def test_failures_of_calls_that_went_out_before_do_not_put_off_the_next_probe(breaker: CircuitBreaker, clock: Clock) -> None:
    for _ in range(3):
        breaker.failed(AWAY)
    clock.now += 1.9
    breaker.failed(AWAY)
    clock.now += 0.1

    assert passes(breaker)


def test_a_refusal_opens_it_at_once_and_for_its_own_time(breaker: CircuitBreaker, clock: Clock) -> None:
    breaker.refused(LIMITING, 4)
    clock.now += 3.9
    assert not passes(breaker)
    clock.now += 0.1
    assert passes(breaker)


def test_a_call_that_waited_in_vain_opens_it_unless_others_were_answered_meanwhile(breaker: CircuitBreaker, clock: Clock) -> None:
    started = clock.now
    clock.now += 5
    breaker.answered()
    clock.now += 5
    breaker.stayed_silent(AWAY, since=started)
    assert passes(breaker)

    breaker.stayed_silent(AWAY, since=clock.now - 1)
    assert not passes(breaker)


def test_the_error_that_it_answers_with_does_not_grow(breaker: CircuitBreaker) -> None:
    breaker.refused(AWAY, 4)
    for _ in range(10):
        with pytest.raises(Unavailable) as refusal:
            breaker.admit()

    assert len(traceback.extract_tb(refusal.value.__traceback__)) == 2


def test_it_says_once_that_a_service_went_and_once_that_it_came_back(breaker: CircuitBreaker, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    for _ in range(10):
        breaker.failed(AWAY)
    for _ in range(10):
        breaker.answered()

    assert [record.getMessage() for record in caplog.records] == [
        "TMDB cannot be reached. Try again later.",
        "TMDB answers again",
    ]
