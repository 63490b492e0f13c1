"""Importing on the emulated services, as the user ada or the admin root; and what each of them tells about Parasite."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

from db.database import Database
from resolvers.access import Viewer
from tests.clients import Insider
from tests.factories import user
from tests.outside import BOTH, RULES, clients_of
from tests.services import services_on
from tests.upstream import Upstream, misbehaviour
from tests.upstream.control import Control

ADA, ROOT = user(1, "ada"), user(2, "root", is_admin=True)
AS_ADA = Viewer(1, "", is_admin=False, is_private=False)
AS_ROOT = Viewer(2, "", is_admin=True, is_private=False)

ERRORS = "errors { code message field }"
FACTS = """imdbId tmdbId title originalTitle year releaseDate runtimeMinutes genres posterUrl plot directors actors languages countries
    externalRatings { source value score } sources"""
IMPORT = f"mutation ($input: ImportMovieInput!) {{ importMovie(input: $input) {{ created movie {{ {FACTS} }} {ERRORS} }} }}"
IMPORT_MANY = f"""mutation ($ids: [ID!]!) {{ importMovies(input: {{imdbIds: $ids}}) {{
    results {{ imdbId created movie {{ title }} error {{ code message field }} }} {ERRORS} }} }}"""
REFRESH = (
    f"mutation ($id: ID!) {{ refreshMovie(input: {{imdbId: $id}}) {{ movie {{ {FACTS} ratingCount updatedAt importedAt }} {ERRORS} }} }}"
)

PARASITE = "tt6751668"
UNKNOWN = "tt9999999"

TMDBS_PART: Mapping[str, Any] = {  # Any: JSON, as below
    "imdbId": PARASITE,
    "tmdbId": 496243,
    "title": "Parasite",
    "originalTitle": "기생충",
    "year": 2019,
    "releaseDate": "2019-05-30",
    "runtimeMinutes": 133,
    "genres": ["Comedy", "Thriller", "Drama"],
    "posterUrl": "https://image.tmdb.org/t/p/w500/tt6751668.jpg",
}
MOVIE_DATABASES_PART: Mapping[str, Any] = {
    "plot": "Greed and class come between the wealthy Parks and the Kims, who live below the street.",
    "directors": ["Bong Joon Ho"],
    "actors": ["Song Kang-ho", "Lee Sun-kyun", "Cho Yeo-jeong"],
    "languages": ["Korean", "English"],
    "countries": ["South Korea"],
    "externalRatings": [
        {"source": "Internet Movie Database", "value": "8.5/10", "score": 8.5},
        {"source": "Rotten Tomatoes", "value": "99%", "score": 9.9},
        {"source": "Metacritic", "value": "97/100", "score": 9.7},
    ],
}
BY_BOTH = {**TMDBS_PART, **MOVIE_DATABASES_PART, "sources": ["TMDB", "MOVIE_DATABASE"]}
BY_TMDB = {
    **TMDBS_PART,
    "plot": "One after the other, the members of a poor family take service with a rich one.",
    "directors": [],
    "actors": [],
    "languages": ["English", "German", "Korean"],
    "countries": ["South Korea"],
    "externalRatings": [],
    "sources": ["TMDB"],
}
BY_MOVIE_DATABASE = {
    **MOVIE_DATABASES_PART,
    "imdbId": PARASITE,
    "tmdbId": None,
    "title": "Parasite",
    "originalTitle": None,
    "year": 2019,
    "releaseDate": "2019-11-08",
    "runtimeMinutes": 132,
    "genres": ["Drama", "Thriller"],
    "posterUrl": None,
    "sources": ["MOVIE_DATABASE"],
}

TMDB_AWAY = "TMDB is asked too much just now. Try again in 60 seconds."
MOVIE_DATABASE_AWAY = "The Movie Database Alternative is asked too much just now. Try again in 60 seconds."

PATIENT = replace(RULES, deadline_seconds=10)
"""Nothing here is about deadlines, whatever else this machine is busy with."""

LONG = misbehaviour.too_many_requests("60")
"""What makes a service refuse at once; everything else is tried again for a while."""


@asynccontextmanager
async def asking(
    upstream: Upstream,
    database: Database,
    *,
    without: str = "",
    **given: Any,  # Any: what services_on takes
) -> AsyncIterator[Insider]:
    """Operations of a process that asks the emulator, without the key that `without` names as a setting."""
    async with clients_of(upstream, keys=[name for name in BOTH if name != without], rules=PATIENT) as outside:
        yield Insider(services_on(database, outside=outside, **given))


def give(control: Control, state: str) -> None:
    """Put a service into one of the states that tables name."""
    if state == "away":
        control.misbehave(LONG)
    elif state == "slow":
        control.misbehave(misbehaviour.late(0.3))
    elif state == "wrong key":
        control.key = "another"
    elif state == "used up":
        control.misbehave(misbehaviour.answer(b'{"Response":"False","Error":"Request limit reached!"}', status=401))


async def import_one(insider: Insider, **given: Any) -> Any:  # Any: an input, JSON
    return (await insider.ask(IMPORT, {"input": given}, AS_ADA))["importMovie"]


async def import_many(insider: Insider, imdb_ids: list[str]) -> Any:  # Any: JSON
    return (await insider.ask(IMPORT_MANY, {"ids": imdb_ids}, AS_ADA))["importMovies"]


async def refresh(insider: Insider, imdb_id: str) -> Any:  # Any: JSON
    return (await insider.ask(REFRESH, {"id": imdb_id}, AS_ADA))["refreshMovie"]


def refused(code: str, message: str, field: str | None = None) -> Mapping[str, Any]:  # Any: JSON
    """A payload's error."""
    return {"code": code, "message": message, "field": field and ["input", field]}
