"""How the services write what they know, and what they write when they know nothing."""

from datetime import date

import pytest

from integrations import quirks


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        (143, 143),
        ("143 min", 143),
        ("1,440 min", 1440),
        ("2 h", 120),
        ("1 h 15 min", 75),
        ("2h 3min", 123),
        (0, None),
        ("0 min", None),
        ("", None),
        ("N/A", None),
        (None, None),
        (-5, None),
        (True, None),
        ("about 90 min", None),
        ("9" * 5000 + " min", None),
    ],
)
def test_runtimes(written: object, minutes: int | None) -> None:
    assert quirks.read_runtime_minutes(written) == minutes


@pytest.mark.parametrize(
    ("written", "first", "last"),
    [
        ("2013", 2013, None),
        ("2005–2014", 2005, 2014),
        ("2005-2014", 2005, 2014),
        ("2006–", 2006, None),
        ("N/A", None, None),
        ("0000", None, None),
        ("19999", None, None),
        (2013, None, None),
        (None, None, None),
    ],
)
def test_years(written: object, first: int | None, last: int | None) -> None:
    assert (quirks.read_first_year(written), quirks.read_last_year(written)) == (first, last)


@pytest.mark.parametrize(
    ("written", "count"),
    [
        (15242, 15242),
        ("858,700", 858700),
        ("0", 0),
        ("N/A", None),
        (-1, None),
        (2**31, None),
        (False, None),
        ("9" * 5000, None),
    ],
)
def test_counts(written: object, count: int | None) -> None:
    assert quirks.read_count(written) == count


@pytest.mark.parametrize(
    ("written", "score"),
    [
        ("7.1/10", 7.1),
        ("57%", 5.7),
        ("55/100", 5.5),
        ("100/100", 10.0),
        ("0%", 0.0),
        ("4/0", None),
        ("11/10", None),
        ("N/A", None),
        ("A+", None),
    ],
)
def test_scores_on_zero_to_ten(written: str, score: float | None) -> None:
    assert quirks.read_score(written) == score


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("Dallas &amp; Robo", "Dallas & Robo"),
        ("Am&eacute;lie &quot;Poulain&quot;", 'Amélie "Poulain"'),
        (" 千と千尋の神隠し ", "千と千尋の神隠し"),
        ("N/A", None),
        ("#DUPE#", None),
        ("", None),
        ("&nbsp;", None),
        (None, None),
        (7, None),
    ],
)
def test_texts(written: object, text: str | None) -> None:
    assert quirks.read_text(written) == text


@pytest.mark.parametrize(
    ("written", "known"),
    [
        ("tt0111161", True),
        ("tt15239678", True),
        ("tt0111161 ", False),
        ("tt111161", False),
        ("tt123456789", False),
        ("tt011f8539", False),
        ("tt٠١١١١٦١", False),
        ("TT0111161", False),
        ("nm0000209", False),
        ("tt0111161\n", False),
        ("", False),
    ],
)
def test_imdb_ids(written: str, known: bool) -> None:
    assert quirks.is_imdb_id(written) is known
    assert quirks.read_imdb_id(written) == (written if known else None)


def test_dates() -> None:
    assert quirks.read_iso_date("2013-06-12") == date(2013, 6, 12)
    assert quirks.read_written_date("14 Jun 2013") == date(2013, 6, 14)
    assert [quirks.read_iso_date(each) for each in ("", None, "2013", "2013-02-30")] == [None] * 4
    assert [quirks.read_written_date(each) for each in ("N/A", None, "2013-06-14", "31 Feb 2013")] == [None] * 4


def test_names() -> None:
    assert quirks.read_names("Action, Adventure, Action") == ("Action", "Adventure")
    assert quirks.read_names("Zendaya,  N/A , ") == ("Zendaya",)
    assert quirks.read_names("N/A") == ()
    assert quirks.read_english_names([{"english_name": "French", "name": "Français"}, {"name": "Nederlands"}, 5]) == (
        "French",
        "Nederlands",
    )


def test_addresses_of_pictures() -> None:
    assert quirks.read_tmdb_image("/dksTL9NXc3Gq.jpg") == "https://image.tmdb.org/t/p/w500/dksTL9NXc3Gq.jpg"
    assert [quirks.read_tmdb_image(each) for each in (None, "", "//elsewhere.example/a.jpg", "/a b.jpg")] == [None] * 4
    assert quirks.read_web_address("https://m.media-amazon.com/images/M/a.jpg") == "https://m.media-amazon.com/images/M/a.jpg"
    assert [quirks.read_web_address(each) for each in ("N/A", "javascript:alert(1)", "/a.jpg")] == [None] * 3


def test_an_average_without_votes_is_none() -> None:
    assert [quirks.read_vote_average(each) for each in (6.629, 10, 0, 0.0, 11, "7.1", None)] == [6.629, 10.0] + [None] * 5
