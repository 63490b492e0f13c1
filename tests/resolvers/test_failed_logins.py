"""Guessing is slowed down by account and address together."""

import pytest

from integrations.shared_state import InProcessState
from resolvers.errors import RateLimited
from resolvers.failed_logins import FailedLogins
from tests.accounts import Clock


async def fails(logins: FailedLogins, username: str = "ada", address: str = "192.0.2.1") -> bool:
    """Whether one more failure of this account from this address is answered as such, and not refused."""
    try:
        await logins.check(username, address)
        await logins.count(username, address)
    except RateLimited:
        return False
    return True


async def test_the_tenth_failure_in_a_minute_is_refused() -> None:
    clock = Clock()
    logins = FailedLogins(InProcessState(clock=clock.seconds))

    assert [await fails(logins) for _ in range(11)] == [True] * 9 + [False] * 2
    with pytest.raises(RateLimited) as refused:
        await logins.check("ada", "192.0.2.1")
    assert refused.value.retry_after_seconds == 60
    clock.advance(seconds=60)
    await logins.check("ada", "192.0.2.1")
    assert await fails(logins)


async def test_other_accounts_and_other_addresses_go_on() -> None:
    logins = FailedLogins(InProcessState())
    for _ in range(10):
        await fails(logins)

    assert not await fails(logins, "ADA")
    assert await fails(logins, "bob")
    assert await fails(logins, address="192.0.2.2")


async def test_processes_count_together() -> None:
    state = InProcessState()
    one, other = FailedLogins(state), FailedLogins(state)
    assert [await fails(each) for each in [one, other] * 5] == [True] * 9 + [False]


async def test_it_can_be_turned_off() -> None:
    logins = FailedLogins(InProcessState(), enabled=False)
    assert all([await fails(logins) for _ in range(30)])
