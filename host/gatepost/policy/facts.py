"""What a policy may ask of a certificate: the facts, the same for every scheme (firmware/scanner/rules/context.py)."""

from __future__ import annotations

from dataclasses import dataclass

from gatepost.trust.records import SCHEMES

TEXT, NUMBER, DAY, MOMENT, BIRTH = "text", "number", "day", "moment", "birth date"

KINDS = ("vaccination", "test", "recovery", "antibody", "prophylaxis", "status", "domestic")
FORMS = (
    "EU DCC", "UK domestic pass", "WHO DVC", "WHO DDCC", "WHO VHL", "SMART Health Card", "ICAO VDS-NC",
    "Israeli Green Pass", "ITHC", "ITH status",
)  # fmt: skip
_RESULTS = ("negative", "positive", "unclear")

COUNTRIES = ("country", "nationality")  # two letters in some schemes, three in others


@dataclass(frozen=True)
class Fact:
    """`values`: all that there are, where there is an end of them."""

    type: str
    says: str
    values: tuple[str, ...] = ()


FACTS: dict[str, Fact] = {
    "kind": Fact(TEXT, "one of " + ", ".join(KINDS), KINDS),
    "scheme": Fact(TEXT, "HC1, SHC, VDS-NC, ...", SCHEMES),
    "form": Fact(TEXT, "EU DCC, WHO DVC, WHO DDCC, ...", FORMS),
    "issuer": Fact(TEXT, "country of the key that signed, two letters"),
    "authority": Fact(TEXT, "name of the authority whose key signed, as the trust list has it"),
    "birth": Fact(BIRTH, "the holder's birth date"),
    "nationality": Fact(TEXT, "of the holder, two letters"),
    "document": Fact(TEXT, "number of the passport or identity card"),
    "target": Fact(TEXT, "the disease"),
    "product": Fact(TEXT, "the vaccine's product"),
    "vaccine": Fact(TEXT, "the vaccine's class"),
    "maker": Fact(TEXT, "the vaccine's manufacturer or holder of its authorisation"),
    "batch": Fact(TEXT, "the vaccine's lot"),
    "dose": Fact(NUMBER, "which dose it was"),
    "doses": Fact(NUMBER, "how many the series has"),
    "date": Fact(DAY, "day of the vaccination"),
    "test_type": Fact(TEXT, "the kind of test"),
    "test_name": Fact(TEXT, "the test's name"),
    "result": Fact(TEXT, "negative, positive or unclear", _RESULTS),
    "igg": Fact(TEXT, "result for antibodies of class IgG", _RESULTS),
    "igm": Fact(TEXT, "result for antibodies of class IgM", _RESULTS),
    "colour": Fact(TEXT, "of a status code: green, yellow or red", ("green", "yellow", "red")),
    "sampled": Fact(MOMENT, "when the sample was taken"),
    "first_positive": Fact(DAY, "day of the first positive test"),
    "valid_from": Fact(DAY, "as the certificate says"),
    "valid_until": Fact(DAY, "as the certificate says"),
    "country": Fact(TEXT, "where it took place, two letters"),
    "centre": Fact(TEXT, "where it took place"),
}
