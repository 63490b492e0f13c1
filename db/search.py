"""How titles are folded, so that they are found and sorted whatever their accents, case and punctuation.

A folded title is at most 255 code points, has no blank at either end, and is compared by code point, in Python as in
the databases.
"""

import re
import sys
import unicodedata

MAX_LENGTH = 255
MAX_WORD_LENGTH = 64
_SURROGATES = range(0xD800, 0xE000)

_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "þ": "th"} | dict(zip("øłđðıħŧŋĸ", "olddihtnk", strict=True)))
"""Letters that Unicode does not take apart, and people type without their strokes. Applied after casefold."""

_APOSTROPHES = "'’‘ʼ`´′＇ʻ"
_ELISION = re.compile(rf"(?<!\w)([dl])[{_APOSTROPHES}](?=\w)", re.IGNORECASE)
_INITIALS = re.compile(r"(?<!\w)[^\W\d_](?:[.*][^\W\d_])+(?!\w)")

_LETTERS_OWN_MARKS = (0, 7, 8, 9)
"""Combining classes whose marks belong to their letter: vowel signs, nuktas, the voicing of kana, viramas."""

_SELECTORS = frozenset("\u034f\u20dd\u20de\u20df\u20e0\u20e2\u20e3\u20e4" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""Marks that only say how a symbol is drawn, as behind the heart of an emoji."""

_SYLLABIC = re.compile("[\u3005\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\U00020000-\U0003ffff]")
"""Ideographs, kana and hangul syllables: titles in them have few blanks, so each stands for a word."""

_LEADING_ARTICLE = re.compile(r"\A(?:(?:the|an?|le|la(?! la\b)|les|une?|der|das|il|el)\s+|l['’])(?=.*\w)", re.IGNORECASE)
"""Articles that are safe to leave out: not `die`, `los`, `lo` (Die Hard, Los Angeles Plays Itself, Lo and Behold)."""


def normalise(title: str) -> str:
    """Fold a title, or what somebody searches for: `Amélie` is `amelie`, `Schindler’s List` `schindlers list`.

    A title without letters or digits (`...`, `????`) is itself, so that no visible title folds to nothing. Folding
    twice changes nothing more.
    """
    return (_fold(title) or _visible(title.casefold()))[:MAX_LENGTH].rstrip()


def words(normalised: str) -> list[str]:
    """The distinct words of a normalised title, in order; each ideograph, kana or hangul syllable is one."""
    spaced = _SYLLABIC.sub(r" \g<0> ", normalised)
    return list(dict.fromkeys(word[:MAX_WORD_LENGTH] for word in spaced.split()))


def sort_title(title: str) -> str:
    """What a title is sorted by: normalised, without a leading article. `The Matrix` is `matrix`, `A` is `a`."""
    return normalise(_LEADING_ARTICLE.sub("", title.strip()))


def prefix_end(prefix: str) -> str:
    """The first text after all those that begin with `prefix`: the exclusive end of a range scan."""
    for last in range(len(prefix) - 1, -1, -1):
        following = ord(prefix[last]) + 1
        if following in _SURROGATES:
            following = _SURROGATES.stop
        if following <= sys.maxunicode:
            return prefix[:last] + chr(following)
    return chr(sys.maxunicode) * (MAX_LENGTH + 1)  # nothing follows such a prefix, so what no title reaches


def _fold(title: str) -> str:
    text = "".join(_respelled(character) for character in _ELISION.sub(r"\1 ", title))
    text = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(_LETTERS)
    text = "".join(character for character in text if not _is_diacritic(character))
    text = _INITIALS.sub(lambda initials: re.sub(r"[.*]", "", initials[0]), text).replace("&", " and ")
    text = "".join(character if unicodedata.category(character)[0] in "LMN" else " " for character in text)
    return unicodedata.normalize("NFC", " ".join(text.split()))


def _respelled(character: str) -> str:
    """No apostrophes and joiners; superscripts and fractions apart: `Alien³` is `alien 3`, `8½` is `8 1 2`."""
    if character in _APOSTROPHES or unicodedata.category(character) == "Cf":
        return ""
    return f" {character} " if unicodedata.category(character) == "No" else character


def _is_diacritic(character: str) -> bool:
    if unicodedata.category(character)[0] != "M":
        return False
    return unicodedata.combining(character) not in _LETTERS_OWN_MARKS or character in _SELECTORS


def _visible(text: str) -> str:
    return " ".join("".join(" " if unicodedata.category(character)[0] in "CZ" else character for character in text).split())
