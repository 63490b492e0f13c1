"""Movie Database Alternative on RapidAPI: the gateway's keys before OMDb's answers, with what is odd about both."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.upstream.catalogue import Title
from tests.upstream.control import Control

HOST = "movie-database-alternative.p.rapidapi.com"
PAGE_SIZE = 10
SHORTEST_SEARCH = 3


class MovieDatabase:
    def __init__(self, titles: Sequence[Title], control: Control) -> None:
        self._titles = [title for title in titles if title.omdb_year]
        self._control = control

    def app(self) -> Starlette:
        return Starlette(routes=[Route("/", self.answer)])

    def answer(self, request: Request) -> Response:
        if request.headers.get("x-rapidapi-host") != HOST:
            return JSONResponse({"message": "Invalid host"}, status_code=400)
        if "x-rapidapi-key" not in request.headers:
            return JSONResponse({"message": "Invalid API key."}, status_code=401)
        if request.headers["x-rapidapi-key"] != self._control.key:
            return JSONResponse({"message": "You are not subscribed to this API."}, status_code=403)
        if "i" in request.query_params:
            return self.by_id(request.query_params["i"])
        return self.search(request)

    def by_id(self, imdb_id: str) -> Response:
        digits = imdb_id.removeprefix("tt")
        if not digits.isdecimal():
            return conversion_error(digits)
        title = next((title for title in self._titles if title.imdb_id == imdb_id), None)
        return JSONResponse(details(title)) if title else failure("Error getting data.")

    def search(self, request: Request) -> Response:
        wanted = request.query_params
        if len(wanted.get("s", "")) < SHORTEST_SEARCH:
            return failure("Too many results.")
        found = [
            title
            for title in self._titles
            if title.holds(wanted["s"])
            and title.kind == wanted.get("type", title.kind)
            and (title.omdb_year or "").startswith(wanted.get("y", ""))
        ]
        first = (int(wanted.get("page", 1)) - 1) * PAGE_SIZE
        page = [row(title) for title in found[first : first + PAGE_SIZE]]
        if not page:
            return failure(f"{wanted.get('type', 'movie').capitalize()} not found!")
        return JSONResponse({"Search": page, "totalResults": str(len(found)), "Response": "True"})


def row(title: Title) -> dict[str, object]:
    return {
        "Title": title.omdb_title or title.title,
        "Year": title.omdb_year,
        "imdbID": title.imdb_id,
        "Type": title.kind,
        "Poster": title.poster,
    }


def details(title: Title) -> dict[str, object]:
    imdb = {} if title.imdb_rating == "N/A" else {"Internet Movie Database": f"{title.imdb_rating}/10"}
    ratings = imdb | title.other_ratings
    return row(title) | {
        "Rated": "N/A",
        "Released": title.omdb_released,
        "Runtime": title.omdb_runtime,
        "Genre": title.omdb_genres,
        "Director": title.director,
        "Writer": "N/A",
        "Actors": title.actors,
        "Plot": title.plot,
        "Language": title.omdb_language,
        "Country": title.omdb_country,
        "Awards": "N/A",
        "Ratings": [{"Source": source, "Value": value} for source, value in ratings.items()],
        "Metascore": title.other_ratings.get("Metacritic", "N/A").removesuffix("/100"),
        "imdbRating": title.imdb_rating,
        "imdbVotes": title.imdb_votes,
        "Response": "True",
    }


def failure(text: str) -> Response:
    return JSONResponse({"Response": "False", "Error": text})


def conversion_error(digits: str) -> Response:
    """OMDb's answer to an id with a letter in it: JSON that is none."""
    text = f"""{{"Response":"False","Error":"Conversion from string "{digits}" to type 'Double' is not valid."}}"""
    return Response(text, media_type="application/json")
