"""A typing error in a policy's values is told: a condition on what no certificate has would pass or stop everybody."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from gatepost.errors import GatepostError
from gatepost.policy.compiling import compile_policy
from gatepost.policy.explaining import remarks
from gatepost.policy.facts import FORMS, SCHEMES
from gatepost.policy.source import read_source

FIRMWARE = Path(__file__).resolve().parents[2] / "firmware" / "scanner" / "credentials"
HEAD = 'name = "Gate"\nuse = ["codes.toml"]\n'


def read(tmp_path, when="result is negative", more="", proof="", head=HEAD):
    path = tmp_path / "gate.toml"
    line = when if when.startswith("{") else f"'{when}'"
    path.write_text(
        f'{head}{more}\n[proof.shown]\nsays = "what counts"\nkinds = ["test", "vaccination"]\n{proof}\n'
        f"when = ['target present', {line}]\n"
    )
    source = read_source(path)
    compile_policy(source)
    return source


def logic(text):
    return "{ says = 'an expression', certlogic = '" + text + "' }"


@pytest.mark.parametrize(
    "when, words",
    [
        ("product is comirnatty", "in [codes.product]); perhaps 'comirnaty'?"),
        ("product is Comirnaty", "perhaps 'comirnaty'?"),
        ("product is one of spikevax, jcovdenn", "perhaps 'jcovden'?"),
        ("product is not comirnatty", "perhaps 'comirnaty'?"),
        ("test_type is nucleic acid", "perhaps 'nucleic-acid'?"),
        ("target is covid19", "perhaps 'covid'?"),
        ("result is negativ", "there is no result 'negativ'; perhaps 'negative'?"),
        ("result is not postive", "perhaps 'positive'?"),
        ("result is detected", "there are: negative, positive, unclear"),
        ("igg is pos or igm is negative", "there is no igg 'pos'"),
        ("colour is gren", "perhaps 'green'?"),
        ("kind is vacination", "perhaps 'vaccination'?"),
        ("form is DCC", "perhaps 'EU DCC'?"),
        ("scheme is HC2", "no scheme 'HC2'"),
        ("issuer is Portugal", "two capital letters"),
        (logic('{">=": [{"var": "dosse"}, 2]}'), "no fact 'dosse'; perhaps 'dose'?"),
        (logic('{"===": [{"var": "dose"}, "2"]}'), "dose is a number"),
        (logic('{"===": [{"var": "product"}, 2]}'), "product is a text"),
        (logic('{">": [{"var": "date"}, 2]}'), "date is a day"),
        (logic('{"before": [{"var": "dose"}, "2021-01-01"]}'), "dose is a number"),
        (logic('{"in": [{"var": "result"}, ["negative", "postive"]]}'), "perhaps 'positive'?"),
        (logic('{"===": [{"var": "product"}, "EU/1/20/1528"]}'), "is called 'comirnaty'"),
    ],
)  # fmt: skip
def test_what_no_certificate_has_is_an_error(tmp_path, when, words):
    with pytest.raises(GatepostError) as error:
        read(tmp_path, when)
    assert words in str(error.value)


@pytest.mark.parametrize(
    "more, proof, words",
    [
        ('[[recall]]\nproduct = "comirnatty"\nbatches = ["A1"]', "", "[[recall]] product: no table of codes"),
        ('[lists]\nbanned = ["comirnatty"]', "", ""),
        ("", 'forms = ["DCX"]', "no certificate has the form 'DCX'"),
        ('[settings]\nwithout_expiry = ["FOO"]', "", "no certificate has the form 'FOO'"),
        ("[settings]\nlist_old_days = 50\nlist_limit_days = 3", "", "after 50 days, but after 3 nobody"),
        ("[settings]\nlist_old_days = 50", "", "but after 30 nobody passes"),
        ("[settings]\nlist_limit_days = 0", "", "list_limit_days is 1 or more, not 0"),
        ("[settings]\nwait_seconds = -1", "", "1 or more"),
        ("[settings]\nlist_old_day = 5", "", "perhaps 'list_old_days'?"),
    ],
)
def test_so_are_recalls_forms_and_settings(tmp_path, more, proof, words):
    if not words:
        assert read(tmp_path, more=more)  # a list that nothing asks for
        return
    with pytest.raises(GatepostError) as error:
        read(tmp_path, more=more, proof=proof)
    assert words in str(error.value)


def test_a_banned_product_that_is_misspelt_bans_nobody(tmp_path):
    with pytest.raises(GatepostError, match="perhaps 'comirnaty'"):
        read(tmp_path, "product not in banned", '[lists]\nbanned = ["comirnatty"]')
    assert remarks(read(tmp_path, "product not in banned", '[lists]\nbanned = ["comirnaty"]')).notes == [
        NO_TESTS
    ]


NO_TESTS = "the policy has no tests: nobody has seen what it does"


@pytest.mark.parametrize(
    "code", ["EU/1/20/1527", "CVX 999", "840539007", "XM8NQX", "ORG-100030215", "LP6464-5", "RA02.0"]
)
def test_what_looks_like_a_code_is_a_note(tmp_path, code):
    found = remarks(read(tmp_path, f"product is {code}")).notes
    assert len(found) == 2
    assert f"the code {code!r} is no product" in found[1]


@pytest.mark.parametrize(
    "when",
    [
        "product is comirnaty", "product is EU/1/20/1528", "batch is none of abc, def", "country is Portugal",
        "result is not positive", "issuer is one of PT, UT", "birth at least 12 years ago",
        "sampled at most 72 hours ago", "authority is Ministry of Health", "form is ITHC or target is covid",
        logic('{"===": [{"var": "dose"}, 2]}'), logic('{"in": [{"var": "product"}, ["comirnaty"]]}'),
        logic('{"reduce": [{"var": "product"}, {"var": "current"}, 1]}'),
    ],
)  # fmt: skip
def test_what_is_right_has_no_note(tmp_path, when):
    assert remarks(read(tmp_path, when)).notes == [NO_TESTS]


def test_a_name_without_a_table_is_noted(tmp_path):
    found = remarks(read(tmp_path, "product is comirnaty", head='name = "Gate"\n')).notes
    assert "uses no table that names them" in found[1]
    assert len(remarks(read(tmp_path, "product is CoronaVac", head='name = "Gate"\n')).notes) == 1


def test_forms_and_schemes_are_those_of_the_firmware():
    text = "".join(path.read_text(encoding="utf-8") for path in FIRMWARE.glob("*.py"))
    assert set(re.findall(r'claims\.form = "([^"%]+)"', text)) == set(FORMS)
    assert set(re.findall(r' Claims\("([^"]+)"', text)) == set(SCHEMES)


NESTED = "[" * 3000


@pytest.mark.parametrize(
    "content, words",
    [
        ('name = "x"\nlists = 4', "[lists] is a table"),
        ('name = "x"\ncodes = 3', "[codes] is a table"),
        ('name = "x"\ncodes = {product = 3}', "[codes.product] is a table"),
        ('name = "x"\nuse = ["codes.toml"]\ncodes = {product = 3}', "[codes.product] is a table"),
        ('name = "x"\nuse = ["codes.toml"]\nlists = 4', "[lists] is a table"),
        ('name = "x"\nuse = ["own.toml"]', "use 'own.toml': not TOML"),
        (f"x = {NESTED}", "nested too deeply"),
        ('name = "x"\n[proof.a]\nsays = "x"\nkinds = ["test"]\nwhen = 5', "when is a list"),
        ('name = "x"\n[proof.a]\nsays = "x"\nkinds = ["test"]\nwhen = "result is negative"', "when is a list"),
        ('name = "x"\n[proof.a]\nsays = "x"\nkinds = ["test"]\nwhen = [{ says = "x", certlogic = 5 }]', "is a text"),
    ],
)  # fmt: skip
def test_a_wrong_shape_is_one_sentence(tmp_path, content, words):
    (tmp_path / "own.toml").write_bytes(b"\xff")
    (tmp_path / "gate.toml").write_text(content)
    with pytest.raises(GatepostError) as error:
        read_source(tmp_path / "gate.toml")
    assert words in str(error.value)
    assert str(error.value).count("gate.toml") == 1


@pytest.mark.parametrize("levels", [150, 2000, 20000])
def test_an_expression_nested_without_end(tmp_path, levels):
    expression = '{"!":[' * levels + "1" + "]}" * levels
    with pytest.raises(GatepostError, match="nested deeper"):
        read(tmp_path, logic(expression))


def test_alternatives_without_end(tmp_path):
    with pytest.raises(GatepostError, match="nested deeper"):
        read(tmp_path, " or ".join(["dose = 1"] * 3000))


def test_a_mark_at_the_beginning_of_a_file_is_none_of_its_text(tmp_path):
    path = tmp_path / "gate.toml"
    path.write_text(
        '\ufeffname = "x"\n[proof.a]\nsays = "x"\nkinds = ["test"]\nwhen = ["result is negative"]\n'
    )
    assert read_source(path).name == "x"
