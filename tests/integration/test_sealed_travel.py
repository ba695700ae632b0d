"""A sealed certificate before a virtual scanner: unread without the reading key, PASS once a technician brought it."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from gatepost.device.reading import check_environment
from gatepost.errors import GatepostError
from gatepost.issue import ith1
from gatepost.issue.hc1 import key_id
from gatepost.keys import reading as reading_keys
from gatepost.policy.bundle import build_policy
from gatepost.policy.compiling import compile_policy
from gatepost.policy.source import read_source
from gatepost.sim import VirtualScanner
from harness.deployment import Deployment
from harness.travellers import AUTHORITY, ISSUER, picture, record

POLICY = """
name = "sealed"
admit = ["tested"]
otherwise = "check"
[proof.tested]
says = "a negative test"
kinds = ["test"]
when = ["issuer is DE", "result is negative", "sampled less than 72 hours ago"]
"""


pytestmark = pytest.mark.usefixtures("alone")


def test_the_reading_key_makes_the_difference(run, tmp_path):
    deployment = Deployment(tmp_path)
    now = int(time.time())
    source = tmp_path / "sealed.toml"
    source.write_text(POLICY)
    policy = build_policy(compile_policy(read_source(source)), AUTHORITY, 1, "PROD", now - 60)
    (tmp_path / "policy.gatepost").write_bytes(policy)
    technician = deployment.path("technician.role")
    reading = reading_keys.new_reading_key("DE", now - 60)
    path = tmp_path / "de.reading"
    reading_keys.write_reading_key(path, reading)
    text = ith1.issue_ith1(
        ith1.sample("full", datetime.fromtimestamp(now, UTC)),
        ISSUER,
        key_id(ISSUER.public_key()),
        reading,
        issued=now - 30,
        expires=now + 86400,
    )
    with VirtualScanner() as scanner:
        at = ("--port", scanner.port)
        code, out, err = run(
            "device", "provision", "gate-1", *at, "--authority", deployment.path("authority.pub.pem"),
            "--role", technician, "--bundle", deployment.bundle(3, [replace(record(ISSUER), scheme="ITH1")]),
            "--bundle", deployment.policy(),
        )  # fmt: skip
        assert (code, err) == (0, "")
        fingerprint = re.search(r"its key is (\w+)", out)
        assert fingerprint
        assert scanner.show(picture(text, 3)).code == "no_reading_key"

        bring = ("device", "reading", path, *at, "--role", technician, "--fingerprint")
        code, out, err = run(*bring, "0123456789abcdef")
        assert code != 0 and "nothing was sent" in err
        code, out, err = run(*bring, fingerprint[1])
        assert (code, err) == (0, "") and out.startswith("reading keys: 1, version ")
        assert reading.secret.hex() not in out
        assert scanner.show(picture(text, 4)).code == "ok"

        # A key that everyone has is not for a scanner in earnest.
        demonstration = tmp_path / "demo.reading"
        reading_keys.write_reading_key(demonstration, replace(reading, demonstration=True))
        code, out, err = run("device", "reading", demonstration, *bring[3:], fingerprint[1])
        assert code == 1 and "is a demonstration key" in err and "nothing was sent" in err
        assert scanner.show(picture(text, 5)).code == "ok"


def test_keys_of_a_demonstration_reach_scanners_of_a_demonstration_alone():
    keys = {
        each: replace(reading_keys.new_reading_key("DE", 9), demonstration=each) for each in (True, False)
    }
    for environment, demonstration in (("DEMO", True), ("PROD", False), ("UAT", False)):
        hello = {"bundles": {"trust": {"version": 1, "environment": environment}}}
        check_environment(hello, [keys[demonstration]])
        for mixture in ([keys[not demonstration]], [keys[True], keys[False]]):
            with pytest.raises(GatepostError, match="demonstration key"):
                check_environment(hello, mixture)
    check_environment({}, list(keys.values()))
