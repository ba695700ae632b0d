"""The EU's test cases, each against its own certificate at its own time: what flags and content ask us to say.

What is expected is worked out here with cbor2, apart from the firmware: the false flag names the step that must fail,
and where all are true, the dates and the result inside decide. A genuine certificate may still be refused: some cases
were issued after the clock that they name, and some hold a positive test.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import cbor2

from harness.certificates import unpack
from harness.samples import Sample
from harness.x509keys import record_of

# The flags about what a scanner does, in the order of its steps; those of encoding and of the JSON file are not.
_FLAGS = (
    "picturedecode",
    "unprefix",
    "b45decode",
    "compression",
    "decode",
    "verify",
    "keyusage",
    "expirationcheck",
    "schemavalidation",
)
_DETECTED, _NOT_DETECTED = "260373001", "260415000"
_P384 = "P-384"  # in the reason why the corpus leaves a case out that we refuse
# False flags that the corpus itself sets aside.
_SET_ASIDE = {
    "keyusage": "its signer's certificate names no use, and so may sign any kind",
    "schemavalidation": "a device, country or maker of no value set: the schema allows it, and a policy need not",
}
_VERSION = re.compile("HC[02-9]:")


def samples(corpora: Path) -> Iterator[Sample]:
    """Every case."""
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["dcc"]:
        if aside(row):
            continue
        case = json.loads((corpora / row["path"]).read_text(encoding="utf-8"))
        certificate = case["TESTCTX"].get("CERTIFICATE")
        keys = [record_of(base64.b64decode(certificate), row["country"][:2])] if certificate else []
        ignored = row.get("exclude_flags") or []
        false = [flag for flag in _FLAGS if row["expected"][flag] is False and flag not in ignored]
        text = case["PREFIX"]
        expected, why = _expected(row, text, keys, false)
        for flag in ignored:
            if row["expected"][flag] is False and not why:
                why = _SET_ASIDE.get(flag, "the corpus sets the flag aside")
        says = f"not {', '.join(false)}" if false else "valid"
        yield Sample("DCC", row["path"][4:], (text.encode(),), keys, row["clock_unix"], says, expected, why)


def aside(row: dict[str, Any]) -> str:
    """Why a row of the corpus is not shown."""
    if row["clock_unix"] is None:
        return "names no clock to judge it by"
    if row["exclude"] and _P384 not in (row["reason"] or ""):
        return "left out by the corpus"
    return ""


def _expected(
    row: dict[str, Any], text: str, keys: list[dict[str, Any]], false: list[str]
) -> tuple[str, str]:
    """Our code, and why it is not what the source seems to ask for."""
    if row["exclude"]:
        return "bad_algorithm", "ES256 by a key on P-384: the HCERT specification has it on P-256 alone"
    step = false[0] if false else ""
    if step == "unprefix":
        if _VERSION.match(text):
            return "unsupported_system", "another version of HC1 is named; it is no PASS"
        return "not_a_certificate", ""
    if step in ("b45decode", "compression"):
        return {"b45decode": "bad_base45", "compression": "bad_compression"}[step], ""
    if step == "decode":
        return "bad_claims", ""
    if step == "verify":
        return _unverified(row, text, keys)
    if step == "keyusage":
        return "wrong_key_usage", ""
    claims = _claims(text)
    try:
        code, why = _content(claims, row["clock_unix"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        code, why = "bad_content", f"{type(error).__name__}: {error}"
    if step == "picturedecode":
        return code, "its picture is no picture; the text beside it is genuine"
    # A time that the source calls false needs no explanation.
    return code, "" if step else why


def _unverified(row: dict[str, Any], text: str, keys: list[dict[str, Any]]) -> tuple[str, str]:
    signed = unpack(text)
    try:
        envelope = _untagged(cbor2.loads(signed))
        protected, unprotected, _, _ = envelope
    except (ValueError, TypeError):
        return "bad_cbor", ""  # no envelope at all
    kid = {**unprotected, **(cbor2.loads(protected) if protected else {})}.get(4)
    if not keys or kid != keys[0]["kid"]:
        return "unknown_issuer", ""
    return "bad_signature", ""


def _untagged(value: Any) -> Any:
    while isinstance(value, cbor2.CBORTag):
        value = value.value
    return value


def _claims(text: str) -> dict[int, Any]:
    return cbor2.loads(_untagged(cbor2.loads(unpack(text)))[2])


def _content(claims: dict[int, Any], clock: int) -> tuple[str, str]:
    """What times and content make of a genuine one, in the order of the EU's reference app."""
    now = _text(clock)
    issued, expires = _seconds(claims.get(6)), _seconds(claims.get(4))
    if issued is not None and issued > clock:
        return "not_yet_valid", f"issued {_text(issued)}, and the case's clock says {now}"
    if expires is None:
        return "no_expiry", "names no expiry"
    if expires < clock:
        return "expired", f"expired {_text(expires)}, and the case's clock says {now}"
    payload = claims[-260][1]
    if not any(str(payload["nam"].get(part) or "").strip() for part in ("fn", "gn", "fnt", "gnt")):
        return "bad_content", "names nobody"
    entries = [(kind, entry) for kind in "vtr" for entry in payload.get(kind) or []]
    if len(entries) != 1:
        return ("several_entries" if entries else "no_entry"), ""
    kind, entry = entries[0]
    today = now[:10]
    if kind == "v" and _day(entry["dt"], "9") > today:
        return "vaccination_in_future", f"vaccinated {entry['dt']}, and the case's clock says {now}"
    if kind == "t":
        if _moment(entry["sc"]) > clock:
            return "test_in_future", f"sampled {entry['sc']}, and the case's clock says {now}"
        found = entry["tr"].strip()
        if found == _DETECTED:
            return "test_positive", "genuine, and the test found the virus"
        if found != _NOT_DETECTED:
            return "test_unclear", "genuine, and its result is of no value set"
    if kind == "r":
        if _day(entry["df"], "9") > today:
            return "recovery_not_yet", f"from {entry['df']}, and the case's clock says {now}"
        if _day(entry["du"], "9") < today:
            return "recovery_over", f"until {entry['du']}, and the case's clock says {now}"
    return "ok", ""


def _seconds(value: Any) -> int | None:
    """Whole seconds: issuers write fractions, and the cases' clocks have none."""
    if isinstance(value, datetime):
        value = value.timestamp()
    return None if value is None else int(value)


def _moment(value: Any) -> float:
    when = value if isinstance(value, datetime) else datetime.fromisoformat(value)
    return (when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp()


def _day(value: Any, end: str) -> str:
    """A date as text that compares; of a part of one, `end` stands for what is missing."""
    text = value.isoformat() if isinstance(value, datetime) else str(value)
    return text[:10].ljust(10, end)


def _text(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M")
