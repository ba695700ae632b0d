"""The fixture `mcu`: one emulated core for all tests here, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcu.machine import Machine, Missing

# Before they are imported: tests of other folders that run here too.
pytest.register_assert_rewrite(
    "unit.test_ecdsa",
    "unit.test_hc1_envelope",
    "unit.test_hc1_signer",
    "unit.test_certlogic",
    "unit.test_eu_rules",
    "unit.test_hc1_times",
    "unit.test_holders",
    "unit.test_inverse",
    "unit.test_one_policy",
    "unit.test_p256_field",
    "unit.test_vision_quiet",
    "unit.test_together",
)


# Many signatures each: the same on the interpreters of both widths, where they do run every time.
_THOROUGH = (
    "test_no_bit_of_a_signature_or_a_hash_is_idle",
    "test_scalars_and_keys_that_make_the_sum_meet_itself",
)


@pytest.hookimpl(tryfirst=True)  # before tests are left out by their marks
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.parent == Path(__file__).parent and item.name.partition("[")[0] in _THOROUGH:
            item.add_marker(pytest.mark.thorough)


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
