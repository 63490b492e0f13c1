"""The shared state, in process and on a real Redis: what both keep to, and what each does about its own limits."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import redis

from integrations.redis_state import RedisState
from integrations.shared_state import InProcessState, SharedState, SlowSubscriber
from tests.servers import Redis, free_port


@asynccontextmanager
async def closing(state: SharedState) -> AsyncIterator[SharedState]:
    try:
        yield state
    finally:
        await state.close()


@pytest.fixture(params=["in process", "redis"])
async def state(request: pytest.FixtureRequest) -> AsyncIterator[SharedState]:
    made = InProcessState() if request.param == "in process" else RedisState(request.getfixturevalue("redis_url"))
    async with closing(made):
        yield made


async def test_a_value_is_kept_until_its_time_is_over(state: SharedState) -> None:
    await state.set("genres", b"\x00Drama\xff", ttl_seconds=0.2)

    assert await state.get("genres") == b"\x00Drama\xff"
    await asyncio.sleep(0.25)
    assert await state.get("genres") is None


async def test_a_deleted_value_and_one_never_set_are_missing(state: SharedState) -> None:
    await state.set("movie:603", b"The Matrix", ttl_seconds=60)
    await state.delete("movie:603")
    await state.delete("never set")

    assert await state.get("movie:603") is None
    assert await state.get("never set") is None


async def test_a_counter_adds_up_and_ends_with_the_window_that_its_first_addition_opened(state: SharedState) -> None:
    assert await state.add("calls", 1, ttl_seconds=0.4) == 1
    await asyncio.sleep(0.25)
    assert await state.add("calls", 5, ttl_seconds=0.4) == 6
    assert await state.add("calls", 0, ttl_seconds=0.4) == 6
    await asyncio.sleep(0.25)
    assert await state.add("calls", 0, ttl_seconds=0.4) == 0


async def test_a_deleted_counter_starts_again(state: SharedState) -> None:
    await state.add("failed logins", 9, ttl_seconds=60)
    await state.delete("failed logins")

    assert await state.add("failed logins", 1, ttl_seconds=60) == 1


async def test_a_budget_is_spent_once_and_free_again_when_its_window_is_over(state: SharedState) -> None:
    first = await state.spend("points", 4, budget=5, window_seconds=1)
    refused = await state.spend("points", 2, budget=5, window_seconds=1)

    assert first == (True, 4, 0, 1)
    assert refused == (False, 4, 1, 1)
    assert (await state.spend("others' points", 5, budget=5, window_seconds=1)).allowed
    await asyncio.sleep(refused.wait_seconds)
    assert await state.spend("points", 2, budget=5, window_seconds=1) == (True, 2, 0, 1)


async def test_of_many_who_spend_at_once_no_more_are_let_through_than_the_budget_holds(state: SharedState) -> None:
    answers = await asyncio.gather(*(state.spend("points", 3, budget=100, window_seconds=60) for _ in range(50)))

    assert sum(answer.allowed for answer in answers) == 33
    assert max(answer.spent for answer in answers) == 99


async def test_additions_at_once_are_all_counted(state: SharedState) -> None:
    counts = await asyncio.gather(*(state.add("calls", 1, ttl_seconds=60) for _ in range(100)))

    assert sorted(counts) == list(range(1, 101))


async def test_a_message_reaches_those_who_subscribe_to_its_topic_once(state: SharedState) -> None:
    async with state.subscribe("movie:1") as first, state.subscribe("movie:1") as second:
        await state.publish("movie:2", b"elsewhere")
        await state.publish("movie:1", b"rated 8")
        await state.publish("movie:1", b"rated 9")

        for messages in (first, second):
            assert [await anext(messages), await anext(messages)] == [b"rated 8", b"rated 9"]
            await assert_silent(messages)


async def test_subscriptions_are_counted_while_they_are_open(state: SharedState) -> None:
    async with state.subscribe("movie:1"), state.subscribe("movie:1"), state.subscribe("movie:2"):
        assert state.subscribers == 3
    assert state.subscribers == 0


async def test_one_message_may_go_to_many_topics(state: SharedState) -> None:
    async with state.subscribe("movie:7") as seventh, state.subscribe("movie:2500") as last, state.subscribe("movie:2501") as other:
        await state.publish_each((f"movie:{number}" for number in range(1, 2501)), b"gone")

        assert [await anext(seventh), await anext(last)] == [b"gone", b"gone"]
        await assert_silent(other)


async def test_a_subscriber_that_does_not_read_is_dropped(state: SharedState) -> None:
    async with state.subscribe("movie:1") as slow, state.subscribe("movie:1") as quick:
        for number in range(101):
            await state.publish("movie:1", str(number).encode())
            assert await anext(quick) == str(number).encode()

        with pytest.raises(SlowSubscriber, match="more than 100 messages of movie:1 waited to be read"):
            await anext(slow)


async def test_closing_ends_subscriptions() -> None:
    state = InProcessState()
    async with state.subscribe("movie:1") as messages:
        waiting = asyncio.create_task(anext(messages, b"the end"))
        await asyncio.sleep(0)
        await state.close()
        assert await waiting == b"the end"


async def test_the_cache_in_process_forgets_the_least_recently_used() -> None:
    state = InProcessState(longest_cache_bytes=250)
    for key in ("a", "b"):
        await state.set(key, b"x" * 100, ttl_seconds=60)
    await state.get("a")
    await state.set("c", b"x" * 100, ttl_seconds=60)
    await state.set("too long to keep", b"x" * 251, ttl_seconds=60)

    assert [await state.get(key) is not None for key in ("a", "b", "c", "too long to keep")] == [True, False, True, False]


async def test_counters_in_process_are_bounded() -> None:
    state = InProcessState(most_counters=2)
    for address in ("192.0.2.1", "192.0.2.2", "192.0.2.3"):
        await state.add(address, 1, ttl_seconds=60)

    assert await state.add("192.0.2.3", 1, ttl_seconds=60) == 2
    assert await state.add("192.0.2.1", 1, ttl_seconds=60) == 1


async def test_processes_share_values_counters_and_messages(redis_url: str) -> None:
    async with closing(RedisState(redis_url)) as one, closing(RedisState(redis_url)) as other:
        await one.set("movie:603", b"The Matrix", ttl_seconds=60)
        await one.add("calls", 2, ttl_seconds=60)
        assert await other.get("movie:603") == b"The Matrix"
        assert await other.add("calls", 1, ttl_seconds=60) == 3

        async with other.subscribe("movie:1") as messages:
            await one.publish("movie:1", b"rated 8")
            assert await asyncio.wait_for(anext(messages), 2) == b"rated 8"
            await one.publish_each([f"movie:{number}" for number in range(2500, 0, -1)], b"gone")
            assert await asyncio.wait_for(anext(messages), 2) == b"gone"


async def test_everything_on_redis_is_under_one_prefix_and_expires(redis_url: str) -> None:
    async with closing(RedisState(redis_url)) as state:
        await state.set("movie:603", b"The Matrix", ttl_seconds=60)
        await state.add("calls", 2, ttl_seconds=60)

    with redis.Redis.from_url(redis_url) as client:
        assert {key: 0 < client.ttl(key) <= 60 for key in client.scan_iter()} == {
            b"cinegraph:movie:603": True,
            b"cinegraph:calls": True,
        }


async def test_without_redis_a_process_goes_on_by_itself_and_says_so_once(caplog: pytest.LogCaptureFixture) -> None:
    url = f"redis://:a-password@127.0.0.1:{free_port()}/0"
    async with closing(RedisState(url)) as state:
        assert await state.ping() is False
        await state.set("movie:603", b"The Matrix", ttl_seconds=60)
        assert await state.get("movie:603") == b"The Matrix"
        assert [await state.add("calls", 1, ttl_seconds=60) for _ in range(3)] == [1, 2, 3]
        async with state.subscribe("movie:1") as messages:
            await state.publish("movie:1", b"rated 8")
            assert await anext(messages) == b"rated 8"

    warnings = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert warnings == ["Redis is away (ConnectionError): this process goes on with a state of its own"]
    assert "a-password" not in caplog.text


async def test_a_redis_that_is_killed_and_started_again_is_found_again(tmp_path: Path) -> None:
    with Redis(tmp_path) as server:
        async with (
            closing(RedisState(server.url)) as one,
            closing(RedisState(server.url)) as other,
            other.subscribe("movie:1") as messages,
        ):
            await one.publish("movie:1", b"before")
            assert await asyncio.wait_for(anext(messages), 2) == b"before"
            server.kill()
            assert await one.add("calls", 1, ttl_seconds=60) == 1
            assert await other.add("calls", 1, ttl_seconds=60) == 1
            server.start()
            await until_both_reach_redis(one, other)

            assert [await one.add("calls", 1, ttl_seconds=60), await other.add("calls", 1, ttl_seconds=60)] == [1, 2]
            async with asyncio.timeout(5):
                while not await heard(one, messages, b"after"):
                    pass


async def test_a_redis_that_hangs_holds_nobody_up_for_long(tmp_path: Path) -> None:
    with Redis(tmp_path) as server, redis.Redis.from_url(server.url) as client:
        async with closing(RedisState(server.url, timeout_seconds=0.2)) as state:
            await state.set("movie:603", b"The Matrix", ttl_seconds=60)
            client.client_pause(1500)
            started = time.monotonic()
            assert await state.get("movie:603") is None
            for _ in range(100):
                await state.add("calls", 1, ttl_seconds=60)
            assert time.monotonic() - started < 0.6


async def until_both_reach_redis(*states: SharedState) -> None:
    for _ in range(100):
        if all([await state.ping() for state in states]):
            return
        await asyncio.sleep(0.05)
    pytest.fail("Redis was not found again within 5 seconds")


async def heard(publisher: SharedState, messages: AsyncIterator[bytes], message: bytes) -> bool:
    """Whether `message` arrives; what is published while the subscriber is not connected again yet is lost."""
    await publisher.publish("movie:1", message)
    try:
        return await asyncio.wait_for(anext(messages), 0.2) == message
    except TimeoutError:
        return False


async def assert_silent(messages: AsyncIterator[bytes]) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(messages), 0.1)
