"""The EU's own test certificates (dgc-testdata), each at its own clock, against every flag that it asserts.

The data asks for each step apart from the others: a certificate with a false signature may still be asserted to have
the right key usage. So each step of the firmware is asked by itself, and the verdict of all of them is compared too.
Flags of the picture and of the JSON schema are not about this pipeline.
"""

from __future__ import annotations

import base64
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from harness.certificates import STAND_INS, judge
from harness.interpreter import Interpreter
from harness.x509keys import record_of

FLAGS = ("unprefix", "b45decode", "compression", "decode", "verify", "keyusage", "expirationcheck")

# Where the data and the scanner part ways: (case, flag) -> cause. None is known.
KNOWN: dict[tuple[str, str], str] = {}

# Each step's own answer: True, False, or None where the bytes that it needs do not exist.
STEPS = """
from scanner.codec import base45, inflate
from scanner.credentials import cwt, dcc, envelope, hc1, signer
from scanner.credentials.claims import Claims
from scanner.reasons import Refusal
from scanner.rules import checks, policy

def steps(text, trust, now):
    found = {}
    found["unprefix"] = hc1.recognise(text)
    if not found["unprefix"]:
        return found
    try:
        packed = base45.decode(text[4:])
        found["b45decode"] = True
    except ValueError:
        found["b45decode"] = False
        return found
    try:
        signed = inflate.inflate(packed, 16384)
        found["compression"] = True
    except ValueError:
        found["compression"] = False
        return found
    found["decode"] = found["verify"] = False
    try:
        opened = envelope.open_envelope(signed)
        claims = Claims("HC1", trust.keys[0])
        root, hcert = cwt.read_claims(opened.payload, claims)
        if hcert is None:
            return found
    except Refusal:
        return found
    # The data calls a certificate verified only where the payload is a claims set as well.
    try:
        found["verify"] = signer.find_signer(opened, trust) is not None
    except Refusal:
        pass
    found["expirationcheck"] = checks.times(claims, now, policy.DEFAULT) not in ("not_yet_valid", "expired")
    try:
        dcc.fill(claims, hcert.get(1))
        found["decode"] = True
        found["keyusage"] = checks.key_usage(claims, now, policy.DEFAULT) is None
    except Refusal:
        pass
    return found
"""


def steps(mp: Interpreter, text: str, keys: list[dict[str, Any]], now: int) -> dict[str, bool]:
    source = STAND_INS + STEPS + "result = steps(text.encode(), Trust(keys), now)"
    return mp.run(source, space="steps", text=text, keys=keys, now=now)


def cases(corpora: Path) -> list[dict[str, Any]]:
    index = json.loads((corpora / "index.json").read_text(encoding="utf-8"))
    return [row for row in index["corpora"]["dcc"] if not row["exclude"]]


def load(corpora: Path, row: dict[str, Any]) -> tuple[str, list[dict[str, Any]]]:
    case = json.loads((corpora / row["path"]).read_text(encoding="utf-8"))
    certificate = case["TESTCTX"].get("CERTIFICATE")
    return case["PREFIX"], [record_of(base64.b64decode(certificate), row["country"])] if certificate else []


def test_every_flag_of_every_case(mp, corpora, capsys):
    agree: Counter[str] = Counter()
    asserted: Counter[str] = Counter()
    verdicts: Counter[str] = Counter()
    disagreements = []
    rows = cases(corpora)
    for row in rows:
        text, keys = load(corpora, row)
        verdict = judge(mp, text, keys, now=row["clock_unix"])
        verdicts[verdict["code"]] += 1
        ours = steps(mp, text, keys, row["clock_unix"])
        if verdict["verdict"] == 0:
            assert all(ours[flag] for flag in FLAGS), row["path"]
        for flag in FLAGS:
            expected = row["expected"][flag]
            if expected is None or flag in row["exclude_flags"]:
                continue
            asserted[flag] += 1
            if ours.get(flag) == expected:
                agree[flag] += 1
            else:
                disagreements.append((row["path"], flag, expected, verdict["code"], verdict["detail"]))
    with capsys.disabled():
        print(f"\n{mp.name}: {len(rows)} certificates of dgc-testdata, each at its own clock")
        print(f"  {'flag':<16}{'asserted':>9}{'agree':>7}")
        for flag in FLAGS:
            print(f"  {flag:<16}{asserted[flag]:>9}{agree[flag]:>7}")
        print("  verdicts: " + ", ".join(f"{code} {count}" for code, count in verdicts.most_common()))
        for path, flag, expected, code, detail in disagreements:
            cause = KNOWN.get((path, flag), "UNEXPLAINED")
            print(f"  {path}: {flag} should be {expected}, we say {code} {detail}: {cause}")
    assert len(rows) > 150
    assert {(path, flag) for path, flag, *_ in disagreements} <= set(KNOWN)


def test_positive_cases_pass_inside_their_own_dates(mp, corpora):
    """Where a case is positive, only its dates or its result may stand against PASS."""
    content = {
        "ok",
        "not_yet_valid",
        "expired",
        "test_positive",
        "test_unclear",
        "recovery_not_yet",
        "recovery_over",
    }
    rows = [row for row in cases(corpora) if row["positive"]]
    for row in rows:
        text, keys = load(corpora, row)
        verdict = judge(mp, text, keys, now=row["clock_unix"])
        assert verdict["code"] in content | {"vaccination_in_future", "test_in_future"}, row["path"]
        claims = verdict["claims"]
        assert claims["kind"] == {"v": "vaccination", "t": "test", "r": "recovery"}[row["type"]]
        assert claims["key"]["kid"].hex() == row["kid"]
        assert claims["family"] or claims["given"]


@pytest.mark.parametrize("name", ["ES-401", "ES-402", "ES-403"])
def test_es256_with_a_p384_key_is_refused(mp, corpora, name):
    """The specification binds ES256 to P-256; the index excludes these three for the same reason."""
    rows = json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["dcc"]
    row = next((row for row in rows if row["path"] == f"dcc/{name}.json"), None)
    if row is None:
        pytest.skip("not in this part of the corpus")
    text, keys = load(corpora, row)
    assert judge(mp, text, keys, now=row["clock_unix"])["code"] == "bad_algorithm"
