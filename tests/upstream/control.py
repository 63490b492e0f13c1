"""How an emulated service is told to misbehave, and what it notes of the calls that it gets."""

import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from urllib.parse import parse_qs

from starlette.types import ASGIApp, Receive, Scope, Send

# What happens instead of an answer: it gets the service itself, and what a connection is to an ASGI application.
Misbehaviour = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Call:
    """A call that a service got: `at` is by time.monotonic()."""

    path: str
    parameters: dict[str, str]
    at: float


@dataclass
class Control:
    """One service: the key it accepts, the calls it got, and what it does instead of answering; safe between threads."""

    key: str
    calls: list[Call] = field(default_factory=list)
    _misbehaviour: Misbehaviour | None = None
    _times: float = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def misbehave(self, misbehaviour: Misbehaviour, times: float = float("inf")) -> None:
        """Do this to the next `times` calls, or until told otherwise."""
        with self._lock:
            self._misbehaviour, self._times = misbehaviour, times

    def behave(self) -> None:
        with self._lock:
            self._misbehaviour = None

    def start_afresh(self, key: str) -> None:
        with self._lock:
            self.key, self.calls, self._misbehaviour = key, [], None

    def got(self, call: Call) -> Misbehaviour | None:
        with self._lock:
            self.calls.append(call)
            self._times -= 1
            return self._misbehaviour if self._times >= 0 else None


class Misbehaving:
    """A service that does as its control says."""

    def __init__(self, app: ASGIApp, control: Control) -> None:
        self._app = app
        self._control = control

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = scope["path"].removeprefix(scope.get("root_path", ""))
        parameters = {name: values[0] for name, values in parse_qs(scope["query_string"].decode()).items()}
        misbehaviour = self._control.got(Call(path, parameters, time.monotonic()))
        if misbehaviour is None:
            await self._app(scope, receive, send)
        else:
            await misbehaviour(self._app, scope, receive, send)
