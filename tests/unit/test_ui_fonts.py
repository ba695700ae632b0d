"""The fonts: read here once more, by a reader of our own, and compared with what framebuf draws."""

import struct
import sys
from pathlib import Path

import pytest
from harness.interpreter import FIRMWARE, DeviceError

FONTS = FIRMWARE / "scanner" / "ui" / "fonts"
NAMES = ("word", "large", "medium", "small", "icons")


def read(name):
    """{code point: (left, top, advance, rows of levels)} and (line height, baseline)."""
    data = (FONTS / f"{name}.bin").read_bytes()
    magic, height, baseline, ranges, glyphs, _ = struct.unpack_from("<4sBBHHH", data)
    assert magic == b"GPF1"
    table = 12 + ranges * 6
    bitmaps = table + glyphs * 8
    found = {}
    for number in range(ranges):
        first, last, index = struct.unpack_from("<HHH", data, 12 + number * 6)
        for code in range(first, last + 1):
            at = table + (index + code - first) * 8
            offset, width, rows, left, top, advance, _ = struct.unpack_from("<HBBbBBB", data, at)
            stride = (width + 3) // 4
            body = data[bitmaps + offset : bitmaps + offset + stride * rows]
            found[code] = (
                left,
                top,
                advance,
                [[body[y * stride + x // 4] >> x % 4 * 2 & 3 for x in range(width)] for y in range(rows)],
            )
    assert len(found) == glyphs
    return found, (height, baseline)


def test_the_fonts_fit_their_share_of_flash():
    assert sum(path.stat().st_size for path in FONTS.glob("*.bin")) < 120 * 1024


def test_their_licence_travels_with_them():
    text = (FONTS / "LICENSE").read_text()
    assert "Bitstream Vera" in text and "Arev" in text
    assert "DejaVu" in (Path(FIRMWARE).parent / "THIRD_PARTY.md").read_text()


@pytest.mark.parametrize("name", ["large", "medium", "small"])
def test_every_letter_of_european_names_is_there(name):
    found, _ = read(name)
    assert found.keys() >= set(map(ord, "ABCXYZabcxyz0123456789 '-.,/()<&"))
    assert found.keys() >= set(map(ord, "ÀÉÎÕÜßæøåđħłŋœșțŞŢžÞðÐþẞ"))
    assert found.keys() >= set(map(ord, "ΆΈΉΊΌΎΏΑΩάέήίόύώϊϋΐΰς"))
    assert found.keys() >= set(map(ord, "АЯаяЁёЂЃЄЅІЇЈЉЊЋЌЎЏђѓєѕіїјљњћќўџҐґ"))
    assert found.keys() >= set(map(ord, "–—‘’“”•…→·\ufffd"))


@pytest.mark.parametrize("name", NAMES)
def test_lookup_agrees_with_the_file(mp, name):
    found, (height, baseline) = read(name)
    mp.run("from scanner.ui.font import Font; font = Font(name)", "fonts", name=name)
    assert mp.run("result = (font.height, font.baseline)", "fonts") == (height, baseline)
    probes = sorted(
        {*found, *(code + 1 for code in found), *(code - 1 for code in found), 0, 7, 0x5D0, 0xFFFF, 0x1F642}
    )
    has, widths = mp.run(
        "result = ([font.has(chr(p)) for p in probes], [font.width(chr(p)) for p in probes])",
        "fonts",
        probes=probes,
    )
    missing = found.get(0xFFFD, (0, 0, 0, []))
    assert has == [code in found for code in probes]
    assert widths == [found.get(code, missing)[2] for code in probes]


@pytest.mark.parametrize("name", ["large", "small", "icons"])
def test_framebuf_draws_what_the_file_holds(mp, name):
    found, _ = read(name)
    codes = sorted(found)[:: max(1, len(found) // 40)]
    mp.run(
        """
import array, framebuf
from scanner.ui.font import Font
font = Font(name)
memory = bytearray(100 * 100 * 2)
frame = framebuf.FrameBuffer(memory, 100, 100, framebuf.RGB565)
levels = framebuf.FrameBuffer(array.array("H", (0, 1, 2, 3)), 4, 1, framebuf.RGB565)
""",
        "fonts",
        name=name,
    )
    for code in codes:
        left, top, advance, rows = found[code]
        end, memory = mp.run(
            "frame.fill(0); result = (font.draw(frame, chr(code), 5, 6, levels, 0), bytes(memory))",
            "fonts",
            code=code,
        )
        expected = [[0] * 100 for _ in range(100)]
        for y, row in enumerate(rows):
            for x, level in enumerate(row):
                expected[6 + top + y][5 + left + x] = level
        assert memory == b"".join(struct.pack("<100H", *row) for row in expected), f"U+{code:04X}"
        assert end == 5 + advance


def test_a_damaged_font_is_refused(mp, tmp_path):
    good = (FONTS / "small.bin").read_bytes()
    worst = bytearray(good)
    struct.pack_into("<H", worst, 12 + struct.unpack_from("<H", good, 6)[0] * 6 + 8, 0xFFFF)
    for body in (
        b"",
        b"GPF1",
        good[:11],
        b"GPF2" + good[4:],
        good[: len(good) // 9],
        good[:-1],
        bytes(worst),
    ):
        (tmp_path / "bad.bin").write_bytes(body)
        with pytest.raises(DeviceError) as caught:
            mp.run(
                """
from scanner.ui import font
there = font._FOLDER
font._FOLDER = folder
try:
    font.Font("bad")
finally:
    font._FOLDER = there
""",
                "fonts",
                folder=f"{tmp_path}/",
            )
        assert caught.value.kind == "ValueError"


def test_the_committed_fonts_come_from_the_committed_tool():
    source = Path("/usr/share/fonts/truetype/dejavu/DejaVuSansCondensed.ttf")
    if not source.exists():
        pytest.skip("DejaVu Sans Condensed is not installed (fonts-dejavu-extra)")
    sys.path.insert(0, str(Path(FIRMWARE).parent / "tools"))
    try:
        from make_font import make
    finally:
        sys.path.pop(0)
    # The rasteriser's version decides about single pixels of letters, not about our icons nor about who is there.
    files = make()
    assert files["icons.bin"] == (FONTS / "icons.bin").read_bytes()
    for name, body in files.items():
        assert body[:12] == (FONTS / name).read_bytes()[:12]


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 50, []),
        ("one", 50, ["one"]),
        ("aa bb cc", 1000, ["aa bb cc"]),
        ("  aa   bb ", 1000, ["aa bb"]),
        ("Anna-Maria", 40, ["Anna-", "Maria"]),
        ("2026-11-22 -- x-1", 80, ["2026-11-22", "-- x-1"]),
        ("-", 50, ["-"]),
    ],
)
def test_wrap(mp, text, width, lines):
    mp.run(
        "from scanner.ui.font import Font; from scanner.ui import text as t; small = Font('small')", "wrap"
    )
    assert mp.run("result = t.wrap(small, text, width)", "wrap", text=text, width=width) == lines


def test_balanced_lines_are_as_few_and_as_narrow_as_can_be(mp):
    mp.run(
        "from scanner.ui.font import Font; from scanner.ui import text as t; small = Font('small')", "wrap"
    )
    text = "Compare name and birth date with the passport."
    assert mp.run("result = t.wrap(small, text, 281)", "wrap", text=text)[1] == "passport."
    assert mp.run("result = t.balanced(small, text, 281)", "wrap", text=text) == [
        "Compare name and birth",
        "date with the passport.",
    ]
    assert mp.run("result = t.balanced(small, text, 400)", "wrap", text=text) == [text]
    assert mp.run("result = t.balanced(small, '', 400)", "wrap") == []


def test_wrap_ends_in_a_column_of_one_pixel(mp):
    mp.run(
        "from scanner.ui.font import Font; from scanner.ui import text as t; small = Font('small')", "wrap"
    )
    assert mp.run("result = t.wrap(small, 'Żółć', 1)", "wrap") == list("Żółć")


@pytest.mark.parametrize("text", ["W" * 300, "ж" * 300, "a b " * 100, "x-" * 200, "😀" * 50])
def test_no_line_is_wider_than_its_column_and_nothing_is_lost(mp, text):
    mp.run(
        "from scanner.ui.font import Font; from scanner.ui import text as t; small = Font('small')", "wrap"
    )
    lines, widths, cut, cut_width = mp.run(
        """
lines = t.wrap(small, text, 90)
cut = t.fill(small, text, 90, 2)
result = (lines, [small.width(line) for line in lines], cut, max([small.width(line) for line in cut]))
""",
        "wrap",
        text=text,
    )
    assert max(widths) <= 90 and cut_width <= 90
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert len(cut) == 2 and cut[1].endswith("…")
