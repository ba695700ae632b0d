"""Reading keys of sealed certificates (docs/ith1.md), and the files that hold one each.

A reading key is a secret: its file is for its owner alone, as a rule locked by a passphrase, and it appears in no text
that is printed. A key is locked by AES-256-GCM under a key that scrypt (RFC 7914) draws from the passphrase; what the
file says in clear is authenticated with it.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.trust.countries import alpha2

_FORMAT = "gatepost reading key 1"
_KID = 8  # bytes
_SECRET = 32
_SALT = 16
_COST = 1 << 15  # N of scrypt, with r = 8 and p = 1: 32 MB, a tenth of a second
_WIDEST = 0xFFFFFFFF
_ONCE = bytes(12)  # the nonce of a key that locks one secret: each lock has a salt of its own


@dataclass(frozen=True)
class ReadingKey:
    """kid: 8 bytes; country: of the authority that seals with it; begin, end: seconds since 1970, both inside."""

    kid: bytes
    country: str
    begin: int
    end: int
    secret: bytes = field(repr=False)
    demonstration: bool = False

    @property
    def file_name(self) -> str:
        return f"{self.country}-{self.kid.hex()}.reading"

    def life(self) -> str:
        """From when to when, for people."""
        begin, end = (datetime.fromtimestamp(each, UTC) for each in (self.begin, self.end))
        return f"{begin:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"


def new_reading_key(country: str, begin: int, days: int = 365, demonstration: bool = False) -> ReadingKey:
    return check(
        ReadingKey(os.urandom(_KID), country, begin, begin + days * 86400, os.urandom(_SECRET), demonstration)
    )


def check(key: ReadingKey) -> ReadingKey:
    """`key` itself where a scanner can keep it; GatepostError, which repeats no secret, where it cannot."""
    if not isinstance(key.kid, bytes) or len(key.kid) != _KID:
        raise GatepostError(f"a reading key's id has {_KID} bytes")
    if not isinstance(key.secret, bytes) or len(key.secret) != _SECRET:
        raise GatepostError(f"a reading key has {_SECRET} bytes")
    if not isinstance(key.country, str) or len(key.country) != 2 or alpha2(key.country) != key.country:
        raise GatepostError(
            "a reading key's country is two capital letters of ISO 3166-1, or UT, which is Utopia"
        )
    if (
        not all(type(each) is int for each in (key.begin, key.end))
        or not 0 <= key.begin <= key.end <= _WIDEST
    ):
        raise GatepostError("a reading key's validity begins after 1970, and ends after that and before 2106")
    if type(key.demonstration) is not bool:
        raise GatepostError("a reading key is a demonstration's or not")
    return key


def write_reading_key(path: Path, key: ReadingKey, passphrase: bytes | None = None) -> None:
    """To a new file that only its owner may read; None leaves it unlocked."""
    files.create(path, encode(key, passphrase), 0o600)


def encode(key: ReadingKey, passphrase: bytes | None = None) -> bytes:
    """The content of a reading key's file."""
    content: dict[str, Any] = {
        "format": _FORMAT,
        "kid": key.kid.hex(),
        "country": key.country,
        "begin": key.begin,
        "end": key.end,
    }
    if key.demonstration:
        content["demonstration"] = True
    if passphrase is None:
        content["key"] = key.secret.hex()
    else:
        salt = os.urandom(_SALT)
        locked = AESGCM(_drawn(passphrase, salt)).encrypt(_ONCE, key.secret, _in_clear(key))
        content |= {"salt": salt.hex(), "locked": locked.hex()}
    return json.dumps(content).encode() + b"\n"


def read_reading_key(path: Path, ask: Callable[[], bytes] | None = None) -> ReadingKey:
    """The reading key in a file; `ask` is called for the passphrase only where the file is locked."""
    content, key = _read(path)
    if "locked" not in content:
        return key
    if ask is None:
        raise GatepostError(f"{path} is locked: its passphrase is needed")
    try:
        salt, locked = bytes.fromhex(content["salt"]), bytes.fromhex(content["locked"])
        secret = AESGCM(_drawn(ask(), salt)).decrypt(_ONCE, locked, _in_clear(key))
    except (KeyError, TypeError, ValueError):
        raise GatepostError(f"{path} is no reading key") from None
    except InvalidTag:
        raise GatepostError(f"{path}: the passphrase is wrong, or the file is damaged") from None
    return check(ReadingKey(key.kid, key.country, key.begin, key.end, secret, key.demonstration))


def describe(path: Path) -> tuple[ReadingKey, bool]:
    """What the file says without its passphrase, and whether it is locked; the secret is left out."""
    content, key = _read(path)
    return ReadingKey(
        key.kid, key.country, key.begin, key.end, bytes(_SECRET), key.demonstration
    ), "locked" in content


def is_reading_key(data: bytes) -> bool:
    """Whether this is the content of such a file, whole or not."""
    return _FORMAT.encode() in data[:64]


def _read(path: Path) -> tuple[dict[str, Any], ReadingKey]:
    # A locked key's secret is zeros in here. What stands in the file may be a secret: no error repeats it.
    try:
        content = json.loads(files.read(path))
        locked = "locked" in content
        if content["format"] != _FORMAT or locked is ("key" in content):
            raise ValueError("format")
        key = ReadingKey(
            bytes.fromhex(content["kid"]),
            content["country"],
            content["begin"],
            content["end"],
            bytes(_SECRET) if locked else bytes.fromhex(content["key"]),
            content.get("demonstration") is True,
        )
    except (KeyError, TypeError, ValueError, RecursionError):
        raise GatepostError(f"{path} is no reading key") from None
    try:
        return content, check(key)
    except GatepostError as error:
        raise GatepostError(f"{path}: {error}") from None


def _in_clear(key: ReadingKey) -> bytes:
    return cbor2.dumps([_FORMAT, key.kid, key.country, key.begin, key.end, key.demonstration])


def _drawn(passphrase: bytes, salt: bytes) -> bytes:
    return Scrypt(salt=salt, length=32, n=_COST, r=8, p=1).derive(passphrase)
