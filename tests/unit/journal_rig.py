"""A journal on MicroPython for the tests: flash in RAM that counts, fails and tears, and a clock that obeys.

Flash behaves as NOR does: a write may turn ones into zeros only. At the operation `cut`, the write or erase is done in
half (`torn`) or not at all, and from then on the chip is dead, as without power.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.journal.entries import Entry, read_entries
from gatepost.trust.signing import point
from harness.interpreter import Interpreter

DEVICE = ec.derive_private_key(0xD0_0D5EED << 200, ec.SECP256R1())
SUPERVISOR = ec.derive_private_key(0x5EE << 230, ec.SECP256R1())
DEPUTY = ec.derive_private_key(0xDE9 << 230, ec.SECP256R1())
STRANGER = ec.derive_private_key(0x57A << 230, ec.SECP256R1())
DEVICE_POINT = point(DEVICE.public_key())
NOW = 1_790_000_000

SOURCE = """
import gc, os, vfs
import micropython
from scanner.journal.journal import Journal, JournalFull

@micropython.viper
def raises_a_bit(old: ptr8, new: ptr8, length: int) -> bool:
    i = 0
    while i < length:
        if new[i] & (old[i] ^ 255):
            return True
        i += 1
    return False

class Flash:
    def __init__(self, image):
        self.image = image
        self.blocks = len(image) // 4096
        self.cut = 0
        self.torn = False
        self.dead = False
        self.fail = 0
        self.count()

    def count(self):
        self.read = self.written = self.erased = self.operations = 0

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            raise OSError(5)
        self.read += len(buffer)
        at = block * 4096 + offset
        buffer[:] = self.image[at : at + len(buffer)]

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        if raises_a_bit(memoryview(self.image)[at : at + len(buffer)], buffer, len(buffer)):
            raise OSError(5)
        self.operate(at, buffer)
        self.written += len(buffer)

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return 4096
        if operation == 6:
            self.operate(argument * 4096, ONES)
            self.erased += 1
        return 0

    def operate(self, at, data):
        if self.dead or self.fail:
            raise OSError(5)
        self.operations += 1
        if self.operations == self.cut:
            self.dead = True
            if not self.torn:
                raise OSError(5)
            data = memoryview(data)[: len(data) // 2]
        self.image[at : at + len(data)] = data
        if self.dead:
            raise OSError(5)

ONES = b"\\xff" * 4096

class Clock:
    def __init__(self):
        self.time = NOW
        self.trusted = True
    def now(self):
        return self.time

clock = Clock()
flash = journal = None
graves = []  # journals whose files died with their flash

def mount(image=None, blocks=BLOCKS):
    # A file that outlives its file system would be closed by the collector, into memory that is used again.
    global flash
    if journal is not None:
        journal.close()
    if flash is not None:
        vfs.umount("/j")
        if flash.dead:
            graves.append(journal)
            flash.image = None
    gc.collect()
    flash = Flash(bytearray(ONES * blocks) if image is None else bytearray(image))
    if image is None:
        vfs.VfsLfs2.mkfs(flash, readsize=16, progsize=16, lookahead=32)
    vfs.mount(vfs.VfsLfs2(flash, readsize=16, progsize=16, lookahead=32), "/j")

def start(supervisors=SUPERVISORS, capacity=1 << 20, segment_size=1500):
    global journal
    journal = Journal("/j", KEY, supervisors, clock, capacity, segment_size)
    return journal

def scan(n):
    return journal.append("scan", {"verdict": n % 3, "reason": n, "scheme": "HC1", "issuer": "DE", "kid": KID})

KID = b"kid-of-8"

def read(at, room=4096):
    # The items from a record on that fit in so many bytes.
    view = memoryview(bytearray(room))
    return bytes(view[:journal.read(at, view)[0]])

def everything(room=4096):
    # All items from the oldest record on, as one bytes.
    view = memoryview(bytearray(room))
    out = bytearray()
    at = journal.first
    while True:
        count, at = journal.read(at, view)
        if not count:
            return bytes(out)
        out.extend(view[:count])
"""


class Rig:
    """An interpreter of its own with a journal on a fresh flash of `blocks`: what dies here harms no other test."""

    def __init__(self, mp: Interpreter, blocks: int = 64) -> None:
        self.mp = Interpreter(mp.command, mp.name, timeout=20)
        keys = [point(each.public_key()) for each in (SUPERVISOR, DEPUTY)]
        key = DEVICE.private_numbers().private_value.to_bytes(32, "big")
        self.run(SOURCE, KEY=key, SUPERVISORS=keys[:1], BOTH=keys, NOW=NOW, BLOCKS=blocks)
        self.run("mount()")

    def __enter__(self) -> Rig:
        return self

    def __exit__(self, *_: object) -> None:
        self.mp.close()

    def run(self, source: str, timeout: float | None = None, **names: Any) -> Any:
        return self.mp.run(source, space="journal", timeout=timeout, **names)

    def everything(self) -> bytes:
        """All that a supervisor would collect."""
        return self.run("result = everything()")

    def head(self, nonce: bytes = b"") -> Mapping[str, Any]:
        return self.run("result = journal.head(nonce)", nonce=nonce)


class Port:
    """The rig as a supervisor's session shows it to the host."""

    def __init__(self, rig: Rig, room: int = 1000) -> None:
        self.rig = rig
        self.room = room
        self.acknowledged: list[tuple[int, bytes]] = []

    def journal_head(self, nonce: bytes) -> Mapping[str, Any]:
        return self.rig.head(nonce)

    def journal_read(self, sequence: int) -> Iterable[bytes]:
        return [self.rig.run("result = read(at, room)", at=sequence, room=self.room)]

    def journal_ack(self, sequence: int, digest: bytes) -> Any:
        self.acknowledged.append((sequence, digest))
        return self.rig.run("result = journal.acknowledge(at, digest)", at=sequence, digest=digest)


def entries(data: bytes, private: ec.EllipticCurvePrivateKey = SUPERVISOR) -> list[Entry]:
    return list(read_entries(data, private))
