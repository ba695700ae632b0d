# Who signed: looks the key id up among the trusted keys and verifies the signature.
#
# A key id is eight bytes of a hash, or what its issuer chose (the United Kingdom's first had four letters), so two keys
# may share one: every candidate is tried, and the signature is false only when it fails under all of them.
# The country comes from the key that verified, never from the certificate.

from micropython import const

from scanner.crypto import cose, p256
from scanner.reasons import Refusal

_ES256 = const(-7)
_ES384 = const(-35)
_PS256 = const(-37)
_KID_BYTES = const(64)  # at most
_DETAIL = const(64)  # characters of a hostile header that are worth keeping


def find_signer(envelope, trust, scheme="HC1"):
    """The KeyRecord of the scheme that verifies the Envelope.

    `trust` has .find(kid) -> list of KeyRecord, and may have .environment. Refusal bad_algorithm, no_key_id,
    no_trust_list, trust_list_damaged, unknown_issuer or bad_signature.
    """
    if envelope.alg not in (_ES256, _ES384, _PS256):
        raise Refusal("bad_algorithm", "alg " + shown(envelope.alg))
    if not isinstance(envelope.kid, bytes) or not envelope.kid:
        raise Refusal("no_key_id")
    fits = False
    # No list holds longer ones.
    if len(envelope.kid) > _KID_BYTES and trust is not None:
        raise Refusal("unknown_issuer", envelope.kid[: _DETAIL // 2].hex())
    for key in candidates(trust, envelope.kid, scheme):
        try:
            good = cose.verify(
                envelope.alg, key, envelope.protected, envelope.payload, envelope.signature, es256(trust)
            )
        except ValueError:
            continue  # the algorithm does not fit this key; another key with the same id may
        if good is True:
            return key
        fits = True
    if fits:
        raise Refusal("bad_signature", envelope.kid.hex())
    raise Refusal("bad_algorithm", "alg %d does not fit the key" % envelope.alg)


def shown(value):
    """A few characters of what a hostile header says, where it is a text or a number; else nothing: other values show
    as addresses of this scanner's memory."""
    return str(value)[: _DETAIL - 4] if isinstance(value, (str, int)) else "of another kind"


def es256(trust):
    """What verifies a signature of the list's P-256 keys: p256.verify, or the same with the tables that are kept."""
    tables = getattr(trust, "tables", None)
    return p256.verify if tables is None else tables.verify


def candidates(trust, kid, scheme, issuer=None):
    """The KeyRecords of `scheme` under `kid` (bytes), of `issuer`'s address alone if given; never none.

    Refusal no_trust_list, trust_list_damaged or unknown_issuer.
    """
    if trust is None:
        raise Refusal("no_trust_list")
    try:
        found = trust.find(kid, issuer) if issuer else trust.find(kid)
    except (ValueError, OSError) as error:
        raise Refusal("trust_list_damaged", str(error))
    # A key of another scheme signs nothing here. The private halves of demonstration keys are public: outside of a
    # demonstration they are nobody's.
    demo = getattr(trust, "environment", "PROD") == "DEMO"
    found = [key for key in found if key.scheme == scheme and (demo or key.source != "DEMO")]
    if not found:
        raise Refusal("unknown_issuer", issuer[:_DETAIL] if issuer else kid[: _DETAIL // 2].hex())
    return found
