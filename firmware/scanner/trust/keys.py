# The list of issuers' public keys, read where it lies on flash: a lookup among 10,000 keys reads a few
# hundred bytes and holds one record. The file never comes into RAM.
#
# Layout, big-endian, version 1:
#   header   32 bytes: "GPKL", version u8, fan-out bits u8, shard bits u16, entries u32, data end u32, index end u32,
#            length u32, 0 u64
#   data     records and parties, in any order, from byte 32
#   index    20 bytes an entry, sorted: first 8 bytes of the kid (zero-filled), scope 4, record u32, party u32
#   fan-out  2^bits + 1 numbers u32: number of the first entry whose kid has these bits or higher after the shard
#            bits, which all kids of the list share
# A record is kind u8, usage u8, flags u8, kid length u8, key length u16, party length u16, not before u32,
# not after u32, kid, key, party. A party says whose key it is: scheme u8, source u8, country 2, then participant,
# domain, name and issuer, each a length u8 and UTF-8. A party that many keys share stands once: the entry's
# party number points to its length u16 and bytes, and the record's party length is 0.
#
# Index and fan-out stand last because littlefs walks a file from its end. The scope is the start of SHA-256 of
# the issuer's address for schemes where an address and a kid name the key together (SMART Health Cards: hundreds
# of issuers share a few kids), else zeros.

import hashlib
from struct import unpack, unpack_from

from micropython import const

_VERSION = const(1)
_HEADER = ">4sBBHIIIIII"
_HEADER_SIZE = const(32)
_ENTRY = const(20)
_CHUNK = const(12)  # entries read at once, at most: 240 bytes
_RECORD = ">BBBBHHII"
_RECORD_SIZE = const(16)
_REVOKED = const(1)

KINDS = (None, "P-256", "P-384", "RSA")
SCHEMES = (None, "HC1", "SHC", "VDS-NC", "IL", "ITH1")
SOURCES = (None, "PROD", "UAT", "DEV", "DEMO")
NO_END = 0xFFFFFFFF  # not_after of a key whose source names no end

_COORDINATE = {"P-256": 32, "P-384": 48}


class KeyRecord:
    """One public key and whose it is.

    kind "P-256" or "P-384": x, y (bytes, big-endian); "RSA": n (bytes, big-endian), e (int). usage: 1 test,
    2 vaccination, 4 recovery, 0 any. not_before and not_after: unix seconds, 0 and NO_END where the source says
    nothing. country: ISO 3166 alpha-2, or "".
    """

    def __init__(self, kid, kind, usage, revoked, not_before, not_after):
        self.kid = kid
        self.kind = kind
        self.x = self.y = self.n = self.e = None
        self.usage = usage
        self.revoked = revoked
        self.not_before = not_before
        self.not_after = not_after
        self.scheme = self.source = None
        self.country = self.participant = self.domain = self.name = self.issuer = ""


