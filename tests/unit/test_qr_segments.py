"""The bit stream of modes, counts and characters: written here bit by bit, valid and hostile."""

import random

import pytest
from harness.interpreter import DeviceError

CHARACTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
MODES = {"numeric": 1, "alphanumeric": 2, "byte": 4, "kanji": 8}
COUNT_BITS = {
    "numeric": (10, 12, 14),
    "alphanumeric": (9, 11, 13),
    "byte": (8, 16, 16),
    "kanji": (8, 10, 12),
}
# The first and last version of each width of counts (Table 3).
EDGES = (1, 9, 10, 26, 27, 40)


def bits(value, width):
    return format(value, f"0{width}b")


def body(mode, text):
    """Characters of one segment as a string of 0 and 1."""
    if mode == "numeric":
        return "".join(
            bits(int(text[i : i + 3]), (0, 4, 7, 10)[len(text[i : i + 3])]) for i in range(0, len(text), 3)
        )
    if mode == "alphanumeric":
        values = [CHARACTERS.index(c) for c in text]
        pairs = [values[i : i + 2] for i in range(0, len(values), 2)]
        return "".join(bits(p[0] * 45 + p[1], 11) if len(p) == 2 else bits(p[0], 6) for p in pairs)
    if mode == "byte":
        return "".join(bits(c, 8) for c in text)
    out = ""
    encoded = text.encode("shift_jis")
    for lead, trail in zip(encoded[::2], encoded[1::2], strict=True):
        code = lead << 8 | trail
        code -= 0x8140 if code <= 0x9FFC else 0xC140
        out += bits((code >> 8) * 0xC0 + (code & 0xFF), 13)
    return out


def segment(mode, text, version, count=None):
    width = COUNT_BITS[mode][0 if version < 10 else 1 if version < 27 else 2]
    return bits(MODES[mode], 4) + bits(len(text) if count is None else count, width) + body(mode, text)


def pack(stream, terminated=True):
    stream += "0000" if terminated else ""
    stream += "0" * (-len(stream) % 8)
    return bytes(int(stream[i : i + 8], 2) for i in range(0, len(stream), 8))


def parse(mp, data, version=5):
    payload, names, append, eci, fnc1 = mp.call(
        "scanner.vision.segments:parse", data + bytes(4), len(data), version
    )
    return {"payload": payload, "names": names, "append": append, "eci": eci, "fnc1": fnc1}


def refused(mp, data, version=5):
    with pytest.raises(DeviceError) as caught:
        parse(mp, data, version)
    assert caught.value.kind == "ValueError", str(caught.value)
    return caught.value.text


@pytest.mark.parametrize("version", EDGES)
@pytest.mark.parametrize(
    ("mode", "text"),
    [
        ("numeric", "0"),
        ("numeric", "99"),
        ("numeric", "007"),
        ("numeric", "31415926535897932384626433832795028841971"),
        ("alphanumeric", "A"),
        ("alphanumeric", ":::"),
        ("alphanumeric", CHARACTERS + CHARACTERS[::-1]),
        ("byte", bytes(range(200, 256)) + bytes(range(56))),
        ("kanji", "点茗漢字　滌熙"),
    ],
)
def test_one_segment(mp, version, mode, text):
    expected = text if mode == "byte" else text.encode("shift_jis" if mode == "kanji" else "ascii")
    got = parse(mp, pack(segment(mode, text, version)), version)
    assert got == {"payload": expected, "names": (mode,), "append": None, "eci": None, "fnc1": 0}


def random_segment(rng):
    mode = rng.choice(list(MODES))
    size = rng.choice((0, 1, 2, 3, 5, 17))
    if mode == "byte":
        text = rng.randbytes(size)
        return mode, text, text
    letters = {"numeric": "0123456789", "alphanumeric": CHARACTERS, "kanji": "日本国証明書亜熙滌"}[mode]
    text = "".join(rng.choice(letters) for _ in range(size))
    return mode, text, text.encode("shift_jis")


def test_random_sequences_of_segments(mp):
    rng = random.Random(18004)
    for _ in range(200):
        version = rng.choice(EDGES)
        chosen = [random_segment(rng) for _ in range(rng.randint(0, 6))]
        stream = "".join(segment(mode, text, version) for mode, text, _ in chosen)
        got = parse(mp, pack(stream), version)
        assert got["payload"] == b"".join(expected for _, _, expected in chosen)
        assert got["names"] == tuple(dict.fromkeys(mode for mode, _, _ in chosen))


