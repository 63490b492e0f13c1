"""What both clients share: asking an outside service over HTTP, within limits that protect it and us."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx
from aiolimiter import AsyncLimiter
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_attempt,
    stop_before_delay,
    wait_exponential,
    wait_random,
)

from integrations.circuit_breaker import CircuitBreaker
from integrations.errors import NotConfigured, Service, Unavailable, UpstreamError

Parameters = Mapping[str, str | int]
# Called before a call goes out on somebody's behalf; raises where that somebody may have no more of them.
Spend = Callable[[], Awaitable[None]]

ANSWERS = frozenset({httpx.codes.OK, httpx.codes.NOT_FOUND})


@dataclass(frozen=True, slots=True)
class CallRules:
    """How a service is called. The figures are for a service that answers in a fraction of a second."""

    deadline_seconds: float = 10.0  # for a whole call: our own queue, connecting, reading, every retry and pause
    connect_seconds: float = 3.0
    first_pause_seconds: float = 0.2  # before a retry; it doubles, with jitter, up to the longest
    longest_pause_seconds: float = 2.0
    calls_in_flight: int = 200  # reached only by a service that hangs
    calls_per_second: int = 40
    failures_to_open: int = 5
    probe_every_seconds: float = 2.0
    longest_refusal_seconds: float = 4.0  # how long a long Retry-After, a refused key or a quota is taken at its word
    longest_body_bytes: int = 2 * 1024 * 1024


class HttpService:
    """One outside service, reached through one connection pool; `headers` carry its key, None where there is none.

    `refusal` reads a status and a body: the error they mean where the service refuses this server (its key, its quota).
    Redirects are not followed, so that the key goes to no other host.
    """

    def __init__(
        self,
        service: Service,
        base_url: str,
        headers: Mapping[str, str] | None,
        refusal: Callable[[int, bytes], UpstreamError | None],
        rules: CallRules,
    ) -> None:
        self.service = service
        self.calls: Counter[str] = Counter()
        """How many calls came to which outcome; one that nobody waits for any more is given up."""
        self._has_key = headers is not None
        self._refusal = refusal
        self._rules = rules
        self._client = httpx.AsyncClient(
            base_url=base_url,
            headers=_checked(headers or {}, service),
            timeout=httpx.Timeout(None, connect=rules.connect_seconds),
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        )
        self._in_flight = asyncio.Semaphore(rules.calls_in_flight)
        self._per_second = _limiter(rules.calls_per_second)
        self._breaker = CircuitBreaker(failures_to_open=rules.failures_to_open, probe_every_seconds=rules.probe_every_seconds)

    def require_key(self) -> None:
        """Raise NotConfigured where the operator has set no key."""
        if not self._has_key:
            raise NotConfigured(self.service)

    async def get(self, path: str, parameters: Parameters, spend: Spend | None = None) -> bytes:
        """The body that answers `path`; that of a 404 too, which says what is unknown.

        Raises UpstreamError, and what `spend` raises; a call that is refused because the service is away costs nothing.
        """
        self.require_key()
        outcome = "given_up"
        try:
            body = await self._call(path, parameters, spend)
            outcome = "answered"
        except UpstreamError as error:
            outcome = error.outcome
            raise
        finally:
            self.calls[outcome] += 1
        return body

    async def _call(self, path: str, parameters: Parameters, spend: Spend | None) -> bytes:
        is_probe = self._breaker.admit()
        if spend is not None:
            await spend()
        started = time.monotonic()
        try:
            async with asyncio.timeout(self._rules.deadline_seconds):
                return await self._retrying(is_probe)(self._try, path, parameters)
        except TimeoutError:
            error = self._unavailable(f"did not answer within {self._rules.deadline_seconds:g} seconds")
            self._breaker.stayed_silent(error, since=started)
            raise error from None
        except _WorthAnotherTry as failure:
            if failure.retry_after_seconds is not None:
                self.refuse(failure.error, failure.retry_after_seconds)
            raise failure.error from None

    def refuse(self, error: UpstreamError, seconds: float | None = None) -> None:
        """Answer calls with `error` for a few seconds, without asking the service."""
        longest = self._rules.longest_refusal_seconds
        self._breaker.refused(error, longest if seconds is None else min(seconds, longest))

    async def close(self) -> None:
        await self._client.aclose()

    def _retrying(self, is_probe: bool) -> AsyncRetrying:
        backoff = wait_exponential(multiplier=self._rules.first_pause_seconds, max=self._rules.longest_pause_seconds)
        jitter = wait_random(0, self._rules.first_pause_seconds)

        def wait(state: RetryCallState) -> float:
            failure = state.outcome and state.outcome.exception()
            asked = failure.retry_after_seconds if isinstance(failure, _WorthAnotherTry) else None
            return jitter(state) + (backoff(state) if asked is None else asked)

        return AsyncRetrying(
            retry=retry_if_exception_type(_WorthAnotherTry),
            wait=wait,
            # Whoever is sent to see whether the service is back shall not wait long to hear that it is not.
            stop=stop_after_attempt(1) if is_probe else stop_before_delay(self._rules.deadline_seconds),
            reraise=True,
        )

    async def _try(self, path: str, parameters: Parameters) -> bytes:
        async with self._in_flight, self._per_second:
            try:
                response, body = await self._send(path, parameters)
            except httpx.TransportError:
                # Nothing of its text goes further: a header that h11 refuses is quoted there, key and all.
                raise self._worth_another_try("cannot be reached") from None
            except httpx.DecodingError:
                raise self.unreadable() from None
        if refusal := self._refusal(response.status_code, body):
            self.refuse(refusal)
            raise refusal
        if response.status_code == httpx.codes.TOO_MANY_REQUESTS:
            raise self._worth_another_try("is asked too much just now", _retry_after_seconds(response))
        if response.is_server_error:
            raise self._worth_another_try(f"failed with status {response.status_code}", _retry_after_seconds(response))
        self._breaker.answered()
        if response.status_code not in ANSWERS:
            raise self._unavailable(f"answered with status {response.status_code}, which was not expected")
        return body

    async def _send(self, path: str, parameters: Parameters) -> tuple[httpx.Response, bytes]:
        body = bytearray()
        async with self._client.stream("GET", path, params=dict(parameters)) as response:
            async for chunk in response.aiter_bytes():
                body += chunk
                if len(body) > self._rules.longest_body_bytes:
                    raise self.unreadable()
        return response, bytes(body)

    def unreadable(self) -> Unavailable:
        return self._unavailable("sent an answer that cannot be read")

    def _unavailable(self, happened: str, retry_after_seconds: float | None = None) -> Unavailable:
        return Unavailable(self.service, happened, retry_after_seconds)

    def _worth_another_try(self, happened: str, retry_after_seconds: float | None = None) -> "_WorthAnotherTry":
        error = self._unavailable(happened, retry_after_seconds)
        self._breaker.failed(error)
        return _WorthAnotherTry(error, retry_after_seconds)


class _WorthAnotherTry(Exception):
    def __init__(self, error: Unavailable, retry_after_seconds: float | None) -> None:
        super().__init__(str(error))
        self.error = error
        self.retry_after_seconds = retry_after_seconds


def _checked(headers: Mapping[str, str], service: Service) -> Mapping[str, str]:
    if not all(value.isascii() and value.isprintable() for value in headers.values()):
        raise ValueError(f"{service.setting} holds characters that no key has")
    return headers


def _limiter(calls_per_second: int) -> AsyncLimiter:
    # A leaky bucket lets its whole size through at once and its rate besides: together they are what a second may hold.
    burst = max(1, calls_per_second // 5)
    rate = max(1, calls_per_second - burst)
    return AsyncLimiter(burst, burst / rate)


def _retry_after_seconds(response: httpx.Response) -> float | None:
    """The header in seconds, which may say them or a date; None where it is missing or makes no sense."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value[:9])
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
