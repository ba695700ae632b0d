# A policy bundle's parts, as the host's compiler writes them in CBOR: `policy`, and perhaps `eu-rules`.
#
# Shapes are checked where the bundle comes in, so that no verdict meets a surprise; what a condition's code does is
# checked when it runs.

from micropython import const

from scanner.codec import cbor
from scanner.rules.eu_rules import EuRules
from scanner.rules.policy import CHECK, FULL, MINIMAL, REFUSE, VERDICT, Policy
from scanner.rules.proofs import Proof, Rules

LIMIT = const(131072)  # bytes of a part
_ITEMS = const(32768)  # values in it
_MOST = const(24)  # proofs: bits of a mask

_SWITCHES = {
    "reject_expired_keys": bool,
    "utc_offset": int,
    "list_old": int,
    "list_limit": int,
    "revocation_limit": int,
    "without_expiry": list,
    "privacy": str,
    "wait": int,
    "explain": bool,
    "unverifiable": str,
    "unknown_codes": str,
}
_ROW = (str, bool, str, str, str, list, list, int, int, str, bytes, list)


def read_policy(policy, eu_rules=None):
    """The Policy in the bytes of its parts. ValueError for anything else."""
    part = _decoded(policy)
    switches = _member(part, "switches", dict)
    for name in switches:
        if name not in _SWITCHES or type(switches[name]) is not _SWITCHES[name]:
            raise ValueError("switch " + str(name)[:32])
    if switches.get("privacy", FULL) not in (FULL, MINIMAL, VERDICT):
        raise ValueError("privacy")
    for name in ("unverifiable", "unknown_codes"):
        if switches.get(name, CHECK) not in (CHECK, REFUSE):
            raise ValueError(name)
    result = Policy(rules=_rules(part, eu_rules), problem="", **switches)
    result.name = _member(part, "name", str)
    return result


def _rules(part, eu_rules):
    proofs = []
    for row in _member(part, "proofs", list):
        proof = Proof(
            _member(row, "says", str),
            _texts(_member(row, "kinds", list)),
            _texts(_member(row, "forms", list)),
            _conditions(row["when"]) if row.get("when") is not None else None,
        )
        proofs.append(proof)
    if not 0 < len(proofs) <= _MOST:
        raise ValueError("proofs")
    admit = _member(part, "admit", list)
    for mask in admit:
        if type(mask) is not int or not 0 < mask < 1 << len(proofs):
            raise ValueError("admit")
    codes = _member(part, "codes", dict)
    for fact in codes:
        if type(codes[fact]) is not dict:
            raise ValueError("codes")
    eu = None
    if [proof for proof in proofs if proof.conditions is None]:
        if eu_rules is None:
            raise ValueError("policy without its eu-rules")
        eu = _eu_rules(_decoded(eu_rules), _member(part, "arrival", str), _member(part, "region", str))
    constants = _member(part, "constants", list)
    recalls = _member(part, "recalls", dict) if "recalls" in part else {}
    for batch in recalls:
        _texts([batch])
        _texts(recalls[batch])
    return Rules(proofs, admit, _member(part, "refuse", bool), codes, constants, eu, recalls)


def _conditions(rows):
    if type(rows) is not list:
        raise ValueError("conditions")
    for row in rows:
        if type(row) is not list or [type(item) for item in row] != [bytes, str, list]:
            raise ValueError("condition")
        _texts(row[2])
    return rows


def _eu_rules(part, arrival, region):
    for row in _member(part, "rules", list):
        if type(row) is not list or tuple([type(item) for item in row]) != _ROW:
            raise ValueError("rule")
    _member(part, "constants", list)
    sets = _member(part, "value_sets", dict)
    for name in sets:
        _texts(sets[name])
    return EuRules(part, arrival, region)


def _decoded(data):
    if len(data) > LIMIT:
        raise ValueError("part too long")
    part = cbor.decode(data, 12, _ITEMS)
    if type(part) is not dict or part.get("format") != 1:
        raise ValueError("policy of another format")
    return part


def _member(part, name, kind):
    value = part.get(name) if type(part) is dict else None
    if type(value) is not kind:
        raise ValueError("policy without " + name)
    return value


def _texts(values):
    if type(values) is not list:
        raise ValueError("list of texts")
    for value in values:
        if type(value) is not str:
            raise ValueError("list of texts")
    return values
