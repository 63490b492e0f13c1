"""`movies`: what a search finds, what filters leave, and in which order they come."""

from typing import Any

import pytest

from tests.clients import Insider
from tests.films import FILMS

QUERY = """query ($filter: MovieFilter, $orderBy: MovieOrder, $first: Int = 100) {
  movies(filter: $filter, orderBy: $orderBy, first: $first) { totalCount nodes { title } }
}"""


async def titles(films: Insider, wanted: dict[str, Any] | None = None, order: str | None = None) -> list[str]:  # Any: JSON
    data = (await films.ask(QUERY, {"filter": wanted, "orderBy": order}))["movies"]
    assert data["totalCount"] == len(data["nodes"])
    return [each["title"] for each in data["nodes"]]


FOUND_FIRST = {
    "amelie": "Amélie",
    "AMÉLIE": "Amélie",
    "ame\u0301lie": "Amélie",
    "amélie poulain": "Amélie",
    "shawshank redemption": "The Shawshank Redemption",
    "the shawshank": "The Shawshank Redemption",
    "It": "It",
    "Up": "Up",
    "M": "M",
    "MASH": "M*A*S*H",
    "千尋": "Spirited Away",
    "千と千尋の神隠し": "Spirited Away",
    "schindlers list": "Schindler's List",
    "schindler’s list": "Schindler's List",
    "list schindler": "Schindler's List",
    "100%": "100% Wolf",
    "????": "????",
    "leon": "Léon",
    "zodia": "Zodiac",
    "angel table": "An Angel at My Table",
    "  the   matrix  ": "The Matrix",
    "stadt morder": "M",
    "😀 emoji": "😀 Emoji 😀",
}


@pytest.mark.parametrize(("search", "title"), FOUND_FIRST.items())
async def test_a_search_finds_first_what_a_person_means(films: Insider, search: str, title: str) -> None:
    assert (await titles(films, {"search": search}))[0] == title


FOUND = {
    # exact, then beginnings with or without the article, then words; among equals the most rated, then the latest stored
    "matrix": ["The Matrix", "Matrix Revolutions", "The Matrix Reloaded", "A Glitch in the Matrix"],
    "the matrix": ["The Matrix", "The Matrix Reloaded", "A Glitch in the Matrix"],
    "matrix re": ["Matrix Revolutions", "The Matrix Reloaded"],
    "it": ["It", "It Follows"],
    "up": ["Up", "Up in the Air"],
    "matrix matrix": ["Matrix Revolutions", "A Glitch in the Matrix", "The Matrix Reloaded", "The Matrix"],
    "in matrix the": ["A Glitch in the Matrix"],
    "matrix of wolves": [],
    "shawshank emption": [],
    "%": [],
    "_": [],
    "mat_ix": [],
    "matri%": ["Matrix Revolutions", "The Matrix Reloaded", "The Matrix", "A Glitch in the Matrix"],
    "' OR ''='": [],
    "\\": [],
    '"; DROP TABLE movies; --': [],
    "🦈": [],
}


@pytest.mark.parametrize(("search", "expected"), FOUND.items())
async def test_a_search_finds_exactly(films: Insider, search: str, expected: list[str]) -> None:
    assert await titles(films, {"search": search}) == expected


@pytest.mark.parametrize("search", ["", " ", "\t\n", "\u3000", None])
async def test_a_blank_search_excludes_nothing(films: Insider, search: str | None) -> None:
    assert len(await titles(films, {"search": search})) == len(FILMS)


async def test_a_search_comes_in_any_order(films: Insider) -> None:
    assert await titles(films, {"search": "matrix"}, "TITLE") == [
        "A Glitch in the Matrix",
        "The Matrix",
        "The Matrix Reloaded",
        "Matrix Revolutions",
    ]
    assert (await titles(films, {"search": "matrix"}, "NEWEST_RELEASE"))[0] == "A Glitch in the Matrix"


