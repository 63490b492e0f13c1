"""TMDB's API v3 as far as Cinegraph asks it: keys, pages, unknown ids and missing values as the real one has them."""

from collections.abc import Callable, Sequence
from math import ceil

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from db.genres import TMDB_GENRE_IDS
from tests.upstream.catalogue import Title
from tests.upstream.control import Control

Json = dict[str, object]
PAGE_SIZE = 20
LAST_PAGE = 500


class Tmdb:
    """What the routes answer from: the titles that TMDB knows, the most voted for first."""

    def __init__(self, titles: Sequence[Title], control: Control) -> None:
        known = sorted((title for title in titles if title.tmdb_id), key=lambda title: -title.vote_count)
        self._films = [title for title in known if title.kind == "movie"]
        self._television = [title for title in known if title.kind != "movie"]
        self._control = control

    def app(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/search/movie", self._checked(self.search)),
                Route("/discover/movie", self._checked(self.discover)),
                Route("/genre/movie/list", self._checked(self.genres)),
                Route("/find/{imdb_id}", self._checked(self.find)),
                Route("/movie/{tmdb_id:int}", self._checked(self.movie)),
                Route("/movie/{tmdb_id:int}/external_ids", self._checked(self.external_ids)),
                Route("/{anything:path}", self._checked(lambda _request: unknown())),
            ]
        )

    def search(self, request: Request) -> Response:
        query, year = request.query_params.get("query", ""), request.query_params.get("year", "")
        return page_of([film for film in self._films if query and film.holds(query) and film.released.startswith(year)], request)

    def discover(self, request: Request) -> Response:
        genre_id = int(request.query_params["with_genres"])
        least = int(request.query_params.get("vote_count.gte", 0))
        found = [film for film in self._films if genre_id in film.genre_ids and film.vote_count >= least]
        if request.query_params.get("sort_by") == "vote_average.desc":
            found.sort(key=lambda film: -film.vote_average)
        return page_of(found, request)

    def genres(self, _request: Request) -> Response:
        return JSONResponse({"genres": [genre(each) for each in TMDB_GENRE_IDS.values()]})

    def find(self, request: Request) -> Response:
        def rows(titles: Sequence[Title]) -> list[Json]:
            return [row(title) for title in titles if title.imdb_id == request.path_params["imdb_id"]]

        return JSONResponse(
            {
                "movie_results": rows(self._films),
                "person_results": [],
                "tv_results": rows([title for title in self._television if title.kind == "series"]),
                "tv_episode_results": rows([title for title in self._television if title.kind == "episode"]),
                "tv_season_results": [],
            }
        )

    def movie(self, request: Request) -> Response:
        film = self._film(request)
        if film is None:
            return unknown()
        appended = request.query_params.get("append_to_response", "").split(",")
        return JSONResponse(details(film) | ({"external_ids": ids(film)} if "external_ids" in appended else {}))

    def external_ids(self, request: Request) -> Response:
        film = self._film(request)
        return JSONResponse({"id": film.tmdb_id} | ids(film)) if film else unknown()

    def _film(self, request: Request) -> Title | None:
        return next((film for film in self._films if film.tmdb_id == request.path_params["tmdb_id"]), None)

    def _checked(self, answer: Callable[[Request], Response]) -> Callable[[Request], Response]:
        def checked(request: Request) -> Response:
            if request.headers.get("authorization") != f"Bearer {self._control.key}":
                return failure(401, 7, "Invalid API key: You must be granted a valid key.")
            return answer(request)

        return checked


def page_of(films: Sequence[Title], request: Request) -> Response:
    page = int(request.query_params.get("page", 1))
    if not 1 <= page <= LAST_PAGE:
        return failure(400, 22, "Invalid page: Pages start at 1 and max at 500. They are expected to be an integer.")
    return JSONResponse(
        {
            "page": page,
            "results": [row(film) for film in films[(page - 1) * PAGE_SIZE : page * PAGE_SIZE]],
            "total_pages": max(1, ceil(len(films) / PAGE_SIZE)),
            "total_results": len(films),
        }
    )


def row(title: Title) -> Json:
    return {
        "adult": False,
        "backdrop_path": None,
        "genre_ids": title.genre_ids,
        "id": title.tmdb_id,
        "original_language": "en",
        "original_title": title.original_title or title.title,
        "overview": title.overview,
        "popularity": title.vote_count / 1000,
        "poster_path": f"/{title.imdb_id}.jpg" if title.imdb_id else None,
        "release_date": title.released,
        "title": title.title,
        "video": False,
        "vote_average": title.vote_average,
        "vote_count": title.vote_count,
    }


def details(film: Title) -> Json:
    short = row(film)
    del short["genre_ids"]
    return short | {
        "genres": [genre(each) for each in film.genre_ids],
        "imdb_id": film.imdb_id,
        "production_countries": [{"iso_3166_1": "", "name": name} for name in film.countries],
        "runtime": film.runtime_minutes,
        "spoken_languages": [{"english_name": name, "iso_639_1": "", "name": name} for name in film.languages],
        "status": "Released",
    }


def genre(genre_id: int) -> Json:
    return {"id": genre_id, "name": next(name for name, each in TMDB_GENRE_IDS.items() if each == genre_id)}


def ids(film: Title) -> Json:
    return {"imdb_id": film.imdb_id, "wikidata_id": None, "facebook_id": None, "instagram_id": None, "twitter_id": None}


def unknown() -> Response:
    return failure(404, 34, "The resource you requested could not be found.")


def failure(status: int, code: int, message: str) -> Response:
    return JSONResponse({"success": False, "status_code": code, "status_message": message}, status_code=status)
