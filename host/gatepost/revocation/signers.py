"""Withdrawing a signer of ICAO's seals (VDS-NC) by its certificate: CERTIFICATE is the hash of what its authority
signed, the TBSCertificate (RFC 5280, 4.1.2), and not of the whole.

The certificate travels in each seal, where nothing covers its own signature. One of ECDSA has a second form that is as
good, (r, n - s), and anybody can make it: a hash of the whole would miss the signer in that form.
"""

from __future__ import annotations

import base64
import json
import re

from asn1crypto import x509

from gatepost.errors import GatepostError
from gatepost.revocation.records import Withdrawal, short_hash
from gatepost.trust.public_keys import unbase64

_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]*)-----END CERTIFICATE-----")


def of_signers(data: bytes, name: str) -> list[Withdrawal]:
    """The withdrawal of each certificate in `data`: PEM, DER, or the text of a seal that brings one. GatepostError,
    which calls it by `name`, where there is none."""
    try:
        found = [base64.b64decode(each) for each in _PEM.findall(data)]
        if data.lstrip()[:1] == b"{":
            found = [unbase64(json.loads(data)["sig"]["cer"])]
        return [_withdrawal(each) for each in found or [data]]
    except (ValueError, TypeError, KeyError, RecursionError):
        raise GatepostError(
            f"{name} is no certificate of a signer: give PEM, DER, or a seal's text"
        ) from None


def _withdrawal(der: bytes) -> Withdrawal:
    signed = x509.Certificate.load(der, strict=True)["tbs_certificate"]
    signed["subject_public_key_info"]  # lazy: this tells a certificate from another sequence
    return Withdrawal("VDS-NC", "CERTIFICATE", short_hash(signed.dump()))
