"""HC1 certificates (HCERT 1.0.8), made with cbor2 and cryptography: an implementation apart from the scanner's.

Issuers in the field deviate from the specification in many ways that a scanner must live with, and forgers in more.
`issue_hc1` makes each of them on request, so that tests do not depend on what happens to lie in a corpus.
"""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import cbor2
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature

from gatepost.errors import GatepostError
from gatepost.issue import base45
from gatepost.issue.qr import qr_png, qr_svg

__all__ = ["default_alg", "issue_hc1", "key_id", "pack", "qr_png", "qr_svg", "sign1", "signature_of"]

PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
PublicKey = ec.EllipticCurvePublicKey | rsa.RSAPublicKey

ALGORITHMS = {"ES256": -7, "ES384": -35, "PS256": -37}
PLACES = ("protected", "unprotected", "both", "none")
TAGS = ("18", "none", "61+18", "61")
TIMES = ("int", "float", "tagged", "text")

ISS, EXP, IAT, HCERT = 1, 4, 6, -260
ALG, KID = 1, 4


def issue_hc1(
    payload: Mapping[str, Any] | Any,
    private_key: PrivateKey,
    kid: bytes | None,
    *,
    issuer: str | None = None,
    issued: int | float | None = None,
    expires: int | float | None = None,
    sub_claim: int = 1,
    alg: str | int | None = None,
    alg_in: str = "protected",
    kid_in: str = "protected",
    unprotected_kid: bytes | None = None,
    tag: str = "18",
    times: str = "int",
    claims: Mapping[Any, Any] | None = None,
    cwt: bytes | None = None,
    protected: bytes | None = None,
    signature: Callable[[bytes], bytes] | None = None,
    prefix: str = "HC1:",
) -> str:
    """The text of a certificate about `payload`, signed by `private_key` whose key id is `kid`.

    issued and expires are seconds since 1970; None leaves the claim out, as it does the issuer. The rest deviates:
    sub_claim: the number under -260 (1 DCC, -6 DVC, 3/4 DDCC, 5 link); alg: a name or number other than the key's
    own; alg_in, kid_in: the header that carries them (PLACES), unprotected_kid: another kid for the unprotected one;
    tag: TAGS; times: TIMES; claims: the whole claims set instead of the one made here, cwt: its bytes, whatever they
    are; protected: the protected header's bytes; signature: changes the good signature; prefix: the text before.
    """
    if cwt is None:
        if claims is None:
            claims = _claims(payload, issuer, issued, expires, sub_claim, times)
        cwt = cbor2.dumps(dict(claims))
    envelope = sign1(
        cwt,
        private_key,
        kid,
        alg=alg,
        alg_in=alg_in,
        kid_in=kid_in,
        unprotected_kid=unprotected_kid,
        protected=protected,
        signature=signature,
    )
    return pack(_tagged(envelope, tag), prefix)


def pack(data: bytes, prefix: str = "HC1:") -> str:
    """The text that carries `data`: zlib, Base45, prefix."""
    return prefix + base45.encode(zlib.compress(data, 9))


def key_id(public: x509.Certificate | PublicKey) -> bytes:
    """The first eight bytes of SHA-256 over the DER: of the certificate, or of the bare public key without one."""
    if isinstance(public, x509.Certificate):
        der = public.public_bytes(serialization.Encoding.DER)
    else:
        der = public.public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    return hashlib.sha256(der).digest()[:8]


def default_alg(private_key: PrivateKey) -> str:
    """The algorithm that belongs to a key: ES256 for P-256, ES384 for P-384, PS256 for RSA."""
    if isinstance(private_key, rsa.RSAPrivateKey):
        return "PS256"
    curve = private_key.curve.name
    if curve not in ("secp256r1", "secp384r1"):
        raise GatepostError(f"keys on {curve} sign no HC1 certificates: use P-256, P-384 or RSA")
    return "ES256" if curve == "secp256r1" else "ES384"


def sign1(
    content: bytes,
    private_key: PrivateKey,
    kid: bytes | None,
    *,
    alg: str | int | None = None,
    alg_in: str = "protected",
    kid_in: str = "protected",
    unprotected_kid: bytes | None = None,
    protected: bytes | None = None,
    signature: Callable[[bytes], bytes] | None = None,
) -> list[Any]:
    """The four members of a COSE_Sign1 (RFC 9052, 4.2) over `content`; the arguments as `issue_hc1` has them."""
    name = alg if alg is not None else default_alg(private_key)
    number = ALGORITHMS[name] if isinstance(name, str) else name
    inner: dict[int, Any] = {}
    outer: dict[int, Any] = {}
    if alg_in in ("protected", "both"):
        inner[ALG] = number
    if alg_in in ("unprotected", "both"):
        outer[ALG] = number
    if kid is not None and kid_in in ("protected", "both"):
        inner[KID] = kid
    if kid is not None and kid_in in ("unprotected", "both"):
        outer[KID] = kid if unprotected_kid is None else unprotected_kid
    if protected is None:
        protected = cbor2.dumps(inner) if inner else b""
    good = signature_of(private_key, cbor2.dumps(["Signature1", protected, b"", content]))
    return [protected, outer, content, signature(good) if signature else good]


def signature_of(private_key: PrivateKey, message: bytes) -> bytes:
    """The raw signature that COSE wants (RFC 9053): r and s at full length, or RSA-PSS with a salt of 32 bytes."""
    if isinstance(private_key, rsa.RSAPrivateKey):
        return private_key.sign(message, padding.PSS(padding.MGF1(hashes.SHA256()), 32), hashes.SHA256())
    wide = private_key.curve.name == "secp384r1"
    r, s = decode_dss_signature(
        private_key.sign(message, ec.ECDSA(hashes.SHA384() if wide else hashes.SHA256()))
    )
    size = 48 if wide else 32
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def _claims(
    payload: Any,
    issuer: str | None,
    issued: float | None,
    expires: float | None,
    sub_claim: int,
    times: str,
) -> dict[int, Any]:
    claims: dict[int, Any] = {}
    if issuer is not None:
        claims[ISS] = issuer
    if expires is not None:
        claims[EXP] = _time(expires, times)
    if issued is not None:
        claims[IAT] = _time(issued, times)
    claims[HCERT] = {sub_claim: payload}
    return claims


def _time(seconds: float, form: str) -> Any:
    if form == "int":
        return int(seconds)
    if form == "float":
        return float(seconds)
    if form == "tagged":
        return cbor2.CBORTag(1, int(seconds))
    return cbor2.CBORTag(0, datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def _tagged(envelope: list[Any], tag: str) -> bytes:
    value: Any = envelope
    if "18" in tag:
        value = cbor2.CBORTag(18, value)
    if "61" in tag:
        value = cbor2.CBORTag(61, value)
    return cbor2.dumps(value)
