"""Public keys from what holds them: a SubjectPublicKeyInfo (RFC 5280, 4.1.2.7) or a JWK (RFC 7517, RFC 7518, 6).

Real lists hold coordinates with a 33rd byte, keys under RSASSA-PSS's own identifier, and curves nobody expected. What
comes out here has exact lengths and lies on its curve; anything else is an `UnusableKey` with its reason.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass
from typing import Any

from asn1crypto import core, keys
from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError

_CURVES = {
    "1.2.840.10045.3.1.7": "P-256",
    "1.3.132.0.34": "P-384",
    "1.3.132.0.35": "P-521",
    "1.3.132.0.10": "secp256k1",
    "1.3.36.3.3.2.8.1.1.7": "brainpoolP256r1",
    "1.3.36.3.3.2.8.1.1.11": "brainpoolP384r1",
}
_CRYPTOGRAPHY = {"P-256": (ec.SECP256R1(), 32), "P-384": (ec.SECP384R1(), 48)}
_P256_PRIME = 2**256 - 2**224 + 2**192 + 2**96 - 1
_P384_PRIME = 2**384 - 2**128 - 2**96 + 2**32 - 1
_RSA = {"1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10"}  # rsaEncryption, id-RSASSA-PSS (RFC 4055)
_EC = "1.2.840.10045.2.1"


class UnusableKey(GatepostError, ValueError):
    """A key that a scanner cannot or must not use; the message is the reason that imports count."""


@dataclass(frozen=True)
class PublicKey:
    """kind "P-256" or "P-384" with x and y, or "RSA" with n and e; numbers big-endian without spare bytes."""

    kind: str
    x: bytes = b""
    y: bytes = b""
    n: bytes = b""
    e: int = 0


def from_spki(info: keys.PublicKeyInfo) -> PublicKey:
    """The key in a SubjectPublicKeyInfo."""
    try:
        identifier: Any = info["algorithm"]
        algorithm = identifier["algorithm"].dotted
        if algorithm in _RSA:
            numbers = keys.RSAPublicKey.load(bytes(info["public_key"].contents)[1:])
            return rsa(int(numbers["modulus"].native), int(numbers["public_exponent"].native))
        if algorithm == _EC:
            curve = _curve_name(identifier["parameters"])
            return curve_point(curve, bytes(info["public_key"].contents)[1:])
    except (ValueError, TypeError, KeyError) as error:
        if isinstance(error, UnusableKey):
            raise
        raise UnusableKey("the public key cannot be read") from error
    raise UnusableKey(f"key algorithm not supported: {algorithm}")


def from_jwk(table: dict[str, Any]) -> PublicKey:
    """The key in a JWK. Coordinates may carry leading zero bytes, as half of WHO's list does."""
    try:
        if table.get("kty") == "RSA":
            return rsa(
                int.from_bytes(unbase64(table["n"]), "big"), int.from_bytes(unbase64(table["e"]), "big")
            )
        if table.get("kty") == "EC":
            curve = str(table["crv"])
            x, y = (int.from_bytes(unbase64(table[name]), "big") for name in ("x", "y"))
            return curve_numbers(curve, x, y)
    except (KeyError, TypeError, AttributeError) as error:
        raise UnusableKey("the JWK is incomplete") from error
    raise UnusableKey(f"key type not supported: {table.get('kty')}")


def curve_point(curve: str, point: bytes) -> PublicKey:
    """A point in the form of SEC 1, 2.3.3, compressed or not."""
    if curve not in _CRYPTOGRAPHY:
        raise UnusableKey(f"curve not supported: {curve}")
    try:
        numbers = ec.EllipticCurvePublicKey.from_encoded_point(
            _CRYPTOGRAPHY[curve][0], point
        ).public_numbers()
    except ValueError as error:
        raise UnusableKey(f"not a point of {curve}") from error
    return curve_numbers(curve, numbers.x, numbers.y)


def curve_numbers(curve: str, x: int, y: int) -> PublicKey:
    """A point by its coordinates."""
    if curve not in _CRYPTOGRAPHY:
        raise UnusableKey(f"curve not supported: {curve}")
    made, size = _CRYPTOGRAPHY[curve]
    try:
        ec.EllipticCurvePublicNumbers(x, y, made).public_key()
        return PublicKey(curve, x=x.to_bytes(size, "big"), y=y.to_bytes(size, "big"))
    except (ValueError, OverflowError) as error:
        raise UnusableKey(f"not a point of {curve}") from error


def rsa(n: int, e: int) -> PublicKey:
    """An RSA key of a size that HCERT allows (2048 bits and more) and a scanner can work with."""
    if not 2048 <= n.bit_length() <= 8192:
        raise UnusableKey(f"RSA key of {n.bit_length()} bits")
    if not 2 < e < 1 << 32 or not e & 1 or not n & 1:
        raise UnusableKey("RSA key with impossible numbers")
    return PublicKey("RSA", n=n.to_bytes((n.bit_length() + 7) // 8, "big"), e=e)


def thumbprint(table: dict[str, Any]) -> bytes:
    """The SHA-256 thumbprint of a JWK (RFC 7638), over its members as published."""
    names = {"EC": ("crv", "kty", "x", "y"), "RSA": ("e", "kty", "n")}.get(str(table.get("kty")), ())
    canonical = json.dumps({name: table.get(name) for name in names}, separators=(",", ":"), sort_keys=True)
    return hashlib.sha256(canonical.encode()).digest()


def unbase64(text: str) -> bytes:
    """Base64 or base64url, padded or not. UnusableKey for anything else."""
    try:
        plain = text.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError, AttributeError) as error:
        raise UnusableKey("text that is not base64") from error


def _curve_name(parameters: Any) -> str:
    chosen = parameters.chosen
    if isinstance(chosen, core.ObjectIdentifier):
        return _CURVES.get(chosen.dotted, chosen.dotted)
    # Some certificates spell their curve out (ECParameters); the prime says which of ours it is.
    prime = chosen["field_id"]["parameters"].native
    return {_P256_PRIME: "P-256", _P384_PRIME: "P-384"}.get(prime, "with explicit parameters")