LEFT = [
    ({"genres": ["Horror"]}, {"It", "It Follows"}),
    ({"genres": ["hORROR", "mystery"]}, {"It Follows"}),
    ({"genres": ["sci-fi"]}, {"The Matrix", "The Matrix Reloaded", "Matrix Revolutions"}),
    ({"genres": ["Sci-Fi", "Science Fiction", "science fiction"]}, {"The Matrix", "The Matrix Reloaded", "Matrix Revolutions"}),
    ({"genres": ["children"]}, {"Up", "Spirited Away"}),
    ({"genres": ["film noir"]}, {"Léon"}),
    ({"genres": ["Horror", "Romance"]}, set()),
    ({"genres": ["no such genre"]}, set()),
    ({"genres": ["%"]}, set()),
    ({"genres": [""]}, set()),
    ({"year": {"from": 2009, "to": 2012}}, {"Up", "Up in the Air", "????"}),
    ({"year": {"from": 2020}}, {"100% Wolf", "A Glitch in the Matrix"}),
    ({"year": {"to": 1970}}, {"M", "M*A*S*H"}),
    ({"year": {"from": 1994, "to": 1994}}, {"The Shawshank Redemption", "Léon"}),
    ({"year": {"from": -2147483648, "to": 1931}}, {"M"}),
    ({"year": {"from": 2147483647}}, set()),
    ({"minRatingCount": 10}, {"The Shawshank Redemption", "Amélie"}),
    ({"minRatingCount": 2147483647}, set()),
    ({"imdbIds": ["tt0000003", "tt0000001", "tt0000003", "tt9999999"]}, {"It", "Up"}),
    ({"imdbIds": ["tt0000003 ", "tt00000003", "TT0000003", "3", ""]}, set()),
    ({"search": "matrix", "genres": ["action"], "year": {"from": 2000}}, {"The Matrix Reloaded", "Matrix Revolutions"}),
    ({"search": "it", "imdbIds": ["tt0000002"]}, {"It Follows"}),
    ({"search": "up", "minRatingCount": 5}, {"Up"}),
    ({"search": "it", "genres": ["Romance"]}, set()),
    ({"genres": ["War"], "minRatingCount": 1, "year": {"to": 1980}, "imdbIds": ["tt0000006", "tt0000015"]}, {"M*A*S*H"}),
]


@pytest.mark.parametrize(("wanted", "expected"), LEFT, ids=str)
async def test_a_filter_leaves(films: Insider, wanted: dict[str, Any], expected: set[str]) -> None:  # Any: JSON
    assert set(await titles(films, wanted)) == expected


@pytest.mark.parametrize("wanted", [{"genres": []}, {"genres": None}, {"year": {}}, {"year": None}, {"minRatingCount": 0}, {}, None])
async def test_an_empty_filter_excludes_nothing(films: Insider, wanted: dict[str, Any] | None) -> None:  # Any: JSON
    assert len(await titles(films, wanted)) == len(FILMS)


async def test_top_rated_lets_no_enthusiast_win_and_puts_the_unrated_last(films: Insider) -> None:
    """`100% Wolf` has one 10; `The Shawshank Redemption` twenty ratings of 9.6 on average; Zodiac three of 0.5."""
    found = await titles(films, order="TOP_RATED")

    assert found[:4] == ["The Shawshank Redemption", "Amélie", "100% Wolf", "It"]
    assert found[9] == "Zodiac"
    unrated = [film["title"] for film in FILMS if film["title"] not in found[:10]]
    assert found[10:] == unrated[::-1]
    assert found == await titles(films)


async def test_most_rated(films: Insider) -> None:
    found = await titles(films, order="MOST_RATED")
    assert found[:5] == ["The Shawshank Redemption", "Amélie", "It", "It Follows", "Up"]


async def test_newest_release_goes_by_date_else_by_year_and_puts_the_unknown_last(films: Insider) -> None:
    found = await titles(films, order="NEWEST_RELEASE")

    assert found[:4] == ["A Glitch in the Matrix", "100% Wolf", "It", "It Follows"]
    # Within 2001 and 1994 the dated come before those whose day is unknown.
    assert found.index("Amélie") + 1 == found.index("Spirited Away")
    assert found.index("The Shawshank Redemption") + 1 == found.index("Léon")
    assert found[-2:] == ["M", "😀 Emoji 😀"]


async def test_recently_imported(films: Insider) -> None:
    assert await titles(films, order="RECENTLY_IMPORTED") == [film["title"] for film in reversed(FILMS)]


async def test_titles_are_sorted_without_article_accents_and_case(films: Insider) -> None:
    found = await titles(films, order="TITLE")

    assert [title for title in found if title not in ("????", "100% Wolf", "😀 Emoji 😀")] == [
        "Amélie",
        "An Angel at My Table",
        "A Glitch in the Matrix",
        "It",
        "It Follows",
        "Léon",
        "M",
        "M*A*S*H",
        "The Matrix",
        "The Matrix Reloaded",
        "Matrix Revolutions",
        "Schindler's List",
        "The Shawshank Redemption",
        "Spirited Away",
        "Up",
        "Up in the Air",
        "Zodiac",
    ]
