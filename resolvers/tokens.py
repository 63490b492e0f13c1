"""Tokens: access tokens that anybody with the secret can verify, and refresh tokens that mean nothing but in the database."""

import secrets
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple

import jwt
from cachetools import TLRUCache

from resolvers.errors import Unauthenticated

ISSUER = "cinegraph"
AUDIENCE = "cinegraph-api"
ALGORITHM = "HS256"
ACCESS_TOKEN_LIFE = timedelta(minutes=15)
REFRESH_TOKEN_LIFE = timedelta(days=30)
SESSION_ID_BYTES = 16
REFRESH_TOKEN_BYTES = 32
LONGEST_ACCESS_TOKEN = 2048
MOST_REMEMBERED = 20_000
_CLAIMS = ("iss", "aud", "sub", "iat", "exp", "jti", "sid")


class Claims(NamedTuple):
    """What a verified access token says."""

    user_id: int
    session_id: bytes
    expires_at: datetime


class IssuedTokens(NamedTuple):
    """What a client is given at login, and keeps."""

    access_token: str
    access_token_expires_at: datetime
    refresh_token: str
    refresh_token_expires_at: datetime


class AccessTokens:
    """Signs with the first of several secrets, and verifies with all of them, so that secrets can be changed without a break.

    What was verified is remembered for as long as it is valid, by the token's hash.
    """

    def __init__(self, signing_secrets: Sequence[str], now: Callable[[], datetime]) -> None:
        self._secrets = tuple(signing_secrets)
        self._now = now
        self._verified: TLRUCache[bytes, Claims] = TLRUCache(
            MOST_REMEMBERED,
            ttu=lambda _key, claims, _now: claims.expires_at.timestamp(),
            timer=lambda: now().timestamp(),
        )

    def issue(self, user_id: int, session_id: bytes) -> tuple[str, datetime]:
        """A token for a session, and when it expires."""
        issued_at = self._now().replace(microsecond=0)
        expires_at = issued_at + ACCESS_TOKEN_LIFE
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": str(user_id),
            "iat": int(issued_at.timestamp()),
            "exp": int(expires_at.timestamp()),
            "jti": secrets.token_hex(16),
            "sid": session_id.hex(),
        }
        return jwt.encode(claims, self._secrets[0], ALGORITHM), expires_at

    def verify(self, token: str) -> Claims:
        """What a token says; raises Unauthenticated for one that is malformed, expired, forged or somebody else's."""
        if len(token) > LONGEST_ACCESS_TOKEN:
            raise Unauthenticated("The access token is none of this server's: log in again.")
        key = hash_of(token)
        claims = self._verified.get(key)
        if claims is None:
            claims = self._verified[key] = self._decoded(token)
        return claims

    def _decoded(self, token: str) -> Claims:
        for secret in self._secrets:
            try:
                payload: dict[str, Any] = jwt.decode(  # Any: JSON
                    token,
                    secret,
                    algorithms=[ALGORITHM],
                    issuer=ISSUER,
                    audience=AUDIENCE,
                    # Times are compared with our own clock below.
                    options={"require": list(_CLAIMS), "verify_exp": False, "verify_iat": False},
                )
                claims = Claims(int(payload["sub"]), bytes.fromhex(payload["sid"]), datetime.fromtimestamp(payload["exp"], UTC))
            except jwt.InvalidSignatureError:
                continue
            except (jwt.InvalidTokenError, TypeError, ValueError, OverflowError):
                break
            if claims.expires_at <= self._now():
                raise Unauthenticated("The access token has expired: get a new one by `refreshTokens`, sent without it.")
            return claims
        raise Unauthenticated("The access token is none of this server's: log in again.")


def new_session_id() -> bytes:
    return secrets.token_bytes(SESSION_ID_BYTES)


def new_refresh_token() -> str:
    return secrets.token_urlsafe(REFRESH_TOKEN_BYTES)


def hash_of(token: str) -> bytes:
    """SHA-256, which is enough for what is random and long."""
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
