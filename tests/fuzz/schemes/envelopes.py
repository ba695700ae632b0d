"""The layers that HC1 and ITH1 share: claims, their bytes, COSE_Sign1, its bytes, zlib."""

from __future__ import annotations

import random
import zlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, utils
from gatepost.issue import base45
from gatepost.issue.hc1 import key_id

from fuzz import readers, writers
from fuzz.pieces import bend
from fuzz.schemes.layers import Flaws, Layer, public_key, signature
from fuzz.schemes.words import words
from fuzz.values import Tag, twist

State = dict[str, Any]
ALGORITHMS = {"P-256": -7, "P-384": -35, "RSA": -37}


def state(claims: Any, keys: dict[str, Any], which: str) -> State:
    """What a signer starts from. keys: private keys by name; which: the one that signs."""
    kind = {"p256": -7, "p384": -35, "rsa": -37}.get(which.split("-", maxsplit=1)[0], -7)
    header = {1: kind, 4: key_id(keys[which].public_key())}
    return {"claims": claims, "header": header, "unprotected": {}, "tags": [18], "key": which}


def layers(keys: dict[str, Any], others: list[Any]) -> tuple[Layer, ...]:
    """From a State to what zlib packed. others: claims of other seeds, for their parts."""

    def change_claims(value: State, draw: random.Random) -> State:
        part = draw.choices(("claims", "header", "unprotected", "tags", "key"), (30, 2, 1, 1, 1))[0]
        if part == "key":
            return value | {"key": draw.choice(sorted(keys))}
        pool = others if part == "claims" else []
        return value | {part: twist(value[part], draw, words(), pool)}

    def to_content(value: State, quirk: random.Random | None, flaws: Flaws) -> State:
        return value | {"content": writers.cbor(value["claims"], flaws, quirk)}

    def change_content(value: State, draw: random.Random) -> State:
        return value | {"content": bend(value["content"], draw)}

    def to_envelope(value: State, quirk: random.Random | None, flaws: Flaws) -> Any:
        header = writers.cbor(value["header"], set(), quirk)
        content = value["content"]
        message = writers.cbor(["Signature1", header, b"", content], set())
        tree: Any = [header, value["unprotected"], content, signature(keys[value["key"]], message)]
        for number in value["tags"] if isinstance(value["tags"], list) else [value["tags"]]:
            if isinstance(number, int) and 0 <= number < 1 << 64:
                tree = Tag(number, tree)
        return tree

    def change_tree(value: Any, draw: random.Random) -> Any:
        return twist(value, draw, words(), [])

    def to_signed(value: Any, quirk: random.Random | None, flaws: Flaws) -> bytes:
        return writers.cbor(value, set(), quirk)

    def to_packed(value: bytes, quirk: random.Random | None, flaws: Flaws) -> bytes:
        return zlib.compress(value, 9 if quirk is None else quirk.choice((0, 1, 9)))

    return (
        Layer("claims", change_claims, to_content, 12),
        Layer("content", change_content, to_envelope, 2),
        Layer("envelope", change_tree, to_signed, 3),
        Layer("signed", bend, to_packed, 1),
    )


def opened(signed: bytes, records: list[dict[str, Any]]) -> tuple[Any, dict[str, Any]]:
    """(claims, record) of the COSE_Sign1 in `signed`; ValueError where none of the records' keys signed it."""
    value = readers.cbor(signed)
    while isinstance(value, Tag):
        value = value.value
    if (
        not isinstance(value, list)
        or len(value) != 4
        or not all(isinstance(value[at], bytes) for at in (0, 2, 3))
    ):
        raise ValueError("no COSE_Sign1")
    protected, unprotected, content, given = value
    header = readers.cbor(protected) if protected else {}
    algorithm = header.get(1, unprotected.get(1))
    kid = header.get(4, unprotected.get(4))
    message = writers.cbor(["Signature1", protected, b"", content], set())
    for record in records:
        if (
            record["kid"] == kid
            and ALGORITHMS[record["kind"]] == algorithm
            and verifies(record, message, given)
        ):
            return readers.cbor(content), record
    raise ValueError("nobody signed it")


def verifies(record: dict[str, Any], message: bytes, given: bytes) -> bool:
    """Whether a raw signature is right under a record's key."""
    key = public_key(record)
    try:
        if record["kind"] == "RSA":
            key.verify(given, message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
        else:
            half = len(given) // 2
            if half != int(record["kind"][2:]) // 8:
                return False
            numbers = int.from_bytes(given[:half], "big"), int.from_bytes(given[half:], "big")
            chosen: Any = hashes.SHA256() if half == 32 else hashes.SHA384()
            key.verify(utils.encode_dss_signature(*numbers), message, ec.ECDSA(chosen))
    except InvalidSignature:
        return False
    return True


def text_of(prefix: str, data: bytes) -> bytes:
    return (prefix + base45.encode(data)).encode()


def from_text(text: bytes, prefix: str) -> bytes:
    """The bytes in a Base45 text behind its prefix. ValueError."""
    letters = text.decode("ascii")
    if letters[: len(prefix)].upper() != prefix:
        raise ValueError("prefix")
    digits = [base45.ALPHABET.index(letter) for letter in letters[len(prefix) :]]
    out = bytearray()
    for at in range(0, len(digits), 3):
        group = digits[at : at + 3]
        number = sum(digit * 45**place for place, digit in enumerate(group))
        try:
            out += number.to_bytes(len(group) - 1, "big")
        except OverflowError:
            raise ValueError("Base45") from None
    return bytes(out)


def inflated(packed: bytes, window: int = 15) -> bytes:
    """What zlib packed. ValueError."""
    try:
        return zlib.decompress(packed, window)
    except zlib.error as error:
        raise ValueError(str(error)) from None
