"""A million withdrawn certificates on the scanner's flash: bytes, false alarms, flash reads and time of a look-up.

    python tests/bench/revocation.py [--mcu]

The lists lie in a littlefs image of the reference board's size, made by the host tools and mounted by MicroPython with
the boards' settings, on a block device that counts every read littlefs makes of it, of 512 bytes at most. A certificate
under the EU's scheme has three identifiers or four, so as many look-ups. False alarms are counted on the rows that the
image holds: with whole keys, and with keys cut to 40 bits, where there are enough to compare with the computed rate.
With --mcu, the instructions of look-ups on the emulated Cortex-M3 follow, the image in its memory.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import struct
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.boards import load as load_board
from gatepost.revocation import tables
from gatepost.revocation.bundle import build_revocations
from gatepost.revocation.records import Withdrawal
from gatepost.revocation.slices import KeySlices
from gatepost.trust.bundle import Bundle, read_bundle
from gatepost.trust.image import BLOCK_SIZE, pack_image
from gatepost.trust.signing import point

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.interpreter import Interpreter
from mcu.machine import FREE, FREE_SIZE, PER_TICK, RAM_DISK, Machine

BOARD = "waveshare-esp32-s3-touch-lcd-2"
CREATED = 1_787_500_000
SHORT = 5  # bytes of the keys that are cut
HASHES = 40  # of a Bloom filter of that rate
SOURCE = """
import gc, time, vfs
from scanner.trust.revocations import key, open_revocations
from scanner.reasons import Refusal

class Flash:
    def __init__(self, path):
        self.file = open(path, "rb")
        self.blocks = self.file.seek(0, 2) // 4096
        self.reads = self.bytes = self.largest = 0
    def readblocks(self, block, buffer, offset=0):
        self.reads += 1
        self.bytes += len(buffer)
        self.largest = max(self.largest, len(buffer))
        self.file.seek(block * 4096 + offset)
        self.file.readinto(buffer)
    def writeblocks(self, block, buffer, offset=0):
        raise OSError(30)
    def ioctl(self, operation, argument):
        return self.blocks if operation == 4 else 4096 if operation == 5 else 0

class Claims:
    not_before = None
    scheme = "HC1"
    class key:
        kid = bytes(8)

flash = Flash(path)
vfs.mount(vfs.VfsLfs2(flash, readsize=16, progsize=16, lookahead=32), "/bench")
gc.collect()
free = gc.mem_free()
start = time.ticks_ms()
lists = open_revocations("/bench")
opened = time.ticks_diff(time.ticks_ms(), start), flash.reads
gc.collect()
held = free - gc.mem_free()
if lists.problem:
    raise ValueError(lists.problem)
claims = Claims()
flash.largest = 0

def measure(digests, expected):
    worst = total = amount = spent = 0
    for digest in digests:
        claims.revocation_ids = [("UCI", digest)]
        flash.reads = flash.bytes = 0
        start = time.ticks_us()
        found = lists.holds(claims)
        spent += time.ticks_diff(time.ticks_us(), start)
        if found != expected:
            raise ValueError("wrong answer")
        total += flash.reads
        worst = max(worst, flash.reads)
        amount = max(amount, flash.bytes)
    return worst, total / len(digests), amount, spent // len(digests)

result = opened, held, lists.count, measure(there, True), measure(others, False), flash.largest
vfs.umount("/bench")
"""


ON_CORE = (
    RAM_DISK
    + """
import core, gc, uctypes, vfs
from scanner.trust.revocations import open_revocations

class Claims:
    not_before = None
    scheme = "HC1"
    class key:
        kid = bytes(8)

vfs.mount(vfs.VfsLfs2(Disk(uctypes.bytearray_at(at, size)), readsize=16, progsize=16, lookahead=32), "/bench")
start = core.ticks()
lists = open_revocations("/bench")
opened = (core.ticks() - start) & 0x3fffffff
claims = Claims()
spent = []
for digest in there + others:
    claims.revocation_ids = [("UCI", digest)]
    gc.collect()
    start = core.ticks()
    found = lists.holds(claims)
    spent.append((core.ticks() - start) & 0x3fffffff)
    if found != (digest in there):
        raise ValueError("wrong answer")
