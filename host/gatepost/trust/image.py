"""A scanner's filesystem as one file: littlefs (version 2) with the authority's key and a verified trust bundle.

Block size and the limits written into the superblock are those MicroPython's VfsLfs2 mounts. Small files are kept
inline in their directory only up to the smallest cache a mount may have: 4 x readsize of 16.
"""

from __future__ import annotations

from collections.abc import Mapping

from cryptography.hazmat.primitives.asymmetric import ec
from littlefs import LittleFS
from littlefs.errors import LittleFSError

from gatepost.errors import GatepostError
from gatepost.trust.bundle import read_bundle
from gatepost.trust.signing import point

BLOCK_SIZE = 4096  # bytes: the erase unit of every flash chip on our boards
DEFAULT_SIZE = 2 * 1024 * 1024
READ_SIZE = 16
PROGRAM_SIZE = 16
CACHE_SIZE = 64
DISK_VERSION = 0x00020000  # what every MicroPython that we support reads and writes


def build_image(
    bundle: bytes,
    authority: ec.EllipticCurvePublicKey,
    size: int = DEFAULT_SIZE,
    files: Mapping[str, bytes] | None = None,
    policy: bytes | None = None,
) -> bytes:
    """The image, `size` bytes: `authority.pub`, the trust bundle and perhaps a policy bundle, each as its manifest and
    content in the folder of its kind, and `files` by path if given.

    A bundle that `authority` did not sign is refused here, because the scanner would refuse it at the gate.
    """
    if size % BLOCK_SIZE or size < 4 * BLOCK_SIZE:
        raise GatepostError(f"an image has a whole number of {BLOCK_SIZE}-byte blocks, four at least")
    content = {}
    for each in (bundle, policy):
        if each is not None:
            found = read_bundle(each, authority)
            content |= {f"{found.kind}/{name}": data for name, data in found.files().items()}
    return pack_image({"authority.pub": point(authority), **content, **(files or {})}, size)


def pack_image(files: Mapping[str, bytes], size: int = DEFAULT_SIZE) -> bytes:
    """A littlefs image of `size` bytes that holds `files` by path."""
    disk = LittleFS(
        block_size=BLOCK_SIZE,
        block_count=size // BLOCK_SIZE,
        read_size=READ_SIZE,
        prog_size=PROGRAM_SIZE,
        cache_size=CACHE_SIZE,
        lookahead_size=32,
        disk_version=DISK_VERSION,
    )
    try:
        for path, data in files.items():
            folder = path.strip("/").rpartition("/")[0]
            if folder:
                disk.makedirs(folder, exist_ok=True)
            with disk.open(path, "wb") as file:
                file.write(data)
    except (LittleFSError, OSError) as error:
        raise GatepostError(
            f"the files do not fit in an image of {size} bytes ({error}); choose a larger size"
        ) from None
    return bytes(disk.context.buffer)  # pyright: ignore[reportAttributeAccessIssue]
