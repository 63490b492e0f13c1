"""Profiles: changing one, and deleting a user with everything that is the user's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypedDict

from db import session_repository, user_repository
from db.connection import Transaction
from db.rows import UserRow
from resolvers.access import shown_to
from resolvers.context import Context
from resolvers.credentials import verified_viewer
from resolvers.errors import AlreadyExists, DuplicateRow, Forbidden, Invalid, NotFound, UserError, WrongCredentials
from resolvers.live_ratings import tell_ratings_gone
from resolvers.session import TAKEN, end_sessions
from resolvers.validation import bio_errors, display_name_errors, may_be_username, raise_all, username_errors

ACCOUNT = ("input", "account")


class UserChanges(TypedDict, total=False):
    """What of a profile is to change; what is absent stays."""

    username: str | None
    display_name: str | None
    bio: str | None
    is_private: bool | None


async def resolve_update_user(context: Context, account: str | None, changes: UserChanges) -> UserRow:
    viewer = context.require_viewer()
    user_id = await id_of_account(context, account)

    async def work(transaction: Transaction) -> UserRow:
        locked = await user_repository.lock(transaction, user_id)
        if locked is None:
            raise NotFound("This user has just been deleted.", ACCOUNT)
        before = locked.user
        raise_all(list(_errors_in(changes, before)))
        after = _changed(before, changes)
        await user_repository.update_profile(transaction, before, after)
        return after

    try:
        user = await context.services.database.transaction(work)
    except DuplicateRow:
        raise AlreadyExists(TAKEN, ("input", "username")) from None
    if user.id == viewer.id:
        context.viewer = replace(viewer, is_private=user.is_private)
        context.services.sessions.forget(viewer.session_id)
    return shown_to(context.viewer, user)


async def resolve_delete_user(context: Context, password: str | None, account: str | None) -> int:
    """The id of the user who has gone: the viewer, who gives the password once more, or whom an admin names."""
    viewer = context.require_viewer()
    user_id = await id_of_account(context, account)
    if user_id == viewer.id:
        await _confirm(context, password)

    async def work(transaction: Transaction) -> tuple[Sequence[bytes], Sequence[int]]:
        if await user_repository.lock(transaction, user_id) is None:
            raise NotFound("This user has just been deleted.", ACCOUNT)
        ended = await session_repository.delete_by_user(transaction, user_id)
        return ended, await user_repository.delete(transaction, user_id)

    ended, movie_ids = await context.services.database.transaction(work)
    end_sessions(context, ended)
    await tell_ratings_gone(context.services.shared_state, movie_ids)
    return user_id


async def _confirm(context: Context, password: str | None) -> None:
    field = ("input", "password")
    if password is None:
        raise Invalid("Give your password, to delete your account.", field)
    await verified_viewer(context, password, WrongCredentials("The password is wrong.", field))


async def id_of_account(context: Context, account: str | None, field: Sequence[str] = ACCOUNT) -> int:
    """Whose account it is: the viewer's, or the one that an admin names in an input's `field`."""
    viewer = context.require_viewer()
    if account is None:
        return viewer.id
    user = await user_repository.get_by_username(context.reader, account) if may_be_username(account) else None
    if user is not None and user.id == viewer.id:
        return viewer.id
    if not viewer.is_admin:
        raise Forbidden("Only an admin may name another user's account.", field)
    if user is None:
        raise NotFound("There is no user of this name.", field)
    return user.id


def _errors_in(changes: UserChanges, user: UserRow) -> Iterator[UserError]:
    if "username" in changes and changes["username"] != user.username:
        yield from username_errors(changes["username"])
    yield from display_name_errors(changes.get("display_name"))
    yield from bio_errors(changes.get("bio"))
    if "is_private" in changes and changes["is_private"] is None:
        yield Invalid("`isPrivate` is true or false and cannot be cleared: leave it out to keep it.", ("input", "isPrivate"))


def _changed(user: UserRow, changes: UserChanges) -> UserRow:
    """The user with checked changes."""
    username, is_private = changes.get("username"), changes.get("is_private")
    return user._replace(
        username=user.username if username is None else username,
        is_private=user.is_private if is_private is None else is_private,
        display_name=changes.get("display_name", user.display_name),
        bio=changes.get("bio", user.bio),
    )
