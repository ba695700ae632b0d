"""Espressif's own tool: the second opinion on an image, and the way onto a chip."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import tempfile
from pathlib import Path

from gatepost.errors import GatepostError

_SECONDS = 60


def check_image(data: bytes, chip: str, what: str) -> None:
    """GatepostError where esptool's image-info finds fault with a program image."""
    with tempfile.TemporaryDirectory(prefix="gatepost-") as scratch:
        path = Path(scratch) / "image.bin"
        path.write_bytes(data)
        code, said = run(["--chip", chip, _verb("image-info"), str(path)])
    if code or "valid" not in said or "invalid" in said.lower():
        words = [line for line in said.splitlines() if "error" in line.lower() or "invalid" in line.lower()]
        raise GatepostError(
            f"{what}: esptool refuses the image: {(words or ['no reason given'])[-1].strip()}"
        )


def write_flash(port: str, chip: str, path: Path) -> None:
    """Write an image from the first byte of a chip's flash on, and let esptool compare it."""
    code, said = run(
        ["--chip", chip, "--port", port, "--baud", "460800", _verb("write-flash"), "0", str(path)],
        seconds=900,
    )
    if code:
        words = [line for line in said.splitlines() if line.strip()]
        raise GatepostError(
            f"esptool could not write the flash: {words[-1].strip() if words else 'no reason given'}; "
            "hold BOOT while plugging the board in, and try again"
        )


def run(arguments: list[str], seconds: float = _SECONDS) -> tuple[int, str]:
    """esptool's exit code and everything it said."""
    if importlib.util.find_spec("esptool") is None:
        raise GatepostError("esptool is missing: pip install 'gatepost[board]'")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "esptool", *arguments], capture_output=True, check=False, timeout=seconds
        )
    except subprocess.TimeoutExpired:
        raise GatepostError(f"esptool did not end within {seconds:.0f} seconds") from None
    return done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace")


def _verb(name: str) -> str:
    """Before version 5, words are joined by underscores."""
    import esptool  # noqa: PLC0415  # pyright: ignore[reportMissingImports] - an extra

    return name if int(str(esptool.__version__).split(".")[0]) >= 5 else name.replace("-", "_")
