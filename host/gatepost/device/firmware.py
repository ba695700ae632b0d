"""A firmware bundle: the scanner's program as signed parts, pushed like a list of keys.

The scanner runs it from the parts themselves, after the signature and every hash were right, and goes back to the one
before when it does not confirm its start. boot.py and main.py are not in it: they are what a board falls back to.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.trust.bundle import pack
from gatepost.trust.signing import Signer

# As .mpy files number them (MicroPython's manual); firmware/scanner/bundles/architecture.py has the same.
ARCHITECTURES = (
    "", "x86", "x64", "armv6", "armv6m", "armv7m", "armv7em", "armv7emsp", "armv7emdp", "xtensa", "xtensawin",
    "rv32imc", "rv64imc",
)  # fmt: skip
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
    return chosen(files)


def chosen(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """What of a board's program a bundle takes in. An empty module becomes a newline, because a part has bytes."""
    return {name: data or b"\n" for name, data in files.items() if name.startswith("scanner/")}


def sign_firmware(
    files: Mapping[str, bytes],
    private: Signer,
    version: int,
    environment: str,
    created: int,
) -> bytes:
    """A firmware bundle of `files` by their path, source or compiled; it names the processor that it is compiled for,
    so that no other is put on trial with it."""
    return pack(
        "firmware", dict(files), private, version, environment, created, architecture=architecture(files)
    )


def architecture(files: Mapping[str, bytes]) -> str:
    """For which processor the compiled modules among `files` are; empty where there are none. GatepostError where they
    are for several, or do not say."""
    found = set()
    compiled = False
    for name, data in files.items():
        if not name.endswith(".mpy"):
            continue
        number = data[2] >> 2 & 15 if data[:1] == b"M" and len(data) > 3 else len(ARCHITECTURES)
        if number >= len(ARCHITECTURES):
            raise GatepostError(f"{name} is no module that mpy-cross compiled")
        compiled = True
        found.add(ARCHITECTURES[number])
    found.discard("")
    if len(found) > 1:
        raise GatepostError(f"modules compiled for several processors: {', '.join(sorted(found))}")
    if compiled and not found:
        raise GatepostError(
            "compiled modules without machine code: nothing says for which processor they are"
        )
    return found.pop() if found else ""
