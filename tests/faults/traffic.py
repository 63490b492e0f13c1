"""Clients that write and read without pause, and remember what became of each request."""

import asyncio
import random
import time
from collections.abc import AsyncIterator, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NamedTuple

import httpx

from tests.clients import Client
from tests.faults.documents import DELETE, HIDE, RATE, READ
from tests.faults.ledger import Ledger

MOVIES = 40
PRIVACY = "privacy"
"""What a user's privacy is written under: True, or None for a user who is not private."""

PAUSE_SECONDS = 0.01
PAUSE_AFTER_FAILURE_SECONDS = 0.1
PATIENCE_SECONDS = 30.0
AWAY = "SERVICE_UNAVAILABLE"


class Sent(NamedTuple):
    """One request; the times are those of time.monotonic(). `failure` is None where it did its work."""

    id: str
    begun: float
    ended: float
    failure: str | None

    @property
    def seconds(self) -> float:
        return self.ended - self.begun


@dataclass
class Traffic:
    """What all clients have sent, what they were told, and every answer that cannot be right."""

    ledger: Ledger = field(default_factory=Ledger)
    sent: list[Sent] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    stopping: bool = False


class Person:
    """A user at a keyboard: one request after the other, each to any of the servers."""

    def __init__(self, username: str, clients: Sequence[Client], traffic: Traffic, seed: int) -> None:
        self.username = username
        self._clients = clients
        self._traffic = traffic
        self._random = random.Random(seed)
        self._numbers = count()

    async def act(self) -> None:
        """Write and read until the traffic is told to stop."""
        while not self._traffic.stopping:
            [action] = self._random.choices([self._rate, self._delete, self._hide, self._read], [50, 15, 5, 30])
            succeeded = await action(f"tt{self._random.randint(1, MOVIES):07}")
            await asyncio.sleep(PAUSE_SECONDS if succeeded else PAUSE_AFTER_FAILURE_SECONDS)

    async def _rate(self, movie: str) -> bool:
        value = self._random.randint(1, 20) / 2
        payload = await self._write((self.username, movie), value, RATE, "rateMovie", {"movie": movie, "value": value})
        if payload is not None:
            told = {**payload["rating"], "movie": payload["rating"]["movie"]["imdbId"]}
            self._expect(told, {"value": value, "user": {"username": self.username}, "movie": movie})
            self._expect(payload["movie"]["imdbId"], movie)
        return payload is not None

    async def _delete(self, movie: str) -> bool:
        payload = await self._write((self.username, movie), None, DELETE, "deleteRating", {"movie": movie})
        if payload is not None and not payload["errors"]:
            self._expect(payload["movie"]["imdbId"], movie)
        return payload is not None

    async def _hide(self, movie: str) -> bool:
        hidden = self._random.random() < 0.5
        payload = await self._write((self.username, PRIVACY), hidden or None, HIDE, "updateUser", {"hidden": hidden})
        if payload is not None:
            self._expect(payload["user"], {"username": self.username, "isPrivate": hidden})
        return payload is not None

    async def _write(self, key: Hashable, value: object, document: str, name: str, variables: Mapping[str, Any]) -> Any:  # Any: JSON
        """The mutation's payload, where it was acknowledged. That there is nothing to delete says as much as that it was deleted."""
        ledger = self._traffic.ledger
        before = ledger.possible(key)
        ledger.begin(key, value)
        data = await self._send(document, variables)
        if data is None:
            return None
        codes = [error["code"] for error in data[name]["errors"]]
        if codes == ["NOT_FOUND"] and value is None:
            self._possibly(None, before, key)
        elif codes:
            self._traffic.wrong.append(f"{name} {variables} of {self.username}: {codes}")
            return None
        ledger.acknowledge(key, value)
        return data[name]

    async def _read(self, movie: str) -> bool:
        """What one reads of one's own is what one has written last."""
        possible = {what: self._traffic.ledger.possible((self.username, what)) for what in (movie, PRIVACY)}
        data = await self._send(READ, {"movie": movie})
        if data is None:
            return False
        viewer, rating = data["viewer"], data["viewer"]["rating"]
        own = {"username": self.username}
        self._expect(viewer["username"], self.username)
        self._expect([node["user"] for node in viewer["ratings"]["nodes"]], [own] * len(viewer["ratings"]["nodes"]))
        self._expect(data["movie"]["imdbId"], movie)
        self._possibly(viewer["isPrivate"] or None, possible[PRIVACY], PRIVACY)
        self._possibly(rating and rating["value"], possible[movie], movie)
        return True

    async def _send(self, document: str, variables: Mapping[str, Any]) -> Any:  # Any: JSON
        """The data of an operation that did its work; None else."""
        request_id = f"{self.username}.{document.split(maxsplit=2)[1].partition('(')[0]}.{next(self._numbers)}"
        client = self._random.choice(self._clients)
        begun = time.monotonic()
        try:
            answer = await client.post(document, variables, X_Request_ID=request_id)
            data, failure = self._judged(answer)
        except httpx.TransportError as error:
            data, failure = None, type(error).__name__
        self._traffic.sent.append(Sent(request_id, begun, time.monotonic(), failure))
        return data

    def _judged(self, answer: httpx.Response) -> tuple[Any, str | None]:  # Any: JSON
        body = answer.json()
        codes = {error["extensions"]["code"] for error in body.get("errors", [])}
        if codes - {AWAY}:
            self._traffic.wrong.append(f"{self.username} got {answer.status_code}: {body['errors']}")
        return (body["data"], None) if not codes else (None, ", ".join(sorted(codes)))

    def _expect(self, told: object, right: object) -> None:
        if told != right:
            self._traffic.wrong.append(f"{self.username} was told {told}, and it should be {right}")

    def _possibly(self, told: object, possible: frozenset[object], what: object) -> None:
        if told not in possible:
            self._traffic.wrong.append(f"{self.username} was told that {what} is {told}, and it may be one of {possible}")


@asynccontextmanager
async def http_clients(addresses: Sequence[str]) -> AsyncIterator[list[httpx.AsyncClient]]:
    """One for each server, with as many connections as there are clients."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    clients = [httpx.AsyncClient(base_url=address, timeout=PATIENCE_SECONDS, limits=limits) for address in addresses]
    try:
        yield clients
    finally:
        for client in clients:
            await client.aclose()
