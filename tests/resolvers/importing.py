"""Importing on the emulated services, as the user ada or the admin root."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from db.database import Database
from resolvers.access import Viewer
from tests.clients import Insider
from tests.factories import user
from tests.outside import BOTH, clients_of
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
    async with clients_of(upstream, keys=[name for name in BOTH if name != without]) as outside:
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
