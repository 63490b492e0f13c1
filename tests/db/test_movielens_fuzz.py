"""Whatever stands in the files of a folder, each row is read or reported, and a file that cannot be read is refused in a sentence."""

import gzip
import re
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import example, given, settings
from hypothesis import strategies as st

from db.movielens_files import MovieLensError, open_folder
from db.movielens_records import read_movies, read_ratings
from db.movielens_titles import parse_title

NUMBERS = ["1", "2", "0", "-1", "4.5", "0.5", "99999999999999999999", "1e3", "٣", "nan"]
MARKS = ["", " ", '"', '"a, b"', "(1995)", "\ufeff"]
TITLE_PARTS = ["A", ", The", " (", ")", "(1995)", "a.k.a. ", " or ", "–", " "]
CELLS = st.one_of(
    st.sampled_from(
        ["1", "2", "0", "-1", "4.5", "0.5", "99999999999999999999", "1e3", "٣", "nan", "", " ", '"', '"a, b"', "(1995)", "\ufeff"]
    ),
    st.text(max_size=12),
)
LINES = st.lists(CELLS, max_size=5).map(",".join)
IMDB_ID = re.compile(r"tt\d{7,10}")


def file_of(header: str) -> st.SearchStrategy[bytes]:
    """Files that begin as they should and go on as they please, and files that are anything at all."""
    well_begun = st.lists(LINES, max_size=6).map(lambda lines: "\r\n".join([header, *lines]).encode(errors="surrogatepass"))
    return well_begun | st.binary(max_size=60) | st.binary(max_size=60).map(lambda rest: header.encode() + b"\n" + rest)


LINKS, MOVIES = file_of("movieId,imdbId,tmdbId"), file_of("movieId,title,genres")
RATINGS = file_of("userId,movieId,rating,timestamp")


@given(links=LINKS, movies=MOVIES, ratings=RATINGS | RATINGS.map(gzip.compress), packed=st.booleans())
@example(links=b"movieId,imdbId,tmdbId\n1,1,1", movies=b"movieId,title,genres\n1,Heat (1995),Crime", ratings=b"\x1f\x8b", packed=True)
@settings(max_examples=200, deadline=None)
def test_any_folder_is_read_or_refused(links: bytes, movies: bytes, ratings: bytes, packed: bool) -> None:
    reported: list[str] = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "links.csv").write_bytes(links)
        (folder / "movies.csv").write_bytes(movies)
        (folder / ("ratings.csv.gz" if packed else "ratings.csv")).write_bytes(ratings)
        opened = open_folder(folder)
        with suppress(MovieLensError):
            found = list(read_movies(opened, reported.append))
            assert [movie for movie in found if not IMDB_ID.fullmatch(movie.imdb_id) or not movie.title] == []
            ids = {movie.movie_id for movie in found}
            assert len(ids) == len(found)
            for rating in read_ratings(opened, ids, reported.append):
                assert rating.movie_id in ids
                assert 1 <= rating.half_points <= 20
    assert [line for line in reported if not re.match(r"(links|movies|ratings)\.csv(\.gz)?:\d+: .", line)] == []


@given(st.text(max_size=80) | st.lists(st.sampled_from(TITLE_PARTS), max_size=12).map("".join))
@settings(max_examples=300, deadline=None)
def test_any_title_is_taken_apart(text: str) -> None:
    title = parse_title(text)

    assert title.title == " ".join(title.title.split())
    assert title.original_title != title.title
    assert title.year is None or 0 <= title.year <= 9999
