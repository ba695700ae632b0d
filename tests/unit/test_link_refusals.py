"""Every refusal of the firmware is on its closed list and has a sentence for people."""

from __future__ import annotations

import re
from pathlib import Path

from gatepost.device.refusals import SENTENCES
from gatepost.errors import about

FIRMWARE = Path(__file__).parents[2] / "firmware" / "scanner"
_RAISED = re.compile(r'(?:LinkError|Refused|BadManifest)\(\s*"([a-z_]+)"\s*[,)]')


def test_every_refusal_of_the_firmware_has_a_sentence(mp64):
    raised = {code for file in FIRMWARE.rglob("*.py") for code in _RAISED.findall(file.read_text())}
    assert {"old_version", "bad_sequence", "wait"} <= raised
    listed = set(mp64.run("from scanner.link.messages import ERRORS\nresult = list(ERRORS)"))
    assert raised <= listed == set(SENTENCES)
    assert all(" " in each for each in SENTENCES.values())


def test_a_name_is_told_once():
    assert about("x", "cannot read x: no such file") == "cannot read x: no such file"
    assert about("x", "cannot extract: no such file") == "x: cannot extract: no such file"
    assert about("/dev/a", "you may not use /dev/a") == "you may not use /dev/a"
    assert about("/dev/a", "you may not use /dev/ab") == "/dev/a: you may not use /dev/ab"
