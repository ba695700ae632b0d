"""What the journal costs: an append, a start, a collection on the scanner; verification and reading on the host.

    python tests/bench/journal.py [records]

By default 100,000 records of scans are appended on the 64-bit interpreter to a littlefs of 24 MB in a file, on a block
device that counts. Flash is a file here: times say what the processor does, counts what a chip would have to do.
Parts that a microcontroller feels (sealing, signing, opening a segment) are timed alone, on every interpreter found.
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.journal.entries import read_entries
from gatepost.journal.verify import verify
from gatepost.trust.signing import point

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.trust import interpreters

DEVICE = ec.derive_private_key(0xBE7C4 << 200, ec.SECP256R1())
SUPERVISOR = ec.derive_private_key(0x5EE << 230, ec.SECP256R1())
MEGABYTES = 24
SETUP = """
import gc, os, time, vfs
from scanner.journal.journal import Journal

ONES = b"\\xff" * 4096

class Flash:
    def __init__(self, path):
        self.file = open(path, "r+b")
        self.blocks = os.stat(path)[6] // 4096
        self.count()

    def count(self):
        self.reads = self.read = self.written = self.erased = 0

    def readblocks(self, block, buffer, offset=0):
        self.reads += 1
        self.read += len(buffer)
        self.file.seek(block * 4096 + offset)
        self.file.readinto(buffer)

    def writeblocks(self, block, buffer, offset=0):
        self.written += len(buffer)
        self.file.seek(block * 4096 + offset)
        self.file.write(buffer)

    def ioctl(self, operation, argument):
        if operation == 4:
            return self.blocks
        if operation == 5:
            return 4096
        if operation == 6:
            self.erased += 1
            self.file.seek(argument * 4096)
            self.file.write(ONES)
        return 0

class Clock:
    trusted = True
    def now(self):
        return 1790000000

flash = Flash(path)
vfs.VfsLfs2.mkfs(flash, readsize=16, progsize=16, lookahead=512)
vfs.mount(vfs.VfsLfs2(flash, readsize=16, progsize=16, lookahead=512), "/bench")

def start():
    return Journal("/bench", key, [supervisor], Clock(), 1 << 30)

BODY = {"verdict": 0, "reason": 0, "scheme": "HC1", "issuer": "DE", "kid": b"12345678", "use": b"87654321"}
journal = start()
"""
APPEND = """
flash.count()
began = time.ticks_ms()
worst = 0
for _ in range(count):
    one = time.ticks_us()
    journal.append("scan", BODY)
    worst = max(worst, time.ticks_diff(time.ticks_us(), one))
spent = time.ticks_diff(time.ticks_ms(), began)
appended = spent * 1000 // count, worst, flash.read // count, flash.written // count, flash.erased * 100 // count
journal.close()
flash.count()
began = time.ticks_us()
journal = start()
opened = time.ticks_diff(time.ticks_us(), began), flash.reads, flash.read
result = appended + opened
"""
COLLECT = """
view = memoryview(bytearray(4050))
at = journal.next - count
flash.count()
spent = size = pieces = 0
while at < journal.next:
    one = time.ticks_us()
    filled, at = journal.read(at, view)
    spent += time.ticks_diff(time.ticks_us(), one)
    pieces += 1
    size += filled
result = spent, size, pieces, flash.read
"""
EVERYTHING = """
at = journal.first
with open(target, "wb") as file:
    while at < journal.next:
        filled, at = journal.read(at, view)
        file.write(view[:filled])
head = journal.head()
result = head["next"], head["digest"]
"""
PARTS = """
import time
from scanner.crypto import aead, kdf, p256_sign
from scanner.journal import body, items
from scanner.journal.segment import Header, make_header

def timed(function, rounds):
    function()
    began = time.ticks_us()
    for _ in range(rounds):
        function()
    return time.ticks_diff(time.ticks_us(), began) // rounds

BODY = {"verdict": 0, "reason": 0, "scheme": "HC1", "issuer": "DE", "kid": b"12345678", "use": b"87654321"}
device = p256_sign.public(key)
content = body.seal(key, 1, "scan", 1790000000, True, BODY)
result = (
    timed(lambda: body.seal(key, 1, "scan", 1790000000, True, BODY), 200),
    timed(lambda: items.wrap(items.RECORD, content, key), 200),
    timed(lambda: kdf.hmac(key, key), 200),
    timed(lambda: p256_sign.sign(key, key), 10),
    timed(lambda: p256_sign.agree(key, supervisor), 10),
    timed(lambda: make_header(Header(1, 0, 1), key, device, [supervisor]), 5),
)
"""


def main() -> None:
    total = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    key = DEVICE.private_numbers().private_value.to_bytes(32, "big")
    names = {"key": key, "supervisor": point(SUPERVISOR.public_key())}
    found = interpreters()
    print("interpreter  seal us  chain us  hmac us  sign us  agree us  open a segment us")
    for interpreter in found:
        seal, chain, hmac, sign, agree, header = interpreter.run(PARTS, space="parts", timeout=120, **names)
        print(f"{interpreter.name:<11} {seal:>8}  {chain:>8}  {hmac:>7}  {sign:>7}  {agree:>8}  {header:>17}")
    with tempfile.TemporaryDirectory() as folder:
        _fill(found[0], Path(folder), total, names)
    for interpreter in found:
        interpreter.close()


def _fill(interpreter, folder: Path, total: int, names: dict) -> None:
    image = folder / "flash.img"
    image.write_bytes(b"\xff" * (MEGABYTES << 20))
    interpreter.run(SETUP, space="journal", path=str(image), **names)
    print("\nrecords   append us  worst us  read B  written B  erases  |  start us  reads  read B")
    done = 0
    for goal in (1_000, total // 10, total // 2, total):
        if goal <= done:
            continue
        while done < goal:
            count = min(1000, goal - done)
            row = interpreter.run(APPEND, space="journal", timeout=300, count=count)
            done += count
        append, worst, read, written, erased, start, reads, opened = row
        print(
            f"{done:>7}  {append:>10}  {worst:>8}  {read:>6}  {written:>9}  {erased / 100:>6.2f}  |"
            f"  {start:>8}  {reads:>5}  {opened:>6}"
        )
    spent, size, pieces, read = interpreter.run(
        COLLECT, space="journal", timeout=300, count=min(10_000, total)
    )
    print(
        f"\ncollect: {min(10_000, total)} records, {size} bytes in {pieces} pieces, {spent / 1e6:.2f} s on the"
        f" scanner, {size / spent:.2f} MB/s, {read / size:.2f} bytes of flash read for each"
    )
    target = folder / "items"
    end, digest = interpreter.run(EVERYTHING, space="journal", timeout=600, target=str(target))
    data = target.read_bytes()
    began = time.perf_counter()
    report = verify(data, point(DEVICE.public_key()))
    spent = time.perf_counter() - began
    if not report.ok or (report.next, report.digest) != (end, digest):
        raise SystemExit(f"the journal does not verify: {report.broken}")
    print(
        f"verify:  {report.records} records, {len(data)} bytes, {spent:.2f} s, {report.records / spent:,.0f} a second"
    )
    began = time.perf_counter()
    read = sum(not each.problem for each in read_entries(data, SUPERVISOR))
    spent = time.perf_counter() - began
    print(f"read:    {read} records decrypted, {spent:.2f} s, {read / spent:,.0f} a second")
    print(f"digest:  {hashlib.sha256(data).hexdigest()[:16]}")


if __name__ == "__main__":
    main()
