"""What the screen tests draw, as plain data, and the few lines of MicroPython that draw it.

A scene is (kind, data). "verdict": a reason code, the members of the claims (None: nothing genuine was read), the
environment and the countdown, through the real Verdict, Claims and view. "ready": members of a ReadyView. "message",
"fault": title and text.
"""

from __future__ import annotations

from typing import Any

SIZES = ((320, 240), (240, 320))

ERIKA = {
    "family": "Musterfrau-Gößinger",
    "given": "Gabriele",
    "family_ascii": "MUSTERFRAU<GOESSINGER",
    "given_ascii": "GABRIELE",
    "birth": "1998-02-26",
    "kind": "vaccination",
    "form": "EU DCC",
    "facts": {"product": "EU/1/20/1528", "dose": 2, "doses": 2, "date": "2021-05-29", "target": "840539006"},
    "expires": 1653868800,
}
TEST = {
    "family": "Österreicher",
    "given": "Jürgen Żak",
    "family_ascii": "OESTERREICHER",
    "given_ascii": "JUERGEN<ZAK",
    "birth": "1964-08-12",
    "kind": "test",
    "form": "EU DCC",
    "facts": {"test_type": "LP6464-4", "result": "negative", "sampled": "2021-05-29T10:05:00Z"},
    "expires": 1623000000,
}
POSITIVE = {**TEST, "facts": {**TEST["facts"], "result": "positive", "test_type": "LP217198-3"}}
RECOVERY = {
    "family": "Παπαδοπούλου",
    "given": "Ελένη",
    "family_ascii": "PAPADOPOULOU",
    "given_ascii": "ELENI",
    "birth": "1979-10",
    "kind": "recovery",
    "form": "EU DCC",
    "country": "GR",
    "facts": {
        "first_positive": "2021-01-02",
        "valid_from": "2021-01-14",
        "valid_until": "2021-07-01",
        "target": "840539006",
    },
    "expires": 1640995200,
}
CYRILLIC = {
    **ERIKA,
    "family": "Димитрова-Стоянова",
    "given": "Йорданка",
    "family_ascii": "DIMITROVA<STOYANOVA",
    "given_ascii": "YORDANKA",
    "country": "BG",
}
ARABIC = {
    **ERIKA,
    "family": "بن عيسى",
    "given": "فاطمة الزهراء",
    "family_ascii": "BEN<AISSA",
    "given_ascii": "FATIMA<EZZAHRA",
    "country": "MA",
}
LONGEST = {
    **TEST,
    "family": "Wolfeschlegelsteinhausenbergerdorff-Wassermann von und zu Württemberg-Hohenzollern",
    "given": "Maximiliane Wilhelmine Friederike Magdalena Ottilie Karolina Luise Annemarie Gwen",
    "family_ascii": "WOLFESCHLEGELSTEINHAUSENBERGERDORFF<WASSERMANN<VON<UND<ZU<WUERTTEMBERG",
    "given_ascii": "MAXIMILIANE<WILHELMINE<FRIEDERIKE<MAGDALENA<OTTILIE<KAROLINA<LUISE",
}
WIDEST = {**ERIKA, "family": "W" * 80, "given": "M" * 80, "family_ascii": "W" * 80, "given_ascii": "M" * 80}
YELLOW_CARD = {
    **ERIKA,
    "family": "Kwame Nkrumah Mensah",
    "given": "",
    "family_ascii": "",
    "given_ascii": "",
    "country": "",
    "issuer_name": "World Health Organization",
    "form": "WHO DVC",
    "facts": {
        "product": "YellowFeverProductd2c75a15ed309658b3968519ddb31690",
        "dose": 1,
        "date": "2025-10-03",
    },
    "expires": None,
}


def verdict(
    code: str, claims: dict[str, Any] | None, environment: str = "PROD", left: int = 14, total: int = 20
):
    return "verdict", {
        "code": code,
        "claims": claims,
        "environment": environment,
        "seconds_left": left,
        "seconds_total": total,
    }


def parts(progress: list[bool], left: int, environment: str = "PROD"):
    kind, data = verdict("part_of_several", None, environment, left, 30)
    return kind, {**data, "progress": progress}


SEALED = "sealed by %s, %s: 0123456789abcdef"


def privately(privacy: str, code: str, claims: dict[str, Any] | None, need: str = "", detail: str = ""):
    kind, data = verdict(code, claims)
    return kind, {**data, "privacy": privacy, "need": need, "detail": detail}


def named(code: str, detail: str):
    kind, data = verdict(code, None)
    return kind, {**data, "detail": detail}


STEPS = [
    ("Signed by a trusted key", 1, "Ministry of Health of Utopia"),
    ("Within its dates", 1, ""),
    ("No vaccination in the future", 1, ""),
    ("Proof: the last dose of an accepted product, 14 to 270 days ago", 0, ""),
    ("product in accepted", 1, "product = comirnaty"),
    ("dose >= doses", 1, "dose = 2, doses = 2"),
    ("date 14 to 270 days ago", 0, "date = 2021-06-25"),
    ("Proof: a negative test of the last 48 hours, taken by the staff of a pharmacy or a test centre", 2, ""),
    ("sampled at most 48 hours ago", 2, "sampled = none"),
]


def explained(page: int, environment: str = "PROD", inputs: bool = True):
    return "explained", {"page": page, "environment": environment, "inputs": inputs, "trace": STEPS}


FRESH = {"list_version": "2026.11.20", "list_age": 2, "clock": "22 Nov 2026 · 03:37 UTC"}

