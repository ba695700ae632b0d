"""ICAO VDS-NC, made with json and cryptography: apart from the scanner's JSON, DER and X.509.

A seal brings its signer's certificate; `barcode_signer` makes one below an authority, with each deviation that a
scanner has to refuse.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from gatepost.errors import GatepostError

BARCODE_SIGNER = x509.ObjectIdentifier("2.23.136.1.1.14.2")
DOCUMENT_TYPES = x509.ObjectIdentifier("2.23.136.1.1.6.2")

AuthorityKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


def issue_vdsnc(
    message: Mapping[str, Any],
    private_key: ec.EllipticCurvePrivateKey,
    certificate: x509.Certificate | bytes,
    *,
    issuer: str = "UTO",
    kind: str = "icao.vacc",
    version: Any = 1,
    data: Any = None,
    seal: Mapping[str, Any] | None = None,
    signature: Callable[[bytes], bytes] | None = None,
    padded: bool = False,
    indent: int | None = None,
) -> str:
    """The text of a seal over `message`.

    The rest deviates: data: instead of header and message; seal: members of `sig` to change; signature: changes the
    good one; padded: with "=" behind base64url; indent: spaced out, which the canonical form is not.
    """
    if data is None:
        data = {"hdr": {"is": issuer, "t": kind, "v": version}, "msg": dict(message)}
    good = sign(private_key, canonical(data))
    der = certificate if isinstance(certificate, bytes) else certificate.public_bytes(Encoding.DER)
    members: dict[str, Any] = {
        "alg": "ES256" if private_key.curve.name == "secp256r1" else "ES384",
        "cer": _b64(der, padded),
        "sigvl": _b64(signature(good) if signature else good, padded),
    }
    members |= seal or {}
    separators = (",", ":") if indent is None else None
    return json.dumps(
        {"data": data, "sig": members}, ensure_ascii=False, separators=separators, indent=indent
    )


def canonical(data: Any) -> bytes:
    """The canonical form (RFC 8785) of texts and small whole numbers, whose names lie below U+E000."""
    return json.dumps(data, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sign(private_key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """r and s at full length."""
    curve = private_key.curve.name
    if curve not in ("secp256r1", "secp384r1"):
        raise GatepostError(f"keys on {curve} sign no VDS-NC: use P-256 or P-384")
    wide = curve == "secp384r1"
    size = 48 if wide else 32
    der = private_key.sign(message, ec.ECDSA(hashes.SHA384() if wide else hashes.SHA256()))
    r, s = decode_dss_signature(der)
    return r.to_bytes(size, "big") + s.to_bytes(size, "big")


def authority(
    key: AuthorityKey, country: str = "UT", begin: datetime | None = None, days: int = 3650, pss: bool = False
) -> x509.Certificate:
    """A passport authority's own certificate (Doc 9303, part 12)."""
    name = _name(country, f"Passport authority of {country}")
    builder = (
        _builder(name, name, key.public_key(), begin, days)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return _signed(builder, key, pss)


def barcode_signer(
    key: ec.EllipticCurvePrivateKey,
    authority_key: AuthorityKey,
    country: str = "UT",
    *,
    begin: datetime | None = None,
    days: int = 365,
    documents: tuple[str, ...] = ("NV", "NT"),
    usage: x509.ExtendedKeyUsage | None = None,
    critical: bool = True,
    authority_key_id: bytes | None = None,
    more: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    pss: bool = False,
    hash_algorithm: hashes.HashAlgorithm | None = None,
) -> x509.Certificate:
    """A barcode signer below an authority. usage, critical, authority_key_id, more deviate from the profile."""
    issuer, subject = _name(country, f"Passport authority of {country}"), _name(country, "Health")
    identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    if authority_key_id is not None:
        identifier = x509.AuthorityKeyIdentifier(authority_key_id, None, None)
    builder = (
        _builder(issuer, subject, key.public_key(), begin, days)
        .add_extension(usage or x509.ExtendedKeyUsage([BARCODE_SIGNER]), critical=critical)
        .add_extension(identifier, critical=False)
    )
    if documents:
        builder = builder.add_extension(
            x509.UnrecognizedExtension(DOCUMENT_TYPES, _document_types(documents)), critical=False
        )
    for extension, is_critical in more:
        builder = builder.add_extension(extension, critical=is_critical)
    return _signed(builder, authority_key, pss, hash_algorithm)


def sample(
    kind: str = "vaccination",
    now: datetime | None = None,
    name: str = "LINDQVIST  AASA MARIE",
    birth: str = "1984-07-19",
    document: str = "X1234567",
) -> tuple[str, dict[str, Any]]:
    """The type and the message of a made-up proof."""
    moment = now or datetime.now(UTC)
    if kind == "test":
        return "icao.test", {
            "utci": "UT0000000042",
            "pid": {"n": name, "dob": birth, "dt": "P", "dn": document},
            "sp": {
                "spn": "Harbour 3",
                "ctr": "UTO",
                "cd": {"p": "+000", "e": "x@example.org", "a": "Quay 3"},
            },
            "dat": {
                "sc": (moment - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "ri": (moment - timedelta(hours=9)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            },
            "tr": {"tc": "molecular(PCR)", "r": "negative", "m": "nasopharyngeal"},
        }
    doses = [
        {
            "dvc": (moment - timedelta(days=days)).strftime("%Y-%m-%d"),
            "seq": number,
            "ctr": "UTO",
            "adm": "Harbour Clinic",
            "lot": f"EX004{number}",
        }
        for number, days in ((1, 60), (2, 32))
    ]
    event = {"des": "XM68M6", "nam": "Comirnaty", "dis": "RA01.0", "vd": doses}
    person = {"n": name, "dob": birth, "sex": "F", "i": document}
    return "icao.vacc", {"uvci": "UT0000000041", "pid": person, "ve": [event]}


def _builder(
    issuer: x509.Name, subject: x509.Name, public: Any, begin: datetime | None, days: int
) -> x509.CertificateBuilder:
    start = (begin or datetime.now(UTC) - timedelta(days=1)).replace(microsecond=0)
    return x509.CertificateBuilder(
        issuer, subject, public, x509.random_serial_number(), start, start + timedelta(days=days)
    )


def _signed(
    builder: x509.CertificateBuilder,
    key: AuthorityKey,
    pss: bool,
    hash_algorithm: hashes.HashAlgorithm | None = None,
) -> x509.Certificate:
    if isinstance(key, rsa.RSAPrivateKey):
        chosen: Any = hash_algorithm or hashes.SHA256()
        scheme = padding.PSS(padding.MGF1(chosen), 32) if pss else None
        return builder.sign(key, chosen, rsa_padding=scheme)
    wide = key.key_size == 384
    return builder.sign(key, hash_algorithm or (hashes.SHA384() if wide else hashes.SHA256()))  # type: ignore[arg-type]


def _name(country: str, common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, country),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def _document_types(documents: tuple[str, ...]) -> bytes:
    """SEQUENCE of a version and a SET of PrintableStrings (Doc 9303, part 12)."""
    listed = b"".join(b"\x13" + bytes([len(each)]) + each.encode() for each in documents)
    body = b"\x02\x01\x00\x31" + bytes([len(listed)]) + listed
    return b"\x30" + bytes([len(body)]) + body


def _b64(data: bytes, padded: bool) -> str:
    text = base64.urlsafe_b64encode(data).decode()
    return text if padded else text.rstrip("=")
