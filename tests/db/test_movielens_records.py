"""A MovieLens folder becomes movies and ratings; a row that is wrong is named by its file and line, and left out."""

import gzip
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.movielens_files import MovieLensError, count_rows, open_folder
from db.movielens_records import MovieLensMovie, MovieLensRating, read_movies, read_ratings
from tests.db.loading import LINKS, MOVIES, RATINGS, movielens_folder


def movies_of(path: Path) -> tuple[list[MovieLensMovie], list[str]]:
    reports: list[str] = []
    return list(read_movies(open_folder(path), reports.append)), reports


def ratings_of(path: Path) -> tuple[list[MovieLensRating], list[str]]:
    reports: list[str] = []
    return list(read_ratings(open_folder(path), {1, 2, 3}, reports.append)), reports


def test_movies_have_peoples_titles_tmdbs_genres_and_imdb_ids(tmp_path: Path) -> None:
    movies, reports = movies_of(movielens_folder(tmp_path))
    assert reports == []
    assert movies[1:] == [
        MovieLensMovie(
            movie_id=2,
            imdb_id="tt0133093",
            tmdb_id=603,
            title="The Matrix",
            original_title=None,
            other_names=(),
            year=1999,
            genres=("Action", "Science Fiction", "Thriller"),
        ),
        MovieLensMovie(
            movie_id=3,
            imdb_id="tt1049413",
            tmdb_id=14160,
            title="Up",
            original_title=None,
            other_names=(),
            year=2009,
            genres=("Adventure", "Animation", "Family", "Drama"),
        ),
    ]


@pytest.mark.parametrize("packed", [False, True])
def test_ratings_are_in_half_points_of_ten_and_in_utc(tmp_path: Path, packed: bool) -> None:
    ratings, reports = ratings_of(movielens_folder(tmp_path, packed=packed))
    assert reports == []
    assert ratings == [
        MovieLensRating(1, 1, 20, datetime(2000, 7, 30, 18, 45, 3, tzinfo=UTC)),
        MovieLensRating(1, 2, 18, datetime(2000, 7, 30, 18, 20, 47, tzinfo=UTC)),
        MovieLensRating(2, 1, 2, datetime(2015, 10, 24, 19, 27, 15, tzinfo=UTC)),
        MovieLensRating(2, 3, 16, datetime(2015, 10, 24, 19, 29, 54, tzinfo=UTC)),
    ]


@given(st.integers(min_value=1, max_value=10))
def test_a_star_is_four_half_points(tmp_path_factory: pytest.TempPathFactory, half_stars: int) -> None:
    folder = movielens_folder(tmp_path_factory.mktemp("stars"), ratings=[f"1,1,{half_stars / 2},0"])
    assert [rating.half_points for rating in ratings_of(folder)[0]] == [half_stars * 2]


def test_ids_keep_their_leading_zeros_and_get_back_those_that_a_spreadsheet_took(tmp_path: Path) -> None:
    folder = movielens_folder(tmp_path, links=["1,0000003,", "2,114709,862", "3,10872600,"])
    movies, reports = movies_of(folder)
    assert [movie.imdb_id for movie in movies] == ["tt0000003", "tt0114709", "tt10872600"]
    assert [movie.tmdb_id for movie in movies] == [None, 862, None]
    assert reports == []


def test_no_genres_listed_is_no_genre(tmp_path: Path) -> None:
    movies, _ = movies_of(movielens_folder(tmp_path, movies=["1,Up (2009),(no genres listed)"]))
    assert movies[0].genres == ()


def test_the_second_movie_with_a_tmdb_id_is_kept_without_one(tmp_path: Path) -> None:
    movies, reports = movies_of(movielens_folder(tmp_path, links=["1,0111161,4912", "2,0133093,603", "3,1049413,4912"]))
    assert [movie.tmdb_id for movie in movies] == [4912, 603, None]
    assert reports == ["links.csv:4: TMDB id 4912 is movie 1 already; each movie has its own, so movie 3 is kept without one"]


