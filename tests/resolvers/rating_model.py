"""What users, movies and ratings should look like to each viewer, worked out in plain Python."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from resolvers.access import Viewer
from schema.ids import encode_id

FILMS = ("tt0000001", "tt0000002", "tt0000003")
NAMES = ("root", "ada", "bob", "zoe", "eve")

_RATINGS = "{ totalCount nodes { id value ratedAt user { username } movie { imdbId } } }"
QUESTION = f"""query ($ids: [ID!]!) {{
  movies(orderBy: TITLE) {{ nodes {{
    imdbId ratingCount averageRating ratingDistribution {{ count }} viewerRating {{ id value }}
    newest: ratings(orderBy: NEWEST) {_RATINGS} oldest: ratings(orderBy: OLDEST) {_RATINGS}
    highest: ratings(orderBy: HIGHEST) {_RATINGS} lowest: ratings(orderBy: LOWEST) {_RATINGS}
  }} }}
  {" ".join(f'{name}: user(username: "{name.upper()}") {{ ...profile }}' for name in NAMES)}
  nodes(ids: $ids) {{ id }}
}}
fragment profile on User {{
  id isPrivate isAdmin ratingCount averageRating ratingDistribution {{ count }} rating(imdbId: "{FILMS[0]}") {{ id }}
  ratings(orderBy: HIGHEST) {_RATINGS}
}}"""


@dataclass
class ModelUser:
    id: int
    name: str
    is_admin: bool = False
    is_private: bool = False

    @property
    def viewer(self) -> Viewer:
        return Viewer(self.id, "", is_admin=self.is_admin, is_private=self.is_private)


@dataclass
class ModelRating:
    id: int
    user: ModelUser
    imdb_id: str
    half_points: int
    rated_at: datetime

    @property
    def global_id(self) -> str:
        return encode_id("Rating", self.id)

    def shown(self) -> dict[str, Any]:  # Any: JSON
        return {
            "id": self.global_id,
            "value": self.half_points / 2,
            "ratedAt": f"{self.rated_at.replace(tzinfo=None).isoformat()}Z",
            "user": {"username": self.user.name},
            "movie": {"imdbId": self.imdb_id},
        }


def _by_time(rating: ModelRating) -> tuple[datetime, int]:
    return rating.rated_at, rating.id


def _by_value(rating: ModelRating) -> tuple[int, int]:
    return rating.half_points, rating.id


_ORDERS: dict[str, tuple[Callable[[ModelRating], Any], bool]] = {  # Any: what sorts
    "newest": (_by_time, True),
    "oldest": (_by_time, False),
    "highest": (_by_value, True),
    "lowest": (_by_value, False),
}


@dataclass
class Model:
    users: dict[str, ModelUser] = field(default_factory=dict)
    ratings: dict[tuple[str, str], ModelRating] = field(default_factory=dict)
    """By username and IMDb id."""
    ids: list[str] = field(default_factory=list)
    """The global id of every rating that there ever was."""

    def remove_user(self, name: str) -> None:
        del self.users[name]
        self.ratings = {key: rating for key, rating in self.ratings.items() if key[0] != name}

    def answer(self, viewer: ModelUser | None) -> dict[str, Any]:  # Any: JSON
        """What QUESTION about `ids` should be answered."""
        shown = {rating.global_id for rating in self.ratings.values() if _sees(viewer, rating.user)}
        return {
            "movies": {"nodes": [self._movie(imdb_id, viewer) for imdb_id in FILMS]},
            **{name: self._user(self.users[name], viewer) if name in self.users else None for name in NAMES},
            "nodes": [{"id": each} if each in shown else None for each in self.ids],
        }

    def _movie(self, imdb_id: str, viewer: ModelUser | None) -> dict[str, Any]:  # Any: as above
        given = [rating for rating in self.ratings.values() if rating.imdb_id == imdb_id]
        seen = [rating for rating in given if _sees(viewer, rating.user)]
        own = self.ratings.get((viewer.name, imdb_id)) if viewer else None
        return {
            "imdbId": imdb_id,
            **_figures(given),
            "viewerRating": own and {"id": own.global_id, "value": own.half_points / 2},
            **{order: _listed(seen, order) for order in _ORDERS},
        }

    def _user(self, user: ModelUser, viewer: ModelUser | None) -> dict[str, Any]:  # Any: as above
        seen = [rating for rating in self.ratings.values() if rating.user is user and _sees(viewer, user)]
        first = next((rating for rating in seen if rating.imdb_id == FILMS[0]), None)
        return {
            "id": encode_id("User", user.id),
            "isPrivate": user.is_private,
            "isAdmin": user.is_admin if viewer and (viewer.is_admin or viewer is user) else None,
            **_figures(seen),
            "rating": first and {"id": first.global_id},
            "ratings": _listed(seen, "highest"),
        }


def _sees(viewer: ModelUser | None, user: ModelUser) -> bool:
    return not user.is_private or (viewer is not None and (viewer.is_admin or viewer is user))


def _figures(given: Iterable[ModelRating]) -> dict[str, Any]:  # Any: as above
    values = [rating.half_points for rating in given]
    return {
        "ratingCount": len(values),
        "averageRating": sum(values) / len(values) / 2 if values else None,
        "ratingDistribution": [{"count": values.count(half_points)} for half_points in range(1, 21)],
    }


def _listed(seen: Iterable[ModelRating], order: str) -> dict[str, Any]:  # Any: as above
    key, descending = _ORDERS[order]
    ratings = sorted(seen, key=key, reverse=descending)
    return {"totalCount": len(ratings), "nodes": [rating.shown() for rating in ratings]}
