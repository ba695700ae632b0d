"""Certificates for tests: issuer keys that never change, their key records, and the judge on MicroPython.

The trust list is a stand-in with the one method that judging needs; the real ones have tests of their own.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from gatepost.issue import base45
from gatepost.issue.hc1 import PrivateKey, issue_hc1, key_id
from gatepost.policy.bundle import find_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source

from harness.interpreter import Interpreter

NOW = 1_625_140_800  # 2021-07-01T12:00:00Z
YEAR = 365 * 86400

# Rules that any genuine certificate of the EU's form meets: what is tested here comes before a checkpoint's own rules.
ANY_POLICY = compile_policy(read_source(find_policy("demonstration")))

STAND_INS = (
    f"ANY_PART = {ANY_POLICY['policy']!r}"
    + """
from scanner.rules.judge import judge as _judge
from scanner.rules.policy import Policy
from scanner.rules.policy_parts import read_policy

ANY = read_policy(ANY_PART)

def judge(text, trust, clock, policy=ANY):
    return _judge(text, trust, clock, policy)

class Key:
    pass

class Trust:
    def __init__(self, keys, environment="PROD"):
        self.environment = environment
        self.keys = []
        for key in keys:
            record = Key()
            for name in key:
                setattr(record, name, key[name])
            self.keys.append(record)

    def find(self, kid, issuer=None):
        return [key for key in self.keys if key.kid == kid and (not issuer or key.issuer == issuer)]

class Clock:
    def __init__(self, now, trusted=True):
        self.seconds = now
        self.trusted = trusted

    def now(self):
        return self.seconds

def codes(texts, trust, clock):
    found = []
    for text in texts:
        verdict = judge(text, trust, clock)
        found.append((verdict.verdict, verdict.code))
    return found
"""
)
# A scanner's reading keys: rows of (key id, and what a ReadingKey is made of).
READING_KEYS = """
from scanner.trust.reading_keys import ReadingKey

class Reading:
    def __init__(self, rows):
        self.rows = rows

    def find(self, kid):
        for row in self.rows:
            if row[0] == kid:
                return ReadingKey(*row[1:])
        return None
