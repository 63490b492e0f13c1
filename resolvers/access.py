"""Who may see and do what: the only place that decides it.

What privacy hides is who gave a rating, never that it was given: a private user's ratings count in a movie's figures.
"""

from dataclasses import dataclass

from db.rows import RatingRow, UserRow, VisibleRatings, without_is_admin


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who the access token belongs to, as of a few seconds ago at most."""

    id: int
    session_id: str
    is_admin: bool
    is_private: bool


def sees_ratings_of(viewer: Viewer | None, user: UserRow) -> bool:
    """Whether the viewer may see a user's ratings and figures."""
    return not user.is_private or (viewer is not None and (viewer.is_admin or viewer.id == user.id))


def shown_to(viewer: Viewer | None, user: UserRow) -> UserRow:
    """The user as the viewer may see them: no figures of a private user, and nobody else's `is_admin`."""
    if viewer is not None and (viewer.is_admin or viewer.id == user.id):
        return user
    if user.is_private:
        return user._replace(is_admin=None, rating_count=0, rating_sum=0)
    return without_is_admin(user)


def sees_rating(viewer: Viewer | None, rating: RatingRow) -> bool:
    return rating.is_public or (viewer is not None and (viewer.is_admin or viewer.id == rating.user_id))


def visible_ratings(viewer: Viewer | None) -> VisibleRatings:
    """Which of a movie's ratings the viewer may see."""
    if viewer is None:
        return VisibleRatings()
    return VisibleRatings(everything=viewer.is_admin, own_of=viewer.id if viewer.is_private and not viewer.is_admin else None)
