"""The shared state on Redis, for a server of several processes.

A Redis that is away degrades: each process goes on with a state of its own, and tries Redis again a second later.
"""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from math import ceil
from typing import TypeVar

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as LostConnection
from redis.exceptions import RedisError

from integrations.shared_state import InProcessState, SharedState
from integrations.sliding_window import SlidingWindow, Spending

logger = logging.getLogger(__name__)
T = TypeVar("T")

PREFIX = "cinegraph:"
TOPICS = PREFIX + "topic:"
ORIGIN_BYTES = 8
MOST_TOGETHER = 1000
"""How many messages are published in one round trip."""

SECONDS_BETWEEN_TRIES = 1.0
SECONDS_BETWEEN_WARNINGS = 30.0

SPEND = """
local key, amount, budget, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local now = redis.call('TIME')
local by_second, spent = redis.call('HGETALL', key), 0
for i = 1, #by_second, 2 do
    if by_second[i] + window <= tonumber(now[1]) then
        redis.call('HDEL', key, by_second[i])
    else
        spent = spent + by_second[i + 1]
    end
end
local allowed = spent + amount <= budget
if allowed and amount > 0 then
    redis.call('HINCRBY', key, now[1], amount)
    redis.call('EXPIRE', key, window)
end
return {allowed and 1 or 0, now[1], now[2], redis.call('HGETALL', key)}
"""
"""Redis's own clock is used, so that the clocks of processes on several machines need not agree."""


class RedisState(SharedState):
    """What is kept is under `cinegraph:` in the Redis at `url`; no call waits for it longer than about a second."""

    def __init__(self, url: str, *, timeout_seconds: float = 0.5, most_connections: int = 20) -> None:
        self._timeout_seconds = timeout_seconds
        self._redis = Redis(
            connection_pool=BlockingConnectionPool.from_url(
                url,
                max_connections=most_connections,
                timeout=timeout_seconds,
                socket_timeout=timeout_seconds,
                socket_connect_timeout=timeout_seconds,
                # One more try at once, because a pooled connection may be older than a restart of Redis.
                retry=Retry(NoBackoff(), 1, supported_errors=(LostConnection,)),
            )
        )
        self._spend = self._redis.register_script(SPEND)
        self._own = InProcessState()
        self._origin = secrets.token_bytes(ORIGIN_BYTES)
        self._away_until = 0.0
        self._warned_at = -SECONDS_BETWEEN_WARNINGS
        self._listener: asyncio.Task[None] | None = None
        self._listening = asyncio.Event()

    async def get(self, key: str) -> bytes | None:
        async def on_redis() -> bytes | None:
            value = await self._redis.get(PREFIX + key)
            return value if isinstance(value, bytes) else None

        return await self._ask(on_redis, lambda: self._own.get(key))

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        async def on_redis() -> None:
            await self._redis.set(PREFIX + key, value, px=ceil(ttl_seconds * 1000))

        await self._ask(on_redis, lambda: self._own.set(key, value, ttl_seconds))

    async def delete(self, key: str) -> None:
        async def on_redis() -> None:
            await self._redis.delete(PREFIX + key)

        await self._ask(on_redis, lambda: self._own.delete(key))

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int:
        async def on_redis() -> int:
            async with self._redis.pipeline(transaction=True) as both:
                both.set(PREFIX + key, 0, px=ceil(ttl_seconds * 1000), nx=True)
                both.incrby(PREFIX + key, amount)
                _, count = await both.execute()
            return int(count)

        return await self._ask(on_redis, lambda: self._own.add(key, amount, ttl_seconds))

    async def spend(self, key: str, amount: int, budget: int, window_seconds: int) -> Spending:
        async def on_redis() -> Spending:
            allowed, second, microsecond, found = await self._spend([PREFIX + key], [amount, budget, window_seconds])
            window = SlidingWindow(window_seconds)
            for at, spent in sorted(zip(map(int, found[::2]), map(int, found[1::2]), strict=True)):
                window.note(at, spent)
            return window.answer(bool(allowed), amount, budget, int(second) + int(microsecond) / 1_000_000)

        return await self._ask(on_redis, lambda: self._own.spend(key, amount, budget, window_seconds))

    async def publish_each(self, topics: Iterable[str], message: bytes) -> None:
        waiting = list(topics)
        # This process's own subscribers need no Redis; the origin keeps them from hearing the message twice.
        await self._own.publish_each(waiting, message)

        async def on_redis() -> None:
            async with self._redis.pipeline(transaction=False) as together:
                for topic in waiting[:MOST_TOGETHER]:
                    together.publish(TOPICS + topic, self._origin + message)
                await together.execute()

        while waiting:
            await self._ask(on_redis, _nothing)
            del waiting[:MOST_TOGETHER]

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen())
        with suppress(TimeoutError):
            async with asyncio.timeout(self._timeout_seconds):
                await self._listening.wait()
        async with self._own.subscribe(topic) as messages:
            yield messages

    @property
    def subscribers(self) -> int:
        return self._own.subscribers

    async def ping(self) -> bool:
        async def on_redis() -> bool:
            return bool(await self._redis.ping())

        return await self._ask(on_redis, _no)

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.cancel()
            with suppress(asyncio.CancelledError):
                await self._listener
        await self._own.close()
        await self._redis.aclose()
        await self._redis.connection_pool.disconnect()

    async def _ask(self, on_redis: Callable[[], Awaitable[T]], in_process: Callable[[], Awaitable[T]]) -> T:
        if time.monotonic() >= self._away_until:
            try:
                return await on_redis()
            except (RedisError, OSError) as error:
                self._away_until = time.monotonic() + SECONDS_BETWEEN_TRIES
                self._warn(error)
        return await in_process()

    async def _listen(self) -> None:
        """Hand on what other processes publish, for as long as this one runs: after each loss, listen anew."""
        while True:
            try:
                await self._hear()
            except (RedisError, OSError) as error:
                self._warn(error)
            self._listening.clear()
            await asyncio.sleep(SECONDS_BETWEEN_TRIES)

    async def _hear(self) -> None:
        async with self._redis.pubsub() as channel:
            await channel.psubscribe(TOPICS + "*")
            async for heard in channel.listen():
                if heard["type"] == "psubscribe":
                    self._listening.set()
                elif heard["type"] == "pmessage" and not heard["data"].startswith(self._origin):
                    topic = heard["channel"].decode().removeprefix(TOPICS)
                    await self._own.publish(topic, heard["data"][ORIGIN_BYTES:])

    def _warn(self, error: Exception) -> None:
        if time.monotonic() - self._warned_at >= SECONDS_BETWEEN_WARNINGS:
            self._warned_at = time.monotonic()
            # The kind of error alone: its text may hold the URL, and that a password.
            logger.warning("Redis is away (%s): this process goes on with a state of its own", type(error).__name__)


async def _nothing() -> None:
    return None


async def _no() -> bool:
    return False
