"""How the services write what they know, and what they write when they know nothing: read here into plain values.

Each reader takes what stood in the JSON and returns the value, or None for what is missing or makes no sense:
one odd field is no reason to lose a film. The types at the end put the readers into the records of models.py.
"""

import re
from datetime import date
from html import unescape
from typing import Annotated

from pydantic import BeforeValidator, Field

# "#DUPE#" is what OMDb calls an entry that it has merged into another one.
BLANKS = frozenset({"", "N/A", "#DUPE#"})
YEARS = range(1870, 2100)
LONGEST_COUNT = 12  # digits, so that no text is too long to be a number
LARGEST_COUNT = 2**31 - 1  # what a GraphQL Int holds
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
TOP_SCORE = 10
TMDB_IMAGES = "https://image.tmdb.org/t/p/w500"

_IMDB_ID = re.compile(r"tt[0-9]{7,8}")
_RUNTIME = re.compile(r"(?:([0-9]{1,3}) ?h)? ?(?:([0-9][0-9,]{0,6}) ?min)?")
_YEARS = re.compile(r"([0-9]{4})(?:[-–—]([0-9]{4})?)?")
_SCORE = re.compile(r"([0-9]{1,4}(?:\.[0-9]{1,4})?)(?:/([0-9]{1,4})|%)")
_IMAGE_PATH = re.compile(r"/[\w.-]+")


def is_imdb_id(value: str) -> bool:
    """Whether `value` is `tt` and seven or eight digits, with nothing around them."""
    return _IMDB_ID.fullmatch(value) is not None


def read_text(value: object) -> str | None:
    """`Dallas &amp; Robo` is `Dallas & Robo`; `N/A`, blanks and null are None."""
    if not isinstance(value, str):
        return None
    text = unescape(value).strip()
    return None if text in BLANKS else text


def read_imdb_id(value: object) -> str | None:
    return value if isinstance(value, str) and is_imdb_id(value) else None


def read_count(value: object) -> int | None:
    """15242, `858,780`: a count from 0 up."""
    if isinstance(value, str) and value.replace(",", "").isdecimal():
        value = int(value.replace(",", "")[:LONGEST_COUNT])
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= LARGEST_COUNT:
        return value
    return None


def read_runtime_minutes(value: object) -> int | None:
    """143, `143 min`, `1,440 min`, `2 h`, `1 h 15 min`; 0 means that nobody has said."""
    if isinstance(value, str) and (match := _RUNTIME.fullmatch(value.strip())):
        hours, minutes = (int((group or "0").replace(",", "")) for group in match.groups())
        value = hours * 60 + minutes
    return read_count(value) or None


def read_iso_date(value: object) -> date | None:
    """`2013-06-12`; `""` when nobody has said."""
    try:
        return date.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None


def read_written_date(value: object) -> date | None:
    """`14 Jun 2013`, in English whatever the locale of this machine."""
    try:
        day, month, year = str(value).split()
        return date(int(year), MONTHS.index(month) + 1, int(day))
    except ValueError:
        return None


def read_first_year(value: object) -> int | None:
    """`2013` and the beginning of `2005–2014` and `2006–`."""
    return _read_years(value)[0]


def read_last_year(value: object) -> int | None:
    """The end of `2005–2014`; None for a single year and for what has not ended."""
    return _read_years(value)[1]


def _read_years(value: object) -> tuple[int | None, int | None]:
    match = _YEARS.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        return None, None
    first, last = (int(group) if group and int(group) in YEARS else None for group in match.groups())
    return first, last


def read_names(value: object) -> tuple[str, ...]:
    """`Action, Adventure` is two names, each once."""
    text = read_text(value) or ""
    return tuple(dict.fromkeys(name for part in text.split(",") if (name := read_text(part))))


def read_english_names(value: object) -> tuple[str, ...]:
    """`[{"english_name": "French", "name": "Français"}]` is `("French",)`; older answers have `name` alone."""
    rows = [row for row in value if isinstance(row, dict)] if isinstance(value, list) else []
    names = (read_text(row.get("english_name")) or read_text(row.get("name")) for row in rows)
    return tuple(dict.fromkeys(name for name in names if name))


def read_score(value: str) -> float | None:
    """A rating as sites write it, on 0 to 10: `7.1/10` is 7.1, `57%` is 5.7, `55/100` is 5.5."""
    match = _SCORE.fullmatch(value.strip())
    if match is None:
        return None
    reached, possible = float(match[1]), int(match[2] or 100)
    return reached * TOP_SCORE / possible if possible > 0 and reached <= possible else None


def read_tmdb_image(value: object) -> str | None:
    """`/dksTL9.jpg` as the address of the picture, 500 pixels wide."""
    return TMDB_IMAGES + value if isinstance(value, str) and _IMAGE_PATH.fullmatch(value) else None


def read_web_address(value: object) -> str | None:
    text = read_text(value)
    return text if text and text.startswith(("https://", "http://")) else None


def read_vote_average(value: object) -> float | None:
    """Above 0 and up to 10; TMDB writes 0 while nobody has voted."""
    return float(value) if isinstance(value, int | float) and 0 < value <= TOP_SCORE else None


Text = Annotated[str | None, BeforeValidator(read_text)]
RequiredText = Annotated[str, BeforeValidator(read_text)]
ImdbId = Annotated[str | None, BeforeValidator(read_imdb_id)]
RequiredImdbId = Annotated[str, BeforeValidator(read_imdb_id)]
TmdbId = Annotated[int, Field(strict=True, gt=0, le=LARGEST_COUNT)]
Count = Annotated[int | None, BeforeValidator(read_count)]
CountOrZero = Annotated[int, BeforeValidator(lambda value: read_count(value) or 0)]
RuntimeMinutes = Annotated[int | None, BeforeValidator(read_runtime_minutes)]
IsoDate = Annotated[date | None, BeforeValidator(read_iso_date)]
WrittenDate = Annotated[date | None, BeforeValidator(read_written_date)]
FirstYear = Annotated[int | None, BeforeValidator(read_first_year)]
LastYear = Annotated[int | None, BeforeValidator(read_last_year)]
Names = Annotated[tuple[str, ...], BeforeValidator(read_names)]
EnglishNames = Annotated[tuple[str, ...], BeforeValidator(read_english_names)]
TmdbImage = Annotated[str | None, BeforeValidator(read_tmdb_image)]
WebAddress = Annotated[str | None, BeforeValidator(read_web_address)]
VoteAverage = Annotated[float | None, BeforeValidator(read_vote_average)]