"""


@cache
def p256(number: int = 1) -> ec.EllipticCurvePrivateKey:
    """A P-256 key that is the same in every run."""
    return ec.derive_private_key(0x1234567890ABCDEF << 64 | number, ec.SECP256R1())


@cache
def p384(number: int = 1) -> ec.EllipticCurvePrivateKey:
    return ec.derive_private_key(0x1234567890ABCDEF << 64 | number, ec.SECP384R1())


@cache
def rsa2048() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def record(key: PrivateKey, **changes: Any) -> dict[str, Any]:
    """The key record of an issuer's private key, as the trust list would give it."""
    found: dict[str, Any] = {
        "kid": key_id(key.public_key()),
        "usage": 0,
        "country": "DE",
        "participant": "DEU",
        "name": "Robert Koch-Institut",
        "scheme": "HC1",
        "issuer": "",
        "source": "PROD",
        "not_before": NOW - YEAR,
        "not_after": NOW + YEAR,
        "revoked": False,
    }
    numbers = key.public_key().public_numbers()
    if isinstance(numbers, ec.EllipticCurvePublicNumbers):
        size = numbers.curve.key_size // 8
        found["kind"] = f"P-{numbers.curve.key_size}"
        found["x"] = numbers.x.to_bytes(size, "big")
        found["y"] = numbers.y.to_bytes(size, "big")
    else:
        found["kind"] = "RSA"
        found["n"] = numbers.n.to_bytes((numbers.n.bit_length() + 7) // 8, "big")
        found["e"] = numbers.e
    return found | changes


def vaccination(**changes: Any) -> dict[str, Any]:
    """A payload of the EU's schema; `changes` go into its entry."""
    entry = {
        "tg": "840539006",
        "vp": "1119349007",
        "mp": "EU/1/20/1528",
        "ma": "ORG-100030215",
        "dn": 2,
        "sd": 2,
        "dt": "2021-06-01",
        "co": "DE",
        "is": "Robert Koch-Institut",
        "ci": "URN:UVCI:01DE/TEST#1",
    }
    return holder() | {"v": [entry | changes]}


def negative_test(**changes: Any) -> dict[str, Any]:
    entry = {"tg": "840539006", "tt": "LP6464-4", "sc": "2021-06-30T12:00:00Z", "tr": "260415000", "co": "DE"}
    return holder() | {"t": [entry | {"is": "RKI", "ci": "URN:UVCI:01DE/TEST#2"} | changes]}


def recovery(**changes: Any) -> dict[str, Any]:
    entry = {
        "tg": "840539006",
        "fr": "2021-05-01",
        "df": "2021-05-15",
        "du": "2021-10-31",
        "co": "DE",
        "is": "RKI",
    }
    return holder() | {"r": [entry | {"ci": "URN:UVCI:01DE/TEST#3"} | changes]}


def holder() -> dict[str, Any]:
    name = {"fn": "Müller", "fnt": "MUELLER", "gn": "Zoë", "gnt": "ZOE"}
    return {"ver": "1.3.0", "nam": name, "dob": "1980-02-29"}


def issue(payload: Any, key: PrivateKey | None = None, **options: Any) -> str:
    """A certificate as the specification wants it, valid at NOW; `options` as `issue_hc1` has them."""
    key = key or p256()
    wanted: dict[str, Any] = {
        "issuer": "DE",
        "issued": NOW - 86400,
        "expires": NOW + YEAR,
        "kid": key_id(key.public_key()),
    }
    return issue_hc1(payload, key, **(wanted | options))


def timed(**claims: Any) -> str:
    """A certificate whose claims set is as the specification has it, but for `exp`, `iat` and `nbf` as given."""
    numbers = {"exp": 4, "nbf": 5, "iat": 6}
    made: dict[int, Any] = {4: NOW + YEAR, 6: NOW - 1, -260: {1: vaccination()}}
    made |= {numbers[name]: value for name, value in claims.items()}
    return issue(None, claims={key: value for key, value in made.items() if value != "absent"})


def unpack(text: str) -> bytes:
    """The signed bytes in an HC1 text."""
    digits = [base45.ALPHABET.index(character) for character in text[4:]]
    out = bytearray()
    for at in range(0, len(digits), 3):
        group = digits[at : at + 3]
        out += sum(digit * 45**place for place, digit in enumerate(group)).to_bytes(len(group) - 1, "big")
    return zlib.decompress(bytes(out))


def judge(
    mp: Interpreter,
    text: str | bytes,
    keys: list[dict[str, Any]] | None = None,
    *,
    now: float = NOW,
    trusted: bool = True,
    environment: str = "PROD",
    policy: dict[str, Any] | None = None,
) -> dict[str, Any]:
    """The verdict on `text` as a dict, with the record of `p256()` as the trust list unless other keys are given."""
    return mp.run(
        STAND_INS
        + "result = judge(text, Trust(keys, environment), Clock(now, trusted), Policy(rules=ANY.rules, **policy))",
        space="certificates",
        text=text,
        keys=[record(p256())] if keys is None else keys,
        now=now,
        trusted=trusted,
        environment=environment,
        policy=policy or {},
    )


def code(mp: Interpreter, text: str | bytes, keys: list[dict[str, Any]] | None = None, **options: Any) -> str:
    """The code of that verdict alone."""
    return judge(mp, text, keys, **options)["code"]


def codes(
    mp: Interpreter,
    texts: list[str] | list[bytes],
    keys: list[dict[str, Any]] | None = None,
    *,
    now: int = NOW,
) -> list[tuple[int, str]]:
    """Verdict and code of each text, judged in one go."""
    found: list[tuple[int, str]] = []
    for at in range(0, len(texts), 200):
        found += mp.run(
            STAND_INS + "result = codes(texts, Trust(keys), Clock(now))",
            space="certificates",
            texts=texts[at : at + 200],
            keys=[record(p256())] if keys is None else keys,
            now=now,
        )
    return found


def codes_by(
    mp: Interpreter, part: bytes, texts: Sequence[Any], keys: list[dict[str, Any]], now: int = NOW
) -> list[str]:
    """The reasons of the texts by a compiled policy's part."""
    mp.run(STAND_INS, space="by a policy")
    return mp.run(
        "mine = read_policy(part)\n"
        "result = [judge(text, Trust(keys), Clock(now), mine).code for text in texts]",
        space="by a policy",
        part=part,
        keys=keys,
        texts=list(texts),
        now=now,
    )
