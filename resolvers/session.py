"""Signing in and out: register, login, refreshTokens, logout, logoutEverywhere and changePassword."""

from collections.abc import Sequence
from typing import NamedTuple

from db import session_repository, user_repository
from db.connection import Transaction
from db.rows import CredentialsRow, UserRow
from resolvers.access import Viewer
from resolvers.context import Context
from resolvers.credentials import lock_unchanged, verified, verified_viewer
from resolvers.errors import AlreadyExists, DuplicateRow, UserError, WrongCredentials
from resolvers.passwords import Passwords, password_errors
from resolvers.tokens import REFRESH_TOKEN_LIFE, IssuedTokens, hash_of, new_refresh_token, new_session_id
from resolvers.validation import display_name_errors, may_be_username, raise_all, username_errors

WRONG_LOGIN = "The username or the password is wrong."
WRONG_REFRESH_TOKEN = "The refresh token is unknown, used, or expired: log in again."  # noqa: S105  # a message
REFRESH_TOKEN = ("input", "refreshToken")
TAKEN = "This username is taken: choose another."


class SignedIn(NamedTuple):
    """A session that has begun; whoever began it is the viewer of the rest of the request."""

    user: UserRow
    tokens: IssuedTokens
    viewer: Viewer


async def resolve_register(context: Context, username: str, password: str, display_name: str | None) -> SignedIn:
    errors: list[UserError] = [
        *username_errors(username),
        *password_errors(password, ("input", "password")),
        *display_name_errors(display_name),
    ]
    if may_be_username(username) and await user_repository.get_by_username(context.reader, username):
        errors.append(AlreadyExists(TAKEN, ("input", "username")))
    raise_all(errors)
    password_hash = await context.services.passwords.hash(password)

    async def work(transaction: Transaction) -> SignedIn:
        user = await user_repository.add(transaction, username, password_hash, context.services.now(), display_name=display_name)
        return await _begin_session(context, transaction, user)

    try:
        signed_in = await context.services.database.transaction(work)
    except DuplicateRow:
        raise AlreadyExists(TAKEN, ("input", "username")) from None
    context.viewer = signed_in.viewer
    return signed_in


async def resolve_login(context: Context, username: str, password: str) -> SignedIn:
    known = await user_repository.get_credentials_by_username(context.reader, username) if may_be_username(username) else None
    credentials = await verified(context, known, username, password, WrongCredentials(WRONG_LOGIN))
    new_hash = await _hash_if_outdated(context.services.passwords, credentials, password)

    async def work(transaction: Transaction) -> SignedIn:
        user = await lock_unchanged(transaction, credentials, WrongCredentials(WRONG_LOGIN))
        if new_hash is not None:
            await user_repository.set_password(transaction, user.id, new_hash)
        return await _begin_session(context, transaction, user)

    signed_in = await context.services.database.transaction(work)
    context.viewer = signed_in.viewer
    return signed_in


async def resolve_refresh_tokens(context: Context, refresh_token: str) -> IssuedTokens:
    used_hash, now = hash_of(refresh_token), context.services.now()
    new_token, expires_at = new_refresh_token(), now + REFRESH_TOKEN_LIFE

    async def work(transaction: Transaction) -> tuple[int, bytes, bool] | None:
        """Whose session it is, and whether it goes on."""
        user_id = await session_repository.get_user_id(transaction, used_hash)
        if user_id is None or await user_repository.lock(transaction, user_id) is None:
            return None
        used = await session_repository.lock_refresh_token(transaction, used_hash)
        if used is None or (used.expires_at <= now and not used.is_used):
            return None
        if used.is_used:
            if await session_repository.get_user_id(transaction, hash_of(new_token)) is not None:
                return user_id, used.session_id, True  # it was used here: an earlier run was committed, and nobody knew
            # Either its owner or a thief has come second, and nobody can tell which (RFC 9700, 4.14.2).
            await session_repository.delete(transaction, used.session_id)
            return user_id, used.session_id, False
        await session_repository.rotate(transaction, used.session_id, used_hash, hash_of(new_token), now, expires_at)
        return user_id, used.session_id, True

    found = await context.services.database.transaction(work)
    if found is None:
        raise WrongCredentials(WRONG_REFRESH_TOKEN, REFRESH_TOKEN)
    user_id, session_id, goes_on = found
    if not goes_on:
        end_sessions(context, [session_id])
        raise WrongCredentials(WRONG_REFRESH_TOKEN, REFRESH_TOKEN)
    return IssuedTokens(*context.services.tokens.issue(user_id, session_id), new_token, expires_at)


