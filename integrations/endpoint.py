"""Asking once what many want to know: the cache and the single flight in front of a service."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import suppress
from typing import Generic, TypeVar
from urllib.parse import urlencode

from pydantic import TypeAdapter, ValidationError

from integrations.errors import UpstreamError
from integrations.http import HttpService, Parameters, Spend
from integrations.shared_state import SharedState

logger = logging.getLogger(__name__)
T = TypeVar("T")
F = TypeVar("F")

MINUTE = 60.0
HOUR = 60 * MINUTE
DAY = 24 * HOUR
KEEP_UNKNOWN_SECONDS = 5 * MINUTE


class Endpoint(Generic[T]):
    """One kind of question to a service: how its answers are read, and how long they are kept.

    `read` makes a record of a body, or None of one that says that the service knows nothing of it; it raises pydantic's
    ValidationError or an UpstreamError. What is not known is kept for a few minutes at most, since it may soon be.
    """

    def __init__(self, service: HttpService, cache: SharedState, read: Callable[[bytes], T], *, keep_seconds: float) -> None:
        self._service = service
        self._cache = cache
        self._read = read
        self._keep_seconds = keep_seconds
        self._flights: dict[tuple[str, bool], asyncio.Task[T]] = {}

    async def ask(
        self,
        path: str,
        parameters: Parameters | None = None,
        *,
        spend: Spend | None = None,
        fresh: bool = False,
    ) -> T:
        """The answer, kept or asked for; `fresh` asks anew and keeps the answer.

        However many ask the same at once, one call goes out, and it goes on when one of them gives up. It is paid for
        by whoever was first; where that one has nothing left, the next one pays.
        """
        self._service.require_key()
        parameters = parameters or {}
        flight_key = (f"outside:{self._service.service.name}:{path}?{urlencode(sorted(parameters.items()))}", fresh)
        while flight := self._flights.get(flight_key):
            with suppress(_NotPaid):
                return await asyncio.shield(flight)
        flight = asyncio.create_task(self._fly(flight_key, path, parameters, spend))
        self._flights[flight_key] = flight
        flight.add_done_callback(lambda landed: self._land(flight_key, landed))
        try:
            return await asyncio.shield(flight)
        except _NotPaid as refusal:
            raise refusal.reason from None

    async def close(self) -> None:
        """Give up what is still being asked."""
        flights = tuple(self._flights.values())
        for flight in flights:
            flight.cancel()
        await asyncio.gather(*flights, return_exceptions=True)

    async def _fly(self, flight_key: tuple[str, bool], path: str, parameters: Parameters, spend: Spend | None) -> T:
        key, fresh = flight_key
        kept = None if fresh else await self._cache.get(key)
        if kept is not None:
            # What cannot be read any more was kept by another version of this code, and is asked for again.
            with suppress(ValidationError, UpstreamError):
                return self._read(kept)
        body = await self._service.get(path, parameters, _reported(spend))
        try:
            answer = self._read(body)
        except ValidationError as error:
            where = [".".join(map(str, each["loc"])) or each["type"] for each in error.errors(include_input=False)]
            logger.warning("%s sent what cannot be read for %s: %s", self._service.service.name, path or "/", where[:5])
            raise self._service.unreadable() from None
        await self._cache.set(key, body, self._keep_seconds if answer is not None else KEEP_UNKNOWN_SECONDS)
        return answer

    def _land(self, flight_key: tuple[str, bool], flight: asyncio.Task[T]) -> None:
        del self._flights[flight_key]
        if not flight.cancelled():
            flight.exception()  # read here too, for when nobody waits any more


class _NotPaid(Exception):
    """Whoever was to pay for a call could not."""

    def __init__(self, reason: Exception) -> None:
        super().__init__(str(reason))
        self.reason = reason


def _reported(spend: Spend | None) -> Spend | None:
    if spend is None:
        return None

    async def spend_or_tell() -> None:
        try:
            await spend()
        except Exception as reason:
            raise _NotPaid(reason) from reason

    return spend_or_tell


def reader(record: type[T]) -> Callable[[bytes], T]:
    """What makes a record of a body of JSON; it raises ValidationError."""
    return TypeAdapter(record).validate_json


def reader_of_either(record: type[T], failure: type[F]) -> Callable[[bytes], T | F]:
    """What makes a `record` of a body, else a `failure`; it raises what kept the body from being a `record`."""
    read_record, read_failure = reader(record), reader(failure)

    def read(body: bytes) -> T | F:
        try:
            return read_record(body)
        except ValidationError as unreadable:
            with suppress(ValidationError):
                return read_failure(body)
            raise unreadable from None

    return read
