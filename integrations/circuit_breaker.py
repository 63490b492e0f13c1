"""Failing fast while an outside service is away, and noticing its return.

Our own, because what is called for here is what aiobreaker, pybreaker and purgatory leave out: a client is told why the
service is away and not that a circuit is open, a service that names a time is left alone until then, and a probe that
hangs keeps no later probe from finding the service back.
"""

import logging
import time
from collections.abc import Callable

from integrations.errors import UpstreamError

logger = logging.getLogger(__name__)


class CircuitBreaker:
    """Closed, it lets every call pass; `failures_to_open` failed tries without an answer between them open it.

    Open, it answers every call with the error that opened it, but for one call each `probe_every_seconds`: that probe
    goes out to see, and any answer closes the circuit.
    """

    def __init__(self, *, failures_to_open: int, probe_every_seconds: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._failures_to_open = failures_to_open
        self._probe_every_seconds = probe_every_seconds
        self._clock = clock
        self._failures = 0
        self._error: UpstreamError | None = None
        self._next_probe_at = 0.0
        self._answered_at = clock()

    def admit(self) -> bool:
        """Let a call pass, or raise the error that opened the circuit; whether the call is a probe."""
        if self._error is None:
            return False
        if self._clock() < self._next_probe_at:
            # Without the traceback of the last time, which would grow with each.
            raise self._error.with_traceback(None)
        self._next_probe_at = self._clock() + self._probe_every_seconds
        return True

    def answered(self) -> None:
        """A try was answered, whatever the answer: the service is there."""
        if self._error is not None:
            logger.info("%s answers again", self._error.service.name)
        self._error = None
        self._failures = 0
        self._answered_at = self._clock()

    def failed(self, error: UpstreamError) -> None:
        """A try came to nothing."""
        self._failures += 1
        if self._failures >= self._failures_to_open:
            self._open(error)

    def stayed_silent(self, error: UpstreamError, since: float) -> None:
        """A call waited from `since` (by this breaker's clock) to its deadline; that opens it if nobody else was answered."""
        if self._answered_at < since:
            self._open(error)

    def refused(self, error: UpstreamError, seconds: float) -> None:
        """The service asks not to be called for `seconds`, or would say the same again: no probe before that."""
        self._open(error)
        self._next_probe_at = max(self._next_probe_at, self._clock() + seconds)

    def _open(self, error: UpstreamError) -> None:
        if self._error is None:
            logger.warning("%s", error)
            # While it is open already, calls that went out before must not put off the next probe.
            self._next_probe_at = self._clock() + self._probe_every_seconds
        self._error = error
