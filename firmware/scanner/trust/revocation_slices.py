# The EU distribution service's slices on flash: Bloom filters and lists of hashes cut short, which name no entries.
#
# A part holds all slices of one signing key, in pages of 252 bytes and a CRC-32 that also covers the page's number; a
# look-up reads pages, and none that its CRC does not bear out. The bytes in the pages, big-endian:
#   kid length u8 and kid, digits u8, kinds u8, count u16
#   count rows of 12, in order: first hex digits of the hashes u16, type u8 (0 Bloom, 1 list), 0 u8, start and
#   length u32
#   the slices, as the service publishes them
# digits: 1 to 3, the hex digits that say in which slices a hash is (modes POINT, VECTOR, COORDINATE). kinds: bits of
# KINDS, the hashes that the lists are made of.
#
# A Bloom filter needs up to 67 single bits all over it. A certificate that was not withdrawn meets a bit that is not
# set after two of them on average, so it costs two pages; all are read of one that was.

from binascii import crc32
from hashlib import sha256
from struct import pack, unpack

from micropython import const

KINDS = ("SIGNATURE", "UCI", "COUNTRYCODEUCI")
PAGE = const(252)
_CHECK = const(4)
_ROW = const(12)
_BLOOM_HEAD = const(20)
_LIST_HEAD = const(11)
_DIGEST = const(16)
_BLOOM = const(0)


class Pages:
    """The bytes in the checked pages of `file`. ValueError or OSError, here or in `read`, for damage."""

    def __init__(self, file):
        self._file = file
        size = file.seek(0, 2)
        pages = (size + PAGE + _CHECK - 1) // (PAGE + _CHECK)
        self.size = size - pages * _CHECK
        self._number = 0 - 1
        self._page = b""

    def read(self, at, count):
        """`count` bytes from byte `at` on."""
        if at < 0 or at + count > self.size:
            raise ValueError("beyond the slices")
        data = b""
        while len(data) < count:
            self._load((at + len(data)) // PAGE)
            start = (at + len(data)) % PAGE
            data += self._page[start : start + count - len(data)]
        return data

    def _load(self, number):
        if number == self._number:
            return
        self._number = 0 - 1
        self._file.seek(number * (PAGE + _CHECK))
        page = self._file.read(PAGE + _CHECK)
        if len(page) <= _CHECK or crc32(page[:-4], crc32(pack(">I", number))) != int.from_bytes(
            page[-4:], "big"
        ):
            raise ValueError("page damaged")
        self._page = page[:-4]
        self._number = number


class Slices:
    """Those of one key, in `file`; `kid`: bytes."""

    def __init__(self, file):
        self._pages = Pages(file)
        size = self._pages.read(0, 1)[0]
        self.kid = self._pages.read(1, size)
        self._digits, self._kinds, self._count = unpack(">BBH", self._pages.read(1 + size, 4))
        self._rows = 5 + size
        if not 1 <= self._digits <= 3:
            raise ValueError("slices of another mode")

    def holds(self, kind, digest):
        """Whether a hash (16 bytes) is, or seems to be, in one of them."""
        if not self._kinds >> KINDS.index(kind) & 1:
            return False
        wanted = (digest[0] << 8 | digest[1]) >> (16 - 4 * self._digits)
        first, last = 0, self._count
        while first < last:
            middle = (first + last) // 2
            if self._row(middle)[0] < wanted:
                first = middle + 1
            else:
                last = middle
        while first < self._count:
            digits, form, _, start, length = self._row(first)
            if digits != wanted:
                return False
            search = bloom if form == _BLOOM else prefixes
            if search(self._pages.read, start, length, digest):
                return True
            first += 1
        return False

    def _row(self, number):
        return unpack(">HBBII", self._pages.read(self._rows + _ROW * number, _ROW))


def bloom(read, start, length, element):
    """Whether the Bloom filter in `length` bytes from `start` on may hold `element` (bytes). ValueError for damage."""
    if length <= _BLOOM_HEAD:
        raise ValueError("Bloom filter too short")
    version, count, function, _, _, _, words = unpack(">HBBIIII", read(start, _BLOOM_HEAD))
    if version != 1 or not count or function > 1 or _BLOOM_HEAD + 4 * words != length:
        raise ValueError("Bloom filter of another form")
    bits = 32 * words
    for number in range(count):
        at = bit_of(element, number, bits)
        if not read(start + _BLOOM_HEAD + at // 8, 1)[0] >> (7 - at % 8) & 1:
            return False
    return True


def bit_of(element, number, bits):
    """Which of `bits` bits the hash function of that number sets."""
    digest = sha256(element + bytes((number,))).digest()
    # The hash counts as a number with a sign. 16 bits at a time: the whole would be large in a division.
    value = 0 - 1 if digest[0] & 0x80 else 0
    for at in range(0, len(digest), 2):
        value = ((value << 16) + (digest[at] << 8 | digest[at + 1])) % bits
    return value


def prefixes(read, start, length, digest):
    """Whether the list of hashes cut short in `length` bytes from `start` on holds the beginning of `digest`."""
    if length < _LIST_HEAD:
        raise ValueError("list of hashes too short")
    version, _, _, size = unpack(">HIIB", read(start, _LIST_HEAD))
    rows = length - _LIST_HEAD
    if version != 1 or not 0 < size <= _DIGEST or rows % size:
        raise ValueError("list of hashes of another form")
    if len(digest) < size:
        return False
    wanted = _signed(digest[:size])
    first, last = 0, rows // size
    while first < last:
        middle = (first + last) // 2
        found = _signed(read(start + _LIST_HEAD + middle * size, size))
        if found == wanted:
            return True
        if found < wanted:
            first = middle + 1
        else:
            last = middle
    return False


def _signed(prefix):
    # The lists are in the order of numbers with a sign: 80... stands before 00...
    return bytes((prefix[0] ^ 0x80,)) + prefix[1:]
