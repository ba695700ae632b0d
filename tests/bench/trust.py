"""What a trust list costs on the scanner: flash read, time and memory of a lookup, and of opening the store.

    python tests/bench/trust.py

Lists of 100 to 10,000 made-up keys lie in a littlefs image on a block device that counts every byte read from it, as
the host tools make it and MicroPython mounts it, with littlefs reads of 16 and of 32 bytes (MicroPython's default).
With GATEPOST_CORPORA, the size of WHO's list and the VCI snapshot as one bundle follows.
"""

from __future__ import annotations

import hashlib
import os
import sys
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.trust import keylist
from gatepost.trust.bundle import build_bundle
from gatepost.trust.image import build_image
from gatepost.trust.records import KeyRecord
from gatepost.trust.sources import Options, read_sources

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from harness.interpreter import Interpreter

COUNTS = (100, 1_000, 3_000, 10_000)
READ_SIZES = (16, 32)
CREATED = 1_787_500_000
SOURCE = """
import gc, io, time, vfs
from scanner.trust import store
from scanner.trust.keys import KeyList

class Flash:
    def __init__(self, image):
        self.image = image
        self.bytes = 0
    def readblocks(self, block, buffer, offset=0):
        at = block * 4096 + offset
        self.bytes += len(buffer)
        buffer[:] = self.image[at : at + len(buffer)]
    def writeblocks(self, block, buffer, offset=0):
        raise OSError(30)
    def ioctl(self, operation, argument):
        return len(self.image) // 4096 if operation == 4 else 4096 if operation == 5 else 0

flash = Flash(image)
vfs.mount(vfs.VfsLfs2(flash, readsize=size, progsize=size, lookahead=32), "/bench")
with open("/bench/authority.pub", "rb") as file:
    authority = file.read()
start = time.ticks_ms()
trusted = store.open_store("/bench", authority)
opened = time.ticks_diff(time.ticks_ms(), start)
total = worst = spent = memory = 0
for kid in kids:
    flash.bytes = 0
    start = time.ticks_us()
    found = trusted.find(kid)
    spent += time.ticks_diff(time.ticks_us(), start)
    if len(found) != 1:
        raise ValueError("not found")
    total += flash.bytes
    worst = max(worst, flash.bytes)
vfs.umount("/bench")
# Memory apart from flash, because this block device allocates and a board's does not.
keys = KeyList(io.BytesIO(part))
for kid in kids[:50]:
    gc.collect()
    free = gc.mem_free()
    found = keys.find(kid)
    memory = max(memory, free - gc.mem_free())
del trusted, flash, image, part, keys
result = (opened, total // len(kids), worst, spent // len(kids), memory)
"""


def interpreters() -> list[Interpreter]:
    """One for each width that can be had here."""
    beside = str(Path(sys.executable).with_name("micropython"))
    found = [Interpreter([os.environ.get("GATEPOST_MICROPYTHON", beside)], "64-bit")]
    if "GATEPOST_MICROPYTHON32" in os.environ:
        found.append(Interpreter([os.environ["GATEPOST_MICROPYTHON32"]], "32-bit"))
    return found


def made_up(count: int) -> list[KeyRecord]:
    """Records of the size that WHO's list gives."""
    records = []
    for number in range(count):
        digest = hashlib.sha256(b"%d" % number).digest()
        records.append(
            KeyRecord(
                kid=digest[:8], kind="P-256", x=digest, y=digest, country="FR", participant="FRA", domain="DCC",
                name=f"Ministry of Health, office {number % 60}",
            )
        )  # fmt: skip
    return records


def main() -> None:
    authority = ec.generate_private_key(ec.SECP256R1())
    print("interpreter    keys  littlefs read  open ms  flash B/lookup  worst  us/lookup  heap B/lookup")
    for interpreter in interpreters():
        for count in COUNTS:
            records = made_up(count)
            bundle = build_bundle(records, authority, 1, "PROD", CREATED)
            image = build_image(bundle, authority.public_key())
            part = keylist.encode(records)
            kids = [each.kid for each in records[:: max(1, count // 500)]]
            for size in READ_SIZES:
                opened, mean, worst, spent, memory = interpreter.run(
                    SOURCE, image=image, part=part, kids=kids, size=size
                )
                print(
                    f"{interpreter.name:<11} {count:>7}  {size:>13}  {opened:>7}  {mean:>14}  {worst:>5}"
                    f"  {spent:>9}  {memory:>13}"
                )
        interpreter.close()
    corpora = os.environ.get("GATEPOST_CORPORA")
    if corpora:
        sources = [
            Path(corpora) / "who" / "trustlists" / "prod-DCC.did.json.gz",
            Path(corpora) / "shc" / "vci" / "vci_snapshot.json",
        ]
        for title, options in (
            ("all keys", Options(at=CREATED, include_expired=True, include_development=True)),
            ("current keys", Options(at=CREATED)),
        ):
            records, _ = read_sources(sources, options)
            size = len(build_bundle(records, authority, 1, "PROD", CREATED))
            print(f"WHO's list and the VCI snapshot, {title}: {len(records)} keys, bundle of {size} bytes")


if __name__ == "__main__":
    main()
