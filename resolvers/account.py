"""Profiles: changing one, and deleting a user with everything that is the user's."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypedDict

from db import user_repository
from db.database import Transaction
from db.rows import UserRow
from resolvers.access import shown_to
from resolvers.context import Context
from resolvers.errors import AlreadyExists, DuplicateRow, Forbidden, Invalid, NotFound, UserError
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
        before = await user_repository.lock(transaction, user_id)
        if before is None:
            raise NotFound("This user has just been deleted.", ACCOUNT)
        raise_all(list(_errors_in(changes, before)))
        after = _changed(before, changes)
        await user_repository.update_profile(transaction, before, after)
        return after

    try:
        user = await context.services.database.transaction(work)
    except DuplicateRow:
        raise AlreadyExists("This username is taken: choose another.", ("input", "username")) from None
    if user.id == viewer.id:
        context.viewer = replace(viewer, is_private=user.is_private)
    return shown_to(context.viewer, user)


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
