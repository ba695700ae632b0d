"""The table [settings] of a policy: which there are, and what each may say."""

from __future__ import annotations

import re
from typing import Any

from gatepost.errors import GatepostError
from gatepost.policy.spelling import check_form, near
from gatepost.policy.tables import as_table

PRIVACY = ("full", "minimal", "verdict")
OLD_DAYS, LIMIT_DAYS = 7, 30  # of the list of issuers, where a policy says nothing
_TYPES: dict[str, type] = {
    "privacy": str,
    "utc_offset": str,
    "list_old_days": int,
    "list_limit_days": int,
    "revocation_limit_days": int,
    "reject_expired_keys": bool,
    "without_expiry": list,
    "wait_seconds": int,
    "explain": bool,
    "unverifiable": str,
    "unknown_codes": str,
}
_WORDS = {str: "a text", int: "a whole number", bool: "true or false", list: "a list of texts"}
_CHOICES = {"privacy": PRIVACY, "unverifiable": ("check", "refuse"), "unknown_codes": ("check", "refuse")}


def checked(table: Any) -> dict[str, Any]:
    """The table, if it is one. GatepostError says what is wrong with it."""
    for name, value in as_table(table, "[settings]").items():
        where = f"[settings] {name}"
        if name not in _TYPES:
            raise GatepostError(f"[settings] has no member {name!r}" + near(name, _TYPES))
        if type(value) is not _TYPES[name]:
            raise GatepostError(f"{where} is {_WORDS[_TYPES[name]]}, not {value!r}")
        if name in _CHOICES and value not in _CHOICES[name]:
            raise GatepostError(f"{where} is one of {', '.join(_CHOICES[name])}, not {value!r}")
        if _TYPES[name] is int and value < 1:
            raise GatepostError(f"{where} is 1 or more, not {value}{_without(name)}")
    for form in table.get("without_expiry", []):
        if not isinstance(form, str):
            raise GatepostError("[settings] without_expiry is a list of texts")
        check_form(form, "[settings] without_expiry")
    old, limit = table.get("list_old_days", OLD_DAYS), table.get("list_limit_days", LIMIT_DAYS)
    if "list_old_days" in table and old > limit:
        raise GatepostError(
            f"[settings] list_old_days: an update is asked for after {old} days, but after {limit} nobody passes "
            "(list_limit_days)"
        )
    if "utc_offset" in table:
        offset(table["utc_offset"])
    return table


def offset(text: str) -> int:
    """Seconds of an offset such as "+02:00"."""
    found = re.fullmatch(r"([+-])(\d{1,2}):(\d\d)", text)
    if not found or int(found[2]) > 14 or int(found[3]) > 59:
        raise GatepostError(f'[settings] utc_offset is like "+02:00", not {text!r}')
    seconds = int(found[2]) * 3600 + int(found[3]) * 60
    return -seconds if found[1] == "-" else seconds


def _without(name: str) -> str:
    return "; without it no list is asked for" if name == "revocation_limit_days" else ""
