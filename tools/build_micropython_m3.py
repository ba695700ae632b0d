#!/usr/bin/env python3
"""Build bare-metal MicroPython for an emulated Cortex-M3: the 32-bit microcontroller that tests/mcu runs on.

    python tools/build_micropython_m3.py [--source DIR] [--into .cache/micropython-m3] [--force]

Board: QEMU's mps2-an385. The source is Debian's own package `micropython`, downloaded through the mirror that this
machine already uses, or any MicroPython tree from 1.24 on (--source; it is not written to). The port is built as it
is, with the settings and the C module of tests/mcu/modules added from outside, and mpy-cross of the same tree.
Needs gcc for Arm and for this machine, and make; to run it, QEMU. On Debian:

    apt-get install gcc make gcc-arm-none-eabi libnewlib-arm-none-eabi qemu-system-arm

The package carries neither axTLS nor mbedTLS, so this build has no `cryptolib`: the firmware's own AES serves there.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import sys
import tarfile
from pathlib import Path

from debian_packages import FetchError, PrivateApt, run

# The first that the mirror serves whole: while it takes a new state in, an index may not match its signature.
SUITES = ("trixie", "forky")
ROOT = Path(__file__).resolve().parents[1]
MODULES = ROOT / "tests" / "mcu" / "modules"
STAMP = "sources"  # the file that says what a build was made of
HEAP = 2_883_584  # bytes, 2.75 MB of the core's 4 MB, beside code and stack


def fetch_source(into: Path) -> Path:
    """Unpack the source of Debian's package; the top of its tree."""
    state = into / "apt"
    archive = download(state)
    tree = into / "source"
    with tarfile.open(archive) as tar:
        tar.extractall(tree, filter="data")
    shutil.rmtree(state)
    inside = [path for path in tree.iterdir() if path.is_dir()]
    return inside[0] if len(inside) == 1 else tree


def download(state: Path) -> Path:
    """The upstream archive from the first suite that has it; FetchError with every suite's complaint where none has."""
    complaints = []
    for suite in SUITES:
        try:
            return PrivateApt(state / suite, suite, None).source("micropython")
        except FetchError as error:
            complaints.append(f"{suite}: {error}")
    raise FetchError("\n".join(complaints))


def build(source: Path, into: Path) -> Path:
    """Compile mpy-cross and the firmware from `source`; the firmware's ELF file."""
    for tool in ("make", "gcc", "arm-none-eabi-gcc"):
        if shutil.which(tool) is None:
            raise FetchError(f"{tool} is needed (see --help for Debian's packages)")
    if not (source / "ports" / "qemu" / "boards" / "MPS2_AN385").is_dir():
        raise FetchError(f"{source} is no MicroPython tree with ports/qemu (1.24 or later)")
    jobs = f"-j{os.cpu_count() or 1}"
    into.mkdir(parents=True, exist_ok=True)
    run(
        [
            "make",
            jobs,
            "-C",
            source / "mpy-cross",
            f"BUILD={into / 'cross'}",
            "PROG=mpy-cross",
            "USER_C_MODULES=",
        ]
    )
    cross = into / "cross" / "mpy-cross"
    if not cross.exists():
        raise FetchError("mpy-cross was not made")
    work = into / "build"
    run(
        [
            *("make", jobs, "-C", source / "ports" / "qemu", "BOARD=MPS2_AN385", f"BUILD={work}"),
            *(
                "FROZEN_MANIFEST=",
                f"USER_C_MODULES={MODULES}",
                f"MICROPY_HEAP_SIZE={HEAP}",
                "MICROPY_VFS_LFS2=1",
            ),
            *(f"MICROPY_MPYCROSS={cross}", f'CFLAGS_EXTRA=-I{MODULES} -DMP_CONFIGFILE="<config.h>"'),
        ]
    )
    firmware = into / "firmware.elf"
    shutil.copy2(work / "firmware.elf", firmware)
    shutil.copy2(cross, into / "mpy-cross")
    (into / STAMP).write_text(sources())
    return firmware


def sources() -> str:
    """A hash of what is ours in the build."""
    found = hashlib.sha256(str(HEAP).encode())
    for path in sorted(path for path in MODULES.rglob("*") if path.is_file()):
        found.update(path.relative_to(MODULES).as_posix().encode() + b"\0" + path.read_bytes())
    return found.hexdigest()


def is_current(into: Path) -> bool:
    """Whether the build in the folder is one of our sources as they are."""
    stamp = into / STAMP
    return (into / "firmware.elf").exists() and stamp.exists() and stamp.read_text() == sources()


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--source", type=Path, metavar="DIR", help="a MicroPython source tree of your own")
    parser.add_argument(
        "--into", type=Path, default=ROOT / ".cache" / "micropython-m3", help="folder for all of it"
    )
    parser.add_argument("--force", action="store_true", help="build again even where it is already there")
    args = parser.parse_args()
    into: Path = args.into.resolve()
    firmware = into / "firmware.elf"
    if is_current(into) and not args.force and not args.source:
        print(firmware)
        return 0
    try:
        for part in ("build", "cross") if args.force else ("build",):
            shutil.rmtree(into / part, ignore_errors=True)
        kept = next(iter(sorted(into.glob("source/*/ports"))), None)
        source = args.source or (kept.parent if kept else fetch_source(into))
        print(build(source.resolve(), into))
    except FetchError as error:
        print(f"build_micropython_m3: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
