"""Reed-Solomon against a plain reference: an encoder by long division, and a decoder that tries every set of places."""

import itertools
import random

import pytest
from harness.interpreter import DeviceError

CORRECT = """
from scanner.vision import reed_solomon
block = bytearray(code)
try:
    changed = reed_solomon.correct(block, parity, kept_back, erasures)
except ValueError:
    changed = None
result = (changed, block)
"""


def multiply(a, b):
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= 0x11D
        b >>= 1
    return product


TABLE = [[multiply(a, b) for b in range(256)] for a in range(256)]
INVERSE = [0] + [TABLE[a].index(1) for a in range(1, 256)]


def power(exponent):
    value = 1
    for _ in range(exponent % 255):
        value = TABLE[value][2]
    return value


def encode(data, parity):
    generator = [1]
    for k in range(parity):
        root = power(k)
        generator = [a ^ TABLE[root][b] for a, b in zip([*generator, 0], [0, *generator], strict=True)]
    rest = list(data) + [0] * parity
    for i in range(len(data)):
        factor = rest[i]
        for j, coefficient in enumerate(generator):
            rest[i + j] ^= TABLE[factor][coefficient]
    return bytes(data) + bytes(rest[len(data) :])


def syndromes(code, parity):
    result = []
    for k in range(parity):
        root, value = power(k), 0
        for c in code:
            value = TABLE[value][root] ^ c
        result.append(value)
    return result


