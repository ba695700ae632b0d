"""Fixtures for every test: the resident interpreters (`mp`, `mp64`), the corpora, and a command line (`run`)."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from gatepost.cli import main
from harness.interpreter import Interpreter

WIDTHS = ("64-bit", "32-bit")
_resident: dict[str, Interpreter] = {}


def interpreter(width: str) -> Interpreter:
    """The resident interpreter of that width; skips the test, saying why, where there is none."""
    if width not in _resident:
        _resident[width] = Interpreter(_command(width), width)
    return _resident[width]


def _command(width: str) -> list[str]:
    variable = {"64-bit": "GATEPOST_MICROPYTHON", "32-bit": "GATEPOST_MICROPYTHON32"}[width]
    if os.environ.get(variable):
        return [os.environ[variable]]
    if width == "64-bit":
        beside = Path(sys.executable).with_name("micropython")
        found = str(beside) if beside.exists() else shutil.which("micropython")
        if not found:
            pytest.fail(f"no MicroPython: install the package's dependencies or set {variable}")
        return [found]
    cached = Path(__file__).resolve().parents[1] / ".cache" / "micropython32" / "micropython"
    if not cached.exists():
        pytest.skip(f"no 32-bit MicroPython: run tools/fetch_micropython32.py, or set {variable}")
    return [str(cached)]


@pytest.fixture(params=WIDTHS)
def mp(request: pytest.FixtureRequest) -> Interpreter:
    """Firmware tests run twice: where an int is 64 bits and where it is 32."""
    return interpreter(request.param)


@pytest.fixture
def mp64() -> Interpreter:
    return interpreter("64-bit")


@pytest.fixture
def mp32() -> Interpreter:
    return interpreter("32-bit")


@pytest.fixture(scope="module", autouse=True)
def _close_interpreters() -> Iterator[None]:
    """Each test file gets its interpreter fresh: what earlier files left would fill and split its heap."""
    yield
    for each in _resident.values():
        each.close()


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of real test data, named by GATEPOST_CORPORA."""
    where = os.environ.get("GATEPOST_CORPORA")
    if not where or not Path(where).is_dir():
        pytest.skip("GATEPOST_CORPORA does not name a folder of test data")
    return Path(where)


@pytest.fixture
def run(capsys):
    """A command line: its exit code, output and errors."""

    def command(*arguments):
        code = main.main([str(each) for each in arguments])
        out, err = capsys.readouterr()
        return code, out, err.strip()

    return command
