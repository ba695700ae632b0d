"""The EU's slices on MicroPython: Bloom filters and lists of hashes cut short, against published vectors and against
filters that are made here from the description of the format, apart from both readers."""

from __future__ import annotations

import base64
import hashlib
import json
import random
import struct

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.cli import main
from gatepost.errors import GatepostError
from gatepost.keys import files
from gatepost.revocation.bundle import build_revocations
from gatepost.revocation.slices import KeySlices, pages, read_folder, sound
from gatepost.trust.bundle import read_bundle
from harness.interpreter import DeviceError
from unit.bundle_rig import AUTHORITY, NOW, Rig

DEVICE = """
import io
from scanner.trust import revocation_slices as slices

def reader(data):
    def read(at, count):
        if at < 0 or at + count > len(data):
            raise ValueError("beyond")
        return data[at : at + count]
    return read

def searched(search, data, elements):
    return [getattr(slices, search)(reader(data), 0, len(data), element) for element in elements]

def paged(data, at, count):
    return slices.Pages(io.BytesIO(data)).read(at, count)
"""
KID = b"kid-of-a"


def ask(mp, search: str, data: bytes, elements: list[bytes]) -> list[bool]:
    return mp.run(
        DEVICE + "result = searched(search, data, elements)",
        space="slices", search=search, data=data, elements=elements,
    )  # fmt: skip


def digest(number: int) -> bytes:
    return hashlib.sha256(b"%d" % number).digest()[:16]


