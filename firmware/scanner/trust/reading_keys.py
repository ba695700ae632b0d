# The reading keys of sealed certificates on flash: secrets, each sealed under a key drawn from the device's own.
#
# File `reading.keys`: "GPRK", version of the set u32, then 78 bytes a key: key id 8, nonce 12, sealed country 2, first
# and last second u32 each, key 32, and the tag 16. Key id and version are authenticated. Unsealing the scanner removes
# the file and the device key; without the latter the rest is noise.

import os
from struct import pack, unpack

from micropython import const

from scanner import durable
from scanner.crypto import aead, kdf

_FILE = "/reading.keys"
_MAGIC = b"GPRK"
_HEAD = const(8)
_KID = const(8)
_NONCE = const(12)
_ROW = const(78)
_PLAIN = ">2sII32s"
_CONTEXT = b"gatepost reading keys 1"
MOST = const(64)


class ReadingKey:
    """country: of the authority that seals with it; not_before, not_after: unix seconds; secret: 32 bytes."""

    def __init__(self, country, not_before, not_after, secret):
        self.country = country
        self.not_before = not_before
        self.not_after = not_after
        self.secret = secret


class ReadingKeys:
    """Those below the folder `root`; nothing of them is kept in RAM between two look-ups."""

    def __init__(self, root):
        self._root = root

    @property
    def version(self):
        """Of the set that is stored; 0 where there is none."""
        head = durable.read(self._root + _FILE, _HEAD)
        return unpack(">I", head[4:])[0] if head and len(head) == _HEAD and head[:4] == _MAGIC else 0

    def find(self, kid):
        """The ReadingKey under `kid` (8 bytes), or None. ValueError or OSError where the store is damaged."""
        try:
            file = open(self._root + _FILE, "rb")  # noqa: SIM115 - closed below
        except OSError:
            return None
        with file:
            head = file.read(_HEAD)
            if len(head) != _HEAD or head[:4] != _MAGIC:
                raise ValueError("reading keys damaged")
            for _ in range(MOST):
                row = file.read(_ROW)
                if not row:
                    return None
                if len(row) != _ROW:
                    raise ValueError("reading keys damaged")
                if row[:_KID] == kid:
                    return self._opened(head, row)
        return None

    def store(self, version, keys):
        """Replace all: `keys` is a list of (kid, ReadingKey). OSError where flash fails."""
        head = _MAGIC + pack(">I", version)
        wrapping = self._wrapping()
        out = bytearray(head)
        for kid, key in keys:
            nonce = os.urandom(_NONCE)
            plain = pack(_PLAIN, key.country.encode(), key.not_before, key.not_after, key.secret)
            out.extend(kid)
            out.extend(nonce)
            out.extend(aead.seal(wrapping, nonce, plain, head + kid))
        durable.replace(self._root + _FILE, out)

    def _opened(self, head, row):
        nonce = row[_KID : _KID + _NONCE]
        plain = aead.open(self._wrapping(), nonce, row[_KID + _NONCE :], head + row[:_KID])
        country, not_before, not_after, secret = unpack(_PLAIN, plain)
        return ReadingKey(str(country, "utf-8"), not_before, not_after, secret)

    def _wrapping(self):
        device = durable.read(self._root + "/device.key", 33)
        if device is None or len(device) != 32:
            raise ValueError("no device key")
        return kdf.hkdf(device, b"", _CONTEXT)
