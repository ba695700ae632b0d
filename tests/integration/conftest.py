"""Fixtures of tests that run commands against virtual scanners."""

from __future__ import annotations

import pytest
from gatepost.device import discovery


@pytest.fixture
def alone(monkeypatch):
    """No scanner is found that the test does not name, whatever this computer has."""
    for name in ("GATEPOST_PORT", "GATEPOST_ROLE", "XDG_RUNTIME_DIR"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(discovery, "announced", list)
    monkeypatch.setattr(discovery.list_ports, "comports", list)
