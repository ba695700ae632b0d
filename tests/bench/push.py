"""How fast a bundle reaches a scanner and a journal leaves it, beside plain copies over the same port in the same run.

    python tests/bench/push.py [rounds]

The plain copies are what no protocol can beat: the same interpreter takes raw bytes from the same kind of port and
writes them to a file of the same littlefs, or reads such a file and writes it to the port, with nobody asking whether
they are right. The push goes through frames, session, acknowledged chunks, verification of every hash and activation;
the collection through a session, chained and sealed records, an archive that is on disk piece by piece, verification
of the whole and an acknowledgement. Rounds of all of them alternate, and the best of each counts, because other
processes share the computer.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.client import Client
from gatepost.journal.archive import Archive
from gatepost.journal.pull import collect
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.sim.firmware import find_firmware
from gatepost.sim.interpreter import find_micropython
from gatepost.sim.process import SerialPort
from gatepost.trust.bundle import build_bundle
from gatepost.trust.image import pack_image
from gatepost.trust.signing import point

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from bench.trust import made_up

RECORDS = 10_000
IMAGE = 4 << 20
ROOT = """
import sys, select
sys.path.insert(0, sys.argv[1])
from scanner.boards import virtual_flash
virtual_flash.mount(sys.argv[2], "/flash")
"""
PLAIN = (
    ROOT
    + """
port = open(int(sys.argv[3]), "r+b")
left = int(sys.argv[4])
buffer = memoryview(bytearray(4096))
wake = select.poll()
if sys.argv[5] == "in":
    wake.register(port, select.POLLIN)
    with open("/flash/copy", "wb") as file:
        while left:
            count = port.readinto(buffer)
            if not count:
                wake.poll(1000)
                continue
            file.write(buffer[:count])
            left -= count
    port.write(b"!")
else:
    wake.register(port, select.POLLOUT)
    with open("/flash/copy", "rb") as file:
        while left:
            part = buffer[: file.readinto(buffer)]
            left -= len(part)
            while len(part):
                count = port.write(part)
                if not count:
                    wake.poll(1000)
                else:
                    part = part[count:]
"""
)
FILL = (
    ROOT
    + """
from scanner.journal.access import open_journal
class Clock:
    trusted = True
    def now(self):
        return 1790000000
journal = open_journal("/flash", Clock())
for number in range(int(sys.argv[3])):
    journal.append("scan", {"verdict": 0, "reason": 0, "scheme": "HC1", "issuer": "DE", "kid": b"12345678"})