async def resolve_logout(context: Context, refresh_token: str) -> None:
    wrong = WrongCredentials("The refresh token is unknown, or its session has ended already.", REFRESH_TOKEN)

    async def work(transaction: Transaction) -> bytes:
        user_id = await session_repository.get_user_id(transaction, hash_of(refresh_token))
        if user_id is None or await user_repository.lock(transaction, user_id) is None:
            raise wrong
        token = await session_repository.lock_refresh_token(transaction, hash_of(refresh_token))
        if token is None:
            raise wrong
        await session_repository.delete(transaction, token.session_id)
        return token.session_id

    end_sessions(context, [await context.services.database.transaction(work)])


async def resolve_logout_everywhere(context: Context) -> None:
    viewer = context.require_viewer()
    ended: list[bytes] = []

    async def work(transaction: Transaction) -> None:
        await user_repository.lock(transaction, viewer.id)
        # Where nobody knows whether an earlier run was committed, the sessions that are there no more were ended by that one.
        ended.extend(await session_repository.delete_by_user(transaction, viewer.id))

    await context.services.database.transaction(work)
    end_sessions(context, ended)


async def resolve_change_password(context: Context, current_password: str, new_password: str) -> IssuedTokens:
    context.require_viewer()
    raise_all(list(password_errors(new_password, ("input", "newPassword"))))
    wrong = WrongCredentials("The current password is wrong.", ("input", "currentPassword"))
    credentials = await verified_viewer(context, current_password, wrong)
    new_hash = await context.services.passwords.hash(new_password)

    async def work(transaction: Transaction) -> tuple[SignedIn, Sequence[bytes]]:
        user = await lock_unchanged(transaction, credentials, wrong)
        await user_repository.set_password(transaction, user.id, new_hash)
        ended = await session_repository.delete_by_user(transaction, user.id)
        return await _begin_session(context, transaction, user), ended

    signed_in, ended = await context.services.database.transaction(work)
    end_sessions(context, ended)
    context.viewer = signed_in.viewer
    return signed_in.tokens


def end_sessions(context: Context, session_ids: Sequence[bytes]) -> None:
    """Refuse the tokens of sessions whose end is committed, the viewer's own within this very request."""
    context.services.sessions.end(session_ids)
    if context.viewer is not None and bytes.fromhex(context.viewer.session_id) in session_ids:
        context.viewer = None


async def _begin_session(context: Context, transaction: Transaction, user: UserRow) -> SignedIn:
    """A new session with its first tokens."""
    session_id, refresh_token, now = new_session_id(), new_refresh_token(), context.services.now()
    expires_at = now + REFRESH_TOKEN_LIFE
    await session_repository.add(transaction, session_id, user.id, hash_of(refresh_token), now, expires_at)
    tokens = IssuedTokens(*context.services.tokens.issue(user.id, session_id), refresh_token, expires_at)
    return SignedIn(user, tokens, Viewer(user.id, session_id.hex(), bool(user.is_admin), user.is_private))


async def _hash_if_outdated(passwords: Passwords, credentials: CredentialsRow, password: str) -> str | None:
    """The verified password hashed anew, where parameters have been raised since."""
    outdated = credentials.password_hash is not None and passwords.needs_rehash(credentials.password_hash)
    return await passwords.hash(password) if outdated else None
