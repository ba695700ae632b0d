"""The trust store: what the host signs, the firmware believes; whatever else lies on flash, it refuses."""

from __future__ import annotations

import hashlib

import cbor2
import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.trust import keylist
from gatepost.trust.bundle import CONTENT_TYPE, build_bundle, pack, read_bundle
from gatepost.trust.image import build_image
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import parse, point
from harness.interpreter import DeviceError

AUTHORITY = ec.derive_private_key(0xA117, ec.SECP256R1())
OTHER = ec.derive_private_key(0x07E4, ec.SECP256R1())
CREATED = 1_790_000_000

# Files in a dict instead of a filesystem, so that a thousand damaged copies cost little.
IN_MEMORY = """
import io
from scanner.trust import store

def memory_open(path, mode):
    if path not in files:
        raise OSError(2)
    return io.BytesIO(files[path])

def load(tree, key):
    global files
    files = {"/flash/trust/" + name: tree[name] for name in tree}
    store.open = memory_open
    try:
        found = store.open_store("/flash", key)
        return found.version, found.environment, found.created, found.key_count, found
    finally:
        del store.open
"""

# A block device that counts what is read from it. It reads a file, so that the tests' heap holds no megabytes.
ON_FLASH = """
import vfs
from scanner.trust import store

class Flash:
    def __init__(self, path):
        self.file = open(path, "rb")
        self.blocks = self.file.seek(0, 2) // 4096
        self.bytes = 0
    def readblocks(self, block, buffer, offset=0):
        self.bytes += len(buffer)
        self.file.seek(block * 4096 + offset)
        self.file.readinto(buffer)
    def writeblocks(self, block, buffer, offset=0):
        raise OSError(30)
    def ioctl(self, operation, argument):
        return self.blocks if operation == 4 else 4096 if operation == 5 else 0

def mount(path, size):
    global flash
    flash = Flash(path)
    vfs.mount(vfs.VfsLfs2(flash, readsize=size, progsize=size, lookahead=32), "/counted")
"""


def record(number: int) -> KeyRecord:
    digest = hashlib.sha256(str(number).encode()).digest()
    key = ec.derive_private_key(number + 1, ec.SECP256R1()).public_key().public_numbers()
    return KeyRecord(
        kid=digest[:8], kind="P-256", x=key.x.to_bytes(32, "big"), y=key.y.to_bytes(32, "big"), country="DE"
    )


RECORDS = [record(n) for n in range(8)]
TREE = read_bundle(build_bundle(RECORDS, AUTHORITY, 7, "UAT", CREATED)).files()


@pytest.fixture
def load(mp):
    mp.run(IN_MEMORY, space="store")

    def start(tree: dict[str, bytes], key: bytes = point(AUTHORITY.public_key())) -> tuple:
        return mp.run("*result, found = load(tree, key)", space="store", tree=tree, key=key)

    return start


def refused(load, tree: dict[str, bytes], key: bytes = point(AUTHORITY.public_key())) -> str:
    with pytest.raises(DeviceError) as caught:
        load(tree, key)
    assert caught.value.kind == "Refusal"
    return caught.value.code


def test_what_the_authority_signed_is_believed(mp, load):
    assert list(load(TREE)) == [7, "UAT", CREATED, len(RECORDS)]
    for each in RECORDS:
        found = mp.run("result = found.find(kid)", space="store", kid=each.kid)
        assert [(one["x"], one["y"], one["country"]) for one in found] == [(each.x, each.y, "DE")]
    assert mp.run("result = found.find(kid)", space="store", kid=b"absent!!") == []


def test_the_manifest_is_plain_cose(load):
    """RFC 9052 by other hands: the vector is taken apart by cbor2 and its signature checked over their encoding."""
    message = cbor2.loads(TREE["manifest"])
    assert message.tag == 18 and message.value[1] == {}
    assert cbor2.loads(message.value[0]) == {1: -7, 3: CONTENT_TYPE}
    contents = cbor2.loads(message.value[2])
    assert contents["parts"][0]["sha256"] == hashlib.sha256(keylist.encode(RECORDS)).digest()
    assert parse(TREE["manifest"], CONTENT_TYPE)[1] == message.value[2]


def test_nothing_on_flash_is_no_list(load):
    assert refused(load, {}) == "no_trust_list"


def test_another_authority_is_refused(load):
    assert refused(load, TREE, point(OTHER.public_key())) == "trust_list_damaged"
    forged = read_bundle(build_bundle(RECORDS, OTHER, 8, "PROD", CREATED)).files()
    assert refused(load, forged) == "trust_list_damaged"


@pytest.mark.parametrize("key", [b"", b"\x04" + bytes(64), b"\x04" + b"\x01" * 64, b"\x05" * 65])
def test_an_impossible_authority_key_is_refused(load, key):
    assert refused(load, TREE, key) == "trust_list_damaged"


