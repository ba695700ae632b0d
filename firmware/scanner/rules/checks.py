# The checks that every genuine certificate meets, in the order of the EU's reference app: key usage, times, the
# key's own state, number of entries, then the entry itself. Country rules come after them.
#
# Each check takes (claims, now, policy) and returns a reason code or None. It reads scheme-neutral facts only.

from micropython import const

from scanner.codec import iso8601

_SPECIMEN = const(42)  # the Dutch convention: a certificate that expires at second 42 of 1970 is a sample
_DAY = const(86400)
_DOSES = const(100)  # no series is so long; rules compare the numbers
_DATES = ("date", "first_positive", "sampled", "valid_from", "valid_until")
_USAGE = {"test": 1, "vaccination": 2, "recovery": 4}


def key_usage(claims, now, policy):
    """The signing key's extended key usage must cover each entry; a key that names none may sign all."""
    if claims.key.usage:
        for kind in claims.kinds:
            if not claims.key.usage & _USAGE.get(kind, 7):
                return "wrong_key_usage"
    return None


def times(claims, now, policy):
    """issued <= now <= expires, and today between the first day and the last, where the certificate names days.

    The last second counts as valid: RFC 8392 (3.1.4) would end a second earlier, the EU's reference data does not.
    """
    if claims.expires == _SPECIMEN:
        return "specimen"
    for start in (claims.issued, claims.not_before):
        if start is not None and start > now:
            return "not_yet_valid"
    today = _today(now, policy)
    if claims.first_day is not None and claims.first_day > today:
        return "not_yet_valid"
    if claims.last_day is not None and claims.last_day < today:
        return "expired"
    if claims.expires is None:
        known = claims.last_day is not None or claims.form in policy.without_expiry
        return None if known else "no_expiry"
    return "expired" if now > claims.expires else None


def key_state(claims, now, policy):
    """Withdrawn keys are out; expired ones by policy. A certificate older than its key is not suspect."""
    if claims.key.revoked:
        return "key_revoked"
    if policy.reject_expired_keys and now > claims.key.not_after:
        return "key_expired"
    return None


def key_source(claims, now, policy):
    """Keys of acceptance and development lists sign no travel documents."""
    return None if claims.key.source in ("PROD", "DEMO") else "test_issuer"


def one_entry(claims, now, policy):
    """Exactly one entry (schema 1.3), where the form has entries at all."""
    if claims.kind is None and claims.form == "EU DCC":
        return "several_entries" if claims.kinds else "no_entry"
    return None


def dates(claims, now, policy):
    """Every date that the entry states is one, to its end: "2021-06-01 or later" is none."""
    for name in _DATES:
        value = claims.facts.get(name)
        if value is not None and value != "" and _day(value, 0) is None:
            return "bad_content"
    return None


def vaccination(claims, now, policy):
    """The dose was given, not announced; its number is one."""
    if claims.kind != "vaccination":
        return None
    for name in ("dose", "doses"):
        if not _is_dose(claims.facts.get(name), claims.form):
            return "bad_content"
    last = _day(claims.facts.get("date"), 1)
    if last is None:
        if claims.form != "EU DCC" and "date" not in claims.facts:
            return None
        return "bad_content"
    return "vaccination_in_future" if last > _today(now, policy) else None


def test(claims, now, policy):
    """The sample was taken in the past and nothing was found.

    The EU's form has both; other forms may leave them out or say a month or year alone, and it is for the policy to ask
    for more.
    """
    if claims.kind != "test":
        return None
    required = claims.form == "EU DCC"
    sampled = claims.facts.get("sampled")
    if required or sampled is not None:
        if required and (not isinstance(sampled, str) or len(sampled.strip()) < len("2021-06-30")):
            return "bad_content"
        wrong = _sample(sampled, now, policy)
        if wrong:
            return wrong
    result = claims.facts.get("result")
    if result is None:
        return "bad_content" if required else None
    if result == "negative":
        return None
    return "test_positive" if result == "positive" else "test_unclear"


def antibody(claims, now, policy):
    """The blood was taken in the past; what was found in it is for the policy."""
    if claims.kind != "antibody" or claims.facts.get("sampled") is None:
        return None
    return _sample(claims.facts["sampled"], now, policy)


def recovery(claims, now, policy):
    """valid_from <= today <= valid_until."""
    if claims.kind != "recovery":
        return None
    first = _day(claims.facts.get("valid_from"), 1)
    last = _day(claims.facts.get("valid_until"), 0)
    if first is None or last is None:
        return "bad_content"
    today = _today(now, policy)
    if first > today:
        return "recovery_not_yet"
    return "recovery_over" if last < today else None


def domestic(claims, now, policy):
    """A domestic pass has its window in date-times; outside of it, it is not even that."""
    if claims.kind != "domestic":
        return None
    try:
        if iso8601.seconds(claims.facts.get("valid_from") or "") > now:
            return "not_yet_valid"
        if iso8601.seconds(claims.facts.get("valid_until") or "") < now:
            return "expired"
    except (ValueError, TypeError):
        return "bad_content"
    return None


# In their order, with their words for the explanation of a verdict.
CHECKS = (
    (key_usage, "The key may sign this kind"),
    (times, "Within its dates"),
    (key_state, "The key is not withdrawn"),
    (key_source, "The key is no test key"),
    (one_entry, "One entry, no more"),
    (dates, "Every date is one"),
    (vaccination, "No vaccination in the future"),
    (test, "No positive test, none in the future"),
    (antibody, "No antibody test in the future"),
    (recovery, "No recovery outside of its dates"),
    (domestic, "No domestic pass outside of its dates"),
)


def _is_dose(value, form):
    # WHO writes codes, which no rule takes for numbers. `type`, because True is an int too.
    if value is None or (isinstance(value, str) and form != "EU DCC"):
        return True
    return type(value) is int and 0 < value < _DOSES


def _today(now, policy):
    return (now + policy.utc_offset) // _DAY


def _sample(value, now, policy):
    """What is wrong with the moment of a sample, or None. Where it says no time, its first day may be today."""
    first = _day(value, 0)
    if first is None:
        return "bad_content"
    value = value.strip()
    future = iso8601.seconds(value) > now if len(value) > 10 else first > _today(now, policy)
    return "test_in_future" if future else None


def _day(value, end):
    """First (end 0) or last (end 1) day of a date of any precision, or None."""
    if not isinstance(value, str):
        return None
    try:
        return iso8601.span(value.strip())[end]
    except ValueError:
        return None
