"""Verifying passwords: with as much time for unknown users as for known ones, and slower for whoever guesses."""

from db import user_repository
from db.connection import Transaction
from db.rows import CredentialsRow, UserRow
from resolvers.context import Context
from resolvers.errors import Unauthenticated, WrongCredentials


async def verified(context: Context, known: CredentialsRow | None, username: str, password: str, wrong: WrongCredentials) -> CredentialsRow:
    """The credentials that are `known` of a username, where the password is right; raises `wrong`, and RateLimited after many."""
    services = context.services
    await services.failed_logins.check(username, context.address)
    matches = await services.passwords.verify(password, known.password_hash if known else None)
    if known is None or not matches:
        await services.failed_logins.count(username, context.address)
        raise wrong
    await services.failed_logins.check(username, context.address)
    return known


async def verified_viewer(context: Context, password: str, wrong: WrongCredentials) -> CredentialsRow:
    """The viewer's credentials, where the password is theirs; raises as verified() does."""
    known = await user_repository.get_credentials(context.reader, context.require_viewer().id)
    if known is None:
        raise Unauthenticated("This account has been deleted.")
    return await verified(context, known, known.user.username, password, wrong)


async def lock_unchanged(transaction: Transaction, credentials: CredentialsRow, wrong: WrongCredentials) -> UserRow:
    """Lock a user whose password was verified; raises `wrong` where it has been changed since, or the user deleted."""
    locked = await user_repository.lock(transaction, credentials.user.id)
    if locked is None or locked.password_hash != credentials.password_hash:
        raise wrong
    return locked.user