class KeyList:
    """The key list in `file` (open for binary reading), or in the `size` bytes of it from `start`.

    `layout` and `fan_out`: what `.layout` was and `.read_fan_out()` gave when it was opened before, which saves reading
    them again. ValueError, here or in a method, where the list is damaged.
    """

    def __init__(self, file, start=0, size=None, layout=None, fan_out=None):
        self._file = file
        self._start = start
        self._fan_out = fan_out
        if size is None:
            size = file.seek(0, 2) - start
        if layout is None:
            layout = self._read_header(size)
        self._data_end, self._index_end, self.shard_bits = layout
        self._entries = (self._index_end - self._data_end) // _ENTRY
        self._bits = 0
        while size - self._index_end > 4 * ((1 << self._bits) + 1):
            self._bits += 1

    @property
    def layout(self):
        """(end of data, end of index, shard bits)."""
        return self._data_end, self._index_end, self.shard_bits

    def read_fan_out(self):
        """The whole fan-out: 2^bits + 1 numbers of entries."""
        count = (1 << self._bits) + 1
        fan_out = unpack(">%dI" % count, self._read(self._index_end, 4 * count))
        for slot in range(count - 1):
            if not fan_out[slot] <= fan_out[slot + 1] <= self._entries:
                raise ValueError("key list damaged")
        return fan_out

    def _read_header(self, size):
        if size < _HEADER_SIZE:
            raise ValueError("key list too short")
        head = unpack(_HEADER, self._read(0, _HEADER_SIZE))
        magic, version, bits, shard_bits, entries, data_end, index_end, length, _, _ = head
        if magic != b"GPKL" or version != _VERSION:
            raise ValueError("not a key list")
        if length != size or bits > 16 or shard_bits > 16 or data_end < _HEADER_SIZE:
            raise ValueError("key list damaged")
        if index_end != data_end + entries * _ENTRY or length != index_end + 4 * ((1 << bits) + 1):
            raise ValueError("key list damaged")
        return data_end, index_end, shard_bits

    def __len__(self):
        return self._entries

    def find(self, kid, issuer=None):
        """All records whose kid is exactly `kid` (bytes); with `issuer`, only those of that address."""
        prefix = (kid + bytes(8))[:8]
        if issuer:
            prefix += hashlib.sha256(issuer.encode()).digest()[:4]
        low, high = self._bucket(prefix)
        # Halve until one chunk holds what is left: hashed kids never need it, chosen ones may.
        first, last = low, high
        while last - first > _CHUNK:
            middle = (first + last) // 2
            if self._read(self._data_end + middle * _ENTRY, len(prefix)) < prefix:
                first = middle + 1
            else:
                last = middle
        found = []
        while first < high:
            count = min(_CHUNK, high - first)
            chunk = self._read(self._data_end + first * _ENTRY, count * _ENTRY)
            for at in range(0, len(chunk), _ENTRY):
                start = chunk[at : at + len(prefix)]
                if start > prefix:
                    return found
                if start == prefix:
                    record = self._record(*unpack_from(">II", chunk, at + 12))
                    if record.kid == kid and (not issuer or record.issuer == issuer):
                        found.append(record)
            first += count
        return found

    def _bucket(self, prefix):
        # Entries [low, high) that share the first bits of the kid after the shard's.
        slot = ((prefix[0] << 8 | prefix[1]) << self.shard_bits & 0xFFFF) >> (16 - self._bits)
        if self._fan_out is not None:
            return self._fan_out[slot], self._fan_out[slot + 1]
        low, high = unpack(">II", self._read(self._index_end + 4 * slot, 8))
        if not low <= high <= self._entries:
            raise ValueError("key list damaged")
        return low, high

    def _record(self, at, party_at):
        self._inside(at, _RECORD_SIZE)
        head = self._read(at, _RECORD_SIZE)
        kind, usage, flags, kid_size, key_size, party_size, not_before, not_after = unpack(_RECORD, head)
        at += _RECORD_SIZE
        size = kid_size + key_size + party_size
        self._inside(at, size)
        body = self._read(at, size)
        if not 0 < kind < len(KINDS) or usage > 7 or flags > _REVOKED:
            raise ValueError("key record damaged")
        record = KeyRecord(body[:kid_size], KINDS[kind], usage, flags == _REVOKED, not_before, not_after)
        _set_key(record, body[kid_size : kid_size + key_size])
        if party_at:
            if party_size:
                raise ValueError("key record damaged")
            self._inside(party_at, 2)
            (party_size,) = unpack(">H", self._read(party_at, 2))
            self._inside(party_at + 2, party_size)
            _set_party(record, self._read(party_at + 2, party_size))
        else:
            _set_party(record, body[kid_size + key_size :])
        return record

    def _inside(self, at, size):
        if at < _HEADER_SIZE or at + size > self._data_end:
            raise ValueError("key record outside the list")

    def _read(self, at, size):
        self._file.seek(self._start + at)
        data = self._file.read(size)
        if len(data) != size:
            raise ValueError("key list cut short")
        return data


def _set_key(record, key):
    size = _COORDINATE.get(record.kind)
    if size:
        if len(key) != 2 * size:
            raise ValueError("key of a wrong length")
        record.x = key[:size]
        record.y = key[size:]
    else:
        if len(key) <= 4:
            raise ValueError("key of a wrong length")
        record.e = int.from_bytes(key[:4], "big")
        record.n = key[4:]


def _set_party(record, party):
    if len(party) < 4 or not 0 < party[0] < len(SCHEMES) or not 0 < party[1] < len(SOURCES):
        raise ValueError("party damaged")
    record.scheme = SCHEMES[party[0]]
    record.source = SOURCES[party[1]]
    record.country = _text(party[2:4]).rstrip("\0")
    at = 4
    for field in ("participant", "domain", "name", "issuer"):
        if at >= len(party):
            raise ValueError("party damaged")
        end = at + 1 + party[at]
        if end > len(party):
            raise ValueError("party damaged")
        setattr(record, field, _text(party[at + 1 : end]))
        at = end
    if at != len(party):
        raise ValueError("party damaged")


def _text(data):
    try:
        return str(data, "utf-8")
    except UnicodeError:  # a ValueError on some versions only
        raise ValueError("text damaged")