def make_bloom(elements: list[bytes], words: int, count: int) -> bytes:
    bits = 32 * words
    number = 0
    for element in elements:
        for i in range(count):
            index = int.from_bytes(hashlib.sha256(element + bytes([i])).digest(), "big", signed=True) % bits
            number |= 1 << bits - 1 - index
    head = struct.pack(">HBBfIII", 1, count, 0, 1e-12, len(elements), len(elements), words)
    return head + number.to_bytes(bits // 8, "big")


def make_list(elements: list[bytes], size: int) -> bytes:
    rows = sorted((each[:size] for each in elements), key=lambda row: int.from_bytes(row, "big", signed=True))
    return struct.pack(">HfIB", 1, 1e-12, len(elements), size) + b"".join(rows)


def test_published_bloom_filters(mp, corpora):
    vectors = json.loads((corpora / "revocation" / "bloom.json").read_text())
    for vector in vectors["vectors"]:
        words = bytes.fromhex(vector["words_hex"])
        data = (
            struct.pack(">HBBfIII", 1, vector["k"], 0, vector["p"], vector["n"], 0, len(words) // 4) + words
        )
        elements = [each.encode() for each in vector["elements"]]
        assert ask(mp, "bloom", data, elements) == [bool(each) for each in vector["exists"]]
        written = [element for element, there in zip(elements, vector["written"], strict=True) if there]
        assert make_bloom(written, len(words) // 4, vector["k"])[20:] == words
    for vector in vectors["index"]:
        found = mp.run(
            DEVICE + "result = slices.bit_of(element, i, bits)",
            space="slices", element=bytes.fromhex(vector["element_hex"]), i=vector["i"], bits=vector["bits"],
        )  # fmt: skip
        assert found == vector["index"]


def test_published_lists(mp, corpora):
    vectors = json.loads((corpora / "revocation" / "varhash.json").read_text())
    for vector in vectors["lookup"]:
        data, wanted = bytes.fromhex(vector["filter_hex"]), bytes.fromhex(vector["hash_hex"])
        assert ask(mp, "prefixes", data, [wanted]) == [vector["contains"]]
    for vector in vectors["search"]:
        rows = [bytes.fromhex(each) for each in vector["sorted_hex"]]
        data = struct.pack(">HfIB", 1, 1e-6, len(rows), len(rows[0])) + b"".join(rows)
        assert ask(mp, "prefixes", data, [bytes.fromhex(vector["wanted_hex"])]) == [vector["found"]]
    for vector in vectors["write"]:
        if "filter_hex" in vector and "add_hex" in vector:
            data = bytes.fromhex(vector["filter_hex"])
            added = [bytes.fromhex(each) for each in vector["add_hex"]]
            assert ask(mp, "prefixes", data, added) == [True] * len(added)
            assert sound("VARHASHLIST", data) == data


@pytest.mark.parametrize(("words", "count"), [(1, 67), (3, 22), (1000, 40), (20_000, 40)])
def test_bloom_filters_of_all_sizes(mp, words, count):
    there = [digest(n) for n in range(max(1, words // 60))]
    others = [digest(100_000 + n) for n in range(200)]
    data = make_bloom(there, words, count)
    answers = ask(mp, "bloom", data, there[:300] + others)
    assert answers[: len(there[:300])] == [True] * len(there[:300])
    bits = int.from_bytes(data[20:], "big")
    expected = []
    for element in others:
        places = [
            int.from_bytes(hashlib.sha256(element + bytes([i])).digest(), "big", signed=True) % (32 * words)
            for i in range(count)
        ]
        expected.append(all(bits >> (32 * words - 1 - place) & 1 for place in places))
    assert answers[len(there[:300]) :] == expected


@pytest.mark.parametrize("size", [1, 2, 4, 7, 8, 16])
@pytest.mark.parametrize("count", [0, 1, 2, 100])
def test_lists_in_the_order_of_signed_numbers(mp, size, count):
    there = [digest(n) for n in range(count)]
    others = [digest(n) for n in range(1000, 1200)] + [b"\x80" + bytes(15), b"\x7f" + b"\xff" * 15]
    cut = {each[:size] for each in there}
    data = make_list(there, size)
    assert ask(mp, "prefixes", data, there + others) == [True] * count + [
        each[:size] in cut for each in others
    ]
    head, rows = data[:11], [data[at : at + size] for at in range(11, len(data), size)]
    assert sound("VARHASHLIST", head + b"".join(reversed(rows))) == data


BLOOM, LIST = make_bloom([digest(1)], 2, 3), make_list([digest(1)], 4)


@pytest.mark.parametrize(
    ("search", "data"),
    [
        ("bloom", b""), ("bloom", BLOOM[:-1]), ("bloom", bytes(24)),
        ("bloom", b"\0\2" + BLOOM[2:]), ("bloom", b"\0\1\3\7" + BLOOM[4:]),
        ("prefixes", b""), ("prefixes", LIST[:-1]), ("prefixes", LIST[:10] + b"\0"),
        ("prefixes", make_list([], 17)), ("prefixes", b"\0\2" + LIST[2:]),
    ],
)  # fmt: skip
def test_what_is_no_slice(mp, search, data):
    with pytest.raises(DeviceError) as caught:
        ask(mp, search, data, [digest(1)])
    assert caught.value.kind == "ValueError"
    if data[:4] != b"\0\1\3\7":
        with pytest.raises(GatepostError):
            sound("BLOOMFILTER" if search == "bloom" else "VARHASHLIST", data)


def test_pages(mp):
    data = random.Random(1).randbytes(1000)
    for at, count in ((0, 1000), (0, 0), (251, 2), (252, 252), (999, 1), (500, 400)):
        found = mp.run(
            DEVICE + "result = paged(data, at, count)", space="slices", data=pages(data), at=at, count=count
        )
        assert found == data[at : at + count]
    for at, count in ((999, 2), (-1, 1), (1001, 0)):
        with pytest.raises(DeviceError):
            mp.run(
                DEVICE + "result = paged(data, at, count)",
                space="slices",
                data=pages(data),
                at=at,
                count=count,
            )
    # Two pages of another order are damage.
    swapped = pages(data)[256:512] + pages(data)[:256] + pages(data)[512:]
    with pytest.raises(DeviceError):
        mp.run(DEVICE + "result = paged(data, 0, 1)", space="slices", data=swapped)


def some_slices(mode: str, digits: int, kinds=("UCI", "SIGNATURE")) -> tuple[KeySlices, list[bytes]]:
    """Filters and lists of 200 hashes, half of each."""
    found = KeySlices(KID, mode, kinds)
    there = [digest(n) for n in range(200)]
    for form, members in (("BLOOMFILTER", there[:100]), ("VARHASHLIST", there[100:])):
        for lead in {each.hex()[:digits] for each in members}:
            held = [each for each in members if each.hex()[:digits] == lead]
            data = make_bloom(held, 4 * len(held), 20) if form == "BLOOMFILTER" else make_list(held, 5)
            found.slices.append((int(lead, 16), form, data))
    return found, there


CLAIMS = """
class Claims:
    class key:
        kid = b"kid-of-a"
    not_before = None
    scheme = "HC1"

def sliced(kind, digests, kid=b"kid-of-a", scheme="HC1"):
    claims = Claims()
    claims.key.kid = kid
    claims.scheme = scheme
    found = []
    for digest in digests:
        claims.revocation_ids = [(kind, digest)]
        try:
            found.append(up.revocations.holds(claims))
        except Exception as error:
            found.append(getattr(error, "code", str(error)))
    return found
"""


@pytest.mark.parametrize(("mode", "digits"), [("POINT", 1), ("VECTOR", 2), ("COORDINATE", 3)])
def test_on_a_scanner(mp, mode, digits):
    found, there = some_slices(mode, digits)
    rig = Rig(mp, blocks=64)
    rig.run(CLAIMS)
    other = KeySlices(b"another.", "POINT", ("UCI",), [(0, "VARHASHLIST", make_list([bytes(16)], 4))])
    bundle = read_bundle(build_revocations([], AUTHORITY, 5, "PROD", NOW, slices=[other, found]))
    assert rig.push(bundle)[0] == {"kind": "revocation", "version": 5}
    others = [digest(n) for n in range(1000, 1100)]

    def holds(kind: str, digests: list[bytes], **more: object) -> list[bool | str]:
        return rig.run("result = sliced(kind, digests, **more)", kind=kind, digests=digests, more=more)

    for kind in ("UCI", "SIGNATURE"):
        assert holds(kind, there + others) == [True] * 200 + [False] * 100
    assert not any(holds("COUNTRYCODEUCI", there))
    assert not any(holds("UCI", there, kid=b"another."))
    assert not any(holds("UCI", there, scheme="VDS-NC"))
    assert holds("UCI", [bytes(16)], kid=b"another.") == [True]


def test_every_byte_of_the_slices_counts(mp):
    """Each flipped in turn: a withdrawn certificate is withdrawn or the list is damaged; nobody is let off."""
    found, there = some_slices("POINT", 1)
    found.slices = [each for each in found.slices if each[0] == int(there[0].hex()[0], 16)]
    mine = [each for each in there if each.hex()[0] == there[0].hex()[0]]
    counts = mp.run(
        DEVICE
        + """
good = part
wrong = noticed = 0
for at in range(len(good)):
    changed = bytearray(good)
    changed[at] ^= 1 << at % 8
    seen = False
    for digest in digests:
        try:
            wrong += not slices.Slices(io.BytesIO(bytes(changed))).holds("UCI", digest)
        except ValueError:
            seen = True
    noticed += seen
result = wrong, noticed, len(good)
""",
        space="slices", part=found.encode(), digests=mine, timeout=120,
    )  # fmt: skip
    assert counts[0] == 0
    assert counts[1] > 0.9 * counts[2]  # the rest lies in pages that these look-ups do not read


def test_what_the_services_writer_shortens_is_mended(mp):
    """It writes the shortest form of a negative number, and zeros before it: FF FF F1 becomes 00 00 F1."""
    numbers = [-15, -200, -129, -128, -127, -1, -(1 << 30), -(1 << 23), -(1 << 20) + 5]
    size = 4
    rows = b""
    for number in sorted(numbers):
        short = number.to_bytes((8 + (number + (number < 0)).bit_length()) // 8, "big", signed=True)
        rows += short.rjust(size, b"\0")
    data = struct.pack(">HfIB", 1, 1e-12, len(numbers), size) + rows
    there = [number.to_bytes(size, "big", signed=True) + bytes(12) for number in numbers]
    assert not all(ask(mp, "prefixes", sound("VARHASHLIST", data), there))
    assert all(ask(mp, "prefixes", sound("VARHASHLIST", data, "f"), there))


@pytest.fixture
def service(tmp_path):
    """A folder as the distribution service fills it."""
    folder = tmp_path / "eu"
    folder.mkdir()
    there = [digest(n) for n in range(40)]
    kid = base64.urlsafe_b64encode(KID).decode()
    (folder / "lists").write_text(
        json.dumps([{"kid": kid, "mode": "VECTOR", "hashTypes": ["UCI"], "expires": "2099"}])
    )
    partitions = []
    for number, each in enumerate(there):
        form = ("BLOOMFILTER", "VARHASHLIST")[number % 2]
        data = make_list([each], 6) if number % 2 else make_bloom([each], 3, 10)
        name = hashlib.sha256(data).hexdigest()
        (folder / name).write_bytes(data)
        expires = "2020-01-01T00:00:00+00:00" if number == 0 else "2099-01-01T00:00:00Z"
        chunk = {each.hex()[1]: {expires: {"type": form, "version": "1.0", "hash": name}}}
        partitions.append({"kid": kid, "id": "x", "x": each.hex()[0], "y": None, "chunks": chunk})
    (folder / "partitions").write_text(json.dumps(partitions))
    return folder


def test_a_folder_of_the_service(service):
    (found,), tally = read_folder(service, 1_700_000_000)
    assert (found.kid, found.mode, found.kinds, len(found.slices)) == (KID, "VECTOR", ("UCI",), 39)
    assert dict(tally.skipped) == {"slice that has expired": 1}
    next(each for each in service.iterdir() if len(each.name) == 64).unlink()
    with pytest.raises(GatepostError, match="is missing"):
        read_folder(service, 0)


def test_the_command(service, tmp_path, capsys):
    files.save_private(tmp_path / "key.pem", ec.generate_private_key(ec.SECP256R1()), None)
    out = tmp_path / "withdrawn.gatepost"
    arguments = [
        "trust",
        "revocations",
        "bundle",
        "--slices",
        service,
        "--key",
        tmp_path / "key.pem",
        "-o",
        out,
    ]
    assert main.main([str(each) for each in arguments]) == 0
    assert "39 slices" in capsys.readouterr().out
    assert "slices" in read_bundle(out.read_bytes()).parts
