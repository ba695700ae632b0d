"""Make the scanner's bitmap fonts and icons: `python tools/make_font.py`, `--check` to compare only.

Text is rasterised from DejaVu Sans Condensed (Debian package fonts-dejavu-extra; licence in THIRD_PARTY.md), icons
from the geometry in icon_shapes.py. A scanner has no outline renderer and should not need one: sixteen shapes of an
A cost more flash as code than as pixels.

The file (little-endian), read by firmware/scanner/ui/font.py:
    "GPF1" | line height u8 | baseline u8 | ranges u16 | glyphs u16 | reserved u16
    ranges:  first code point u16, last u16, number of the first one's glyph u16         ascending, no overlap
    glyphs:  bitmap offset u16, width u8, height u8, left i8, top u8, advance u8, reserved u8
    bitmaps: two bits a pixel, leftmost pixel in the lowest bits, rows padded to a byte (framebuf's GS2_HMSB)
"""

from __future__ import annotations

import argparse
import struct
import sys
from dataclasses import dataclass
from pathlib import Path

from icon_shapes import ICONS
from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parents[1]
FONTS = ROOT / "firmware" / "scanner" / "ui" / "fonts"
SOURCE = Path("/usr/share/fonts/truetype/dejavu")
LIMIT = 120 * 1024

# What holders' names of Europe need (EN ISO/IEC 8859-1 to -10, -13 to -16; Greek; Cyrillic of the states that issue
# certificates), and the typographic marks our own sentences use. Anything else is shown by its ICAO transliteration.
NAMES = (
    *range(0x20, 0x7F),  # Basic Latin
    *range(0xA1, 0xAD),
    *range(0xAE, 0x180),  # Latin-1 and Latin Extended-A
    *(0x18F, 0x1A0, 0x1A1, 0x1AF, 0x1B0),  # Azerbaijani schwa, Vietnamese horns
    *range(0x1E6, 0x1EA),
    *range(0x1FC, 0x200),
    *range(0x218, 0x21C),  # Romanian comma below
    0x259,
    *(0x386, *range(0x388, 0x38B), 0x38C, *range(0x38E, 0x3A2), *range(0x3A3, 0x3CF)),  # Greek
    *range(0x400, 0x460),  # Cyrillic, with Serbian, Macedonian, Ukrainian, Belarusian
    *(
        0x490,
        0x491,
        0x492,
        0x493,
        0x49A,
        0x49B,
        0x4A2,
        0x4A3,
        0x4AE,
        0x4AF,
        0x4B0,
        0x4B1,
        0x4D8,
        0x4D9,
        0x4E8,
        0x4E9,
    ),
    *(
        0x1E02,
        0x1E03,
        0x1E0A,
        0x1E0B,
        0x1E1E,
        0x1E1F,
        0x1E40,
        0x1E41,
        0x1E56,
        0x1E57,
        0x1E60,
        0x1E61,
        0x1E6A,
        0x1E6B,
    ),
    *(0x1E80, 0x1E81, 0x1E82, 0x1E83, 0x1E84, 0x1E85, 0x1E9E, 0x1EF2, 0x1EF3),  # Welsh, Irish, sharp S
    *(0x2010, 0x2011, 0x2013, 0x2014, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2026, 0x2192, 0xFFFD),
)
VERDICT_WORDS = tuple(
    sorted({ord(letter) for letter in "PASSCHECKREFUSEREADYSTARTINGFAULTHOLD STILL0123456789"})
)


@dataclass(frozen=True)
class Face:
    """One file: which outlines, at how many pixels, how far apart its lines stand, which characters.

    Lines stand a little closer than the tallest accent over the deepest tail would need: the two rarely meet.
    """

    name: str
    source: str
    pixels: int
    leading: int
    characters: tuple[int, ...]


FACES = (
    Face("word", "DejaVuSansCondensed-Bold.ttf", 38, 30, VERDICT_WORDS),
    Face("large", "DejaVuSansCondensed-Bold.ttf", 23, 27, NAMES),
    Face("medium", "DejaVuSansCondensed-Bold.ttf", 17, 20, NAMES),
    Face("small", "DejaVuSansCondensed.ttf", 14, 17, NAMES),
)


@dataclass(frozen=True)
class Glyph:
    """A glyph cropped to its ink: `left` and `top` place it in the line, `rows` are lists of levels 0 to 3."""

    rows: tuple[tuple[int, ...], ...]
    left: int
    top: int
    advance: int


