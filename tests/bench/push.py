"""How fast a bundle reaches a scanner, beside a plain copy over the same port; and how little a small change sends.

    python tests/bench/push.py

The plain copy is what no protocol can beat: the same interpreter takes raw bytes from the same kind of port and writes
them to a file of the same littlefs, with nobody asking whether they are right. The push goes through frames, session,
acknowledged chunks that are on flash each, verification of every hash and activation.
"""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.client import Client
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

_ROUNDS = 3  # the best of them: other processes share this computer
PLAIN = """
import sys, select
sys.path.insert(0, sys.argv[1])
from scanner.boards import virtual_flash
virtual_flash.mount(sys.argv[2], "/flash")
port = open(int(sys.argv[3]), "r+b")
left = int(sys.argv[4])
buffer = memoryview(bytearray(4096))
wake = select.poll()
wake.register(port, select.POLLIN)
with open("/flash/copy", "wb") as file:
    while left:
        count = port.readinto(buffer)
        if not count:
            wake.poll(1000)
            continue
        if sys.argv[5] == "flash":
            file.write(buffer[:count])
        left -= count
port.write(b"!")
"""


def plain_copy(data: bytes, where: str) -> float:
    """Bytes a second of a raw copy to "flash" or to "nowhere"."""
    port = SerialPort()
    with tempfile.TemporaryDirectory() as folder:
        image = Path(folder) / "flash.img"
        image.write_bytes(pack_image({"a": b""}))
        script = Path(folder) / "plain.py"
        script.write_text(PLAIN)
        process = subprocess.Popen(
            [
                *find_micropython(), str(script), str(find_firmware()), str(image), str(port.scanner_end),
                str(len(data)), where,
            ],
            pass_fds=[port.scanner_end],
        )  # fmt: skip
        handle = os.open(port.path, os.O_RDWR | os.O_NOCTTY)
        time.sleep(0.5)
        started = time.monotonic()
        view = memoryview(data)
        while view:
            view = view[os.write(handle, view) :]
        os.read(handle, 1)
        spent = time.monotonic() - started
        os.close(handle)
        process.wait(10)
    port.close()
    return len(data) / spent


def main() -> None:
    authority = ec.generate_private_key(ec.SECP256R1())
    technician = ec.generate_private_key(ec.SECP256R1())
    now = int(time.time())
    certificate = issue_role(
        authority, "technician", point(technician.public_key()), "T", now - 60, now + 3600
    )
    records = made_up(1690)
    first = build_bundle(records, authority, 1, "PROD", now)
    records[7] = dataclasses.replace(records[7], revoked=True)
    second = build_bundle(records, authority, 2, "PROD", now)
    plain = 0.0
    for where in ("nowhere", "flash"):
        plain = max(plain_copy(first, where) for _ in range(_ROUNDS))
        print(f"plain copy to {where}: {plain / 1024:.0f} KB/s")
    rates = []
    for _ in range(_ROUNDS):
        with VirtualScanner() as scanner, Client(scanner.port) as client:
            client.provision(point(authority.public_key()), "bench")
            with client.session(certificate, technician):
                for bundle in (first, second):
                    before, started = client.sent_bytes, time.monotonic()
                    pushed = client.push(bundle)
                    spent = time.monotonic() - started
                    sent = client.sent_bytes - before
                    if bundle is first:
                        rates.append(pushed.sent / spent)
    print(
        f"push of {len(first)} bytes: {max(rates) / 1024:.0f} KB/s, {max(rates) / plain:.0%} of the plain copy"
    )
    print(
        f"push of one changed key of {len(records)}: {sent} bytes on the cable, {sent / len(second):.1%} of the list"
    )


if __name__ == "__main__":
    main()
