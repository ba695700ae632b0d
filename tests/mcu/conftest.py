"""The fixture `mcu`: one emulated core for all tests here, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mcu.machine import Machine, Missing

# Before they are imported: tests of other folders that run here too.
pytest.register_assert_rewrite(
    "unit.test_ecdsa", "unit.test_hc1_envelope", "unit.test_hc1_signer", "unit.test_hc1_times"
)


@pytest.fixture(scope="session")
def core() -> Iterator[Machine]:
    try:
        machine = Machine()
    except Missing as missing:
        pytest.skip(str(missing))
    with machine:
        yield machine


@pytest.fixture
def mcu(core: Machine) -> Machine:
    """The core; what an earlier test left in its heap is garbage by now."""
    if core.running:
        core.execute("device.server._spaces.clear()")
    return core


@pytest.fixture
def mp(mcu: Machine) -> Machine:
    """In this folder, what other folders run on resident interpreters runs on the core."""
    return mcu
