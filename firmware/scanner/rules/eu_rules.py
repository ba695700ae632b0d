# The EU's business rules: which of them concern a certificate, and whether it keeps them.
#
# Chosen as the EU's reference app does: acceptance rules of the country of arrival (and its region), invalidation rules
# of the country that issued, for this type or for all, in force now, of each identifier the highest version. Unlike
# there, a country without rules is not a country that accepts everything; nor is one that has general rules alone:
# those say what holds for each certificate, as that it is one event about COVID-19, and let nobody in.

from binascii import b2a_base64

from micropython import const

from scanner.rules.certlogic import evaluate
from scanner.rules.context import moment
from scanner.rules.outcome import NO, OPEN, YES, saw

# Places in a row of the rules part.
_ID = const(0)
_ACCEPTANCE = const(1)
_COUNTRY = const(2)
_REGION = const(3)
_KIND = const(4)
_VERSION = const(5)
_SCHEMA = const(6)
_FROM = const(7)
_TO = const(8)
_SAYS = const(9)
_CODE = const(10)
_READS = const(11)

_GREECE = ("EL", "GR")  # in the EU's own texts, and in ISO 3166-1 and on keys
_MOST_INPUTS = const(4)  # that the explanation of one rule shows


class EuRules:
    """`part`: the decoded part {constants, rules, value_sets}. arrival: country; region: "" or a part of it."""

    def __init__(self, part, arrival, region):
        self._constants = part["constants"]
        self._rows = part["rules"]
        self._value_sets = part["value_sets"]
        self.arrival = arrival
        self._region = region

    def check(self, claims, now, trace):
        """YES where all rules hold, NO, OPEN where one could not be decided, None where none is loaded, or none for
        this kind and the general ones hold; each rule goes to `trace` as (label, outcome, inputs)."""
        rows = self._select(claims, now)
        if not rows:
            return None
        data = self._data(claims, now)
        worst = YES
        for row in rows:
            outcome = self._keeps(row, data)
            trace.append(("%s: %s" % (row[_ID], row[_SAYS]), outcome, _inputs(row, data)))
            if outcome == NO or (outcome == OPEN and worst == YES):
                worst = outcome
        own = [row for row in rows if row[_ACCEPTANCE] and row[_KIND]]
        return worst if own or worst != YES else None

    def _select(self, claims, now):
        # {} keeps no order on older MicroPython: the rows' own order is used.
        newest = {}
        concerned = []
        accepts = False
        for row in self._rows:
            if not row[_FROM] <= now <= row[_TO] or row[_KIND] not in ("", claims.kind):
                continue
            if row[_ACCEPTANCE]:
                if not _same_country(row[_COUNTRY], self.arrival) or row[_REGION] != self._region:
                    continue
                accepts = True
            elif not _same_country(row[_COUNTRY], claims.issuer):
                continue
            concerned.append(row)
            # Two countries may use one identifier: what one accepts by never hides what the other invalidates by.
            name = (row[_ACCEPTANCE], row[_ID])
            if name not in newest or newest[name] < row[_VERSION]:
                newest[name] = row[_VERSION]
        if not accepts:
            return []
        # Where two rules share identifier and version, both must hold: neither is known to be the right one.
        return [row for row in concerned if newest[row[_ACCEPTANCE], row[_ID]] == row[_VERSION]]

    def _data(self, claims, now):
        external = {
            "validationClock": moment(now),
            "valueSets": self._value_sets,
            "countryCode": self.arrival,
            "issuerCountryCode": claims.issuer,
            "kid": str(b2a_base64(bytes(claims.key.kid)).strip(), "ascii"),
            "region": self._region,
        }
        if claims.expires is not None:
            external["exp"] = moment(claims.expires)
        if claims.issued is not None:
            external["iat"] = moment(claims.issued)
        return {"payload": _trimmed(claims.payload, 6), "external": external}

    def _keeps(self, row, data):
        if not row[_CODE] or not _fits(data["payload"].get("ver"), row[_SCHEMA]):
            return OPEN
        try:
            value = evaluate(row[_CODE], self._constants, data)[0]
        except Exception:  # noqa: BLE001 - whatever goes wrong in a rule, it is undecided
            return OPEN
        return YES if value is True else NO if value is False else OPEN


def _same_country(code, other):
    return code == other or (code in _GREECE and other in _GREECE)


def _fits(version, schema):
    # A rule is for certificates of its schema or a later one with the same first number.
    if not isinstance(version, str):
        return False
    try:
        found = [int(number) for number in version.split(".")]
    except ValueError:
        return False
    return len(found) == 3 and found[0] == schema[0] and found >= schema


def _trimmed(value, depth):
    # Stray spaces around codes are as frequent as they are meaningless.
    if isinstance(value, str):
        return value.strip()
    if depth and isinstance(value, dict):
        return {name: _trimmed(value[name], depth - 1) for name in value}
    if depth and isinstance(value, list):
        return [_trimmed(item, depth - 1) for item in value]
    return value


def _inputs(row, data):
    found = []
    for path in row[_READS][:_MOST_INPUTS]:
        value = data
        for name in path.split("."):
            if isinstance(value, dict):
                value = value.get(name)
            elif isinstance(value, list) and name.isdigit() and int(name) < len(value):
                value = value[int(name)]
            else:
                value = None
        if not isinstance(value, (list, dict)):
            found.append(saw(path.split(".")[-1], value))
    return ", ".join(found)
