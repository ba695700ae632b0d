"""SMART Health Card issuers: the VCI directory's snapshot, and an issuer's own JWK set (framework 1.4.0).

A card's key is named by its issuer's address and the key's thumbprint together, because hundreds of issuers share a
hosting service's keys. A kid that is not the thumbprint of its key breaks the framework and is left out.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.trust.certificate import record_from_certificate, shorten
from gatepost.trust.public_keys import UnusableKey, from_jwk, thumbprint, unbase64
from gatepost.trust.records import KeyRecord, Tally, check


def is_snapshot(document: Any) -> bool:
    return isinstance(document, dict) and isinstance(document.get("issuerInfo"), list)


def is_jwks(document: Any) -> bool:
    return (
        isinstance(document, dict)
        and isinstance(document.get("keys"), list)
        and all(isinstance(each, dict) and "kty" in each for each in document["keys"])
    )


def read_snapshot(document: dict[str, Any], tally: Tally, source: str) -> list[KeyRecord]:
    """Every issuer's keys of a snapshot."""
    records = []
    for entry in document["issuerInfo"]:
        try:
            issuer, name = str(entry["issuer"]["iss"]), str(entry["issuer"].get("name", ""))
            keys = list(entry["keys"])
        except (KeyError, TypeError, AttributeError):
            tally.read += 1
            tally.skip("malformed issuer entry")
            continue
        records += read_jwks({"keys": keys}, tally, source, issuer, name)
    return records


def read_jwks(
    document: dict[str, Any], tally: Tally, source: str, issuer: str = "", name: str = "", country: str = ""
) -> list[KeyRecord]:
    """The keys of a JWK set. A kid that is the key's thumbprint makes it a SMART Health Card key, which needs its
    issuer's address; a kid of 8 bytes in base64, or of up to 16 where the country is given, an HC1 key."""
    records = []
    for jwk in document["keys"]:
        tally.read += 1
        try:
            records.append(_record(jwk, tally, source, issuer, name, country))
        except (GatepostError, KeyError, TypeError, AttributeError, IndexError) as error:
            reason = str(error) if isinstance(error, GatepostError) else "malformed JWK"
            tally.skip(reason, f"{issuer} {jwk.get('kid') if isinstance(jwk, dict) else ''}".strip())
    return records


def _record(
    jwk: dict[str, Any], tally: Tally, source: str, issuer: str, name: str, country: str
) -> KeyRecord:
    if "d" in jwk:
        # Whoever published this gave the key away: nothing it signs proves anything.
        raise UnusableKey("JWK with its private half")
    if jwk.get("use", "sig") != "sig":
        raise UnusableKey("JWK that is not for signatures")
    key = from_jwk(jwk)
    kid = unbase64(str(jwk["kid"]))
    if kid == thumbprint(jwk):
        if not issuer:
            raise UnusableKey("SMART Health Card key without its issuer's address (--issuer)")
        if key.kind != "P-256":
            raise UnusableKey(f"SMART Health Card key that is not on P-256: {key.kind}")
        if jwk.get("crlVersion"):
            tally.note("key with a list of withdrawn cards: gatepost trust revocations import")
        # The framework lets a chain stand beside the key, and validity is the issuer's affair.
        return check(
            KeyRecord(
                kid=kid, kind=key.kind, x=key.x, y=key.y, issuer=issuer, name=shorten(name), scheme="SHC",
                source=source, country=country,
            )
        )  # fmt: skip
    # HCERT's key ids have 8 bytes; some issuers chose others.
    if len(kid) != 8 and (issuer or not country or not 0 < len(kid) <= 16):
        raise UnusableKey("kid that is neither the key's thumbprint nor 8 bytes (an HC1 key: --country)")
    if jwk.get("x5c"):
        record = record_from_certificate(unbase64(jwk["x5c"][0]), kid=kid, source=source)
        if (record.x, record.y, record.n, record.e) != (key.x, key.y, key.n, key.e):
            raise UnusableKey("JWK and certificate hold different keys")
        return record
    return check(
        KeyRecord(
            kid=kid, kind=key.kind, x=key.x, y=key.y, n=key.n, e=key.e, name=shorten(name), source=source,
            country=country,
        )
    )  # fmt: skip


def check_signature(snapshot: Path, tally: Tally) -> None:
    """Check a snapshot against the `.sig` and `.crt` the directory publishes with it, where they stand beside it.

    The certificate is self-signed: it proves that the three files belong together, and its name is reported so that
    a person can compare it.
    """
    signature, certificate = snapshot.with_suffix(".sig"), snapshot.with_suffix(".crt")
    if not (signature.is_file() and certificate.is_file()):
        tally.note("snapshot's signature not checked: no .sig and .crt beside it")
        return
    try:
        signer = x509.load_pem_x509_certificate(certificate.read_bytes())
        public = signer.public_key()
        if not isinstance(public, ec.EllipticCurvePublicKey):
            raise GatepostError(f"{certificate}: not a key that signs snapshots")
        public.verify(signature.read_bytes(), snapshot.read_bytes(), ec.ECDSA(hashes.SHA512()))
    except ValueError as error:
        raise GatepostError(f"{certificate} is not a certificate: {error}") from None
    except InvalidSignature:
        raise GatepostError(f"{snapshot} does not match its signature {signature.name}") from None
    tally.note(f"snapshot's signature is right, by {signer.subject.rfc4514_string()}")
