"""The requests that growth is measured with, and clients that send the next one as soon as the last is answered."""

import asyncio
import random
import re
import time
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import orjson

CONNECTIONS = 16
DOCUMENTS = {
    "top": "query Top { movies(orderBy: TOP_RATED, first: 50) { edges { cursor node {"
    " id imdbId title year averageRating ratingCount genres } } pageInfo { hasNextPage endCursor } } }",
    "user": "query UserRatings($username: String!) { user(username: $username) { username ratingCount ratings(first: 20) { edges { cursor"
    " node { value ratedAt movie { id imdbId title averageRating } } } pageInfo { hasNextPage endCursor } } } }",
    "deep": "query MoviePage($imdbId: ID!) { movie(imdbId: $imdbId) { title ratings(first: 10) { edges { node { value user {"
    " username ratings(first: 5) { edges { node { value movie { title } } } } } } } } } }",
    "rate": "mutation Rate($input: RateMovieInput!) { rateMovie(input: $input) {"
    " rating { id value } movie { averageRating ratingCount } } }",
}
PAGES = {"top": 50, "user": 20, "movie": 10, "rater": 5}
EDGES = {"top": PAGES["top"], "user": PAGES["user"], "deep": PAGES["movie"] * (1 + PAGES["rater"]), "rate": 0}
"""In every answer, whatever the amount of data, so that only what it takes to find them can differ."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Catalogue(NamedTuple):
    """What there is to ask for, and who rates."""

    usernames: Sequence[str]
    movies: Sequence[str]
    """IMDb ids."""
    full_movies: Sequence[str]
    """Those with so many ratings in every database that `deep` gets whole pages."""
    tokens: Sequence[str]


def request(shape: str, catalogue: Catalogue, chance: random.Random) -> bytes:
    """A request for anything in the catalogue, all of it as likely."""
    if shape == "user":
        return _encoded(shape, {"username": chance.choice(catalogue.usernames)})
    if shape == "deep":
        return _encoded(shape, {"imdbId": chance.choice(catalogue.full_movies)})
    if shape == "rate":
        given = {"imdbId": chance.choice(catalogue.movies), "value": chance.randint(1, 20) / 2}
        return _encoded(shape, {"input": given}, chance.choice(catalogue.tokens))
    return _encoded(shape, {})


def _encoded(shape: str, variables: Mapping[str, object], token: str | None = None) -> bytes:
    body = orjson.dumps({"query": DOCUMENTS[shape], "variables": variables})
    lines = ["POST /graphql HTTP/1.1", "Host: cinegraph.test", "Content-Type: application/json", f"Content-Length: {len(body)}"]
    if token is not None:
        lines.append(f"Authorization: Bearer {token}")
    return "\r\n".join([*lines, "\r\n"]).encode() + body


async def drive(port: int, shape: str, make: Callable[[], bytes], seconds: float) -> int:
    """How many requests were answered in about so many seconds; fails where an answer is not the one that was asked for."""
    until = time.monotonic() + seconds

    async def ask_on() -> int:
        answered = 0
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while time.monotonic() < until:
            writer.write(make())
            _check(shape, *await _answer(reader))
            answered += 1
        writer.close()
        await writer.wait_closed()
        return answered

    return sum(await asyncio.gather(*(ask_on() for _ in range(CONNECTIONS))))


async def _answer(reader: asyncio.StreamReader) -> tuple[bytes, bytes]:
    head = await reader.readuntil(b"\r\n\r\n")
    found = _LENGTH.search(head)
    assert found is not None, head
    return head, await reader.readexactly(int(found[1]))


def _check(shape: str, head: bytes, body: bytes) -> None:
    # Read as text: parsing would take the clients as long as answering takes the server, on the same machine.
    assert head.startswith(b"HTTP/1.1 200"), head
    assert b'"errors"' not in body, body
    assert body.count(b'"node":{') == EDGES[shape], body
    assert shape != "rate" or b'"rating":{' in body, body
