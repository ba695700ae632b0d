"""Key records out of X.509 certificates for tests, by a tolerant parser: strict ones refuse some real certificates."""

from __future__ import annotations

import hashlib
from typing import Any

from asn1crypto import x509

# Extended key usages of the DCC: test 1, vaccination 2, recovery 4. The arc with a stray 0 is a widespread typo.
_USAGE = {
    f"1.3.6.1.4.1.{stray}1847.2021.1.{bit}": 1 << (bit - 1) for stray in ("", "0.") for bit in (1, 2, 3)
}


def usage_mask(certificate: x509.Certificate) -> int:
    """The mask of the key record: 0 where the certificate names none of the six usages."""
    mask = 0
    body: Any = certificate["tbs_certificate"]
    for extension in body["extensions"]:
        if extension["extn_id"].dotted == "2.5.29.37":
            for purpose in extension["extn_value"].parsed:
                mask |= _USAGE.get(purpose.dotted, 0)
    return mask


def record_of(der: bytes, country: str, source: str = "PROD") -> dict[str, Any]:
    """The key record of a document signer certificate; its kid is the first eight bytes of SHA-256."""
    certificate = x509.Certificate.load(der)
    body: Any = certificate["tbs_certificate"]
    validity = body["validity"].native
    found: dict[str, Any] = {
        "kid": hashlib.sha256(der).digest()[:8],
        "usage": usage_mask(certificate),
        "country": country,
        "participant": "",
        "name": "",
        "scheme": "HC1",
        "source": source,
        "not_before": int(validity["not_before"].timestamp()),
        "not_after": int(validity["not_after"].timestamp()),
        "revoked": False,
    }
    public = body["subject_public_key_info"]
    key = public["public_key"].native
    if public.algorithm == "ec":
        size = len(key) // 2
        found |= {"kind": f"P-{size * 8}", "x": key[1 : 1 + size], "y": key[1 + size :]}
    else:
        modulus = key["modulus"]
        found |= {
            "kind": "RSA",
            "n": modulus.to_bytes((modulus.bit_length() + 7) // 8, "big"),
            "e": key["public_exponent"],
        }
    return found