@pytest.mark.parametrize(
    ("links", "report"),
    [
        (["x,0111161,278"], "links.csv:2: movieId is 'x'; it must be a whole number of at most 9 digits"),
        (["1,tt0111161,278"], "links.csv:2: imdbId is 'tt0111161'; it must be a whole number of at most 10 digits"),
        (["1,,278"], "links.csv:2: imdbId is ''; it must be a whole number of at most 10 digits"),
        (["1,0111161,0"], "links.csv:2: tmdbId is '0'; it must be a whole number of at most 9 digits"),
        (["1,0111161,1_0"], "links.csv:2: tmdbId is '1_0'; it must be a whole number of at most 9 digits"),
        (["1,0111161"], "links.csv:2: the row has 2 columns, and the header 3; they must agree"),
        (
            ["1,0111161,278", "1,0133093,603"],
            "links.csv:3: movie 1 stands in an earlier row already; it must have one row",
        ),
        (
            ["1,0111161,278", "2,0111161,603"],
            "links.csv:3: IMDb id tt0111161 is movie 1 already; each movie has its own",
        ),
    ],
)
def test_a_wrong_link_is_reported(tmp_path: Path, links: list[str], report: str) -> None:
    _, reports = movies_of(movielens_folder(tmp_path, links=links, movies=()))
    assert reports == [report]


@pytest.mark.parametrize(
    ("row", "report"),
    [
        ("9,Heat (1995),Crime", "movie 9 has no IMDb id; a row in links.csv would give it one"),
        ("1,(1995),Crime", "the title is empty; it must be there, like Heat (1995)"),
        (f"1,{'x' * 501},Crime", "the title has 501 characters; at most 500 can be kept"),
        ("1,Heat (1995)", "the row has 2 columns, and the header 3; they must agree"),
        ("1,Am\udce9lie (2001),Comedy", "the row is not in UTF-8; the file must be saved in UTF-8"),
        (
            '1,"Matrix, The (1999),Action',
            'a quotation mark is not closed or stands inside a cell; there it is written twice ("")',
        ),
    ],
)
def test_a_wrong_movie_is_reported_and_the_next_is_read(tmp_path: Path, row: str, report: str) -> None:
    movies, reports = movies_of(movielens_folder(tmp_path, movies=[row, MOVIES[2]]))
    assert reports == [f"movies.csv:2: {report}"]
    assert [movie.title for movie in movies] == ["Up"]


def test_a_movie_counts_once(tmp_path: Path) -> None:
    movies, reports = movies_of(movielens_folder(tmp_path, movies=[*MOVIES, "1,Heat (1995),Crime"]))
    assert len(movies) == 3
    assert reports == ["movies.csv:5: movie 1 stands in an earlier row already; it must have one row"]


@pytest.mark.parametrize(
    ("row", "report"),
    [
        ("1,1,5.5,0", "the rating is '5.5'; it must be 0.5 to 5.0 stars, in halves"),
        ("1,1,0.0,0", "the rating is '0.0'; it must be 0.5 to 5.0 stars, in halves"),
        ("1,1,3.7,0", "the rating is '3.7'; it must be 0.5 to 5.0 stars, in halves"),
        ("1,1,nan,0", "the rating is 'nan'; it must be 0.5 to 5.0 stars, in halves"),
        ("1,1,4.0,soon", "the timestamp is 'soon'; it must be seconds since 1970, like 964982703"),
        ("1,1,4.0,999999999999", "the timestamp is '999999999999'; it must be seconds since 1970, like 964982703"),
        ("0,1,4.0,0", "userId is '0'; it must be a whole number of at most 9 digits"),
        ("1,٣,4.0,0", "movieId is '٣'; it must be a whole number of at most 9 digits"),
        ("1,9,4.0,0", "movie 9 is unknown; it must stand in movies.csv and links.csv"),
        ("1,1,4.0,0,1", "the row has 5 columns, and the header 4; they must agree"),
    ],
)
def test_a_wrong_rating_is_reported_and_the_next_is_read(tmp_path: Path, row: str, report: str) -> None:
    ratings, reports = ratings_of(movielens_folder(tmp_path, ratings=[row, RATINGS[0]]))
    assert reports == [f"ratings.csv:2: {report}"]
    assert [rating.half_points for rating in ratings] == [20]