def decode_by_trial(code, parity, limit, erasures):
    """The codeword within reach, or None: solves the syndrome equations for every set of places in turn."""
    wanted = syndromes(code, parity)
    rest = [p for p in range(len(code)) if p not in erasures]
    for errors in range((limit - len(erasures)) // 2 + 1):
        for places in itertools.combinations(rest, errors):
            sizes = solve([*erasures, *places], wanted, len(code))
            if sizes is not None:
                fixed = bytearray(code)
                for place, size in zip([*erasures, *places], sizes, strict=True):
                    fixed[place] ^= size
                return bytes(fixed)
    return None


def solve(places, wanted, length):
    """Magnitudes at `places` that give these syndromes, by elimination; None where there are none."""
    roots = [power(length - 1 - p) for p in places]
    rows = []
    terms = [1] * len(places)
    for value in wanted:
        rows.append([*terms, value])
        terms = [TABLE[t][r] for t, r in zip(terms, roots, strict=True)]
    for column in range(len(places)):
        pivot = next(i for i in range(column, len(rows)) if rows[i][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        inverse = INVERSE[rows[column][column]]
        rows[column] = [TABLE[inverse][v] for v in rows[column]]
        for i, row in enumerate(rows):
            if i != column and row[column]:
                rows[i] = [v ^ TABLE[row[column]][w] for v, w in zip(row, rows[column], strict=True)]
    if any(row[-1] for row in rows[len(places) :]):
        return None
    return [row[-1] for row in rows[: len(places)]]


def spoil(code, places, rng):
    bad = bytearray(code)
    for p in places:
        bad[p] ^= rng.randrange(1, 256)
    return bytes(bad)


def correct(mp, code, parity, kept_back=0, erasures=b""):
    return mp.run(CORRECT, code=code, parity=parity, kept_back=kept_back, erasures=bytes(erasures))


# (codewords, parity) of real blocks: 1-L, 1-H, 6-M, 18-Q, 27-L, 40-H, and the longest that the code allows.
SHAPES = [(26, 7), (26, 17), (43, 16), (51, 28), (153, 30), (46, 30), (255, 30)]


@pytest.mark.parametrize(("length", "parity"), SHAPES)
def test_errors_up_to_capacity(mp, length, parity):
    rng = random.Random(length)
    for errors in (0, 1, 2, parity // 2 - 1, parity // 2):
        code = encode(rng.randbytes(length - parity), parity)
        places = rng.sample(range(length), errors)
        assert correct(mp, spoil(code, places, rng), parity) == (errors, code)


@pytest.mark.parametrize(("length", "parity"), SHAPES)
def test_erasures_up_to_capacity(mp, length, parity):
    rng = random.Random(length + 1)
    code = encode(rng.randbytes(length - parity), parity)
    places = rng.sample(range(length), parity)
    assert correct(mp, spoil(code, places, rng), parity, 0, places) == (parity, code)
    # Erasures that were right all along are not counted as changed.
    assert correct(mp, spoil(code, places[:3], rng), parity, 0, places) == (3, code)


@pytest.mark.parametrize(("length", "parity"), SHAPES)
def test_errors_and_erasures_mixed(mp, length, parity):
    rng = random.Random(length + 2)
    for erasures in range(parity + 1):
        errors = (parity - erasures) // 2
        code = encode(rng.randbytes(length - parity), parity)
        places = rng.sample(range(length), erasures + errors)
        assert correct(mp, spoil(code, places, rng), parity, 0, places[:erasures]) == (
            erasures + errors,
            code,
        )


@pytest.mark.parametrize(("length", "parity"), SHAPES)
def test_one_above_capacity(mp, length, parity):
    """The word is left as it was, or becomes another codeword within reach: never anything else."""
    rng = random.Random(length + 3)
    refused = 0
    for _ in range(12):
        code = encode(rng.randbytes(length - parity), parity)
        bad = spoil(code, rng.sample(range(length), parity // 2 + 1), rng)
        changed, got = correct(mp, bad, parity)
        if changed is None:
            assert got == bad
            refused += 1
        else:
            assert not any(syndromes(got, parity))
            assert changed == sum(a != b for a, b in zip(got, bad, strict=True)) <= parity // 2
    assert refused >= 10


@pytest.mark.parametrize("kept_back", [0, 1, 2, 3])
def test_parity_kept_back(mp, kept_back):
    rng = random.Random(kept_back)
    parity = 10
    code = encode(rng.randbytes(16), parity)
    most = (parity - kept_back) // 2
    assert correct(mp, spoil(code, range(most), rng), parity, kept_back) == (most, code)
    bad = spoil(code, range(most + 1), rng)
    assert correct(mp, bad, parity, kept_back) == (None, bad)
    bad = spoil(code, range(8), rng)
    given = parity - kept_back
    expected = (8, code) if given >= 8 else (None, bad)
    assert correct(mp, bad, parity, kept_back, range(8)) == expected


def test_agrees_with_trial_of_every_set_of_places(mp):
    rng = random.Random(2024)
    outcomes = set()
    for _ in range(250):
        length, parity = rng.randint(7, 10), rng.randint(1, 6)
        limit = parity - rng.randint(0, min(2, parity))
        code = encode(rng.randbytes(length - parity), parity)
        bad = spoil(code, rng.sample(range(length), rng.randint(0, 4)), rng)
        erasures = rng.sample(range(length), rng.randint(0, parity))
        expected = decode_by_trial(bad, parity, limit, erasures) if any(syndromes(bad, parity)) else bad
        if len(erasures) > limit and expected != bad:
            expected = None
        changed, got = correct(mp, bad, parity, parity - limit, erasures)
        assert (None if changed is None else got) == expected
        outcomes.add((changed is None, got == code))
    assert outcomes == {(True, False), (False, True), (False, False)}


@pytest.mark.parametrize(
    ("code", "parity", "erasures"),
    [
        (b"\0" * 256, 10, b""),
        (b"\0" * 8, 8, b""),
        (b"\0" * 40, 31, b""),
        (b"\0" * 40, 0, b""),
        (b"\0" * 26, 10, b"\x1a"),
        (b"\0" * 26, 10, b"\x01\x01"),
    ],
)
def test_what_is_no_block(mp, code, parity, erasures):
    with pytest.raises(DeviceError) as caught:
        mp.call("scanner.vision.reed_solomon:correct", bytearray(code), parity, 0, erasures)
    assert caught.value.kind == "ValueError"


def test_random_words(mp):
    """Noise is refused by any block of eight parity codewords or more (it passes once in 10^7)."""
    rng = random.Random(9)
    for length, parity in SHAPES[1:]:
        for _ in range(10):
            noise = rng.randbytes(length)
            assert correct(mp, noise, parity, 4, rng.sample(range(length), 6)) == (None, noise)
