# Tables of the P-256 keys that this scanner has met, kept on flash: a signature of a key with a table costs 5 million
# instructions instead of 12.
#
# Only a key of the trust list that has just verified a signature gets a table, once, in a turn when nobody waits. One
# file a key, named by a hash of the key; the oldest goes when there are too many, and nothing else is ever written.
#
# A wrong table could make a false signature good. So each is sealed with HMAC-SHA-256 over the key and all of the
# table, under a secret drawn from the device key, and is checked as a whole in RAM, where it is used: a table that
# flash has damaged, that a power cut has left, that belongs to another key or another scanner, or that was written by
# somebody who cannot read the device key, is as good as none. Who can read that key and write flash needs no tables:
# he can write a trust list's authority too. A signature that is false by a table is verified again without it, so no
# table can make a good one bad. Tables name issuers, not holders; the wipe removes them, and the secret first.

import os
from hashlib import sha256
from struct import pack_into, unpack_from

from micropython import const

from scanner import durable
from scanner.crypto import p256
from scanner.crypto.kdf import equal, hkdf, hmac
from scanner.crypto.p256_table import COMB_SIZE

FOLDER = "/tables"
_MAGIC = b"GPT1"  # of the table's form too: another comb or another packing gets another number
_SEAL = const(8)  # bytes before it: magic, and the number in the order of writing, u32
_TABLE = const(40)
_MOST = const(64)  # tables, at most
_SHARE = const(16)  # and at most this part of the flash
_ROOM = const(8192)  # bytes that a table takes of it: two blocks
_RESERVE = const(131072)  # bytes of flash left to bundles and the journal
_NAME = const(16)  # letters of a file's name


def open_tables(root):
    """The KeyTables under `root`, or None on a scanner that has no device key: nobody's, or wiped."""
    secret = durable.read(root + "/device.key", 33)
    if secret is None or len(secret) != 32:
        return None
    return KeyTables(root, hkdf(secret, b"", b"key tables"))


class KeyTables:
    """Verifies ES256 signatures of issuers' keys, with the tables it keeps. No fault of flash leaves it.

    secret: 32 bytes. faults: how often flash failed, after which nothing is written until the next start.
    """

    def __init__(self, root, secret):
        self.faults = 0
        self._folder = root + FOLDER
        self._secret = secret
        self._buffer = bytearray(_TABLE + COMB_SIZE)
        self._table = memoryview(self._buffer)[_TABLE:]
        self._held = None  # the key whose table is in the buffer and has been checked
        self._met = None  # a key that has verified a signature without a table

    def verify(self, x, y, digest, signature):
        """What p256.verify answers."""
        key = bytes(x) + bytes(y)
        if self._find(key) and p256.verify(x, y, digest, signature, self._table):
            return True
        good = p256.verify(x, y, digest, signature)
        if good:
            self._met = key
        return good

    def rest(self):
        """In a turn when nobody waits: make and keep the table of a key that was met, if there is one."""
        key = self._met
        self._met = None
        if key is None or self.faults:
            return
        try:
            self._keep(key)
        except (OSError, MemoryError):
            self._held = None
            self.faults += 1

    def _find(self, key):
        # Whether there is a table of this key; it is in the buffer then.
        if key == self._held:
            return True
        self._held = None
        try:
            with open(self._path(key), "rb") as file:
                size = file.readinto(self._buffer)
        except OSError:
            return False
        if size != len(self._buffer) or self._buffer[: len(_MAGIC)] != _MAGIC:
            return False
        if not equal(self._buffer[_SEAL:_TABLE], self._seal(key)):
            return False
        self._held = key
        return True

    def _keep(self, key):
        path = self._path(key)
        number = self._make_room(path)
        if number is None:
            return
        table = p256.table(key[:32], key[32:])
        self._held = None
        self._table[:] = table
        pack_into(">4sI", self._buffer, 0, _MAGIC, number)
        self._buffer[_SEAL:_TABLE] = self._seal(key)
        durable.replace(path, self._buffer)
        self._held = key

    def _make_room(self, path):
        # The number of the next table, which goes to `path`, or None where flash has no room for one.
        durable.make_folder(self._folder)
        size, _, total, _, free = os.statvfs(self._folder)[:5]
        most = min(_MOST, size * total // (_SHARE * _ROOM))
        if not most:
            return None
        numbers = []
        for each in [self._folder + "/" + entry[0] for entry in os.ilistdir(self._folder)]:
            head = durable.read(each, _SEAL) or b""
            if len(each) != len(path) or len(head) != _SEAL or head[: len(_MAGIC)] != _MAGIC:
                durable.remove(each)  # of a write that was cut, or of other firmware
            elif each != path:
                numbers.append((unpack_from(">I", head, len(_MAGIC))[0], each))
        numbers.sort()
        while len(numbers) >= most:
            durable.remove(numbers.pop(0)[1])
            free += _ROOM // size
        if size * free < _RESERVE + _ROOM:
            return None
        return numbers[-1][0] + 1 if numbers else 0

    def _seal(self, key):
        # Over everything: the key, what stands before the seal, and the table.
        return hmac(self._secret, key, self._buffer[:_SEAL], self._table)

    def _path(self, key):
        return self._folder + "/" + sha256(key).digest()[: _NAME // 2].hex()