def test_a_bundle_of_another_kind_is_no_trust_list(load):
    data = pack("policy", {"keys": keylist.encode(RECORDS)}, AUTHORITY, 9, "UAT", CREATED)
    assert refused(load, read_bundle(data).files()) == "trust_list_damaged"


def test_a_signed_message_of_another_type_is_no_manifest(load):
    from gatepost.trust.signing import sign

    payload = cbor2.loads(TREE["manifest"]).value[2]
    other = sign(payload, "application/vnd.gatepost.role+cbor", AUTHORITY)
    assert refused(load, {**TREE, "manifest": other}) == "trust_list_damaged"


@pytest.mark.parametrize(
    "change",
    [
        {"format": 2},
        {"version": -1},
        {"version": "7"},
        {"version": None},
        {"created": 1.5},
        {"environment": "TEST"},
        {"parts": None},
        {"parts": []},
        {"parts": [{"name": "keys"}]},
        {"parts": [{"name": "keys", "size": 1, "sha256": b""}]},
        {"parts": [{"name": "keys", "size": 1, "sha256": "text"}]},
        {"parts": [5]},
        {"parts": {"keys": 1}},
    ],
)
def test_a_signed_manifest_that_lies_is_refused(load, change):
    from gatepost.trust.signing import sign

    contents = {**cbor2.loads(cbor2.loads(TREE["manifest"]).value[2]), **change}
    manifest = sign(cbor2.dumps(contents), CONTENT_TYPE, AUTHORITY)
    assert refused(load, {**TREE, "manifest": manifest}) == "trust_list_damaged"


def test_a_missing_part_is_damage(load):
    assert refused(load, {"manifest": TREE["manifest"]}) == "trust_list_damaged"


DAMAGE = """
codes = {}
for name in tree:
    for at in range(0, len(tree[name]), step):
        bad = dict(tree)
        if cut:
            bad[name] = tree[name][:at]
        else:
            damaged = bytearray(tree[name])
            damaged[at] ^= 1 << (at % 8)
            bad[name] = damaged
        try:
            load(bad, key)
            code = "accepted"
        except store.Refusal as refusal:
            code = refusal.code
        codes[code] = codes.get(code, 0) + 1
result = codes
"""


@pytest.mark.parametrize("cut", [False, True])
def test_every_damaged_or_missing_byte_is_found(mp, cut):
    mp.run(IN_MEMORY, space="store")
    # One key: the part is short enough for every one of its bytes.
    tree = read_bundle(build_bundle(RECORDS[:1], AUTHORITY, 7, "UAT", CREATED)).files()
    codes = mp.run(
        DAMAGE, space="store", tree=tree, key=point(AUTHORITY.public_key()), cut=cut, step=1, timeout=120
    )
    assert codes == {"trust_list_damaged": sum(map(len, tree.values()))}


def test_flash_that_fails_later_is_a_refusal(mp, load):
    load(TREE)
    with pytest.raises(DeviceError) as caught:
        mp.run(
            """
class Broken:
    def seek(self, at, whence=0):
        return at
    def read(self, count):
        raise OSError(5)
found._keys._file = Broken()
found.find(b"12345678")
""",
            space="store",
        )
    assert caught.value.code == "trust_list_damaged"


def test_the_image_mounts_and_a_lookup_reads_little(mp, tmp_path):
    """littlefs-python writes, MicroPython's littlefs reads; at most 1 KB of flash for a key among 10,000."""
    many = [KeyRecord(kid=hashlib.sha256(b"%d" % n).digest()[:8], kind="P-256", x=hashlib.sha256(b"x%d" % n).digest(),
                      y=bytes(32), country="FR", participant="FRA", domain="DCC", name=f"Ministry {n % 40}")
            for n in range(10_000)]  # fmt: skip
    path = tmp_path / "flash.img"
    path.write_bytes(build_image(build_bundle(many, AUTHORITY, 1, "PROD", CREATED), AUTHORITY.public_key()))
    mp.run(ON_FLASH, space="flash")
    mp.run("mount(path, 16)", space="flash", path=str(path))
    try:
        found, worst = mp.run(
            """
with open("/counted/authority.pub", "rb") as file:
    trusted = store.open_store("/counted", file.read())
found = worst = 0
for kid in kids:
    flash.bytes = 0
    answer = trusted.find(kid)
    worst = max(worst, flash.bytes)
    found += len(answer) == 1 and answer[0].kid == kid
result = (found, worst)
""",
            space="flash",
            kids=[each.kid for each in many[::9]],
        )
    finally:
        mp.run("vfs.umount('/counted'); flash.file.close()", space="flash")
    assert found == len(many[::9])
    assert worst <= 1024
