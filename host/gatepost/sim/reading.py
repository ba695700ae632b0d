"""Reading keys for a virtual scanner, brought as to any other: over its cable, in a technician's session, sealed to it.

A signed list's authority is rarely at hand to grant a role. So a scanner of a passing authority takes the keys in, and
what it then has on flash, where they lie sealed under its own key, goes into the flash of the scanner that is to judge.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.device.client import Client
from gatepost.device.reading import seal_to
from gatepost.keys.reading import ReadingKey
from gatepost.keys.roles import issue_role
from gatepost.sim.flash import read_image
from gatepost.sim.scanner import VirtualScanner
from gatepost.trust.signing import point

_KEPT = ("device.key", "device.pub", "reading.keys")
_HOUR = 3600


def reading_files(
    keys: Sequence[ReadingKey],
    clock: float | None = None,
    micropython: str | os.PathLike[str] | None = None,
) -> dict[str, bytes]:
    """The files that a scanner with these reading keys has on flash, for `VirtualScanner(files=...)`. `clock` and
    `micropython` are those of the scanner that is to judge."""
    authority, technician = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    now = max(_HOUR + 1, int(time.time() if clock is None else clock))
    role = issue_role(
        authority, "technician", point(technician.public_key()), "gatepost scan", now - _HOUR, now + _HOUR
    )
    with tempfile.TemporaryDirectory(prefix="gatepost-") as folder:
        flash = Path(folder) / "flash.img"
        scanner = VirtualScanner(
            flash=flash, authority=point(authority.public_key()), clock=now, micropython=micropython
        )
        with scanner, Client(scanner.port) as client, client.session(role, technician) as session:
            client.set_reading_keys(seal_to(session.device, 1, keys))
        found = read_image(flash.read_bytes())
    return {name: found[name] for name in _KEPT}
