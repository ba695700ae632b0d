"""A firmware bundle: the scanner's program as signed parts, pushed like a list of keys.

The scanner runs it from the parts themselves, after the signature and every hash were right, and goes back to the one
before when it does not confirm its start. boot.py and main.py are not in it: they are what a board falls back to.
"""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec

from gatepost.errors import GatepostError
from gatepost.trust.bundle import pack

SUFFIXES = (".py", ".mpy", ".bin")
NEEDED = "scanner/app"


def firmware_files(folder: Path) -> dict[str, bytes]:
    """The files of a firmware folder that a bundle takes in, by their path below it."""
    files = {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted((folder / "scanner").rglob("*"))
        if path.suffix in SUFFIXES and "__pycache__" not in path.parts
    }
    if not any(f"{NEEDED}{suffix}" in files for suffix in SUFFIXES[:2]):
        raise GatepostError(f"{folder} holds no firmware: {NEEDED}.py or .mpy is missing")
    # An empty part cannot be asked for; an empty module may as well hold a newline.
    return {name: data or b"\n" for name, data in files.items() if data or name.endswith(".py")}


def build_firmware_bundle(
    folder: Path,
    private: ec.EllipticCurvePrivateKey,
    version: int,
    environment: str,
    created: int,
) -> bytes:
    """Sign the firmware in `folder`, source or compiled for the boards it is meant for."""
    return pack("firmware", dict(firmware_files(folder)), private, version, environment, created)