journal.close()
"""
)


class Deployment:
    """An authority, a technician and a supervisor, made for this run."""

    def __init__(self) -> None:
        self.authority, self.technician, self.supervisor = (
            ec.generate_private_key(ec.SECP256R1()) for _ in range(3)
        )

    def certificate(self, role: str, key: ec.EllipticCurvePrivateKey) -> bytes:
        now = int(time.time())
        return issue_role(self.authority, role, point(key.public_key()), role, now - 60, now + 3600)


def plain_copy(size: int, way: str) -> float:
    """Bytes a second of a raw copy "in" to flash or "out" of it."""
    port = SerialPort()
    data = os.urandom(size)
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "flash.img"
        image.write_bytes(pack_image({"copy": data if way == "out" else b""}, IMAGE))
        script = Path(folder) / "plain.py"
        script.write_text(PLAIN)
        handle = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
        process = subprocess.Popen(
            [
                *find_micropython(), str(script), str(find_firmware()), str(image), str(port.scanner_end),
                str(size), way,
            ],
            pass_fds=[port.scanner_end],
        )  # fmt: skip
        if way == "in":
            time.sleep(0.5)  # until it waits at the port
            started = time.monotonic()
            view = memoryview(data)
            while view:
                view = view[os.write(handle, view) :]
            os.read(handle, 1)
        else:
            # Its first bytes say that it has begun: those few are left out of the count.
            size -= len(os.read(handle, 4096))
            started = time.monotonic()
            left = size
            while left:
                left -= len(os.read(handle, 65536))
        spent = time.monotonic() - started
        os.close(handle)
        process.wait(10)
    port.close()
    return size / spent


def push(owner: Deployment, bundles: list[bytes]) -> tuple[float, int]:
    """Bytes a second of the first bundle on a blank scanner, and the bytes on the cable for the last one."""
    rate = sent = 0.0
    with VirtualScanner() as scanner, Client(scanner.port) as client:
        client.provision(point(owner.authority.public_key()), "bench")
        with client.session(owner.certificate("technician", owner.technician), owner.technician):
            for bundle in bundles:
                before, started = client.sent_bytes, time.monotonic()
                pushed = client.push(bundle)
                spent = time.monotonic() - started
                sent = client.sent_bytes - before
                rate = rate or pushed.sent / spent
    return rate, int(sent)


def filled(owner: Deployment, folder: Path) -> bytes:
    """The flash of a scanner with a journal of RECORDS scans."""
    device = ec.generate_private_key(ec.SECP256R1())
    image = folder / "filled.img"
    files = {
        "authority.pub": point(owner.authority.public_key()),
        "device.key": device.private_numbers().private_value.to_bytes(32, "big"),
        "device.pub": point(device.public_key()),
        "name": b"bench",
        "supervisors.cbor": cbor2.dumps([{"name": "S", "key": point(owner.supervisor.public_key())}]),
    }
    image.write_bytes(pack_image(files, IMAGE))
    script = folder / "fill.py"
    script.write_text(FILL)
    subprocess.run(
        [*find_micropython(), str(script), str(find_firmware()), str(image), str(RECORDS)], check=True
    )
    return image.read_bytes()


def pull(owner: Deployment, image: bytes, folder: Path, number: int) -> tuple[int, int, float, float]:
    """Records, bytes, seconds from the request for the first one until the last is in the archive, and from the first
    question until all is verified and acknowledged."""
    flash = folder / f"{number}.img"
    flash.write_bytes(image)
    with VirtualScanner(flash=flash) as scanner, Client(scanner.port) as client:
        session = client.session(owner.certificate("supervisor", owner.supervisor), owner.supervisor)
        archive = Archive.open(folder / f"{number}.journal", session.device)
        started = time.monotonic()
        asked: list[float] = []
        arrived: list[float] = []
        read = client.journal_read

        def journal_read(sequence: int) -> Iterator[bytes]:
            asked.append(time.monotonic())
            return read(sequence)

        client.journal_read = journal_read  # type: ignore[method-assign]
        taken = collect(archive, client, progress=lambda *_: arrived.append(time.monotonic()))
        spent = time.monotonic() - started
        if not taken.freed or not taken.report.ok:
            raise SystemExit(f"the journal was not collected: {taken.report.broken}")
    return taken.records, len(archive.items()), arrived[-1] - asked[0], spent


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 3
    owner = Deployment()
    now = int(time.time())
    records = made_up(1690)
    first = build_bundle(records, owner.authority, 1, "PROD", now)
    records[7] = dataclasses.replace(records[7], revoked=True)
    second = build_bundle(records, owner.authority, 2, "PROD", now)
    copied = {"in": 0.0, "out": 0.0}
    pushed = pulled = 0.0
    sent = count = size = 0
    whole = float("inf")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        image = filled(owner, folder)
        for number in range(rounds):
            copied["in"] = max(copied["in"], plain_copy(len(first), "in"))
            rate, sent = push(owner, [first, second])
            pushed = max(pushed, rate)
            count, size, spent, all_ = pull(owner, image, folder, number)
            pulled = max(pulled, size / spent)
            whole = min(whole, all_)
            copied["out"] = max(copied["out"], plain_copy(size, "out"))
    print(f"plain copy into flash:   {copied['in'] / 1024:6.0f} KB/s")
    print(
        f"push of {len(first)} bytes:  {pushed / 1024:6.0f} KB/s, {pushed / copied['in']:.0%} of the plain copy"
    )
    print(f"plain copy out of flash: {copied['out'] / 1024:6.0f} KB/s")
    print(
        f"pull of {count} records: {pulled / 1024:6.0f} KB/s, {pulled / copied['out']:.0%} of the plain copy out,"
        f" {pulled / copied['in']:.0%} of the one in ({size} bytes; verified and freed after {whole:.2f} s)"
    )
    print(
        f"push of one changed key of {len(records)}: {sent} bytes on the cable, {sent / len(second):.1%} of the list"
    )


if __name__ == "__main__":
    main()
