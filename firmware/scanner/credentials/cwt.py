# CWT claims (RFC 8392) as HCERT uses them: issuer, times, and the health certificate under -260.
#
# The times "SHALL be integers" and are not: issuers send floats, tagged dates, NaN, or nothing. NaN never compares
# as past, so it must be refused by name. Milliseconds would not expire for 50,000 years: they are refused as well.

from micropython import const

from scanner.codec import cbor, iso8601
from scanner.reasons import Refusal

_EXP = const(4)
_NBF = const(5)
_IAT = const(6)
_HCERT = const(-260)
_TAG_DATE = const(0)
_TAG_EPOCH = const(1)
_LAST_SECOND = 253402300799  # 9999-12-31T23:59:59Z, the last a four-digit year can say


def read_claims(payload, claims):
    """Set issued, not_before and expires of `claims`; returns the claims set (dict) and its -260 map or None.

    Refusal bad_cbor, bad_claims or bad_time.
    """
    try:
        root = cbor.decode(payload)
    except ValueError as error:
        raise Refusal("bad_cbor", str(error))
    if not isinstance(root, dict):
        raise Refusal("bad_claims", "not a map")
    claims.issued = _time(root.get(_IAT))
    claims.not_before = _time(root.get(_NBF))
    claims.expires = _time(root.get(_EXP))
    root = plain(root)
    hcert = root.get(_HCERT)
    if hcert is not None and not isinstance(hcert, dict):
        raise Refusal("bad_claims", "-260 is not a map")
    return root, hcert


def plain(value):
    """`value` without tags, and with whole numbers as int: a tagged date is a date, 2.0 doses are 2. 2.5 and NaN stay
    what they are, which no reader of a member takes.

    Refusal bad_claims for a map with byte strings as keys: no certificate has one, and MicroPython prints a warning
    when it looks for a text among them, on what may be the cable.
    """
    if isinstance(value, cbor.Tag):
        return plain(value.value)
    if isinstance(value, cbor.Float):
        return value.floor if value.whole else value
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, dict):
        for key in value:
            if isinstance(key, bytes):
                raise Refusal("bad_claims", "byte key")
        return {key: plain(value[key]) for key in value}
    return value


def _time(value):
    if isinstance(value, cbor.Tag):
        if value.number not in (_TAG_DATE, _TAG_EPOCH):
            raise Refusal("bad_time", "tag %d" % value.number)
        value = value.value
    if value is None:
        return None
    if isinstance(value, str):
        try:
            value = iso8601.seconds(value)
        except ValueError:
            raise Refusal("bad_time", value[:40])
    elif isinstance(value, cbor.Float):
        value = value.floor
    # `type`, because True is an int too. A float of NaN or infinity has no floor.
    if type(value) is not int or not 0 <= value <= _LAST_SECOND:
        raise Refusal("bad_time", "not seconds since 1970")
    return value
