"""A scanner's upkeep on MicroPython for the tests: flash in RAM that counts, fails and tears, no camera, no cable.

Flash behaves as NOR does: a write may turn ones into zeros only. At the operation `cut`, the write or erase is done in
half (`torn`) or not at all, and from then on the chip is dead, as without power. Requests go straight to the link's
methods, past frames and sessions, which have tests of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.trust.bundle import Bundle, read_bundle
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point
from harness.interpreter import Interpreter

AUTHORITY = ec.derive_private_key(0xA117, ec.SECP256R1())
OTHER = ec.derive_private_key(0x07E4, ec.SECP256R1())
NOW = 1_790_000_000

SOURCE = """
import gc, os, vfs
import micropython
from scanner import load
load.rest()
from scanner.crypto import cose
from scanner.link.messages import LinkError
from scanner.upkeep import Upkeep

@micropython.viper
def raises_a_bit(old: ptr8, new: ptr8, length: int) -> bool:
    i = 0
    while i < length:
        if new[i] & (old[i] ^ 255):
            return True
        i += 1
    return False

ONES = b"\\xff" * 4096

class Flash:
    # Errors are returned and not raised: an exception would leave littlefs in the middle of its work.
    def __init__(self, image):
        self.image = image
        self.cut = self.operations = self.read = 0
        self.torn = self.dead = False

    def readblocks(self, block, buffer, offset=0):
        if self.dead:
            return -5
        self.read += len(buffer)
        at = block * 4096 + offset
        buffer[:] = self.image[at : at + len(buffer)]
        return 0

    def writeblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        if raises_a_bit(memoryview(self.image)[at : at + len(buffer)], buffer, len(buffer)):
            return -5
        return self.operate(at, buffer)

    def ioctl(self, operation, argument):
        if operation == 6:
            return self.operate(argument * 4096, ONES)
        return len(self.image) // 4096 if operation == 4 else 4096 if operation == 5 else 0

    def operate(self, at, data):
        if self.dead:
            return -5
        self.operations += 1
        if self.operations == self.cut:
            self.dead = True
            if self.torn:
                half = len(data) // 2
                self.image[at : at + half] = data[:half]
            return -5
        self.image[at : at + len(data)] = data
        return 0

class Part:
    pass

class Chip:
    trusted = True
    time = NOW
    def now(self):
        return self.time
    def adjust(self, seconds):
        self.time = seconds
        self.trusted = True

class Board:
    def __init__(self):
        self.storage = Part()
        self.storage.root = "/b"
        self.clock = Chip()

flash = up = None

def mount(image=None, blocks=BLOCKS):
    # Power off and on: what lies on flash now, and nothing that an open file still holds.
    global flash, up, methods
    image = None if image is None else bytearray(image)
    try:
        if up is not None:
            up.shut()
    except OSError:
        pass
    up = methods = None
    gc.collect()
    try:
        vfs.umount("/b")
    except OSError:
        pass
    flash = Flash(bytearray(ONES * blocks) if image is None else image)
    if image is None:
        vfs.VfsLfs2.mkfs(flash, readsize=16, progsize=16, lookahead=32)
    vfs.mount(vfs.VfsLfs2(flash, readsize=16, progsize=16, lookahead=32), "/b")

def start():
    global up, methods, board
    board = Board()
    up = Upkeep(board)
    methods = up.methods()
    return up

def ask(method, params):
    try:
        return methods[method](params)
    except LinkError as error:
        return error.code

def put(name, data):
    with open("/b/" + name, "wb") as file:
        file.write(data)

def push(manifest, pieces, chunk=600, stop=None):
    # What the host does, with more to follow after every other chunk; stop: after so many. The last state or the code
    # of a refusal, and what was sent. `durable` is what the scanner said that no cut can take.
    global durable
    sent = []
    durable = 0
    for at in range(0, len(manifest), 500):
        state = ask("bundle.begin", {"manifest": manifest[at : at + 500], "offset": at, "size": len(manifest)})
    if isinstance(state, str) or state["active"]:
        return state, sent
    missing = state["missing"]
    while state["next"]:
        part, offset = state["next"]
        if part in missing:
            if stop is not None and len(sent) >= stop:
                return state, sent
            data = pieces[part][offset : offset + chunk]
            sent.append((part, offset, len(data)))
            more = len(sent) % 2 == 0
            state = ask("bundle.chunk", {"part": part, "offset": offset, "data": data, "more": more})
        else:
            before = state["next"]
            state = ask("bundle.copy", {})
            if state["next"] == before:
                missing = list(range(len(pieces)))
        if isinstance(state, str):
            return state, sent
        durable = state["durable"]
    return ask("bundle.commit", {}), sent

def files(folder):
    return sorted(entry[0] for entry in os.ilistdir("/b/" + folder))

true_verify = cose.verify
known = {}

def remember(alg, key, protected, payload, signature):
    # A signature that was verified once is not verified again: a thousand restarts would take minutes.
    asked = bytes(key.x), bytes(payload), bytes(signature)
    if asked not in known:
        known[asked] = true_verify(alg, key, protected, payload, signature)
    return known[asked]
"""


class Rig:
    """One interpreter with a scanner on a fresh flash of `blocks`, provisioned by AUTHORITY unless `blank`."""

    def __init__(self, mp: Interpreter, blocks: int = 64, blank: bool = False) -> None:
        self.mp = mp
        self.run(SOURCE, NOW=NOW, BLOCKS=blocks)
        self.run("mount()")
        if not blank:
            self.run("put('authority.pub', key)", key=point(AUTHORITY.public_key()))
        self.run("start()")

    def run(self, source: str, timeout: float | None = None, **names: Any) -> Any:
        return self.mp.run(source, space="bundles", timeout=timeout, **names)

    def ask(self, method: str, **params: Any) -> Any:
        """A method's result, or the code of its refusal."""
        return self.run("result = ask(method, params)", method=method, params=params)

    def push(self, bundle: bytes | Bundle, **options: Any) -> tuple[Any, list[Any]]:
        found = bundle if isinstance(bundle, Bundle) else read_bundle(bundle)
        pieces = [piece for _, piece in found.pieces]
        return self.run(
            "result = push(manifest, pieces, **options)",
            manifest=found.manifest,
            pieces=pieces,
            options=options,
        )

    def restart(self) -> None:
        self.run("mount(flash.image)\nstart()")

    @property
    def version(self) -> int:
        return self.run("result = up.trust.version")

    @contextmanager
    def quick_signatures(self) -> Iterator[None]:
        self.run("cose.verify = remember")
        try:
            yield
        finally:
            self.run("cose.verify = true_verify")


def record(number: int, **changes: Any) -> KeyRecord:
    digest = hashlib.sha256(str(number).encode()).digest()
    fields: dict[str, Any] = {
        "kid": digest[:8],
        "kind": "P-256",
        "x": digest,
        "y": digest,
        "country": "DE",
        **changes,
    }
    return KeyRecord(**fields)
