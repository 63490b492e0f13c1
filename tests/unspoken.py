"""Secrets that tests use: passwords, tokens and keys, none of which a server may write anywhere."""

from pathlib import Path

TOKEN_DOTS = 2
_kept: set[bytes] = set()


def keep(*secrets: str) -> None:
    """From now on, these are looked for; a token's signature by itself too."""
    for secret in filter(None, secrets):
        signature = secret.rpartition(".")[2] if secret.count(".") == TOKEN_DOTS else secret
        _kept.update((secret.encode(), signature.encode()))


def check(log: Path) -> None:
    """Fail where a server has written one of them."""
    written = log.read_bytes() if log.exists() else b""
    spoken = sorted(secret for secret in _kept if secret in written)
    assert not spoken, f"{log} holds {spoken}"
