"""The products of the yellow card in our table are those of WHO's catalogue, all of them and no others."""

from __future__ import annotations

import json
import tomllib

from gatepost.policy.tables import READY


def test_every_identifier_and_no_other(corpora):
    catalogue = json.loads((corpora / "who" / "icvp" / "product_ids.json").read_text(encoding="utf-8"))
    ours = tomllib.loads((READY / "who-products.toml").read_text(encoding="utf-8"))["codes"]["product"]
    for name, words in (("yellow-fever", "Yellow Fever"), ("polio", "Polio")):
        theirs = {each["code"] for each in catalogue if words in each["display"]}
        assert len(theirs) == {"yellow-fever": 11, "polio": 49}[name]
        assert {code for code in ours[name] if not code.startswith("XM")} == theirs
    assert sum(len(codes) for codes in ours.values()) == 60 + 2 + 5
