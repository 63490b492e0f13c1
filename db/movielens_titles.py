"""MovieLens titles as people write them.

`City of Lost Children, The (Cité des enfants perdus, La) (1995)` is `The City of Lost Children` of 1995, in the
original `La Cité des enfants perdus`.
"""

import re
from dataclasses import dataclass

_YEARS = re.compile(r"\((\d{4})(?:\s*[–-]\s*(?:\d{4})?)?\)\s*$")
_GROUP = re.compile(r"(?<=\S)(?<! or) \(([^()]+)\)$", re.IGNORECASE)
"""A name in parentheses at the end; not `Birdman: Or (The Unexpected Virtue of Ignorance)`, which is one title."""

_OTHER_NAME = re.compile(r"a\.?\s?k\.?\s?a\.?\s+", re.IGNORECASE)
_ENGLISH_ARTICLE = re.compile(r", (?:The|An?)(?=: |$)", re.IGNORECASE)

_ARTICLES = "The An? Da La Les? L'|L’ El L[ao]s Lo Il I Un Un[ae] Der Die Das De[nt]? En Ett? Eine? Os? As"
_TRAILING_ARTICLE = re.compile(rf"^(.+), ({'|'.join(_ARTICLES.split())})(?=: |$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class MovieLensTitle:
    """`original_title` is None where it is `title` or unknown; `other_names` are further ones, mostly English."""

    title: str
    original_title: str | None
    other_names: tuple[str, ...]
    year: int | None


def parse_title(text: str) -> MovieLensTitle:
    """Take a MovieLens title apart. The first year of a range counts; a title without one has None.

    Of several names in parentheses the last is the original, as in `Supercop (Police Story 3: Supercop) (Jing cha
    gu shi III)`, but for one that begins with a.k.a. or has an English article.
    """
    rest = " ".join(text.split())
    years = _YEARS.search(rest)
    if years:
        rest = rest[: years.start()].rstrip()
    groups: list[str] = []
    while group := _GROUP.search(rest):
        groups.insert(0, group[1].strip())
        rest = rest[: group.start()]
    title = article_first(rest)
    originals = [name for name in groups if not _OTHER_NAME.match(name) and not _ENGLISH_ARTICLE.search(name)]
    original = article_first(originals[-1]) if originals else None
    names = [article_first(_OTHER_NAME.sub("", name, count=1)) for name in groups]
    return MovieLensTitle(
        title=title,
        original_title=original if original != title else None,
        other_names=tuple(name for name in dict.fromkeys(names) if name not in (title, original)),
        year=int(years[1]) if years else None,
    )


def article_first(title: str) -> str:
    """`Matrix, The` is `The Matrix`; `Crow, The: Wicked Prayer` is `The Crow: Wicked Prayer`."""
    moved = _TRAILING_ARTICLE.match(title)
    if not moved:
        return title
    name, article = moved.groups()
    blank = "" if article.endswith(("'", "’")) else " "
    return f"{article}{blank}{name.rstrip()}{title[moved.end() :]}"
