"""Every certificate system that Gatepost is asked about: how far it goes with it, on what evidence, and a show of it.

`status` and `evidence` are what the README's table says, word for word. What is shown is issued on the spot by
invented issuers in the format that the system used or uses; it is evidence of the format and not of the country.
"""

from __future__ import annotations

import base64
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from gatepost.demo.world import World
from gatepost.errors import GatepostError

VERIFIED = "verified offline, judged by policy"
NAMED = "known, and not verified here: named, CHECK `unsupported_system`; REFUSE by policy"


@dataclass(frozen=True)
class Act:
    """One traveller: `frames` are the contents of the codes shown in a row, `code` the reason that is expected."""

    what: str
    verdict: str
    code: str
    frames: tuple[str | bytes, ...]


@dataclass(frozen=True)
class System:
    title: str
    status: str
    evidence: str
    acts: Callable[[World], list[Act]]


def _passes(what: str, *frames: str | bytes) -> Act:
    return Act(what, "PASS", "ok", frames)


def _forged(*frames: str | bytes) -> Act:
    return Act("forged: one bit of the signature", "REFUSE", "bad_signature", frames)


def _known(what: str, content: str | bytes) -> Act:
    return Act(what, "CHECK", "unsupported_system", (content,))


def _eu(world: World) -> list[Act]:
    return [
        _passes("vaccination", world.hc1("DE")),
        _passes("test", world.hc1("DE", "test")),
        _passes("recovery", world.hc1("DE", "recovery")),
        _passes("vaccination, PS256 (RSA)", world.hc1("LT", algorithm="PS256")),
        _forged(world.hc1("DE", forge=True)),
    ]


def _uk(world: World) -> list[Act]:
    return [
        _passes("for travel", world.hc1("GB")),
        Act("England's domestic pass", "CHECK", "domestic_only", (world.hc1("GB", change=_domestic(world)),)),
        _forged(world.hc1("GB", forge=True)),
    ]


