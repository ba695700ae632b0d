"""Made-up people and their certificates: what `gatepost issue` takes where no claims are given.

Codes are those of the EU's value sets; the people, offices and identifiers are nobody's.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

COVID = "840539006"
ISSUER = "Ministry of Health of Examplia"

# ICAO 9303, part 3, section 6, table A: letters that are more than a base letter with an accent.
_LETTERS = {
    "ß": "SS",
    "Æ": "AE",
    "Œ": "OE",
    "Ø": "OE",
    "Å": "AA",
    "Ä": "AE",
    "Ö": "OE",
    "Ü": "UE",
    "Þ": "TH",
    "Ð": "D",
}
_LETTERS |= {"Ł": "L", "Ñ": "N", "Đ": "D", "Ħ": "H", "İ": "I"}


def machine_readable(name: str) -> str:
    """A Latin name as the machine-readable zone writes it: A to Z, "<" between words; other scripts give ""."""
    upper = "".join(_LETTERS.get(letter, letter) for letter in unicodedata.normalize("NFC", name.upper()))
    plain = unicodedata.normalize("NFD", upper)
    kept = ["<" if letter in " -" else letter for letter in plain if letter in " -" or "A" <= letter <= "Z"]
    return "".join(kept).strip("<")[:80]


def vaccination(now: datetime, country: str) -> dict[str, Any]:
    return {
        "v": [
            {
                "tg": COVID,
                "vp": "1119349007",
                "mp": "EU/1/20/1528",
                "ma": "ORG-100030215",
                "dn": 2,
                "sd": 2,
                "dt": _date(now, -30),
                "co": country,
                "is": ISSUER,
                "ci": f"URN:UVCI:01:{country}:GATEPOST/SAMPLE/V0001#7",
            }
        ]
    }


def test(now: datetime, country: str) -> dict[str, Any]:
    return {
        "t": [
            {
                "tg": COVID,
                "tt": "LP6464-4",
                "nm": "Example RT-PCR",
                "sc": (now - timedelta(hours=20)).strftime("%Y-%m-%dT%H:%M:%SZ"),
                "tr": "260415000",
                "tc": "Test Centre Harbour 3",
                "co": country,
                "is": ISSUER,
                "ci": f"URN:UVCI:01:{country}:GATEPOST/SAMPLE/T0001#4",
            }
        ]
    }


def recovery(now: datetime, country: str) -> dict[str, Any]:
    return {
        "r": [
            {
                "tg": COVID,
                "fr": _date(now, -60),
                "co": country,
                "is": ISSUER,
                "df": _date(now, -49),
                "du": _date(now, 120),
                "ci": f"URN:UVCI:01:{country}:GATEPOST/SAMPLE/R0001#1",
            }
        ]
    }


DCC_SAMPLES: dict[str, Callable[[datetime, str], dict[str, Any]]] = {
    "vaccination": vaccination,
    "test": test,
    "recovery": recovery,
}
SAMPLES = (*DCC_SAMPLES, "yellow-fever", "link")


def sample(
    kind: str,
    *,
    now: datetime | None = None,
    country: str = "DE",
    family: str = "Lindqvist",
    given: str = "Åsa Marie",
    birth: str = "1984-07-19",
) -> tuple[int, Any]:
    """The sub-claim number and the payload of a made-up certificate of that kind (SAMPLES), fresh at `now`."""
    now = now or datetime.now(UTC)
    if kind == "link":
        return 5, "vhlink:/eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnL3ZobC8xIn0"
    if kind == "yellow-fever":
        return -6, {
            "n": f"{given} {family}",
            "dob": birth,
            "ntl": country,
            "nid": "X1234567",
            "v": {
                "tg": "1D47",
                "vp": "XM0N24",
                "dt": _date(now, -40),
                "bo": "YF-0042",
                "cn": "Dr. Example",
                "is": ISSUER,
                "vls": _date(now, -30),
            },
        }
    name = {"fn": family, "fnt": machine_readable(family), "gn": given, "gnt": machine_readable(given)}
    return 1, {"ver": "1.3.0", "nam": name, "dob": birth, **DCC_SAMPLES[kind](now, country)}


def identify(payload: dict[str, Any], identifier: str) -> None:
    """Give the one entry of an EU sample this identifier."""
    for group in ("v", "t", "r"):
        for entry in payload.get(group, ()):
            entry["ci"] = identifier


def _date(now: datetime, days: int) -> str:
    return (now + timedelta(days=days)).strftime("%Y-%m-%d")
