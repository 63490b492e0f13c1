"""Access tokens: what is not exactly ours is refused."""

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

import jwt
import pytest

from resolvers.errors import Unauthenticated
from resolvers.tokens import AccessTokens, hash_of, new_refresh_token, new_session_id
from tests.accounts import Clock
from tests.services import SECRET

OTHER_SECRET = "another secret that has more than thirty-two bytes"
SESSION_ID = bytes(range(16))
NONE_OF_OURS = "The access token is none of this server's: log in again."
EXPIRED = "The access token has expired: get a new one by `refreshTokens`, sent without it."


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def tokens(clock: Clock) -> AccessTokens:
    return AccessTokens([SECRET], clock.now)


def claims_of(token: str) -> dict[str, Any]:  # Any: JSON
    claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
    return claims


def signed(claims: Mapping[str, Any], secret: str = SECRET, algorithm: str = "HS256") -> str:  # Any: JSON
    return jwt.encode(dict(claims), secret, algorithm)


def test_a_token_says_whose_it_is_and_for_how_long(tokens: AccessTokens, clock: Clock) -> None:
    token, expires_at = tokens.issue(7, SESSION_ID)

    assert expires_at == clock.time + timedelta(minutes=15)
    claims = claims_of(token)
    assert len(claims.pop("jti")) == 32
    assert claims == {
        "iss": "cinegraph",
        "aud": "cinegraph-api",
        "sub": "7",
        "iat": int(clock.seconds()),
        "exp": int(clock.seconds()) + 900,
        "sid": SESSION_ID.hex(),
    }
    assert jwt.get_unverified_header(token) == {"alg": "HS256", "typ": "JWT"}
    assert tokens.verify(token) == (7, SESSION_ID, expires_at)


def test_no_two_tokens_are_the_same(tokens: AccessTokens) -> None:
    assert tokens.issue(7, SESSION_ID) != tokens.issue(7, SESSION_ID)


def test_a_token_expires_to_the_second_also_where_it_was_verified_before(tokens: AccessTokens, clock: Clock) -> None:
    token, _ = tokens.issue(7, SESSION_ID)
    clock.advance(minutes=15, microseconds=-1)
    assert tokens.verify(token).user_id == 7
    clock.advance(microseconds=1)
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(token)
    assert str(refused.value) == EXPIRED


def unsigned(token: str) -> str:
    header = base64.urlsafe_b64encode(b'{"alg":"none","typ":"JWT"}').decode().rstrip("=")
    return f"{header}.{token.split('.')[1]}."


def with_other_claims(token: str) -> str:
    header, _, signature = token.split(".")
    payload = base64.urlsafe_b64encode(json.dumps({**claims_of(token), "sub": "1"}).encode()).decode().rstrip("=")
    return f"{header}.{payload}.{signature}"


def without(token: str, claim: str) -> str:
    return signed({name: value for name, value in claims_of(token).items() if name != claim})


FORGERIES: Mapping[str, Callable[[str], str]] = {
    "a megabyte": lambda token: token + "x" * 1_000_000,
    "algorithm none": unsigned,
    "algorithm HS512": lambda token: signed(claims_of(token), SECRET * 2, "HS512"),
    "another secret": lambda token: signed(claims_of(token), OTHER_SECRET),
    "other claims": with_other_claims,
    "no signature": lambda token: token.rpartition(".")[0] + ".",
    "another audience": lambda token: signed({**claims_of(token), "aud": "elsewhere"}),
    "another issuer": lambda token: signed({**claims_of(token), "iss": "elsewhere"}),
    "a user that is no number": lambda token: signed({**claims_of(token), "sub": "ada"}),
    "a session that is no id": lambda token: signed({**claims_of(token), "sid": "ada"}),
    "a time that is none": lambda token: signed({**claims_of(token), "exp": 10**30}),
    **{f"no {claim}": partial(without, claim=claim) for claim in ("iss", "aud", "sub", "iat", "exp", "jti", "sid")},
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_not_ours_is_refused(tokens: AccessTokens, forgery: str) -> None:
    token, _ = tokens.issue(7, SESSION_ID)
    tokens.verify(token)
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(FORGERIES[forgery](token))
    assert str(refused.value) == NONE_OF_OURS


@pytest.mark.parametrize("text", ["", "x", "..", "ключ.ключ.ключ", "\0" * 100, "undefined"])
def test_what_is_no_token_is_refused(tokens: AccessTokens, text: str) -> None:
    with pytest.raises(Unauthenticated) as refused:
        tokens.verify(text)
    assert str(refused.value) == NONE_OF_OURS


def test_secrets_are_changed_without_a_break(clock: Clock) -> None:
    before = AccessTokens([SECRET], clock.now)
    during = AccessTokens([OTHER_SECRET, SECRET], clock.now)
    after = AccessTokens([OTHER_SECRET], clock.now)
    old, _ = before.issue(7, SESSION_ID)
    new, _ = during.issue(7, SESSION_ID)

    assert during.verify(old).user_id == during.verify(new).user_id == after.verify(new).user_id == 7
    for tokens, token in ((after, old), (before, new)):
        with pytest.raises(Unauthenticated):
            tokens.verify(token)


def test_what_was_verified_is_remembered(tokens: AccessTokens, monkeypatch: pytest.MonkeyPatch) -> None:
    token, _ = tokens.issue(7, SESSION_ID)
    first = tokens.verify(token)
    monkeypatch.setattr(jwt, "decode", None)
    assert tokens.verify(token) is first


def test_session_ids_and_refresh_tokens_are_random_and_kept_as_hashes() -> None:
    assert len({new_session_id() for _ in range(100)}) == 100
    assert len({new_refresh_token() for _ in range(100)}) == 100
    assert len(new_refresh_token()) == 43
    assert len(hash_of(new_refresh_token())) == 32