def _domestic(world: World) -> Callable[[Any], Any]:
    def change(payload: Any) -> Any:
        times = [(world.now + timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ") for days in (-1, 2)]
        entry = {"ci": "X", "co": "GB-ENG", "df": times[0], "du": times[1], "is": "NHS", "pm": 1, "po": []}
        return {"ver": "1.0.0", "nam": payload["nam"], "dob": payload["dob"], "d": [entry]}

    return change


def _iceland(world: World) -> list[Act]:
    return [
        _passes("vaccination, PS256", world.hc1("IS", algorithm="PS256", family="Jónsdóttir", given="Þóra")),
        _forged(world.hc1("IS", algorithm="PS256", forge=True)),
    ]


def _bahrain(world: World) -> list[Act]:
    return [
        _passes("vaccination", world.hc1("BH", family="البحرين", given="نور")),
        _forged(world.hc1("BH", forge=True)),
    ]


def _us(world: World) -> list[Act]:
    return [
        _passes("two doses, in one code", *world.card()),
        _passes("the same in three codes", *world.card(chunk=300)),
        _passes("negative test", *world.card("test")),
        _forged(*world.card(forge=True)),
    ]


def _israel(world: World) -> list[Act]:
    return [
        _passes("newer form (HC1)", world.hc1("IL", family="לוי", given="דנה")),
        _passes("older form, P-256", world.green_pass("ES256")),
        _passes("older form, RSA", world.green_pass("PS256")),
        _forged(world.green_pass("ES256", forge=True)),
    ]


def _korea(world: World) -> list[Act]:
    claims = {"iss": "did:infra:coov:PUB_K1_0", "vp": {"type": ["VerifiablePresentation"]}}
    return [
        _passes("for travel, since July 2022 (HC1)", world.hc1("KR", family="김", given="민지")),
        _known("COOV, as a token of its chain", _token(claims)),
    ]


def _hong_kong(world: World) -> list[Act]:
    return [
        _passes("for travel, since March 2023 (HC1)", world.hc1("HK", family="陳", given="大文")),
        _known("vaccination record", "HKSARG|VAC|3.00|1|TR-0000|A123****|CHAN T** M**|20210601|Comirnaty"),
        _known(
            "LeaveHomeSafe venue", "HKEN:0A1b2C3d4" + _base64(json.dumps({"nameEn": "Harbour Hall"}).encode())
        ),
    ]


def _who(world: World) -> list[Act]:
    def dose(**changes: Any) -> Callable[[Any], Any]:
        return lambda payload: payload | {"v": payload["v"] | changes}

    def card(**changes: Any) -> str:
        return world.hc1("UT", "yellow-fever", change=dose(**changes), expires=False)

    def day(days: int) -> str:
        return (world.now - timedelta(days=days)).strftime("%Y-%m-%d")

    stamaril = "YellowFeverProductd8a09f80301dc05e124f99ffe7711fc0"
    polio = {"vp": "XM0N50", "tg": "1C81", "bo": "B1", "dt": day(1)}
    newest = {"n": "Åsa Marie Lindqvist", "dob": "1984-07-19", "s": "female", "nt": "UTO", "id": "X1234567"}
    newest |= {"v": "1.0", "d": day(40), "vx": {"vp": stamaril, "dv": day(40), "bo": "YF-0042", "is": "UTO"}}
    core = {
        4: world.seconds + 86400 * 90,
        "name": "Åsa Marie Lindqvist",
        "birthDate": "1984-07-19",
        "disease": {"code": "840539006", "system": "http://snomed.info/sct"},
        "brand": {"code": "XM8NQ0", "system": "http://id.who.int/icd11/mms"},
        "date": day(40),
        "dose": 2,
    }
    return [
        _passes("yellow fever, 40 days ago", card()),
        Act("nine days ago", "CHECK", "rules_not_met", (card(dt=day(9)),)),
        Act("a recalled batch", "REFUSE", "batch_recalled", (card(bo="YF-0066"),)),
        _passes("polio, of yesterday", card(**polio)),
        _passes(
            "newest form, a product of WHO's list",
            world.hc1("UT", "yellow-fever", change=lambda _: newest, expires=False),
        ),
        _passes("first DDCC", world.hc1("UT", change=lambda _: core, sub_claim=0)),
        Act("link to a record online, signed", "CHECK", "needs_network", (world.hc1("UT", "link"),)),
        _forged(world.hc1("UT", "yellow-fever", forge=True)),
    ]


def _icao(world: World) -> list[Act]:
    return [
        _passes("vaccination, below an RSA authority", world.seal("AU")),
        _passes("test, below a P-384 authority", world.seal("JP", "test")),
        _forged(world.seal("AU", forge=True)),
    ]


def _china(world: World) -> list[Act]:
    return [
        _passes("test, antibodies, vaccination", world.sealed("full")),
        Act("no key to read it here", "CHECK", "no_reading_key", (world.sealed("full", known=False),)),
        _forged(world.sealed("full", forge=True)),
    ]


def _health_code(world: World) -> list[Act]:
    return [
        _passes("green", world.sealed("", colour="green", minutes=30)),
        Act("red", "CHECK", "rules_not_met", (world.sealed("", colour="red", minutes=30),)),
        Act(
            "green, an hour after its end",
            "REFUSE",
            "expired",
            (world.sealed("", colour="green", age=90, minutes=30),),
        ),
    ]


def _divoc(world: World) -> list[Act]:
    credential = {
        "@context": [
            "https://www.w3.org/2018/credentials/v1",
            "https://health.example/credentials/vaccination/v1",
        ],
        "type": ["VerifiableCredential", "ProofOfVaccinationCredential"],
        "credentialSubject": {"name": "Åsa Marie Lindqvist"},
    }
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("certificate.json", json.dumps(credential))
    return [
        _known("a zip file", packed.getvalue()),
        _known("the same in Base64", "B64:" + _base64(packed.getvalue())),
        _known("JSON-LD as it is", json.dumps(credential)),
    ]


def _domestic_passes(world: World) -> list[Act]:
    return [
        _known("New Zealand, NZCP", "NZCP:/1/2KCEVIQEIVVWK6JNGEASNICZAEP2KALYDZSGSZB2"),
        _known("Netherlands, NL2", "NL2:TF6TC3I34S0RNC5DBYZ"),
        _known("Switzerland, certificate light", "LT1:6BFY90R10RDWT 9O60GO0000W50JB"),
        _known("a later version of HC1", "HC2:6BFOXN%TS3DH"),
    ]


def _links(world: World) -> list[Act]:
    link = "eyJ1cmwiOiJodHRwczovL2V4YW1wbGUub3JnL3ZobC8xIn0"
    return [
        Act("SMART Health Link", "CHECK", "needs_network", ("shlink:/" + link,)),
        Act("WHO's VHL", "CHECK", "needs_network", ("vhlink:/" + link,)),
        Act(
            "behind a viewer's address",
            "CHECK",
            "needs_network",
            ("https://viewer.example/#shlink:/" + link,),
        ),
    ]


def _unknown(world: World) -> list[Act]:
    return [
        Act("web address", "REFUSE", "not_a_certificate", ("https://health.example/code?id=7",)),
        Act("unknown prefix", "REFUSE", "not_a_certificate", ("XX9:6BFOXN%TS3DH",)),
    ]


def _token(claims: dict[str, Any]) -> str:
    parts = (json.dumps({"alg": "ES256K"}).encode(), json.dumps(claims).encode(), bytes(64))
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts)


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


# Their order is the README's.
SYSTEMS: dict[str, System] = {
    "eu": System(
        "EU Digital COVID Certificate",
        VERIFIED,
        "the EU's public test cases of many countries, genuine and not, each for its own reason",
        _eu,
    ),
    "uk": System(
        "United Kingdom, HC1",
        VERIFIED + "; England's domestic pass: verified, CHECK `domestic_only`",
        "our own issuer alone",
        _uk,
    ),
    "iceland": System(
        "Iceland, HC1",
        VERIFIED,
        "Iceland's 5 public test cases verify; of 4 more public codes no list has the key",
        _iceland,
    ),
    "bahrain": System("Bahrain, HC1 since July 2022", VERIFIED, "our own issuer alone", _bahrain),
    "us": System(
        "United States and others, SMART Health Cards",
        VERIFIED,
        "the specification's examples, WHO's samples, and tests of the reference validator",
        _us,
    ),
    "israel": System(
        "Israel, HC1 and the older Green Pass",
        VERIFIED,
        "the ministry's own samples of both forms, under the keys it published",
        _israel,
    ),
    "korea": System(
        "Korea, HC1 since July 2022, and COOV",
        "HC1: " + VERIFIED + "; COOV: " + NAMED,
        "our own issuer alone; of COOV no sample was found",
        _korea,
    ),
    "hong-kong": System(
        "Hong Kong, HC1 since March 2023, and its own codes",
        "HC1: " + VERIFIED + "; its own codes: " + NAMED,
        "our own issuer; 3 public codes are read, and no list has their key",
        _hong_kong,
    ),
    "who": System(
        "WHO: yellow card (ICVP), DDCC, signed links",
        VERIFIED + "; links: issuer verified, CHECK `needs_network`",
        "our own issuer, and WHO's lists; most of its public samples were signed by keys that left them",
        _who,
    ),
    "icao": System(
        "Australia, Japan: ICAO VDS-NC",
        VERIFIED + ", up to the passport authority",
        "whole chains by our own issuer; Australia's sample up to its signer, whose authority is not public",
        _icao,
    ),
    "china": System(
        "China's sealed certificate: no format was published; ITH1 is our open profile of what was announced",
        "ITH1: "
        + VERIFIED
        + " where the reading key is; CHECK `no_reading_key` elsewhere. China's own: not read",
        "our own issuer alone",
        _china,
    ),
    "health-code": System(
        "Health-code colours, in the same envelope of ours",
        "ours: " + VERIFIED + ", for minutes; those of China and Macau: no public format, not read",
        "our own issuer alone",
        _health_code,
    ),
    "divoc": System("India, Jamaica, Indonesia: DIVOC", NAMED, "WHO's sample is named", _divoc),
    "domestic": System(
        "Domestic passes of New Zealand, the Netherlands, Switzerland; later versions of HC1",
        NAMED,
        "made-up codes with their published prefixes",
        _domestic_passes,
    ),
    "links": System(
        "Health links on their own (SMART, WHO's VHL)",
        "the content is online: CHECK `needs_network`; REFUSE by policy",
        "made-up links; a test of the reference validator",
        _links,
    ),
    "unknown": System(
        "Anything else: web addresses, unknown prefixes",
        "REFUSE `not_a_certificate`; CHECK `unknown_code` by policy",
        "made-up codes",
        _unknown,
    ),
}


def find(names: Sequence[str]) -> list[str]:
    """The systems of these names, of which "all" is every one."""
    for name in names:
        if name not in SYSTEMS and name != "all":
            raise GatepostError(f"there is no system {name!r}; there are: all, {', '.join(SYSTEMS)}")
    return list(SYSTEMS) if "all" in names else list(dict.fromkeys(names))
