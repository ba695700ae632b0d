# HC1: the envelope of the EU digital COVID certificate and of WHO's certificates (HCERT specification 1.0.8).
#
# Text, Base45, zlib, COSE_Sign1, CWT: one step a line, one file a step. Nothing inside the payload is read before a
# trusted key has verified the signature over it.

from micropython import const

from scanner.credentials import dcc, who
from scanner.credentials.claims import Claims
from scanner.credentials.cwt import read_claims
from scanner.credentials.envelope import open_envelope
from scanner.credentials.packed import from_base45, inflated
from scanner.credentials.signer import find_signer

_PREFIX = b"HC1:"
_DCC = const(1)
_ISS = const(1)
_ES256 = const(-7)
_ES384 = const(-35)

# The largest of 574 public certificates has 870 bytes; the EU's app stops at 5 MB, which no scanner has.
_MAX_INFLATED = const(16384)


def recognise(text):
    """True for an HC1 text (bytes): the prefix in either case, as WHO's validator has it."""
    return text[:4].upper() == _PREFIX


def open(text, trust, now):
    """Claims of a genuine HC1 certificate; times and content are left to the rules. Raises Refusal."""
    signed = inflated(from_base45(text[4:]), _MAX_INFLATED)
    envelope = open_envelope(signed)
    claims = Claims("HC1", find_signer(envelope, trust))
    root, hcert = read_claims(envelope.payload, claims)
    if hcert is not None and _DCC in hcert:
        dcc.fill(claims, hcert[_DCC], root.get(_ISS) if isinstance(root, dict) else None)
    else:
        who.fill(claims, root, hcert)
    claims.revocation_ids.append(("SIGNATURE", dcc.short_hash(_identity(envelope))))
    return claims


def _identity(envelope):
    """What stands for the signature in revocation lists: of ECDSA only r, since s has two good values."""
    if envelope.alg in (_ES256, _ES384):
        return envelope.signature[: len(envelope.signature) // 2]
    return envelope.signature
