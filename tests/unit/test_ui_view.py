"""From claims to words: dates, countries, products, and values that nobody expected."""

import datetime

import pytest
from unit.screen_scenes import DEVICE, ERIKA, TEST, verdict

HERE = "views"


@pytest.fixture
def view(mp):
    mp.run(DEVICE, HERE)

    def make(**changes):
        base = changes.pop("base", ERIKA)
        code = changes.pop("code", "ok")
        return mp.run("result = view_of(s[1])", HERE, s=verdict(code, {**base, **changes}))

    return make


def test_a_verdict_becomes_words(view):
    seen = view()
    assert (seen["verdict"], seen["word"], seen["code"]) == (0, "PASS", "ok")
    assert seen["sentence"] and seen["action"] and seen["holder"] is True
    assert seen["name"] == "Musterfrau-Gößinger, Gabriele"
    assert seen["name_ascii"] == "MUSTERFRAU GOESSINGER, GABRIELE"
    assert seen["birth"] == "26 Feb 1998"
    assert seen["issuer"] == "Austria (AT)"
    assert seen["summary"] == ["Vaccination 2/2 · 29 May 2021 · Comirnaty", "COVID-19 · expires 30 May 2022"]
    assert seen["environment"] == "PROD"


@pytest.mark.parametrize(
    "times, shown",
    [
        ({"expires": None, "last_day": 18992}, "expires 31 Dec 2021"),
        ({"expires": 1653868800, "last_day": 18992}, "expires 31 Dec 2021"),
        ({"expires": 1609459200, "last_day": 18992}, "expires 1 Jan 2021"),
    ],
)
def test_the_day_that_a_certificate_names_is_the_one_that_is_shown(mp, times, shown):
    mp.run(DEVICE, HERE)
    seen = mp.run("result = view_of(s[1])", HERE, s=verdict("ok", ERIKA | times))
    assert seen["summary"][-1] == "COVID-19 · " + shown


def test_without_claims_there_is_no_holder(mp):
    mp.run(DEVICE, HERE)
    seen = mp.run("result = view_of(s[1])", HERE, s=verdict("bad_signature", None))
    assert (
        seen["holder"] is False and seen["name"] == "" and seen["summary"] == [] and seen["word"] == "REFUSE"
    )


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        (
            {"product": "EU/1/21/1618", "dose": 3, "doses": 3, "date": "2022-01-05"},
            "Vaccination 3/3 · 5 Jan 2022 · Nuvaxovid",
        ),
        ({"product": "Sputnik-V", "dose": 1}, "Vaccination 1 · Sputnik-V"),
        ({"vaccine": "1119349007"}, "Vaccination · mRNA vaccine"),
        ({"product": "XYZ-unknown", "doses": 2}, "Vaccination · XYZ-unknown"),
        ({"product": "YellowFeverProductd2c75a15ed309658b3968519ddb31690"}, "Vaccination · Yellow Fever"),
        ({"product": "Product", "dose": [1], "doses": {}, "date": 5.5}, "Vaccination · Product"),
        ({}, "Vaccination"),
    ],
)
def test_vaccinations(view, facts, line):
    assert view(facts=facts)["summary"][0] == line


def test_tests_name_their_result_first(view):
    assert view(base=TEST)["summary"][:2] == ["Test NEGATIVE · NAAT (PCR)", "Sampled 29 May 2021 · 10:05 UTC"]
    assert view(base=TEST, facts={"result": "positive"})["summary"][0] == "Test POSITIVE"
    assert (
        view(base=TEST, facts={"result": "unclear", "result_code": "1"})["summary"][0]
        == "Test result unclear"
    )
    assert view(base=TEST, facts={"result_code": "260415000"})["summary"][0] == "Test 260415000"


