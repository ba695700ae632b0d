# What conditions of a policy speak of: the facts of a certificate, the same for every scheme, in the policy's words.

from scanner.codec import iso8601

_DAYS = ("date", "first_positive", "valid_from", "valid_until")
_DAY = 86400


def context(claims, now, policy):
    """A dict of facts, of scheme, form, kind, issuer, authority and birth, and of `now` and `today` at the post.

    Codes become the policy's names. A date that says less than a day is left out: whatever asks for it is then
    undecided, not guessed. `sampled` is in UTC, however it was written; `sampled_first` and `sampled_last` are the
    moments between which it lies, apart where the certificate says no time. `birth_day` is the birth date where it says
    the day.
    """
    facts = {}
    for name in claims.facts:
        value = claims.facts[name]
        if isinstance(value, str):
            value = value.strip()
        if name in _DAYS:
            value = _whole_day(value)
        if name == "sampled":
            value = _sampled(facts, value)
        names = policy.rules.codes.get(name)
        if names is not None and isinstance(value, str):
            value = names.get(value, value)
        if isinstance(value, (str, int)) and value != "":
            facts[name] = value
    facts["scheme"] = claims.scheme
    facts["form"] = claims.form
    facts["kind"] = claims.kind
    facts["issuer"] = claims.issuer
    facts["authority"] = claims.issuer_name
    if claims.birth:
        facts["birth"] = claims.birth
        if len(claims.birth) == 10:
            facts["birth_day"] = claims.birth
    facts["now"] = moment(now)
    facts["today"] = moment(now + policy.utc_offset)[:10]
    return facts


def moment(seconds):
    """Unix seconds as "2021-07-01T12:00:00Z"."""
    year, month, day = iso8601.civil(seconds // _DAY)
    rest = seconds % _DAY
    return "%04d-%02d-%02dT%02d:%02d:%02dZ" % (year, month, day, rest // 3600, rest // 60 % 60, rest % 60)


def _whole_day(value):
    # Some issuers write a time behind the day.
    try:
        first, last = iso8601.span(value)
    except (ValueError, TypeError):
        return None
    return value[:10] if first == last else None


def _sampled(facts, value):
    try:
        first, last = iso8601.moments(value)
    except (ValueError, TypeError):
        return None
    facts["sampled_first"] = moment(first)
    facts["sampled_last"] = moment(last)
    # Without its time it is there, and no rule can read a moment from it.
    return facts["sampled_first"] if first == last else value + ", no time"
