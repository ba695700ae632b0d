# What a screen shows, as small plain values: made from a verdict in one place, drawn in another.

from micropython import const

from scanner.reasons import CHECK, WORDS
from scanner.rules.policy import FULL, MINIMAL, VERDICT
from scanner.ui import dates, words

_LONGEST = const(200)  # letters of a name; schemas allow 80, a hostile issuer any number
_NO_NAME = "(no name given)"
_NO_BIRTH = "not given"
_HIDDEN = "…"  # a name of one letter, where initials are shown
_COMPARE = {
    MINIMAL: "Compare initials and birthday with an identity card.",
    VERDICT: "No name is shown here, by policy.",
}
_RULE_CODES = ("rules_not_met", "not_accepted", "rule_undecided")
# What is said of a code that no scheme reads; its detail says what it is.
_NAMED = (
    "unsupported_system",
    "system_refused",
    "needs_network",
    "link_refused",
    "unknown_code",
    "not_a_certificate",
)


class VerdictView:
    """One verdict, in words. `summary` is a list of short lines, the most important first."""

    def __init__(self):
        self.verdict = CHECK
        self.word = WORDS[CHECK]
        self.code = ""
        self.sentence = ""
        self.action = ""
        self.family = ""
        self.given = ""
        self.family_ascii = ""  # as in the passport's machine readable zone, '<' shown as space
        self.given_ascii = ""
        self.birth = ""
        self.document = ""  # number of the travel document the certificate is bound to
        self.issuer = ""
        self.summary = []
        self.environment = "PROD"
        self.seconds_left = 0
        self.seconds_total = 0
        self.progress = None  # of a card in several codes: a bool for each, whether it was read
        self.holder = False  # True when there is a holder to compare with the passport

    @property
    def name(self):
        """Surname and given names on one line, as the certificate writes them."""
        return _joined(self.family, self.given)

    @property
    def name_ascii(self):
        """The same in the alphabet of the machine readable zone."""
        return _joined(self.family_ascii, self.given_ascii)


class ReadyView:
    """What the waiting scanner tells its guard; texts come from the app, ages are in days."""

    def __init__(self, list_version="", list_age=None, clock="", hint=""):
        self.environment = "PROD"
        self.list_version = list_version
        self.list_age = list_age  # None: there is no list
        self.list_state = 0  # 0 fresh, 1 old, 2 too old for PASS
        self.clock = clock
        self.clock_trusted = True
        self.hint = hint
        self.reading = False  # True: a code is in sight, hold still
        self.problem = ""  # what else is missing for PASS


def from_verdict(verdict, environment="PROD", privacy=FULL):
    """A VerdictView of a `rules.verdict.Verdict`. `environment`: the trust list's; a key of another one overrules;
    `privacy`: the policy's, how much of the holder is shown."""
    view = VerdictView()
    view.verdict = verdict.verdict
    view.word = WORDS[verdict.verdict]
    view.code = verdict.code
    view.sentence = verdict.sentence
    view.action = verdict.action
    view.environment = environment or "PROD"
    if verdict.need:
        view.action = "Now scan: " + _tidy(verdict.need)
    if verdict.code == "no_rules_for_country" and verdict.detail:
        view.sentence = "No rules are loaded for " + words.issuer(verdict.detail, "") + "."
    if verdict.code == "no_reading_key" and verdict.detail:
        # Whom to ask for which key: the header's claim, of letters and digits alone.
        view.sentence = verdict.detail[0].upper() + verdict.detail[1:]
    claims = verdict.claims
    if claims is None:
        if verdict.code in _NAMED and verdict.detail:
            view.sentence = _named(_tidy(verdict.detail), verdict.sentence)
        return view
    source = getattr(getattr(claims, "key", None), "source", None)
    if source and view.environment == "PROD":
        view.environment = source
    if verdict.code == "ok" and privacy in _COMPARE:
        view.action = _COMPARE[privacy]
    if privacy == VERDICT:
        return view
    view.holder = True
    view.family_ascii = _plain(claims.family_ascii)
    view.given_ascii = _plain(claims.given_ascii)
    view.family = _tidy(claims.family) or view.family_ascii
    view.given = _tidy(claims.given) or view.given_ascii
    if not view.family and not view.given:
        view.family = _NO_NAME
    view.birth = dates.day(claims.birth) or _NO_BIRTH
    view.document = words.fact((claims.facts or {}).get("document"))
    view.issuer = words.issuer(claims.issuer, claims.issuer_name)
    if privacy == MINIMAL:
        _reduce(view, claims.birth)
        return view
    view.summary = words.summary(claims)
    if verdict.code in _RULE_CODES and verdict.detail:
        view.summary.insert(0, "Not met: " + _tidy(verdict.detail))
    return view


def _named(name, sentence):
    # "health link", "The content is online." -> "Health link: the content is online."
    return name[0].upper() + name[1:] + ": " + sentence[0].lower() + sentence[1:]


def _reduce(view, birth):
    # Initials, and the birthday without its year: enough to compare, too little to keep. No number of anything.
    view.document = ""
    view.family = _initial(view.family, view.family_ascii)
    view.given = _initial(view.given, view.given_ascii)
    view.family_ascii = _initial(view.family_ascii, "")
    view.given_ascii = _initial(view.given_ascii, "")
    whole = dates.day(birth)
    view.birth = whole.rpartition(" ")[0] if len(birth) == 10 and whole != birth else "not given"


def _initial(text, ascii):
    # Of a name of one letter, as many Chinese ones are, the initial is the name: then the one in Latin letters serves.
    if not text or text == _NO_NAME:
        return text
    if len(text.rstrip(".")) > 1:
        return text[0] + "."
    return _initial(ascii, "") or _HIDDEN


def _tidy(text):
    text = " ".join((text or "").split())
    return text if len(text) <= _LONGEST else text[:_LONGEST] + "…"


def _plain(text):
    return _tidy((text or "").replace("<", " "))


def _joined(family, given):
    return family + ", " + given if family and given else family or given
