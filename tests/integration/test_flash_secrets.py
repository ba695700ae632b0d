"""The whole flash of a sealed scanner that has scanned: no holder's name, number or date, and no pseudonym that
anybody could recompute, with whatever key might lie on that flash."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.client import Client
from gatepost.issue import samples
from gatepost.journal.archive import Archive
from gatepost.journal.entries import read_entries
from gatepost.journal.pull import collect
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.trust.signing import point
from harness.certificates import NOW
from harness.travellers import AUTHORITY, TRUST, picture, text

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
SUPERVISOR = ec.derive_private_key(0x5CE, ec.SECP256R1())
KINDS = ("vaccination", "test", "recovery", "yellow-fever")
FORGER = ec.derive_private_key(0xBAD, ec.SECP256R1())


def certificate(role: str, key: ec.EllipticCurvePrivateKey) -> bytes:
    return issue_role(AUTHORITY, role, point(key.public_key()), "Who", NOW - 60, NOW + 86400)


def words(value: Any) -> Iterator[str]:
    """Every text and number in a payload that is long enough to be found by more than chance."""
    if isinstance(value, dict):
        for each in value.values():
            yield from words(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from words(each)
    elif isinstance(value, str) and len(value) >= 5:
        yield value


@pytest.fixture(scope="module")
def scanned(tmp_path_factory) -> tuple[bytes, dict[str, Any], list[str], list[bytes]]:
    """The flash after a day, the certificates' payloads, their texts, and the pseudonyms that the journal holds."""
    payloads = {kind: samples.sample(kind, now=datetime.fromtimestamp(NOW, UTC))[1] for kind in KINDS}
    texts = [text(kind=kind) for kind in KINDS] + [text(expires=NOW - 1), text(signer=FORGER)]
    with VirtualScanner(**TRUST) as scanner, Client(scanner.port) as client:
        with client.session(certificate("technician", TECHNICIAN), TECHNICIAN):
            client.configure("gate-1", [("Sue", point(SUPERVISOR.public_key()))])
            client.seal()
        for each in texts + texts[:2]:
            assert scanner.show(picture(each)).code
        # Nothing is freed: all that was ever written is still there.
        with client.session(certificate("supervisor", SUPERVISOR), SUPERVISOR) as session:
            archive = Archive.open(tmp_path_factory.mktemp("logs") / "x", session.device)
            assert collect(archive, client, acknowledge=False).report.ok
            assert client.hello()["sealed"]
        scanner.kill()
        flash = scanner.flash.read_bytes()
    entries = [each.fields or {} for each in read_entries(archive.items(), SUPERVISOR)]
    return flash, payloads, texts, [each["use"] for each in entries if "use" in each]


def test_no_fact_of_a_holder_is_on_flash(scanned):
    flash, payloads, texts, _ = scanned
    lower = flash.lower()
    facts = {fact for payload in payloads.values() for fact in words(payload)}
    assert {"Lindqvist", "X1234567"} <= facts  # a name, and the number of a passport
    held = TRUST["bundle"].lower() + TRUST["policy"].lower()
    looked = 0
    for fact in facts:
        plain = fact.encode()
        if plain.lower() in held:  # what the list itself says, such as an issuer's ministry
            continue
        looked += 1
        for form in (plain, fact.encode("utf-16-le"), base64.b64encode(plain)[:-4], plain.hex().encode()):
            assert len(form) < 4 or form.lower() not in lower, fact
        # A hash of it would be as good as itself to who holds the certificate.
        for digest in (hashlib.sha256(plain), hashlib.sha1(plain), hashlib.md5(plain)):
            assert digest.digest()[:8] not in flash, fact
    assert looked > 20
    for each in texts:
        assert each.encode()[:20] not in flash
        assert hashlib.sha256(each.encode()).digest()[:8] not in flash


def test_no_key_on_flash_makes_a_pseudonym(scanned, mp64):
    flash, payloads, _, uses = scanned
    assert len(uses) >= 6 and len(set(uses)) == len(set(uses[:-2]))  # who came twice has one pseudonym
    for use in uses:
        assert use not in flash
    identifier = payloads["vaccination"]["v"][0]["ci"].encode()
    facts = b"UCI" + hashlib.sha256(identifier).digest()[:16]
    # First that this is how a pseudonym is made, or the search would prove nothing.
    key = bytes(range(32))
    made = mp64.run(
        """
from scanner.journal.uses import Uses
class Claims:
    revocation_ids = [("UCI", digest)]
result = Uses(key=key).pseudonym(Claims)
""",
        key=key,
        digest=facts[3:],
    )
    assert made == hmac.digest(key, facts, "sha256")[:8]
    # Then with every 32 bytes that are on flash, wherever they begin.
    wanted = set(uses)
    tried = 0
    for at in range(len(flash) - 32):
        window = flash[at : at + 32]
        if window.count(0xFF) < 16:
            tried += 1
            assert hmac.digest(window, facts, "sha256")[:8] not in wanted
    assert tried > 5000
    for key in (b"", bytes(32), b"gatepost"):
        assert hmac.digest(key, facts, "sha256")[:8] not in wanted
