# The manifest of a bundle: what the deployment's authority signed, and the parts it names by size and SHA-256.
#
# A row of `parts` is {name, size, sha256}, or a run of parts under one name: size a list, sha256 their hashes in a
# row. On flash the parts lie joined in one file, in the manifest's order; of some kinds each part is a file of its own,
# so that a new bundle shares with the old one what has not changed. 36 bytes a part are held in RAM.

from array import array
from binascii import hexlify
from hashlib import sha256

from micropython import const

from scanner.codec import cbor
from scanner.signed import Point, Signed

CONTENT_TYPE = "application/vnd.gatepost.manifest+cbor"
ENVIRONMENTS = ("PROD", "UAT", "DEV", "DEMO")
LIMIT = const(32768)  # bytes
APART = ("revocation",)  # kinds whose parts are files: too large to be there twice

_MOST = const(0x7FFFFFFF)  # bytes of all parts: more than any flash of ours
_HASH = const(32)


class BadManifest(ValueError):
    """Why bytes are no manifest for this scanner: `code` is one of the link's errors."""

    def __init__(self, code, message=""):
        super().__init__(message or code)
        self.code = code


class Manifest:
    """`contents`: the signed map. Attributes kind, version, created, environment, expires (unix seconds or None),
    architecture (that its code is compiled for, or ""); `starts`: where each part starts in the content and, last, its
    length. ValueError where the map is none."""

    def __init__(self, contents):
        if not isinstance(contents, dict) or contents.get("format") != 1:
            raise ValueError("manifest of another format")
        for field in ("version", "created"):
            if type(contents.get(field)) is not int or contents[field] < 0:
                raise ValueError("manifest without " + field)
        if contents.get("environment") not in ENVIRONMENTS:
            raise ValueError("manifest of an unknown environment")
        if not isinstance(contents.get("kind"), str):
            raise ValueError("manifest without a kind")
        self.kind = contents["kind"]
        self.version = contents["version"]
        self.created = contents["created"]
        self.environment = contents["environment"]
        self.expires = contents.get("expires")
        if self.expires is not None and type(self.expires) is not int:
            raise ValueError("manifest with a bad expiry")
        self.architecture = contents.get("architecture", "")
        if not isinstance(self.architecture, str):
            raise ValueError("manifest with a bad architecture")
        self._read_parts(contents.get("parts"))

    def __len__(self):
        return len(self.starts) - 1

    @property
    def size(self):
        """Bytes of all parts."""
        return self.starts[-1]

    @property
    def content(self):
        """The name of the content on flash; two bundles with the same parts share it."""
        return _name(self._hashes)

    @property
    def files(self):
        """(name, first part, the one after the last) of each file of the content, in order."""
        if self.kind in APART:
            return [(_name(self.hash(number)), number, number + 1) for number in range(len(self))]
        return [(self.content, 0, len(self))]

    def hash(self, number):
        """The SHA-256 of a part."""
        return self._hashes[_HASH * number : _HASH * number + _HASH]

    def find(self, digest, size):
        """The number of the part with that SHA-256 and size, or -1."""
        for number in range(len(self)):
            if self.starts[number + 1] - self.starts[number] == size and self.hash(number) == digest:
                return number
        return -1

    def span(self, name):
        """(first, the one after the last) of the parts called `name`, in a row; ValueError where there are none."""
        for found, first, last in self.names:
            if found == name:
                return first, last
        raise ValueError("manifest without " + name)

    def run(self, name):
        """`starts` of the parts called `name`."""
        first, last = self.span(name)
        return self.starts[first : last + 1]

    def _read_parts(self, rows):
        if not isinstance(rows, list) or not rows:
            raise ValueError("manifest without parts")
        self.starts = array("I", (0,))
        self.names = []  # (name, first part, the one after the last)
        hashes = bytearray()
        for row in rows:
            name, sizes, digests = row["name"], row["size"], row["sha256"]
            if not isinstance(sizes, list):
                sizes = [sizes]
            if (
                not isinstance(name, str)
                or not isinstance(digests, bytes)
                or len(digests) != _HASH * len(sizes)
            ):
                raise ValueError("a part without a hash")
            first = len(self)
            for size in sizes:
                if type(size) is not int or not 0 <= size <= _MOST - self.size:
                    raise ValueError("a part without a size")
                self.starts.append(self.size + size)
            self.names.append((name, first, len(self)))
            hashes.extend(digests)
        if not self.size:
            raise ValueError("manifest of nothing")
        self._hashes = bytes(hashes)


def _name(hashes):
    # Of a file that holds the parts with these hashes.
    return str(hexlify(sha256(hashes).digest()[:8]), "ascii")


def read_manifest(signed, authority, kind=None):
    """The Manifest in the bytes `signed`, if `authority` (65 bytes, 04 || x || y) signed it for `kind` (None: any).

    BadManifest, a ValueError: `bad_bundle` malformed, `other_deployment` meant for another authority's scanners,
    `bad_signature` altered or forged, `wrong_kind`.
    """
    try:
        key = Point(authority)
        if len(signed) > LIMIT:
            raise ValueError("manifest too long")
        message = Signed(signed, CONTENT_TYPE)
        contents = cbor.decode(message.payload)
        if not isinstance(contents, dict):
            raise ValueError("manifest is not a map")
        meant_for = contents.get("authority")
    except (ValueError, AttributeError) as error:
        raise BadManifest("bad_bundle", str(error))
    # Only a hint, and unproven here: it tells a mistake of delivery from a forgery.
    if meant_for is not None and meant_for != sha256(authority).digest()[:8]:
        raise BadManifest("other_deployment", "signed by another authority")
    if not message.is_by(key):
        raise BadManifest("bad_signature", "not signed by this scanner's authority")
    try:
        manifest = Manifest(contents)
    except (ValueError, KeyError, TypeError) as error:
        raise BadManifest("bad_bundle", str(error))
    if kind is not None and manifest.kind != kind:
        raise BadManifest("wrong_kind", "a bundle of kind " + manifest.kind[:32])
    return manifest