@given(st.lists(st.text(st.characters(exclude_characters="\r\n", exclude_categories=["Cs"])), max_size=5))
def test_no_row_stops_the_reading(tmp_path_factory: pytest.TempPathFactory, rows: list[str]) -> None:
    folder = movielens_folder(tmp_path_factory.mktemp("rows"), ratings=[*rows, RATINGS[0]])
    ratings, reports = ratings_of(folder)
    assert ratings[-1].half_points == 20
    assert len(ratings) - 1 + len(reports) == sum(1 for row in rows if row.strip())
    assert all(report.startswith("ratings.csv:") for report in reports)


def test_a_byte_order_mark_plain_line_ends_blank_lines_and_further_columns_do_not_matter(tmp_path: Path) -> None:
    folder = movielens_folder(tmp_path)
    (folder / "ratings.csv").write_text("\ufefftimestamp,rating,movieId,userId,device\n964982703,5,1,1,phone\n\n", encoding="utf-8")
    ratings, reports = ratings_of(folder)
    assert ratings == [MovieLensRating(1, 1, 20, datetime(2000, 7, 30, 18, 45, 3, tzinfo=UTC))]
    assert reports == []
    assert count_rows(folder / "ratings.csv") == 1


def test_a_quoted_title_may_hold_commas_and_quotation_marks(tmp_path: Path) -> None:
    row = '1,"Good, the ""Bad"" and the Ugly, The (1966)",Western'
    assert movies_of(movielens_folder(tmp_path, movies=[row]))[0][0].title == 'The Good, the "Bad" and the Ugly'


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("links.csv", "{path} holds no links.csv; it must be there beside the ratings."),
        ("movies.csv", "{path} holds no movies.csv; it must be there beside the ratings."),
        ("ratings.csv", "{path} holds neither ratings.csv nor ratings.csv.gz; one of them must be there."),
    ],
)
def test_a_missing_file_is_named(tmp_path: Path, name: str, message: str) -> None:
    (movielens_folder(tmp_path) / name).unlink()
    with pytest.raises(MovieLensError) as raised:
        open_folder(tmp_path)
    assert str(raised.value) == message.format(path=tmp_path)


def test_what_is_no_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(MovieLensError) as raised:
        open_folder(tmp_path / "nowhere")
    assert str(raised.value) == f"{tmp_path / 'nowhere'} is not a folder; name one that holds links.csv, movies.csv and ratings.csv."


def test_a_header_that_lacks_a_column_is_refused(tmp_path: Path) -> None:
    (movielens_folder(tmp_path) / "links.csv").write_text("\r\n".join(LINKS), encoding="utf-8")
    with pytest.raises(MovieLensError) as raised:
        movies_of(tmp_path)
    assert str(raised.value) == f"{tmp_path / 'links.csv'}:1: the header must name the columns movieId, imdbId, tmdbId."


@pytest.mark.parametrize("content", [gzip.compress(b"userId,movieId,rating,timestamp\r\n" * 9)[:-12], b"no gzip at all"])
def test_a_damaged_file_is_named(tmp_path: Path, content: bytes) -> None:
    folder = movielens_folder(tmp_path, packed=True)
    (folder / "ratings.csv.gz").write_bytes(content)
    with pytest.raises(MovieLensError) as raised:
        ratings_of(folder)
    assert str(raised.value) == f"{folder / 'ratings.csv.gz'} cannot be read to its end: it is damaged, cut short or not readable."
