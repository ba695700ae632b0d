# The scanner's trust list: a signed manifest and the parts it names, verified once when the scanner starts.
#
# On flash, below a root: `trust/manifest`, a COSE_Sign1 (RFC 9052) by the deployment's authority, and each part as
# `trust/<first 16 hex digits of its SHA-256>`. Nothing of a part is believed before its whole hash is right, so the
# lookups that follow need no signatures. The authority's key comes from provisioning, never from the bundle.

import hashlib
from binascii import hexlify

from micropython import const

from scanner.codec import cbor
from scanner.crypto import cose, p256
from scanner.reasons import Refusal
from scanner.trust.keys import KeyList

CONTENT_TYPE = "application/vnd.gatepost.manifest+cbor"
ENVIRONMENTS = ("PROD", "UAT", "DEV", "DEMO")

_ALG = const(1)  # COSE header labels (RFC 9052, 3.1)
_TYPE = const(3)
_SIGN1 = const(18)
_MANIFEST_LIMIT = const(16384)  # bytes
_PIECE = const(1024)  # bytes hashed at once


class _Authority:
    # What cose.verify asks of a key.
    kind = "P-256"

    def __init__(self, point):
        if len(point) != 65 or point[0] != 4 or not p256.on_curve(point[1:33], point[33:]):
            raise ValueError("authority's key")
        self.x = point[1:33]
        self.y = point[33:]


class TrustStore:
    """A verified trust list. `version` rises with each bundle, `created` is unix seconds, `environment` one of
    "PROD", "UAT", "DEV", "DEMO"."""

    def __init__(self, manifest, keys):
        self.version = manifest["version"]
        self.created = manifest["created"]
        self.environment = manifest["environment"]
        self.key_count = len(keys)
        self._keys = keys

    def find(self, kid, issuer=None):
        """The KeyRecords under `kid` (bytes), of `issuer`'s address alone if given. Refusal where flash fails."""
        try:
            return self._keys.find(kid, issuer)
        except (ValueError, OSError) as error:
            raise Refusal("trust_list_damaged", str(error))


def open_store(root, authority_key):
    """Verify the trust list below the folder `root` with the authority's point (65 bytes, 04 || x || y).

    Refusal("no_trust_list") where there is none, Refusal("trust_list_damaged") where anything about it is wrong.
    """
    folder = root.rstrip("/") + "/trust/"
    try:
        with open(folder + "manifest", "rb") as file:
            signed = file.read(_MANIFEST_LIMIT + 1)
    except OSError as error:
        raise Refusal("no_trust_list", str(error))
    try:
        manifest = read_manifest(signed, authority_key, "trust")
        return TrustStore(manifest, KeyList(_open_part(folder, manifest, "keys")))
    except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
        raise Refusal("trust_list_damaged", str(error))


def read_manifest(signed, authority_key, kind):
    """The manifest (dict) in the COSE_Sign1 `signed`, if the authority signed it for `kind`; else ValueError."""
    authority = _Authority(authority_key)
    if len(signed) > _MANIFEST_LIMIT:
        raise ValueError("manifest too long")
    message = cbor.decode(signed)
    if not isinstance(message, cbor.Tag) or message.number != _SIGN1:
        raise ValueError("manifest is not a COSE_Sign1")
    items = message.value
    if not isinstance(items, list) or len(items) != 4 or items[1] != {}:
        raise ValueError("manifest is not a COSE_Sign1")
    protected, _, payload, signature = items
    if not isinstance(protected, bytes) or not isinstance(payload, bytes) or not isinstance(signature, bytes):
        raise ValueError("manifest is not a COSE_Sign1")
    if cbor.decode(protected) != {_ALG: cose.ES256, _TYPE: CONTENT_TYPE}:
        raise ValueError("manifest of another type")
    if not cose.verify(cose.ES256, authority, protected, payload, signature):
        raise ValueError("manifest not signed by this scanner's authority")
    manifest = cbor.decode(payload)
    if not isinstance(manifest, dict) or manifest.get("format") != 1 or manifest.get("kind") != kind:
        raise ValueError("manifest of another kind")
    for field in ("version", "created"):
        if type(manifest.get(field)) is not int or manifest[field] < 0:
            raise ValueError("manifest without " + field)
    if manifest.get("environment") not in ENVIRONMENTS:
        raise ValueError("manifest of an unknown environment")
    return manifest


def _open_part(folder, manifest, name):
    # The file of the named part, open and at its start, after its size and hash were found right.
    for part in manifest["parts"]:
        if part["name"] == name:
            break
    else:
        raise ValueError("manifest without " + name)
    expected = part["sha256"]
    if not isinstance(expected, bytes) or len(expected) != 32:
        raise ValueError("part without a hash")
    file = open(folder + str(hexlify(expected[:8]), "ascii"), "rb")  # noqa: SIM115 - it stays open for lookups
    size, found = _measure(file)
    if size != part["size"] or found != expected:
        file.close()
        raise ValueError(name + " does not match its hash")
    return file


def _measure(file):
    # Size and SHA-256 of an open file, a piece at a time in one small buffer.
    digest = hashlib.sha256()
    view = memoryview(bytearray(_PIECE))
    size = 0
    while True:
        count = file.readinto(view)
        if not count:
            return size, digest.digest()
        digest.update(view[:count])
        size += count