@pytest.mark.parametrize(
    "facts",
    [
        {"product": 7, "dose": None, "date": 3},
        {"product": {"a": 1}, "dose": b"x", "date": ["2021"], "target": True},
        {"product": "x" * 5000, "date": "2021-05-29" * 100, "valid_from": "z" * 999, "target": "\n" * 50},
        {"sampled": {}, "result": [], "test_type": 1.5, "first_positive": b"", "valid_until": -1},
    ],
)
@pytest.mark.parametrize(
    "kind", ["vaccination", "test", "recovery", "prophylaxis", "status", None, "", "new kind", 5]
)
def test_no_content_breaks_the_view(view, kind, facts):
    for line in view(kind=kind, facts=facts)["summary"]:
        assert isinstance(line, str) and len(line) < 200


def test_a_name_of_a_megabyte_is_cut_and_says_so(view):
    seen = view(family="i" * 1_000_000, given="é" * 201, family_ascii="I" * 200)
    assert seen["family"] == "i" * 200 + "…" and seen["given"] == "é" * 200 + "…"
    assert seen["family_ascii"] == "I" * 200


@pytest.mark.parametrize(
    ("code", "name", "shown"),
    [
        ("AT", "x", "Austria (AT)"),
        ("de", "", "Germany (DE)"),
        ("ZW", "", "Zimbabwe (ZW)"),
        ("AD", "", "Andorra (AD)"),
        ("CI", "", "Côte d’Ivoire (CI)"),
        ("XX", "Ministry", "Ministry"),
        ("", "  World  Health Organization ", "World Health Organization"),
        (None, None, ""),
        ("X1", None, "X1"),
        (";A", "n", "n"),
    ],
)
def test_issuers(mp, code, name, shown):
    assert mp.call("scanner.ui.words:issuer", code, name) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("1964-08-12", "12 Aug 1964"),
        ("1964-08", "Aug 1964"),
        ("1964", "1964"),
        ("", ""),
        (None, ""),
        (" 2001-01-09 ", "9 Jan 2001"),
        ("2021-05-29T10:00:00Z", "29 May 2021"),
        ("2021-13-01", "2021-13-01"),
        ("2021-00-10", "2021-00-10"),
        ("2021-02-32", "2021-02-32"),
        ("2021-5-9", "2021-5-9"),
        ("12.08.1964", "12.08.1964"),
        ("1964-XX-XX", "1964-XX-XX"),
    ],
)
def test_days(mp, text, shown):
    assert mp.call("scanner.ui.dates:day", text) == shown


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2021-05-29T10:05:00Z", "29 May 2021 · 10:05 UTC"),
        ("2021-05-29T10:05:00.123+02:00", "29 May 2021 · 10:05 +02:00"),
        ("2021-05-29T10:05:00-0330", "29 May 2021 · 10:05 -0330"),
        ("2021-05-29T10:05:00+00:00", "29 May 2021 · 10:05 UTC"),
        ("2021-05-29T10:05", "29 May 2021 · 10:05"),
        ("2021-05-29", "29 May 2021"),
        ("2021-05-29Tx0:05", "29 May 2021"),
        (1622282700, "29 May 2021 · 10:05 UTC"),
    ],
)
def test_moments(mp, text, shown):
    assert mp.call("scanner.ui.dates:moment", text) == shown


def test_days_of_seconds_agree_with_the_calendar(mp):
    for seconds in (0, -1, 951782400, 951868799, 1709164800, 4102444800, 253402300799, 68169600, -2208988800):
        date = datetime.datetime(1970, 1, 1) + datetime.timedelta(seconds=seconds)
        assert mp.call("scanner.ui.dates:day", seconds) == f"{date.day} {date:%b %Y}"


def test_every_code_of_the_certificates_value_sets_is_known(mp, corpora):
    """Products, vaccines, tests, countries as the EU's value sets list them: none shows as a bare number."""
    import json

    sets = corpora / "certlogic" / "valuesets"
    for name, table in (
        ("vaccine-prophylaxis", "_VACCINES"),
        ("test-type", "_TESTS"),
        ("disease-agent-targeted", "_TARGETS"),
    ):
        known = mp.run(f"from scanner.ui import words; result = list(words.{table})")
        assert sorted(json.loads((sets / f"{name}.json").read_text())["valueSetValues"]) == sorted(known)
    for code in json.loads((sets / "country-2-codes.json").read_text())["valueSetValues"]:
        assert mp.call("scanner.ui.countries:country", code), code
    for code in json.loads((sets / "vaccine-medicinal-product.json").read_text())["valueSetValues"]:
        assert "/" not in mp.run("from scanner.ui import words; result = words._product(code)", code=code)