result = [lists.count, opened, spent]
"""
)


def withdrawn(number: int) -> Withdrawal:
    return Withdrawal("HC1", "UCI", digest(number))


def digest(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:16]


def interpreters() -> list[Interpreter]:
    """One for each width that can be had here."""
    beside = str(Path(sys.executable).with_name("micropython"))
    found = [Interpreter([os.environ.get("GATEPOST_MICROPYTHON", beside)], "64-bit")]
    cached = Path(__file__).resolve().parents[2] / ".cache" / "micropython32" / "micropython"
    narrow = os.environ.get("GATEPOST_MICROPYTHON32", str(cached) if cached.exists() else "")
    if narrow:
        found.append(Interpreter([narrow], "32-bit"))
    return found


def false_alarms(found: Bundle, lookups: int) -> tuple[int, int]:
    """Random keys that meet a row of the image: whole, and cut to SHORT bytes."""
    shards = [piece for name, piece in found.pieces if name == "revoked"]
    shape = tables.shape(sum(map(tables.count, shards)))
    rows: set[bytes] = set()
    for number, shard in enumerate(shards):
        rows.update(tables.decode_shard(shard, 0, number, 0, shape))
    short = {row[:SHORT] for row in rows}
    whole = cut = 0
    for _ in range(lookups // 100_000):
        block = os.urandom(800_000)
        keys = [block[at : at + 8] for at in range(0, len(block), 8)]
        whole += sum(key in rows for key in keys)
        cut += sum(key[:SHORT] in short for key in keys)
    return whole, cut


def filters(count: int) -> KeySlices:
    """Bloom filters of so many certificates as the EU's service makes them for a key of up to 100,000: 16 slices, a
    rate of 1e-12."""
    found = KeySlices(bytes(8), "POINT", ("UCI",))
    for lead in range(16):
        elements = [each for each in map(digest, range(count)) if each[0] >> 4 == lead]
        words = -(-int(len(elements) * 57.6) // 32)
        bits = 32 * words
        held = bytearray(4 * words)
        for element in elements:
            for number in range(HASHES):
                place = hashlib.sha256(element + bytes((number,))).digest()
                at = int.from_bytes(place, "big", signed=True) % bits
                held[at // 8] |= 0x80 >> at % 8
        head = struct.pack(">HBBfIII", 1, HASHES, 0, 1e-12, len(elements), len(elements), words)
        found.slices.append((lead, "BLOOMFILTER", head + bytes(held)))
    return found


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=1_000_000, help="withdrawn certificates")
    parser.add_argument(
        "--recent", type=int, default=10_000, help="of them, in a second bundle after the first"
    )
    parser.add_argument("--filters", type=int, default=20_000, help="certificates in Bloom filters")
    parser.add_argument("--lookups", type=int, default=10_000_000, help="random ones for the false alarms")
    parser.add_argument(
        "--timed", type=int, default=20_000, help="look-ups on the device, as many again of absent ones"
    )
    parser.add_argument("--mcu", action="store_true", help="count instructions on the emulated core too")
    args = parser.parse_args()
    authority = ec.generate_private_key(ec.SECP256R1())
    entries = [withdrawn(number) for number in range(args.count)]
    first = build_revocations(entries[: args.count - args.recent], authority, 1, "PROD", CREATED)
    after = build_revocations(entries, authority, 2, "PROD", CREATED + 1, after=first)
    one_more = build_revocations(
        [*entries, withdrawn(args.count)], authority, 3, "PROD", CREATED + 2, after=after
    )
    anew = build_revocations(entries, authority, 2, "PROD", CREATED + 1)
    more_anew = build_revocations([*entries, withdrawn(args.count)], authority, 3, "PROD", CREATED + 2)
    size = load_board(BOARD).filesystem_size
    for title, data, next_one in (("one run", anew, more_anew), (f"{args.recent} recent", after, one_more)):
        found = read_bundle(data)
        files = found.files()
        flash = sum(-(-len(each) // BLOCK_SIZE) * BLOCK_SIZE for each in files.values())
        print(
            f"{args.count} withdrawn certificates, {title}: {len(found.content)} bytes in {len(found.pieces)} parts,"
        )
        print(f"  {flash} bytes of flash in whole blocks, manifest {len(found.manifest)} bytes;", end=" ")
        print(f"one more sends {_sent(found, read_bundle(next_one))} bytes")
        _device(_image(authority, found, size), args.count, args.timed, args.recent)
    if args.mcu:
        _core(_image(authority, read_bundle(anew), FREE_SIZE), args.count)
    whole, cut = false_alarms(read_bundle(anew), args.lookups)
    bloom = filters(args.filters)
    found = read_bundle(build_revocations([], authority, 1, "PROD", CREATED, slices=[bloom]))
    print(
        f"{args.filters} withdrawn certificates of one key in 16 Bloom filters: {len(bloom.encode())} bytes"
    )
    _device(_image(authority, found, size), args.filters, args.timed // 10, 0)
    print(f"false alarms of {args.lookups} look-ups of random keys in one run of {args.count}:")
    print(f"  whole keys, 64 bits: {whole}, computed {args.lookups * args.count / 2**64:.1e};", end=" ")
    print(f"a look-up {args.count / 2**64:.1e}")
    print(f"  cut to {8 * SHORT} bits: {cut}, computed {args.lookups * args.count / 2 ** (8 * SHORT):.1f}")


def _sent(old: Bundle, new: Bundle) -> int:
    """Bytes of manifest and parts that a scanner with the old bundle lacks of the new one."""
    known = {piece for _, piece in old.pieces}
    return len(new.manifest) + sum(len(piece) for _, piece in new.pieces if piece not in known)


def _core(image: bytes, count: int) -> None:
    """Instructions of look-ups on the emulated core."""
    there = [digest(number) for number in range(0, count, count // 20)]
    others = [digest(count + 1 + number) for number in range(20)]
    with Machine() as machine:
        machine.load(FREE, image)
        rows, opened, spent = machine.run(
            ON_CORE, at=FREE, size=len(image), there=there, others=others, timeout=600
        )
    each = sorted(ticks * PER_TICK / 1e6 for ticks in spent)
    print(
        f"Cortex-M3: {rows} rows, {len(each)} look-ups, million instructions: median {each[len(each) // 2]:.2f},",
        end=" ",
    )
    print(f"most {each[-1]:.2f}; opening {opened * PER_TICK / 1e6:.0f}")


def _image(authority: ec.EllipticCurvePrivateKey, found: Bundle, size: int) -> bytes:
    lists = {f"revocation/{name}": content for name, content in found.files().items()}
    return pack_image({"authority.pub": point(authority.public_key()), **lists}, size)


def _device(image: bytes, count: int, timed: int, recent: int) -> None:
    """Look up `timed` certificates that were withdrawn, and as many again that were not."""
    there = [digest(number) for number in range(0, count, max(1, count // timed))]
    there += [digest(count - 1 - number) for number in range(min(recent, timed // 4))]
    others = [digest(count + 1 + number) for number in range(timed)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "flash.img"
        path.write_bytes(image)
        for interpreter in interpreters():
            opened, held, rows, hits, misses, largest = interpreter.run(
                SOURCE, path=str(path), there=there, others=others, timeout=600
            )
            print(
                f"  {interpreter.name}: {rows} rows, open {opened[0]} ms, {opened[1]} reads, heap {held} bytes"
            )
            for title, (worst, mean, amount, spent) in (("withdrawn", hits), ("not withdrawn", misses)):
                print(
                    f"    {title:<13} reads {mean:.1f} mean, {worst} most, of {largest} bytes at most;"
                    f" {amount} bytes most; {spent} us"
                )
            interpreter.close()


if __name__ == "__main__":
    main()
