"""The samples of SMART Health Cards: WHO's validator, the specification's examples, the reference validator's tests.

The reference validator tests issuers' software. It warns of much that says nothing about who signed what: a scanner at
a gate asks whether a listed issuer signed this content, and reads the facts it needs.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

from gatepost.issue import shc
from gatepost.trust.records import Tally
from gatepost.trust.vci import read_jwks, read_snapshot

from harness.cards import unbase64
from harness.certificates import p256
from harness.samples import Sample, plain

GENUINE = "no_rules_for_kind"
EXAMPLES = "https://spec.smarthealth.cards/examples/issuer"
OLDER_EXAMPLES = "https://smarthealth.cards/examples/issuer"
BAD_LISTS = "https://raw.githubusercontent.com/smart-on-fhir/health-cards-dev-tools/main/testdata/badcrl/"
CLOCK = 1_653_955_200  # 2022-05-31T00:00:00Z, the reference validator's
LATER = 1_700_000_000  # after the specification's examples were issued

_HOST = "no list of withdrawn cards is loaded here; the card itself is genuine"
_LINK = "a link needs the network, whatever stands in it"
_FHIR = "the FHIR profile is the issuer's affair; the facts are read"
_QR = "the code's form is not the content's; it was read"
_KEYS = "the source's key set for it cannot be used"
_BEYOND = "the source asks more of an issuer's file than a scanner asks of a card"

# What an error of the reference validator is here, for files that no row below names: our codes, or None where it is
# any but PASS; and why the two may differ.
_ERRORS: dict[str, tuple[str | None, str]] = {
    "EXPIRATION_ERROR": ("expired|bad_time", ""),
    "NOT_YET_VALID": ("not_yet_valid|bad_time", ""),
    "JSON_PARSE_ERROR": ("bad_json", ""),
    "INFLATION_ERROR": ("bad_compression|bad_envelope", ""),
    "JWS_HEADER_ERROR": ("bad_envelope|bad_algorithm|no_key_id|bad_json", ""),
    "JWS_VERIFICATION_ERROR": ("bad_signature|unknown_issuer", ""),
    "SIGNATURE_FORMAT_ERROR": ("bad_signature", ""),
    "ISSUER_KID_MISMATCH": ("unknown_issuer", ""),
    "INVALID_ISSUER_URL": ("bad_claims|unknown_issuer", ""),
    "INVALID_NUMERIC_QR": ("bad_text|not_a_certificate", ""),
    "MISSING_QR_CHUNK": ("part_of_several", "the other codes are still to be shown"),
    "REVOCATION_ERROR": (GENUINE, _HOST),
    "FHIR_SCHEMA_ERROR": (None, _FHIR),
    "SCHEMA_ERROR": (None, _BEYOND),
    "TRAILING_CHARACTERS": (None, "white space around the value is JSON"),
}

# By the end of the file's name: our code, and the reason where the source says otherwise.
_OURS: dict[str, tuple[str, str]] = {
    "SHCQR1Contents.txt": (GENUINE, ""),
    "SHCSenegalContents.txt": (GENUINE, ""),
    "jws-crl-duplicate-rid.txt": (GENUINE, _HOST),
    "jws-crl-non-base64url-rid.txt": (GENUINE, _HOST),
    "jws-crl-too-long-rid.txt": (GENUINE, _HOST),
    "shlink-link-direct.txt": ("needs_network", _LINK),
    "shlink-link.txt": ("needs_network", _LINK),
    "fhirBundle-bad_meta_extra_key.json": (GENUINE, ""),
    "fhirBundle-bad_meta_wrong_security.json": (GENUINE, _FHIR),
    "fhirBundle-occurrence-issues.json": (
        GENUINE,
        "a vaccination without a date does not count; the others do",
    ),
    "fhirBundle-status-not-completed.json": (
        GENUINE,
        "what was not completed does not count; what remains is for the rules",
    ),
    "a-non-dm-properties.json": (GENUINE, ""),
    "expanded-exp_milliseconds.json": (
        "bad_time",
        "milliseconds would not expire for 50,000 years; the source warns only",
    ),
    "expanded-missing-coding.json": (GENUINE, "genuine, and names no product: for the rules"),
    "expanded-missing-imm-vc-type.json": (GENUINE, ""),
    "expanded-nbf_milliseconds.json": ("bad_time", ""),
    "expanded-optional-vc-type.json": (GENUINE, ""),
    "expanded-trailing_chars.json": (GENUINE, "white space around the value is JSON"),
    "d-jws-bad-fhir-metadata.txt": (GENUINE, "the source asserts nothing"),
    "d-jws-der-signature-rs-neg.txt": ("bad_signature", ""),
    "d-jws-der-signature.txt": ("bad_signature", ""),
    "d-jws-issuer-kid-mismatch.txt": ("unknown_issuer", ""),
    "d-jws-jws_too_long.txt": (
        "bad_claims",
        "the source asserts nothing; an early draft, without nbf and of another type",
    ),
    "d-jws-no_jws_header_alg.txt": ("bad_algorithm", ""),
    "d-jws-no_jws_header_zip.txt": ("bad_envelope", ""),
    "d-jws-utf8_bom_prefix.txt": ("bad_json", ""),
}
_OURS |= {
    "e-file-bad_jwks.smart-health-card": ("unknown_issuer", ""),
    "e-file-invalid_issuer_url.smart-health-card": ("unknown_issuer", ""),
    "e-file-issuer_url_with_trailing_slash.smart-health-card": ("bad_claims", ""),
    "e-file-no_deflate.smart-health-card": ("bad_envelope", ""),
    "e-file.wrong-extension": (GENUINE, ""),
    "numeric-value-0-number-too-big.txt": ("bad_text", ""),
    "numeric-value-0-qr_chunk_too_small.txt": (GENUINE, "chunks of any size are joined"),
    "numeric-value-0-wrong-multi-chunk.txt": (GENUINE, ""),
    "fhirhealthcard-multi-jws.json": (GENUINE, ""),
    "fhirhealthcard.json": (GENUINE, ""),
    "g-qr-code-0-scaled-23.jpg": (GENUINE, ""),
    "g-qr-code-0-single_qr_segment.png": (GENUINE, _QR),
    "g-qr-code-inflated-to-v22.png": (GENUINE, ""),
    "example-1195-byte-qrnumeric.txt": (GENUINE, ""),
    "test-invalid-jws-payload.png": ("bad_json", ""),
    "g-qr-code-0-corrupted.png": (
        GENUINE,
        "the source's reader gives this picture up; ours corrects the damage, and the signature is good",
    ),
}

# One file of several cards, for which the source lists the errors of all.
_MULTI = (("bad_algorithm", ""), (GENUINE, "white space around the value is JSON"))


def samples(corpora: Path) -> Iterator[Sample]:
    """Every file of shc/ that holds a card, or content that a card can be made of; each with the keys of its kid."""
    for sample in _all(corpora, _keys(corpora / "shc")):
        kid = _kid(sample.frames)
        yield replace(sample, keys=[key for key in sample.keys if kid is None or key["kid"] == kid])


def _kid(frames: tuple[bytes, ...]) -> bytes | None:
    """What the header names; None where there is none that can be read."""
    digits = "".join(frame.decode().rpartition("/")[2] for frame in sorted(frames, key=_number))
    try:
        text = "".join(chr(int(digits[at : at + 2]) + 45) for at in range(0, len(digits), 2))
        return unbase64(str(json.loads(unbase64(text.split(".")[0]))["kid"]))
    except (ValueError, KeyError):
        return None


def _number(frame: bytes) -> int:
    parts = frame.split(b"/")
    return int(parts[1]) if len(parts) > 2 else 0


def _all(corpora: Path, keys: list[dict[str, Any]]) -> Iterator[Sample]:
    folder = corpora / "shc"
    for row in json.loads((corpora / "index.json").read_text(encoding="utf-8"))["corpora"]["shc"]:
        path = corpora / row["path"]
        if row["set"] == "gdhcn":
            text = path.read_bytes().strip()
            # A genuine report may be of a positive test.
            expected, why = _OURS.get(path.name, (GENUINE + "|test_positive", ""))
            yield Sample("SHC", path.name, (text,), keys, LATER, row["expected_status"], expected, why)
        elif row["set"] == "dev-tools":
            yield from _dev_tools(folder / "dev-tools", path, row, keys)
    for path in sorted((folder / "spec-examples").glob("example-*-d-jws.txt")):
        yield from _example(path, keys)


def _example(path: Path, keys: list[dict[str, Any]]) -> Iterator[Sample]:
    number = path.name[:10]
    report = number == "example-02"
    expected = "no_holder" if report else GENUINE
    why = "a laboratory report that names no patient" if report else ""
    jws = path.read_text().strip()
    whole = "shc:/" + shc.digits(jws)
    yield Sample("SHC", path.name, (whole.encode(),), keys, LATER, "valid", expected, why)
    codes = sorted(path.parent.glob(f"{number}-f-qr-code-numeric-value-*.txt"))
    frames = tuple(each.read_bytes().strip() for each in codes)
    name = f"{number}-f-qr-code-numeric-value-*"
    yield Sample("SHC", name, frames, keys, LATER, "valid", expected, why)
    # The same from the last code to the first.
    if len(frames) > 1:
        yield Sample("SHC", name + " reversed", frames[::-1], keys, LATER, "valid", expected, why)


def _dev_tools(folder: Path, path: Path, row: dict[str, Any], keys: list[dict[str, Any]]) -> Iterator[Sample]:
    if aside(row):
        return
    test = row.get("tests", [{}])[0]
    files = test.get("files", [path.name])
    for number, frames in enumerate(_frames(folder, path, row, test.get("type", "jws"), files)):
        expected, why = next(
            (value for end, value in _OURS.items() if path.name.endswith(end)), _by_errors(test.get("errors"))
        )
        if path.name.endswith("multi-jws-issues.smart-health-card"):
            expected, why = _MULTI[number]
        says = _said(test)
        name = path.name if number == 0 else f"{path.name} {number + 1}"
        yield Sample("SHC", name, frames, keys, CLOCK, says, expected, why)


def _by_errors(errors: Any) -> tuple[str | None, str]:
    for error in errors if isinstance(errors, list) else []:
        if error.startswith("SHLINK"):
            return "needs_network", _LINK
        if error.startswith("ISSUER_KEY"):
            return None, _KEYS
        return _ERRORS.get(error, (None, _BEYOND))
    return None, ""


def aside(row: dict[str, Any]) -> str:
    """Why a row of the corpus is not shown by itself."""
    name = Path(row["path"]).name
    test = row.get("tests", [{}])[0]
    if row["set"] == "vci":
        return "issuers' keys, by which the cards are judged"
    if "key_test" in row:
        return "an issuer's key: tests/interop/test_shc.py"
    if row.get("fixture") and (row["set"] != "spec-examples" or not name.endswith("-d-jws.txt")):
        return "keys, lists, or what an example is made of"
    if test.get("type") in ("shlmanifest", "shlpayload"):
        return "what a link leads to, which is online"
    if row["set"] == "dev-tools" and not name.startswith(("test-", "jws-", "shlink-link")):
        return "a set of keys, or content behind a link; the source asserts nothing of a card"
    files = test.get("files", [name])
    return "" if row["path"].endswith(files[0]) else f"one of the codes of {files[0]}"


def _frames(
    folder: Path, path: Path, row: dict[str, Any], kind: str, files: list[str]
) -> Iterator[tuple[bytes, ...]]:
    if row.get("text"):
        yield (row["text"].encode(),)
    elif kind == "qr":
        yield tuple(_read(path))
    elif kind == "qrnumeric":
        yield tuple((folder / name).read_bytes().strip() for name in files)
    elif kind == "shlink":
        yield (path.read_bytes().strip(),)
    elif kind == "jws":
        yield (_numeric(path.read_text().strip()),)
    elif kind == "healthcard":
        for jws in json.loads(path.read_text())["verifiableCredential"]:
            yield (_numeric(jws),)
    elif kind == "fhirhealthcard":
        for parameter in json.loads(path.read_text())["parameter"]:
            if parameter["name"] == "verifiableCredential":
                yield (_numeric(parameter["valueString"]),)
    elif kind == "jwspayload":
        # What only the signer's key lacks, we sign.
        yield (_numeric(shc.issue_shc({}, p256(), EXAMPLES, payload=path.read_bytes())),)
    elif kind == "fhirbundle":
        bundle = json.loads(path.read_text())
        yield (_numeric(shc.issue_shc(bundle, p256(), EXAMPLES, issued=CLOCK - 86400)),)


def _read(path: Path) -> list[bytes]:
    """The text of a picture that the index gives none of, by our own reader; empty where it reads none."""
    from gatepost.sim import VirtualScanner  # a process, for a few rows

    with VirtualScanner() as scanner:
        payload = scanner.show(path).payload
    return [payload] if payload else []


def _numeric(jws: str) -> bytes:
    return ("shc:/" + shc.digits(jws)).encode()


def _said(test: dict[str, Any]) -> str:
    if not test:
        return "nothing"
    errors, warnings = test.get("errors", 0), test.get("warnings", 0)
    if isinstance(errors, list):
        return ", ".join(dict.fromkeys(errors))
    if warnings:
        return "valid, warns" + (
            f": {', '.join(dict.fromkeys(warnings))}" if isinstance(warnings, list) else ""
        )
    return "valid"


def _keys(folder: Path) -> list[dict[str, Any]]:
    tally = Tally()
    records = read_snapshot(json.loads((folder / "vci" / "vci_snapshot.json").read_bytes()), tally, "PROD")
    examples = json.loads((folder / "spec-examples" / "issuer" / "well-known" / "jwks.json").read_bytes())
    for address in (EXAMPLES, OLDER_EXAMPLES):
        records += read_jwks(examples, tally, "PROD", address)
    records += read_jwks(json.loads(shc.jwks(p256().public_key())), tally, "PROD", EXAMPLES)
    lists = json.loads((folder / "dev-tools" / "badcrl" / "well-known" / "jwks.json").read_bytes())
    lists = lists if "keys" in lists else {"keys": [lists]}
    for name in ("duplicate-rid", "non-base64url-rid", "too-long-rid", "version-mismatch", "invalid-method"):
        records += read_jwks(lists, tally, "PROD", BAD_LISTS + name)
    return plain(records)