NEEDS = """
from scanner.rules.verdict import Verdict
from scanner.ui.view import from_verdict
def seen(code, members, privacy, need="", detail=""):
    made = Verdict(code, claims_of(members), detail)
    made.need = need
    view = from_verdict(made, "PROD", privacy)
    names = ("family", "given", "family_ascii", "given_ascii", "birth", "document", "issuer", "action", "sentence")
    return {name: getattr(view, name) for name in names}, list(view.summary), view.holder
result = seen(**asked)
"""


def shown(mp, **asked):
    mp.run(DEVICE, HERE)
    return mp.run(NEEDS, HERE, asked={"members": ERIKA, "code": "ok", **asked})


def test_minimal_shows_initials_and_the_birthday(mp):
    view, summary, holder = shown(mp, privacy="minimal")
    assert (view["family"], view["given"], view["birth"]) == ("M.", "G.", "26 Feb")
    assert (view["family_ascii"], view["given_ascii"]) == ("M.", "G.")
    assert (view["issuer"], summary, holder) == ("Austria (AT)", [], True)
    text = " ".join(view.values())
    assert "1998" not in text and "usterfrau" not in text and "USTERFRAU" not in text


def test_the_number_of_the_document_is_shown_in_full_alone(mp):
    members = {**ERIKA, "facts": {"document": "X1234567"}}
    numbers = [
        shown(mp, privacy=each, members=members)[0]["document"] for each in ("full", "minimal", "verdict")
    ]
    assert numbers == ["X1234567", "", ""]


@pytest.mark.parametrize(
    ("names", "initials"),
    [
        (("王", "小明", "WANG", "XIAOMING"), ("W.", "小.", "W.", "X.")),
        (("王", "伟", "", ""), ("…", "…", "", "")),
        (("王", "", "", ""), ("…", "", "", "")),
        (("O", "M.", "O", "M"), ("…", "…", "…", "…")),
        (("", "", "O<BRIEN", "EVA"), ("O.", "E.", "O.", "E.")),
        (("", "", "", ""), ("(no name given)", "", "", "")),
    ],
)
def test_the_initial_of_a_name_of_one_letter_is_not_the_name(mp, names, initials):
    fields = ("family", "given", "family_ascii", "given_ascii")
    view, _, _ = shown(mp, privacy="minimal", members={**ERIKA, **dict(zip(fields, names, strict=True))})
    assert tuple(view[name] for name in fields) == initials


@pytest.mark.parametrize("birth", ["1998-02", "1998", "", "1998-99-99", "12.08.1998"])
def test_minimal_of_a_birth_date_without_a_day_shows_none(mp, birth):
    view, _, _ = shown(mp, privacy="minimal", members={**ERIKA, "birth": birth})
    assert view["birth"] == "not given"


def test_verdict_only_shows_nobody(mp):
    view, summary, holder = shown(mp, privacy="verdict")
    assert (view["family"], view["given"], view["birth"], view["issuer"]) == ("", "", "", "")
    assert (summary, holder) == ([], False)


@pytest.mark.parametrize("privacy", ["full", "minimal", "verdict"])
def test_what_is_still_needed_is_said_in_every_mode(mp, privacy):
    view, _, _ = shown(mp, code="more_needed", privacy=privacy, need="a negative test")
    assert view["action"] == "Now scan: a negative test"


def test_what_was_not_met_is_said_where_the_facts_are(mp):
    asked = {"code": "rules_not_met", "detail": "date 14 to 270 days ago"}
    assert shown(mp, privacy="full", **asked)[1][0] == "Not met: date 14 to 270 days ago"
    assert shown(mp, privacy="minimal", **asked)[1] == []


def test_a_country_without_rules_is_named(mp):
    view, _, _ = shown(mp, code="no_rules_for_country", privacy="full", detail="HR")
    assert view["sentence"] == "No rules are loaded for Croatia (HR)."
