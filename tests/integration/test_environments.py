"""PROD, UAT and DEV trust apart: a test list passes nobody, and its scanner says so on every screen."""

from __future__ import annotations

from dataclasses import replace

import pytest
from gatepost.errors import GatepostError
from gatepost.policy.bundle import build_policy
from gatepost.sim import VirtualScanner
from gatepost.trust.bundle import build_bundle
from harness.certificates import ANY_POLICY, NOW
from harness.travellers import AUTHORITY, FORGED, GOOD, ISSUER, OTHER, TRUST, record
from PIL import Image

VIOLET = {(96, 34, 140), (126, 62, 170)}  # the band and its stripes, no verdict's colour


def trust(environment: str, source: str, policy: str | None = None) -> dict:
    """What provisioning puts on a scanner of that environment, with one key from a list of `source`."""
    keys = [replace(record(ISSUER), source=source)]
    return TRUST | {
        "bundle": build_bundle(keys, AUTHORITY, 3, environment, NOW - 86400),
        "policy": build_policy(ANY_POLICY, AUTHORITY, 1, policy or environment, NOW - 86400),
    }


def violet(screen: Image.Image) -> bool:
    """Whether the top of the screen is the band, from edge to edge; the panel has 5 or 6 bits a colour."""
    edges = [screen.convert("RGB").getpixel((x, 3)) for x in (0, 1, screen.width - 2, screen.width - 1)]
    return all(
        any(max(abs(a - b) for a, b in zip(pixel, each, strict=True)) <= 8 for each in VIOLET)
        for pixel in edges
    )


@pytest.mark.parametrize("environment", ["UAT", "DEV"])
def test_a_test_list_passes_nobody_and_every_screen_says_so(environment):
    banner = f"{environment} – TEST LIST, NOT FOR USE"
    with VirtualScanner(**trust(environment, environment)) as scanner:
        assert violet(scanner.screen())  # waiting
        scan = scanner.show(GOOD)
        assert (scan.verdict, scan.code) == ("CHECK", "test_issuer")
        assert scan.said[0] == banner
        assert violet(scan.screen)
        for shown, verdict in ((FORGED, "REFUSE"), (OTHER, "REFUSE")):
            scan = scanner.show(shown)
            assert (scan.verdict, scan.said[0]) == (verdict, banner)


def test_a_real_list_shows_no_banner():
    with VirtualScanner(**trust("PROD", "PROD")) as scanner:
        assert not violet(scanner.screen())
        scan = scanner.show(GOOD)
        assert (scan.verdict, scan.code) == ("PASS", "ok")
        assert not violet(scan.screen)
        assert not [line for line in scan.said if "NOT FOR USE" in line]


def test_rules_of_another_environment_are_none():
    with VirtualScanner(**trust("PROD", "PROD", policy="UAT")) as scanner:
        scan = scanner.show(GOOD)
        assert (scan.verdict, scan.code) != ("PASS", "ok")


def test_no_real_list_holds_a_test_key():
    with pytest.raises(GatepostError, match="PROD bundle holds PROD keys alone"):
        trust("PROD", "UAT")
