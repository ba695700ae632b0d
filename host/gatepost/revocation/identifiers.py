"""By what a certificate can be withdrawn: its number and its signature, from its text, as scanners look it up. Nothing
is verified here.

Of ECDSA r alone stands for the signature, since s has two good values. Where the algorithm is named decides nothing: it
is read as a scanner reads it.
"""

from __future__ import annotations

import base64
import binascii
import json
import zlib
from collections.abc import Sequence
from typing import Any

import cbor2
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from gatepost.errors import GatepostError
from gatepost.issue import base45
from gatepost.keys.reading import ReadingKey
from gatepost.revocation.lines import SPACES
from gatepost.revocation.records import Withdrawal, short_hash
from gatepost.trust.public_keys import unbase64

_LIMIT = 1 << 20  # bytes of what is inflated
_HCERT = -260
_DDCC = (3, 4)
_TRAVEL = -65537
_STATUS = -65538
_ECDSA = (-7, -35)
_RSA_BYTES = 256  # of an Israeli signature; ECDSA's are shorter


def of_certificate(text: str, reading: Sequence[ReadingKey] = ()) -> list[Withdrawal]:
    """The withdrawals of a certificate of any scheme, any one of which is enough; `reading`: to open sealed ones.
    Several chunks of a SMART Health Card are lines. GatepostError for other texts."""
    start = text[:5].upper()
    try:
        if start[:4] == "HC1:":
            return _hc1(text)
        if start == "ITH1:":
            return _ith1(text, reading)
        if start == "SHC:/":
            return _shc(text)
        if start[:1] == "{":
            return _vdsnc(text)
        if "#{" in text:
            return _israel(text)
    except (
        ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, zlib.error, binascii.Error,
        cbor2.CBORDecodeError,
    ):  # fmt: skip
        raise GatepostError("this certificate cannot be read") from None
    raise GatepostError("this is no certificate of a known scheme: name its number or its hash")


def _found(scheme: str, numbers: Sequence[tuple[str, Any]], signature: bytes) -> list[Withdrawal]:
    texts = [(kind, str(each).strip(SPACES + "\n")) for kind, each in numbers if each is not None]
    found = [Withdrawal(scheme, kind, short_hash(each.encode())) for kind, each in texts if each]
    return [*found, Withdrawal(scheme, "SIGNATURE", short_hash(signature))]


def _hc1(text: str) -> list[Withdrawal]:
    claims, identity = _cwt(base45.decode(text[4:].rstrip("\r\n")))
    content = _untagged(claims.get(_HCERT, {}))
    if 1 in content:
        body = _untagged(content[1])
        rows = [each for row in ("v", "t", "r", "d") for each in body.get(row) or ()]
        return _found("HC1", [("UCI", each.get("ci")) for each in rows], identity)
    core = claims if not content else next((content[label] for label in _DDCC if label in content), {})
    core = core[0] if isinstance(core, list) else core
    test = core.get("test") or {}
    test = test[0] if isinstance(test, list) else test
    numbers = {_code(each.get("hcid")) for each in (core, test)}
    return _found("HC1", [("UCI", each) for each in numbers], identity)


def _code(value: Any) -> Any:
    return value.get("code") if isinstance(value, dict) else value


def _ith1(text: str, reading: Sequence[ReadingKey]) -> list[Withdrawal]:
    message: Any = cbor2.loads(base45.decode(text[5:].rstrip("\r\n")))
    protected, unprotected, sealed = message.value
    kid = cbor2.loads(protected)[4]
    key = next((each for each in reading if each.kid == kid), None)
    if key is None:
        raise GatepostError(f"a sealed certificate: --reading-key must name its key, {kid.hex()}")
    try:
        aad = cbor2.dumps(["Encrypt0", protected, b""])
        packed = AESGCM(key.secret).decrypt(unprotected[5], sealed, aad)
    except InvalidTag:
        raise GatepostError("the seal is not that of the reading key") from None
    claims, identity = _cwt(packed)
    body = claims.get(_TRAVEL, claims.get(_STATUS, {}))
    return _found("ITH1", [("NUMBER", body.get("id"))], identity)


def _cwt(packed: bytes) -> tuple[dict[Any, Any], bytes]:
    """(claims, what stands for the signature) of a COSE_Sign1 in zlib, whatever tags are around it."""
    message = cbor2.loads(zlib.decompressobj().decompress(packed, _LIMIT))
    protected, unprotected, payload, signature = _untagged(message)
    header = cbor2.loads(protected) if protected else {}
    ecdsa = header.get(1, unprotected.get(1)) in _ECDSA
    return _untagged(cbor2.loads(payload)), signature[: len(signature) // 2] if ecdsa else signature


def _untagged(value: Any) -> Any:
    return _untagged(value.value) if isinstance(value, cbor2.CBORTag) else value


def _shc(text: str) -> list[Withdrawal]:
    parts = [line.strip()[5:].split("/") for line in text.splitlines() if line.strip()]
    if len(parts) > 1 or len(parts[0]) > 1:
        ordered = sorted((int(number), int(count), digits) for number, count, digits in parts)
        if [each[:2] for each in ordered] != [(each, len(parts)) for each in range(1, len(parts) + 1)]:
            raise GatepostError(f"{len(parts)} of the card's {ordered[0][1]} codes: all of them are needed")
        parts = [[digits] for _, _, digits in ordered]
    digits = "".join(each[0] for each in parts)
    card = "".join(chr(45 + int(digits[at : at + 2])) for at in range(0, len(digits), 2))
    header, payload, signature = (unbase64(each) for each in card.split("."))
    content = json.loads(zlib.decompressobj(-15).decompress(payload, _LIMIT))
    found = _found("SHC", [], signature[: len(signature) // 2])
    rid = content["vc"].get("rid")
    if rid:
        kid = unbase64(json.loads(header)["kid"])
        found.insert(0, Withdrawal("SHC", "RID", short_hash(rid.encode()), kid))
    return found


def _vdsnc(text: str) -> list[Withdrawal]:
    whole = json.loads(text)
    message = whole["data"]["msg"]
    signature = unbase64(whole["sig"]["sigvl"])
    number = message.get("uvci") or message.get("utci")
    return _found("VDS-NC", [("UCI", number)], signature[: len(signature) // 2])


def _israel(text: str) -> list[Withdrawal]:
    head, _, content = text.partition("#")
    signature = base64.b64decode(head + "=" * (-len(head) % 4), validate=True)
    if len(signature) < _RSA_BYTES:
        signature = decode_dss_signature(signature)[0].to_bytes(32, "big")
    return _found("IL", [("UCI", json.loads(content).get("id"))], signature)
