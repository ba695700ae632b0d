"""The fixture `mcu`: one emulated core for all tests here, or the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from mcu.machine import Machine, Missing


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
    core.run("_spaces = __import__('server')._spaces\nfor name in list(_spaces):\n    _spaces[name].clear()")
    return core
