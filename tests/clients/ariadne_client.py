"""A program on the client that ariadne-codegen generates: signs in, browses, rates, listens, and prints what it met as JSON.

ariadne_client.py ADDRESS
"""

import asyncio
import json
import sys

from cinegraph_client import (
    Cinegraph,
    LiveRatingsRatingChanged,
    LoginInput,
    MovieFilter,
    RateMovieInput,
    RatingScale,
    RegisterInput,
    UserErrorCode,
)
from cinegraph_client.rate_movie import RateMovieRateMovie

USERNAME, PASSWORD = "ariadne", "a thread through the labyrinth"
SPIRITED_AWAY = "tt0000009"


async def access_token(visitor: Cinegraph) -> str:
    """Of who has been here before, or of a new user."""
    login = (await visitor.sign_in(LoginInput(username=USERNAME, password=PASSWORD))).login
    if login and login.errors and login.errors[0].code is UserErrorCode.WRONG_CREDENTIALS:
        register = (await visitor.register(RegisterInput(username=USERNAME, password=PASSWORD))).register
        assert register
        assert register.tokens
        return register.tokens.access_token
    assert login
    assert login.tokens
    return login.tokens.access_token


async def dramas(client: Cinegraph) -> list[list[str]]:
    """The titles of all dramas, page by page."""
    pages: list[list[str]] = []
    after: str | None = None
    while True:
        movies = (await client.browse_movies(2, MovieFilter(genres=["Drama"]), after)).movies
        assert movies
        pages.append([movie.title for movie in movies.nodes])
        if not movies.page_info.has_next_page:
            return pages
        after = movies.page_info.end_cursor


async def rate(client: Cinegraph, value: float) -> RateMovieRateMovie:
    rated = (await client.rate_movie(RateMovieInput(imdb_id=SPIRITED_AWAY, value=value, scale=RatingScale.FIVE))).rate_movie
    assert rated
    return rated


async def live_rating(client: Cinegraph, value: float) -> LiveRatingsRatingChanged:
    """The first change that is heard of, while one's rating is given again and again."""

    async def first() -> LiveRatingsRatingChanged:
        async for event in client.live_ratings(SPIRITED_AWAY):
            return event.rating_changed
        raise RuntimeError("the subscription ended")

    heard = asyncio.create_task(first())
    while not heard.done():
        await rate(client, value)
        await asyncio.sleep(0.1)
    return await heard


async def main(address: str) -> None:
    url = f"{address}/graphql"
    async with Cinegraph(url) as visitor:
        token = await access_token(visitor)
    headers = {"Authorization": f"Bearer {token}"}
    async with Cinegraph(url, headers, ws_url=url.replace("http", "ws"), ws_connection_init_payload=headers) as client:
        accepted, refused, live = await rate(client, 4.75), await rate(client, 4.8), await live_rating(client, 5)
        met = {
            "dramas": await dramas(client),
            "rating": accepted.rating and (accepted.rating.value, accepted.rating.rated_at.tzname()),
            "rated": accepted.movie and (accepted.movie.title, accepted.movie.average_rating, accepted.movie.rating_count),
            "refused": [(error.code, error.field) for error in refused.errors],
            "live": live.rating and (live.movie.title, live.rating.value, live.rating.user.username),
        }
    sys.stdout.write(json.dumps(met))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