def test_every_kanji_of_the_standard(mp):
    """All two-byte values that the compaction reaches, and none besides."""
    source = """
from scanner.vision import segments
out = bytearray(2)
result = bytearray()
for value in range(8192):
    word = value << 11
    data = bytes((word >> 16, word >> 8 & 255, word & 255))
    result += bytes(out) if segments._kanji(data, 0, out, 0, 1) else b"--"
"""
    got = mp.run(source)
    expected = bytearray()
    for value in range(8192):
        code = (value // 0xC0 << 8) + value % 0xC0
        code += 0x8140 if code < 0x1F00 else 0xC140
        legal = code & 0xFF != 0x7F and code & 0xFF <= 0xFC
        expected += code.to_bytes(2, "big") if legal else b"--"
    assert got == expected


def test_no_terminator_is_needed_where_the_data_ends(mp):
    for text in ("12345678", "1234567", "123456", "12345", "1234"):
        stream = segment("numeric", text, 1)
        data = pack(stream, terminated=False)
        left = len(data) * 8 - len(stream)
        if left < 4:
            assert parse(mp, data, 1)["payload"] == text.encode()


def test_what_follows_the_terminator_is_not_looked_at(mp):
    data = pack(segment("byte", b"x", 5)) + b"\xff" * 20
    assert parse(mp, data)["payload"] == b"x"
    assert parse(mp, b"\x00")["payload"] == b""
    assert parse(mp, b"")["payload"] == b""


@pytest.mark.parametrize("number", [0, 26, 127, 128, 899, 16383, 16384, 811799, 999999])
def test_eci_in_its_three_lengths(mp, number):
    forms = []
    if number < 1 << 7:
        forms.append(bits(number, 8))
    if number < 1 << 14:
        forms.append("10" + bits(number, 14))
    forms.append("110" + bits(number, 21))
    for form in forms:
        got = parse(mp, pack("0111" + form + segment("byte", "é".encode(), 5)))
        assert (got["eci"], got["payload"], got["names"]) == (number, "é".encode(), ("byte",))


@pytest.mark.parametrize("form", ["110" + bits(1000000, 21), "110" + "1" * 21, "111" + "0" * 29, "1" * 40])
def test_eci_that_cannot_be(mp, form):
    assert "ECI" in refused(mp, pack("0111" + form))


def test_eci_cut_off(mp):
    assert "ECI" in refused(mp, bytes([0x77]))
    assert "ECI" in refused(mp, pack("0111" + "10111111", terminated=False))
    assert "ECI" in refused(mp, pack("0111" + "11001111" + "11111111", terminated=False))


def test_gs1(mp):
    """FNC1 in first position: "%" separates, "%%" is itself, digits and bytes stay."""
    stream = "0101" + segment("numeric", "0104012345123456", 5)
    stream += segment("alphanumeric", "10AB%%C%21%%%", 5) + segment("byte", b"a%%b\x1d", 5)
    got = parse(mp, pack(stream))
    assert got["fnc1"] == 1
    assert got["payload"] == b"010401234512345610AB%C\x1d21%\x1da%%b\x1d"
    plain = parse(mp, pack(segment("alphanumeric", "A%%B%", 5)))
    assert (plain["payload"], plain["fnc1"]) == (b"A%%B%", 0)


@pytest.mark.parametrize(
    ("value", "prefix"),
    [(0, b"00"), (7, b"07"), (99, b"99"), (165, b"A"), (190, b"Z"), (197, b"a"), (222, b"z")],
)
def test_application_indicator(mp, value, prefix):
    got = parse(mp, pack("1001" + bits(value, 8) + segment("alphanumeric", "X%Y", 5)))
    assert (got["fnc1"], got["payload"]) == (2, prefix + b"X\x1dY")


@pytest.mark.parametrize("value", [100, 164, 191, 196, 223, 255])
def test_application_indicator_that_cannot_be(mp, value):
    assert "indicator" in refused(mp, pack("1001" + bits(value, 8)))


def test_fnc1_out_of_place(mp):
    data = segment("byte", b"x", 5)
    assert "FNC1" in refused(mp, pack(data + "0101"))
    assert "FNC1" in refused(mp, pack("0101" + "0101" + data))
    assert "FNC1" in refused(mp, pack(data + "1001" + bits(12, 8)))
    refused(mp, bytes([0x90]))
    # Behind an ECI or a structured append header it is in place.
    assert parse(mp, pack("0111" + bits(3, 8) + "0101" + data))["fnc1"] == 1


def test_structured_append(mp):
    data = segment("byte", b"x", 5)
    got = parse(mp, pack("0011" + bits(2, 4) + bits(6, 4) + bits(0xA5, 8) + data))
    assert (got["append"], got["payload"]) == ((2, 7, 0xA5), b"x")
    assert parse(mp, pack("0011" + bits(15, 4) + bits(15, 4) + bits(0, 8) + data))["append"] == (15, 16, 0)
    assert "append" in refused(mp, pack("0011" + bits(7, 4) + bits(6, 4) + bits(0, 8) + data))
    assert "append" in refused(mp, pack(data + "0011" + bits(0, 16)))
    assert "append" in refused(mp, pack(("0011" + bits(0, 16)) * 2 + data))
    assert "append" in refused(mp, b"\x30\x10")


@pytest.mark.parametrize("mode", [6, 10, 11, 12, 13, 14, 15])
def test_unknown_modes(mp, mode):
    assert "mode" in refused(mp, pack(bits(mode, 4) + "0" * 60))


@pytest.mark.parametrize(
    ("mode", "count", "value"),
    [
        ("numeric", 3, bits(1000, 10)),
        ("numeric", 3, bits(1023, 10)),
        ("numeric", 2, bits(100, 7)),
        ("numeric", 1, bits(10, 4)),
        ("numeric", 4, bits(999, 10) + bits(15, 4)),
        ("alphanumeric", 2, bits(2025, 11)),
        ("alphanumeric", 2, bits(2047, 11)),
        ("alphanumeric", 1, bits(45, 6)),
        ("alphanumeric", 3, bits(2024, 11) + bits(63, 6)),
        ("kanji", 1, bits(0x3F, 13)),
        ("kanji", 1, bits(0xBD, 13)),
    ],
)
def test_values_outside_of_their_character_set(mp, mode, count, value):
    assert "value" in refused(mp, pack(segment(mode, "", 5, count) + value))


@pytest.mark.parametrize("mode", list(MODES))
@pytest.mark.parametrize("version", EDGES)
def test_truncation_at_every_byte(mp, version, mode):
    text = {"numeric": "1" * 40, "alphanumeric": "A%" * 12, "byte": b"\x11" * 16, "kanji": "点" * 11}[mode]
    data = pack(segment(mode, text, version), terminated=False)
    for length in range(1, len(data)):
        assert "truncated" in refused(mp, data[:length], version)


def test_longest_counts_in_short_data(mp):
    for version in EDGES:
        for mode, number in MODES.items():
            width = COUNT_BITS[mode][0 if version < 10 else 1 if version < 27 else 2]
            assert "truncated" in refused(mp, pack(bits(number, 4) + "1" * width + "0" * 200), version)


def test_data_without_slack_is_refused(mp):
    with pytest.raises(DeviceError) as caught:
        mp.call("scanner.vision.segments:parse", b"\x40", 1, 5)
    assert caught.value.kind == "ValueError"


def test_longest_payloads(mp):
    """The capacities of version 40-L (Table 7)."""
    for mode, text in (
        ("numeric", "7" * 7089),
        ("alphanumeric", "%" * 4296),
        ("byte", b"\xa5" * 2953),
        ("kanji", "熙" * 1817),
    ):
        expected = text if mode == "byte" else text.encode("shift_jis")
        data = pack(segment(mode, text, 40), terminated=False)
        assert len(data) <= 2956
        assert parse(mp, data, 40)["payload"] == expected


def test_noise(mp64, mp):
    """Random codewords end in a value or a ValueError, the same on both widths, and stay inside their buffer."""
    rng = random.Random(77)
    source = """
from scanner.vision import segments
result = []
for k in range(0, len(noise), 40):
    try:
        result.append(segments.parse(noise[k : k + 40], 36, version))
    except ValueError as error:
        result.append(str(error))
"""
    for version in (1, 12, 40):
        # Small values make long chains of segments likely.
        noise = b"".join(
            bytes(rng.randrange(rng.choice((2, 32, 128, 256))) for _ in range(36)) + bytes(4)
            for _ in range(400)
        )
        got = mp.run(source, noise=noise, version=version)
        assert got == mp64.run(source, noise=noise, version=version)
        assert sum(isinstance(each, tuple) for each in got) > 5
        assert len({each for each in got if isinstance(each, str)}) >= 5
