"""Lists over the cable: what travels, what serves meanwhile, and what a pulled plug or a killed scanner leaves."""

from __future__ import annotations

import dataclasses
import hashlib

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from gatepost.device.client import Client, LinkError
from gatepost.errors import GatepostError
from gatepost.keys.roles import issue_role
from gatepost.sim import VirtualScanner
from gatepost.trust.bundle import build_bundle
from gatepost.trust.records import KeyRecord
from gatepost.trust.signing import point
from harness.certificates import NOW
from harness.travellers import AUTHORITY, GOOD, ISSUER, TRUST, record

TECHNICIAN = ec.derive_private_key(0x7EC, ec.SECP256R1())
CERTIFICATE = issue_role(
    AUTHORITY, "technician", point(TECHNICIAN.public_key()), "Ada", NOW - 60, NOW + 86400
)


def made_up(number: int) -> KeyRecord:
    digest = hashlib.sha256(b"%d" % number).digest()
    return KeyRecord(
        kid=digest[:8], kind="P-256", x=digest, y=digest, country="FR", participant="FRA", domain="DCC",
        name=f"Ministry of Health, office {number % 60}",
    )  # fmt: skip


RECORDS = [record(ISSUER), *(made_up(n) for n in range(999))]


def bundle(version: int, records: list[KeyRecord]) -> bytes:
    return build_bundle(records, AUTHORITY, version, "PROD", NOW - 100)


@pytest.fixture
def scanner():
    with VirtualScanner(**TRUST) as running:
        yield running


def session(scanner: VirtualScanner) -> Client:
    client = Client(scanner.port)
    client.session(CERTIFICATE, TECHNICIAN)
    return client


def test_one_key_of_a_thousand_sends_a_twentieth_at_most(scanner):
    """Withdrawing an issuer: counted on the cable, with all that frames and requests add; the next scan is a REFUSE."""
    first = bundle(4, RECORDS)
    with session(scanner) as client:
        assert client.push(first).sent > 150_000
        assert scanner.show(GOOD).code == "ok"
        withdrawn = bundle(5, [dataclasses.replace(RECORDS[0], revoked=True), *RECORDS[1:]])
        before = client.sent_bytes
        steps: list[tuple[int, int]] = []
        pushed = client.push(withdrawn, lambda done, size: steps.append((done, size)))
        assert client.sent_bytes - before <= 0.05 * len(withdrawn)
        assert pushed.version == 5 and not pushed.already
        assert steps == sorted(steps) and steps[-1][0] == steps[-1][1]
        assert scanner.show(GOOD).code == "key_revoked"
        assert client.push(withdrawn).already
        assert client.hello()["bundles"]["trust"]["version"] == 5
    assert not scanner.unasked.faults


def test_it_scans_while_a_list_arrives(scanner):
    class Stop(Exception):
        pass

    def show(done: int, size: int) -> None:
        if done > size // 2:
            assert scanner.show(GOOD).code == "ok"
            raise Stop

    with session(scanner) as client:
        with pytest.raises(Stop):
            client.push(bundle(4, RECORDS[1:]), show)
        # Until the last step the old list counts, and its issuer is known; then the new one, which lacks it.
        assert client.hello()["trust"]["version"] == 3
        client.push(bundle(4, RECORDS[1:]))
        assert scanner.show(GOOD).code == "unknown_issuer"


@pytest.mark.parametrize("where", [0.1, 0.5, 0.95])
def test_a_scanner_that_is_killed_in_a_transfer_goes_on_with_it(scanner, where):
    new = bundle(4, RECORDS)

    def kill(done: int, size: int) -> None:
        if done > size * where:
            scanner.kill()

    client = session(scanner)
    with pytest.raises(GatepostError):
        client.push(new, kill)
    client.close()
    scanner.restart()
    with session(scanner) as client:
        assert client.hello()["trust"]["version"] == 3
        pushed = client.push(new)
        # What was flushed before, in steps of 64 KB, is not sent again.
        assert pushed.sent < len(new) - (where * len(new) // 65536) * 65536 + 5000
    assert scanner.show(GOOD).code == "ok"


def test_refusals_have_their_codes_and_sentences(scanner):
    other = ec.derive_private_key(0xBAD, ec.SECP256R1())
    with session(scanner) as client:
        for data, code in (
            (bundle(3, RECORDS[:1]), "downgrade"),
            (build_bundle(RECORDS[:1], other, 9, "PROD", NOW), "other_deployment"),
            (build_bundle(RECORDS[:1], AUTHORITY, 9, "UAT", NOW), "wrong_environment"),
            (build_bundle(RECORDS[:1], AUTHORITY, 9, "PROD", NOW - 99, NOW - 1), "expired"),
        ):
            with pytest.raises(LinkError) as caught:
                client.push(data)
            assert caught.value.code == code
            assert len(str(caught.value)) > len(code) + 20
        assert client.hello()["trust"]["version"] == 3
    with Client(scanner.port) as client, pytest.raises(LinkError, match="no session"):
        client.push(bundle(9, RECORDS[:1]))


def test_the_two_lists_of_refusals_are_equal(mp64):
    from gatepost.device.refusals import SENTENCES

    assert sorted(mp64.run("from scanner.link.messages import ERRORS\nresult = list(ERRORS)")) == sorted(
        SENTENCES
    )
