"""Rules for what clients send, beyond the shape that the schema's types give it. Errors say what would be right."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from db.genres import canonical_genre
from db.rows import MovieFilter, Page, PageRequest, Row
from db.search import normalise, words
from resolvers.cursors import decode_cursor
from resolvers.errors import BadUserInput, Invalid, Several, UserError
from resolvers.scales import STEPS, is_on_scale, on_scale

DEFAULT_PAGE_SIZE = 20
MAX_PAGE_SIZE = 100
MAX_IDS = 100
MAX_GENRES = 20
MAX_SEARCH_CHARACTERS = 200

MAX_DISPLAY_NAME_CHARACTERS = 64
MAX_BIO_CHARACTERS = 1000

IMDB_ID = ("input", "imdbId")
VALUE = ("input", "value")

IMDB_ID_RULE = "An IMDb id is `tt` and 7 to 10 digits, such as `tt0111161`."

_IMDB_ID = re.compile(r"tt[0-9]{7,10}")
_USERNAME = re.compile(r"[A-Za-z0-9_.-]{3,32}")
_LOADED_USERNAME = re.compile(r"ml[0-9]+", re.IGNORECASE)
_UNSEEN = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of control characters, halves of characters, and breaks of lines and paragraphs."""
_ORDER_MARKS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""What turns the text around it, too, if it is left open."""


def is_imdb_id(text: str) -> bool:
    return _IMDB_ID.fullmatch(text) is not None


def may_be_username(text: str) -> bool:
    """Whether anybody can have this name: whoever asks for another need not ask the database."""
    return _USERNAME.fullmatch(text) is not None


@lru_cache(maxsize=256)  # a level's parents all ask for the same
def page_request(order: str, first: int | None, after: str | None, last: int | None, before: str | None) -> PageRequest:
    """The page that a connection's arguments ask for; raises BadUserInput."""
    if first is not None and last is not None:
        raise BadUserInput("`first` and `last` exclude each other: pass one of them.")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 1 <= size <= MAX_PAGE_SIZE:
            raise BadUserInput(f"`{name}` must be from 1 to {MAX_PAGE_SIZE}, not {size}.")
    return PageRequest(
        order=order,
        size=first or last or DEFAULT_PAGE_SIZE,
        backward=last is not None,
        after=None if after is None else decode_cursor(after, order, "after"),
        before=None if before is None else decode_cursor(before, order, "before"),
    )


def empty_page() -> Page[Row]:
    """A page without rows, and so without cursors that would need an order."""
    return Page("", (), (), has_next=False, has_previous=False)


def check_ids(name: str, ids: Sequence[str]) -> None:
    if not 1 <= len(ids) <= MAX_IDS:
        raise BadUserInput(f"`{name}` must hold 1 to {MAX_IDS} ids, not {len(ids)}.")


def movie_filter(
    search: str | None = None,
    genres: Sequence[str] | None = None,
    year_from: int | None = None,
    year_to: int | None = None,
    min_rating_count: int | None = None,
    imdb_ids: Sequence[str] | None = None,
) -> MovieFilter:
    """A checked filter; raises BadUserInput. A blank search asks for nothing, as an emptied search box does."""
    if search is not None and len(search) > MAX_SEARCH_CHARACTERS:
        raise BadUserInput(f"`search` must have at most {MAX_SEARCH_CHARACTERS} characters, not {len(search)}.")
    if genres is not None and len(genres) > MAX_GENRES:
        raise BadUserInput(f"`genres` must hold at most {MAX_GENRES} names, not {len(genres)}.")
    if year_from is not None and year_to is not None and year_from > year_to:
        raise BadUserInput(f"`year` runs backwards: `from` ({year_from}) must not be after `to` ({year_to}).")
    if min_rating_count is not None and min_rating_count < 0:
        raise BadUserInput(f"`minRatingCount` must be 0 or more, not {min_rating_count}.")
    if imdb_ids is not None:
        check_ids("imdbIds", imdb_ids)
    return MovieFilter(
        search=search if search and words(normalise(search)) else None,
        genres=tuple(dict.fromkeys(canonical_genre(name) for name in genres or ())),
        year_from=year_from,
        year_to=year_to,
        min_rating_count=min_rating_count or None,
        # An id that is none matches nothing; the database, which ignores blanks at the end, is not asked about it.
        imdb_ids=None if imdb_ids is None else tuple(dict.fromkeys(each for each in imdb_ids if is_imdb_id(each))),
    )


def raise_all(errors: Sequence[UserError]) -> None:
    """Raise what was found, if anything: everything at once, so that nobody has to mend one thing after the other."""
    if len(errors) == 1:
        raise errors[0]
    if errors:
        raise Several(errors)


def imdb_id_errors(imdb_id: str, field: Sequence[str] = IMDB_ID) -> Iterator[UserError]:
    if not is_imdb_id(imdb_id):
        yield Invalid(IMDB_ID_RULE, field)


def rating_value_errors(value: float, scale: str) -> Iterator[UserError]:
    if not is_on_scale(value, scale):
        lowest, highest = on_scale(STEPS[0], scale), on_scale(STEPS[-1], scale)
        yield Invalid(f"On the scale {scale} a rating is from {lowest:g} to {highest:g} in steps of {lowest:g}, not {value}.", VALUE)


def username_errors(username: str | None) -> Iterator[UserError]:
    """Why nobody may take this name; whether somebody has is for the database to say."""
    if username is None:
        yield Invalid("A username cannot be cleared: give another, or leave it out.", ("input", "username"))
    elif not _USERNAME.fullmatch(username):
        yield Invalid(
            "A username has 3 to 32 characters, each of them one of A to Z, a to z, 0 to 9, `_`, `-` and `.`.", ("input", "username")
        )
    elif _LOADED_USERNAME.fullmatch(username):
        yield Invalid("Usernames of `ml` and a number are those of loaded data: choose another.", ("input", "username"))


def display_name_errors(display_name: str | None) -> Iterator[UserError]:
    if display_name is None:
        return
    if not display_name.strip() or len(display_name) > MAX_DISPLAY_NAME_CHARACTERS:
        yield Invalid(
            f"A display name has 1 to {MAX_DISPLAY_NAME_CHARACTERS} characters, not all of them blanks; null clears it.",
            ("input", "displayName"),
        )
    elif _holds_unseen(display_name):
        yield Invalid("A display name is one line of visible characters.", ("input", "displayName"))


def bio_errors(bio: str | None) -> Iterator[UserError]:
    if bio is None:
        return
    if len(bio) > MAX_BIO_CHARACTERS:
        yield Invalid(f"A bio has at most {MAX_BIO_CHARACTERS} characters, not {len(bio)}.", ("input", "bio"))
    elif _holds_unseen(bio, but="\n\r\t"):
        yield Invalid("A bio is plain text: it may hold no control characters but line breaks and tabs.", ("input", "bio"))


def _holds_unseen(text: str, but: str = "") -> bool:
    return any(each not in but and (each in _ORDER_MARKS or unicodedata.category(each) in _UNSEEN) for each in text)
