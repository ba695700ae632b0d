"""VDS-NC for tests: authorities and signers that `cryptography` made, and the records of a trust list."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from gatepost.issue import vdsnc
from gatepost.trust.authorities import passport_authority

from harness.certificates import NOW, p256, p384

BEGIN = datetime.fromtimestamp(NOW - 30 * 86400, UTC)
_, VACCINATED = vdsnc.sample("vaccination", datetime.fromtimestamp(NOW, UTC))
_, TESTED = vdsnc.sample("test", datetime.fromtimestamp(NOW, UTC))


@cache
def rsa4096() -> rsa.RSAPrivateKey:
    """Made once a run: it takes a second."""
    return rsa.generate_private_key(65537, 4096)


def authority_key(which: str = "P-256") -> Any:
    return {"P-256": lambda: p256(7), "P-384": lambda: p384(7), "RSA": rsa4096}[which]()


@cache
def authority_record(which: str = "P-256", pss: bool = False) -> dict[str, Any]:
    """The trust list's record of an authority, as its importer makes it."""
    certificate = vdsnc.authority(authority_key(which), begin=BEGIN, pss=pss)
    return asdict(passport_authority(certificate.public_bytes(Encoding.DER)))


def signer(
    key: ec.EllipticCurvePrivateKey | None = None, which: str = "P-256", **options: Any
) -> x509.Certificate:
    """A barcode signer below that authority; `options` as `barcode_signer` has them."""
    return vdsnc.barcode_signer(key or p256(8), authority_key(which), begin=BEGIN, **options)


def seal(
    message: Any = None,
    key: ec.EllipticCurvePrivateKey | None = None,
    certificate: x509.Certificate | bytes | None = None,
    **options: Any,
) -> str:
    """The text of a good seal; `options` as `issue_vdsnc` has them."""
    key = key or p256(8)
    return vdsnc.issue_vdsnc(message or VACCINATED, key, certificate or signer(key), **options)
