"""Write firmware/scanner/crypto/p256_generator.py: the comb of P-256's generator, which every verification uses.

From first principles: plain affine additions with Python's integers, nothing of the firmware's. A test makes the file
again and compares it, and looks at every point with another library. `python tools/make_p256_comb.py` after a change.
"""

from __future__ import annotations

from pathlib import Path

TARGET = Path(__file__).resolve().parents[1] / "firmware" / "scanner" / "crypto" / "p256_generator.py"

# SP 800-186, 3.2.1.3.
P = 2**256 - 2**224 + 2**192 + 2**96 - 1
GX = 0x6B17D1F2E12C4247F8BCE6E563A440F277037D812DEB33A0F4A13945D898C296
GY = 0x4FE342E2FE1A7F9B8EE7EB4A7C0F9E162BCE33576B315ECECBB6406837BF51F5

TEETH, COLUMNS = 7, 37
# An element of p256_field.py: times 2^260, plus what makes its 13-bit digits balanced.
R = 2**260
OFFSET = sum(4096 << 13 * i for i in range(19)) + (256 << 247)

Point = tuple[int, int]

HEAD = """\
# The comb of P-256's generator. Made by tools/make_p256_comb.py.
#
# 64 packed points (p256_field.py), 4096 bytes: entry i is the sum of 2^(37 t) G over the teeth t = 0 to 6, positive
# for t = 6 and where bit t of i is set, else negative. A compiled module's constant stays in flash where the module
# does; read from a file system it takes 4 KB of RAM.
# fmt: off

COMB = (
"""


def add(a: Point, b: Point) -> Point:
    """The sum of two points that are not opposite."""
    above, below = (3 * (a[0] ** 2 - 1), 2 * a[1]) if a == b else (b[1] - a[1], b[0] - a[0])
    slope = above * pow(below, -1, P)
    x = (slope**2 - a[0] - b[0]) % P
    return x, (slope * (a[0] - x) - a[1]) % P


def comb(point: Point) -> bytes:
    """The packed comb of a point."""
    teeth = [point]
    for _ in range(TEETH - 1):
        tooth = teeth[-1]
        for _ in range(COLUMNS):
            tooth = add(tooth, tooth)
        teeth.append(tooth)
    out = b""
    for i in range(1 << (TEETH - 1)):
        entry = teeth[-1]
        for t, (x, y) in enumerate(teeth[:-1]):
            entry = add(entry, (x, y if i >> t & 1 else P - y))
        out += b"".join(((value * R + OFFSET) % P).to_bytes(32, "little") for value in entry)
    return out


def source() -> str:
    data = comb((GX, GY))
    lines = ["".join(f"\\x{byte:02x}" for byte in data[at : at + 32]) for at in range(0, len(data), 32)]
    return HEAD + "".join(f'    b"{line}"\n' for line in lines) + ")\n"


def made() -> dict[Path, str]:
    """What is to be written where."""
    return {TARGET: source()}


def main() -> None:
    for target, text in made().items():
        target.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
