"""The resident interpreter itself: values travel both ways, faults do not pass for answers."""

import pytest
from harness.interpreter import DeviceError, InterpreterDied


def test_values_survive_the_journey(mp):
    value = [None, True, -(2**70), 1.5, b"\x00\xff", "é ", (1, [2]), {"a": b"", 3: False}]
    assert mp.run("result = value", value=value) == value


def test_a_fault_arrives_as_a_fault(mp):
    with pytest.raises(DeviceError) as caught:
        mp.run("raise KeyError('x')")
    assert caught.value.kind == "KeyError"


def test_a_hang_is_ended_and_the_next_call_works(mp):
    with pytest.raises(InterpreterDied):
        mp.run("while True: pass", timeout=0.3)
    assert mp.run("result = 1 + 1") == 2


def test_the_two_widths_are_what_they_say(mp):
    assert mp.run("import sys; result = sys.maxsize") == (2**63 - 1 if mp.name == "64-bit" else 2**31 - 1)
