"""A scanner's flash as a file: littlefs in the layout the firmware mounts.

The image is made and read here with littlefs-python and used by MicroPython's own littlefs: two builds of one format.
"""

from __future__ import annotations

from pathlib import Path

from littlefs import LittleFS, LittleFSError

from gatepost.errors import GatepostError
from gatepost.trust.image import BLOCK_SIZE, DEFAULT_SIZE, pack_image


def read_image(image: bytes) -> dict[str, bytes]:
    """Every file of an image, by path."""
    if len(image) % BLOCK_SIZE or len(image) < 2 * BLOCK_SIZE:
        raise GatepostError(f"this is no flash image: its size is not a number of {BLOCK_SIZE}-byte blocks")
    flash = LittleFS(block_size=BLOCK_SIZE, block_count=len(image) // BLOCK_SIZE, mount=False)
    flash.context.buffer = bytearray(image)  # pyright: ignore[reportAttributeAccessIssue]
    files = {}
    try:
        flash.mount()
        for folder, _, names in flash.walk("/"):
            for name in names:
                path = f"{folder.strip('/')}/{name}".lstrip("/")
                with flash.open(path, "rb") as file:
                    files[path] = file.read()
    except LittleFSError as error:
        raise GatepostError(f"this flash image holds no littlefs that can be read: {error}") from None
    return files


def put_files(path: Path, files: dict[str, bytes], size: int = DEFAULT_SIZE) -> None:
    """Write `files` into the image at `path`, which keeps its other files; without an image, make one of `size`
    or of what they need."""
    kept: dict[str, bytes] = {}
    if path.exists():
        image = path.read_bytes()
        size = len(image)
        kept = read_image(image)
    else:
        needed = sum(map(len, files.values())) * 5 // 4 + DEFAULT_SIZE // 2
        size = max(size, -(-needed // BLOCK_SIZE) * BLOCK_SIZE)
    # A list takes the place of the whole old list, whose parts would only take room.
    for kind in ("trust/", "revocation/"):
        if kind + "manifest" in files:
            kept = {name: content for name, content in kept.items() if not name.startswith(kind)}
    beside = path.with_name(path.name + ".new")
    beside.write_bytes(pack_image({**kept, **files}, size))
    beside.replace(path)
