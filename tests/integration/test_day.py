"""docs/day.sh, the documented day of a scanner: it runs, and says what it should."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).resolve().parents[2] / "docs" / "day.sh"


@pytest.mark.slow
def test_the_documented_day(tmp_path):
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GATEPOST_")}
    environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
    environment["XDG_RUNTIME_DIR"] = str(tmp_path)
    done = subprocess.run(
        ["bash", str(SCRIPT), str(tmp_path / "day")],
        capture_output=True, text=True, timeout=280, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    parts = dict(re.findall(r"^== (.*)\n((?:(?!== ).*\n?)*)", done.stdout, re.MULTILINE))

    def part(words: str) -> str:
        return next(text for title, text in parts.items() if words in title)

    assert "gate-1 is ready; its key is " in part("it becomes ours")
    assert "state:       sealed" in part("it becomes ours")
    assert part("fifty scans").split()[:3] == ["50", "PASS", "ok"]
    assert part("fifty scans").split()[3:6] == ["1", "PASS", "ok"]
    assert "trust bundle 2 is active" in part("DE's key is dropped")
    assert re.search(r"1 REFUSE +unknown_issuer", part("DE's key is dropped"))
    assert "downgrade" in done.stderr
    journal = part("the journal: collected")
    assert "freed on the scanner" in journal
    assert "whole: records 0 to" in journal
    assert "scans:        52: 51 PASS, 1 REFUSE" in journal
    assert "issuers:      PT 50, DE 1" in journal
    assert part("no name is in the journal").strip() == "none"