def level(coverage: int) -> int:
    """0..255 of ink to one of four levels; rounded a little upwards, for thin strokes fade first on a bright screen."""
    return min(3, (coverage * 3 + 150) // 255)


def crop(picture: Image.Image, left: int, top: int, advance: int) -> Glyph:
    """The inked part of a greyscale picture whose corner stands at (left, top) of the line."""
    quantised = picture.point(level)
    box = quantised.getbbox() or (0, 0, 0, 0)
    inked = quantised.crop(box)
    body = inked.tobytes()
    rows = (
        tuple(tuple(body[y * inked.width : (y + 1) * inked.width]) for y in range(inked.height))
        if body
        else ()
    )
    return Glyph(rows, left + box[0], top + box[1], advance)


def rasterise(face: Face) -> tuple[dict[int, Glyph], int, int]:
    """The glyphs of a face, the distance of its lines and its baseline, below the highest ink of any glyph."""
    font = ImageFont.truetype(SOURCE / face.source, face.pixels, layout_engine=ImageFont.Layout.BASIC)
    margin = face.pixels

    def drawn(character: str) -> Image.Image:
        picture = Image.new("L", (3 * margin, 3 * margin))
        ImageDraw.Draw(picture).text((margin, 2 * margin), character, font=font, fill=255, anchor="ls")
        return picture

    missing = drawn("\U0010fffe").tobytes()
    glyphs: dict[int, Glyph] = {}
    for code in face.characters:
        picture = drawn(chr(code))
        if picture.tobytes() == missing:
            raise SystemExit(f"{face.source} has no glyph for U+{code:04X}")
        glyphs[code] = crop(picture, 0 - margin, 0 - 2 * margin, round(font.getlength(chr(code))))
    inked = [glyph for glyph in glyphs.values() if glyph.rows]
    above = -min(glyph.top for glyph in inked)
    placed = {
        code: Glyph(g.rows, g.left, g.top + above if g.rows else 0, g.advance) for code, g in glyphs.items()
    }
    return placed, face.leading, above


def encode(glyphs: dict[int, Glyph], height: int, baseline: int) -> bytes:
    """The file of a set of glyphs, as the module's heading describes it. Equal bitmaps (A, Alpha) are stored once."""
    codes = sorted(glyphs)
    starts = [i for i, code in enumerate(codes) if not i or codes[i - 1] != code - 1]
    ranges = b"".join(
        struct.pack("<HHH", codes[start], codes[end - 1], start)
        for start, end in zip(starts, [*starts[1:], len(codes)], strict=True)
    )
    table, bitmaps, known = bytearray(), bytearray(), {}
    for code in codes:
        glyph = glyphs[code]
        body = b"".join(pack_row(row) for row in glyph.rows)
        if body not in known:
            known[body] = len(bitmaps)
            bitmaps += body
        width = len(glyph.rows[0]) if glyph.rows else 0
        left = glyph.left if glyph.rows else 0
        table += struct.pack(
            "<HBBbBBB", known[body], width, len(glyph.rows), left, glyph.top, glyph.advance, 0
        )
    head = b"GPF1" + struct.pack("<BBHHH", height, baseline, len(starts), len(codes), 0)
    return bytes(head + ranges + table + bitmaps)


def pack_row(row: tuple[int, ...]) -> bytes:
    """Four pixels a byte, the leftmost in the lowest bits."""
    padded = [*row, *([0] * (-len(row) % 4))]
    return bytes(a | b << 2 | c << 4 | d << 6 for a, b, c, d in zip(*[iter(padded)] * 4, strict=True))


def make() -> dict[str, bytes]:
    """Every file by name."""
    files = {f"{face.name}.bin": encode(*rasterise(face)) for face in FACES}
    icons = {ord(name): crop(shape(), 0, 0, 0) for name, shape in ICONS.items()}
    files["icons.bin"] = encode(icons, 0, 0)
    return files


def main() -> int:
    parser = argparse.ArgumentParser(description="Make the scanner's bitmap fonts and icons.")
    parser.add_argument(
        "--check", action="store_true", help="compare with the files in the tree, write nothing"
    )
    options = parser.parse_args()
    if not SOURCE.is_dir():
        print(
            "DejaVu is not installed: apt-get install fonts-dejavu-core fonts-dejavu-extra", file=sys.stderr
        )
        return 2
    files = make()
    total = sum(map(len, files.values()))
    stale = [
        name
        for name, body in files.items()
        if not (FONTS / name).exists() or (FONTS / name).read_bytes() != body
    ]
    for name, body in files.items():
        print(f"{name:12} {len(body):7} bytes{'  differs' if options.check and name in stale else ''}")
    print(f"{'total':12} {total:7} bytes of {LIMIT}")
    if total > LIMIT:
        print("the fonts are larger than flash allows them", file=sys.stderr)
        return 1
    if options.check:
        return 1 if stale else 0
    FONTS.mkdir(parents=True, exist_ok=True)
    for name, body in files.items():
        (FONTS / name).write_bytes(body)
    return 0


if __name__ == "__main__":
    sys.exit(main())
