"""Counters, caches and live ratings: one interface, in process here, and on Redis in redis_state.py.

Everything kept is bytes, under keys that their users choose; nothing kept is needed to be right, only to be fast, fair
and lively: a cache may forget, a counter may start again, a live message may be missed.
"""

import asyncio
import time
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import NamedTuple

from cachetools import LRUCache, TLRUCache

from integrations.sliding_window import SlidingWindow, Spending

__all__ = ["InProcessState", "SharedState", "SlowSubscriber", "Spending"]

MEGABYTE = 1024 * 1024


class SlowSubscriber(Exception):
    """A subscriber read more slowly than messages came, and was dropped before it took up memory."""


class SharedState(ABC):
    """What the processes of one server know together. No method raises because the state is away: it degrades."""

    @abstractmethod
    async def get(self, key: str) -> bytes | None:
        """The value last set, or None when there is none, or none any more."""

    @abstractmethod
    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        """Keep `value` for at most `ttl_seconds`; it may be forgotten sooner where room is short."""

    @abstractmethod
    async def delete(self, key: str) -> None:
        """Forget a value and a counter; a key that is not kept is no error."""

    @abstractmethod
    async def add(self, key: str, amount: int, ttl_seconds: float) -> int:
        """Count `amount` (0 to read, less to give back) in the window that its first addition opened; the new count.

        The window ends `ttl_seconds` after it was opened, however often it is added to.
        """

    @abstractmethod
    async def spend(self, key: str, amount: int, budget: int, window_seconds: int) -> Spending:
        """Count `amount` (0 to look), unless more than `budget` would then be spent within the last `window_seconds`."""

    async def publish(self, topic: str, message: bytes) -> None:
        """Hand `message` to everybody who subscribes to `topic` at this moment, in every process."""
        await self.publish_each((topic,), message)

    @abstractmethod
    async def publish_each(self, topics: Iterable[str], message: bytes) -> None:
        """The same to every one of many topics, in few round trips."""

    @abstractmethod
    def subscribe(self, topic: str) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        """`async with` it for the messages published from then on; ends at close(), raises SlowSubscriber."""

    @property
    @abstractmethod
    def subscribers(self) -> int:
        """How many subscriptions of this process are open."""

    @abstractmethod
    async def ping(self) -> bool:
        """Whether the state is reached, for a look at the server's health."""

    @abstractmethod
    async def close(self) -> None:
        """End every subscription and let go of connections."""


class _Entry(NamedTuple):
    expires_at: float
    value: bytes


class _Window(NamedTuple):
    ends_at: float
    total: int


class InProcessState(SharedState):
    """The state of a server that is one process: bounded, the least recently used goes first."""

    def __init__(
        self,
        *,
        longest_cache_bytes: int = 64 * MEGABYTE,
        most_counters: int = 100_000,
        longest_queue: int = 100,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._clock = clock
        self._cache: TLRUCache[str, _Entry] = TLRUCache(
            longest_cache_bytes,
            ttu=lambda _key, entry, _now: entry.expires_at,
            timer=clock,
            getsizeof=lambda entry: len(entry.value),
        )
        self._windows: TLRUCache[str, _Window] = TLRUCache(most_counters, ttu=lambda _key, window, _now: window.ends_at, timer=clock)
        self._sliding: LRUCache[str, SlidingWindow] = LRUCache(most_counters)
        self._longest_queue = longest_queue
        self._subscriptions: dict[str, set[_Subscription]] = {}

    async def get(self, key: str) -> bytes | None:
        entry = self._cache.get(key)
        return entry.value if entry else None

    async def set(self, key: str, value: bytes, ttl_seconds: float) -> None:
        if len(value) <= self._cache.maxsize:
            self._cache[key] = _Entry(self._clock() + ttl_seconds, value)

    async def delete(self, key: str) -> None:
        self._cache.pop(key, None)
        self._windows.pop(key, None)

    async def add(self, key: str, amount: int, ttl_seconds: float) -> int:
        window = self._windows.get(key) or _Window(self._clock() + ttl_seconds, 0)
        window = window._replace(total=window.total + amount)
        self._windows[key] = window
        return window.total

    async def spend(self, key: str, amount: int, budget: int, window_seconds: int) -> Spending:
        window = self._sliding.get(key)
        if window is None:
            window = self._sliding[key] = SlidingWindow(window_seconds)
        return window.spend(amount, budget, self._clock())

    async def publish_each(self, topics: Iterable[str], message: bytes) -> None:
        for topic in topics:
            for subscription in tuple(self._subscriptions.get(topic, ())):
                subscription.offer(message)

    @asynccontextmanager
    async def subscribe(self, topic: str) -> AsyncIterator[AsyncIterator[bytes]]:
        subscription = _Subscription(topic, self._longest_queue)
        subscriptions = self._subscriptions.setdefault(topic, set())
        subscriptions.add(subscription)
        try:
            yield subscription
        finally:
            subscriptions.discard(subscription)
            if not subscriptions:
                self._subscriptions.pop(topic, None)

    @property
    def subscribers(self) -> int:
        return sum(map(len, self._subscriptions.values()))

    async def ping(self) -> bool:
        return True

    async def close(self) -> None:
        for subscriptions in self._subscriptions.values():
            for subscription in subscriptions:
                subscription.end(StopAsyncIteration())


class _Subscription(AsyncIterator[bytes]):
    """The messages that one subscriber has not read yet, `longest` at most."""

    def __init__(self, topic: str, longest: int) -> None:
        self._topic = topic
        self._longest = longest
        self._unread: deque[bytes] = deque()
        self._ending: Exception | None = None
        self._changed = asyncio.Event()

    def offer(self, message: bytes) -> None:
        if len(self._unread) < self._longest:
            self._unread.append(message)
            self._changed.set()
        else:
            self.end(SlowSubscriber(f"more than {self._longest} messages of {self._topic} waited to be read"))

    def end(self, ending: Exception) -> None:
        self._ending = self._ending or ending
        self._unread.clear()
        self._changed.set()

    async def __anext__(self) -> bytes:
        while not self._unread:
            if self._ending is not None:
                raise self._ending
            self._changed.clear()
            await self._changed.wait()
        return self._unread.popleft()
