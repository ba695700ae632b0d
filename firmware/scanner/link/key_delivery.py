# reading.set {sealed} -> {version, keys}: reading keys for this scanner alone, from a technician's session.
#
# The cable needs no trust, and these are secrets: they come sealed to the device's public key, by ECDH with an
# ephemeral key, HKDF-SHA256 and AES-256-GCM. `sealed` is the ephemeral point 65, ciphertext and tag; inside is CBOR
# {version, keys: [{kid, country, begin, end, key}]}. The set replaces the one before, and its version only rises.

from micropython import const

from scanner import identity
from scanner.codec import cbor
from scanner.crypto import aead, kdf, p256_sign
from scanner.link.messages import LinkError
from scanner.trust.reading_keys import MOST, ReadingKey, ReadingKeys

_CONTEXT = b"gatepost reading delivery 1"
_POINT = const(65)
_ONCE = bytes(12)  # the nonce of a key that seals one message
_WIDEST = 0xFFFFFFFF


class KeyDelivery:
    """`app` has root and note(kind, facts)."""

    def __init__(self, app):
        self._app = app

    def table(self):
        return {"reading.set": self._set}

    def _set(self, params):
        root = self._app.root
        version, keys = _read(_opened(root, params.get("sealed")))
        store = ReadingKeys(root)
        if version <= store.version:
            raise LinkError("old_version", "%d is stored" % store.version)
        store.store(version, keys)
        self._app.note("config", {"event": "reading", "version": version})
        return {"version": version, "keys": len(keys)}


def _opened(root, sealed):
    if identity.authority(root) is None:
        raise LinkError("not_provisioned")
    if not isinstance(sealed, bytes) or len(sealed) <= _POINT:
        raise LinkError("bad_parameters", "sealed")
    ephemeral = sealed[:_POINT]
    try:
        shared = p256_sign.agree(identity.device_key(root), ephemeral)
        key = kdf.hkdf(shared, b"", _CONTEXT + ephemeral + identity.device_point(root))
        return cbor.decode(aead.open(key, _ONCE, sealed[_POINT:]))
    except ValueError:
        # Also what is for another scanner; nothing of the content is repeated.
        raise LinkError("bad_parameters", "not sealed to this scanner")


def _read(content):
    version = content.get("version") if isinstance(content, dict) else None
    rows = content.get("keys") if isinstance(content, dict) else None
    if not _number(version) or not isinstance(rows, list) or len(rows) > MOST:
        raise LinkError("bad_parameters", "version or keys")
    keys = []
    seen = []
    for row in rows:
        if not isinstance(row, dict):
            raise LinkError("bad_parameters", "keys")
        kid, country, secret = row.get("kid"), row.get("country"), row.get("key")
        if not isinstance(kid, bytes) or len(kid) != 8 or kid in seen:
            raise LinkError("bad_parameters", "kid")
        if not isinstance(country, str) or len(country.encode()) != 2:
            raise LinkError("bad_parameters", "country")
        if not isinstance(secret, bytes) or len(secret) != 32:
            raise LinkError("bad_parameters", "key")
        if not _number(row.get("begin")) or not _number(row.get("end")):
            raise LinkError("bad_parameters", "validity")
        seen.append(kid)
        keys.append((kid, ReadingKey(country, row["begin"], row["end"], secret)))
    return version, keys


def _number(value):
    return type(value) is int and 0 <= value <= _WIDEST