SCENES: dict[str, tuple[str, dict[str, Any]]] = {
    "pass": verdict("ok", ERIKA),
    "pass-demo": verdict("ok", ERIKA, "DEMO"),
    "pass-uat": verdict("ok", TEST, "UAT", 20),
    "pass-recovery-greek": verdict("ok", RECOVERY),
    "pass-cyrillic": verdict("ok", CYRILLIC, "DEMO"),
    "pass-arabic": verdict("ok", ARABIC),
    "pass-longest": verdict("ok", LONGEST),
    "pass-widest-demo": verdict("ok", WIDEST, "DEMO"),
    "check-yellow-card": verdict("no_rules_for_kind", YELLOW_CARD, left=5),
    "check-document": verdict(
        "no_rules_for_kind", {**ERIKA, "facts": {**ERIKA["facts"], "document": "PA0941262"}}, "UAT"
    ),
    "check-test-unclear": verdict(
        "test_unclear", {**TEST, "facts": {**TEST["facts"], "result": "unclear"}}, "DEMO"
    ),
    "check-sealed": privately("full", "no_reading_key", None, detail=SEALED % ("UT", "no reading key here")),
    "check-sealed-longest": privately(
        "full",
        "no_reading_key",
        None,
        detail=SEALED % ("Wellness Ministry of Commonwealt", "its reading key is not valid yet"),
    ),
    "check-known-system": named("unsupported_system", "Hong Kong vaccination record"),
    "refuse-known-system": named("system_refused", "HC2, another version of HC1"),
    "refuse-web-address": named(
        "not_a_certificate", "web address, a-very-long-name-of-a-host.health.example"
    ),
    "refuse-recalled": verdict("batch_recalled", YELLOW_CARD),
    "parts": parts([True, False, True], 25),
    "parts-many-demo": parts([number % 3 > 0 for number in range(32)], 3, "DEMO"),
    "check-no-list": verdict("no_trust_list", None, "DEMO"),
    "check-more-needed": privately("full", "more_needed", ERIKA, need="a negative test of the last 48 hours"),
    "check-rules": privately("full", "rules_not_met", ERIKA, detail="date 14 to 270 days ago"),
    "check-no-rules-for-country": privately("full", "no_rules_for_country", ERIKA, detail="HR"),
    "pass-minimal": privately("minimal", "ok", ERIKA),
    "check-minimal": privately("minimal", "more_needed", CYRILLIC, need="a recovery or a full vaccination"),
    "pass-verdict-only": privately("verdict", "ok", ERIKA),
    "explained-1": explained(1),
    "explained-2": explained(2),
    "explained-demo": explained(1, "DEMO", False),
    "refuse-expired": verdict("expired", ERIKA),
    "refuse-positive": verdict("test_positive", POSITIVE, "DEMO"),
    "refuse-forged": verdict("bad_signature", None),
    "refuse-forged-demo": verdict("bad_signature", None, "DEMO"),
    "refuse-fault": verdict("internal_fault", None, left=0, total=0),
    "ready": ("ready", FRESH),
    "ready-demo": ("ready", {**FRESH, "environment": "DEMO"}),
    "ready-stale": ("ready", {**FRESH, "list_age": 40, "list_state": 2, "clock_trusted": False}),
    "ready-no-list": ("ready", {"list_age": None, "clock": "22 Nov 2026 · 03:37 UTC"}),
    "ready-no-rules": ("ready", {**FRESH, "problem": "No rules"}),
    "reading": ("ready", {**FRESH, "reading": True, "hint": "A code is in sight."}),
    "starting": ("message", {"title": "Starting", "text": "Checking the list of issuers"}),
    "fault": ("fault", {"title": "Camera fault", "text": "The camera does not answer. Call the technician."}),
}

# Runs on the scanner's interpreter: `draw(scene, width, height)` returns what the board would show.
DEVICE = """
import gc
from scanner.credentials.claims import Claims
from scanner.rules.verdict import Verdict
from scanner.ui.explain_screen import Pages
from scanner.ui.screens import Screen
from scanner.ui.view import ReadyView, from_verdict

_screens = {}

class Key:
    def __init__(self, country, name, source):
        self.country = country
        self.name = name
        self.source = source

def screen(width, height):
    if (width, height) not in _screens:
        _screens[width, height] = Screen(bytearray(width * height * 2), width, height)
    return _screens[width, height]

def claims_of(members):
    if members is None:
        return None
    key = Key(members.get("country", "AT"), members.get("issuer_name", "Austria"), members.get("source", "PROD"))
    claims = Claims("HC1", key)
    for name in members:
        if name not in ("country", "issuer_name", "source"):
            setattr(claims, name, members[name])
    return claims

def view_of(data):
    made = Verdict(data["code"], claims_of(data["claims"]), data.get("detail", ""))
    made.need = data.get("need", "")
    view = from_verdict(made, data["environment"], data.get("privacy", "full"))
    view.seconds_left = data["seconds_left"]
    view.seconds_total = data["seconds_total"]
    view.progress = data.get("progress")
    return view

def draw(scene, width, height):
    kind, data = scene
    on = screen(width, height)
    if kind == "verdict":
        on.verdict(view_of(data))
    elif kind == "ready":
        view = ReadyView()
        for name in data:
            setattr(view, name, data[name])
        on.ready(view)
    elif kind == "explained":
        made = Verdict("rules_not_met")
        made.trace = data["trace"]
        pages = Pages(on.canvas, made, data["environment"], data["inputs"])
        pages.number = data["page"] - 1
        pages.turn()
    elif kind == "message":
        on.message(data["title"], data["text"])
    else:
        on.fault(data["title"], data["text"])
    return bytes(on.buffer)
"""
