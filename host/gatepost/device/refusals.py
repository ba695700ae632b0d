"""What goes wrong on the link: silence, and refusals, each code of the closed list with a sentence for people.

firmware/scanner/link/messages.py has the codes; a test holds the two lists equal.
"""

from __future__ import annotations

from gatepost.errors import GatepostError

SENTENCES = {
    "bad_message": "it could not read the request",
    "unknown_method": "it does not know this request; its firmware may be older than this tool",
    "bad_parameters": "the request is wrong",
    "too_long": "the answer would be too long",
    "internal_fault": "a fault in the scanner",
    "flash_failed": "its flash memory failed",
    "not_provisioned": "it has not been provisioned: no authority's key is on it",
    "provisioned": "it has been provisioned already; unseal it first",
    "no_session": "no session is open",
    "not_permitted": "this role may not do that",
    "bad_certificate": "this is no role certificate",
    "bad_signature": "a signature is false",
    "expired": "it has expired",
    "not_yet_valid": "it is not valid yet",
    "wait": "too many sessions failed; wait the seconds it says",
    "bad_bundle": "this is no bundle that it can read",
    "other_deployment": "the bundle is of another deployment",
    "wrong_kind": "it takes no bundle of this kind",
    "wrong_environment": "the bundle is of another environment",
    "wrong_architecture": "the firmware is compiled for another processor",
    "downgrade": "the bundle is older than the one it has",
    "no_transfer": "no transfer is under way",
    "out_of_order": "something before that is missing",
    "incomplete": "parts of the bundle are missing",
    "part_damaged": "a part of the bundle arrived damaged",
    "unusable": "the bundle's content is of no use",
    "no_space": "its flash memory has no room for the bundle",
    "clock_backwards": "the time is before the last one that it knows",
    "clock_implausible": "the time is too far ahead",
    "no_journal": "it keeps no journal: no supervisors are on it",
    "old_version": "it has a newer set of reading keys, or this one already: give a higher --version",
    "bad_sequence": "its journal does not hold that",
    "nothing_shown": "no verdict with steps is on its screen, or its last page was shown",
}


def sentence(code: str) -> str:
    """The code, and what it means where it is known."""
    return f"{code}: {SENTENCES[code]}" if code in SENTENCES else code


class LinkError(GatepostError):
    """The scanner refused a request: `code` is one of the link's closed list."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"the scanner refused: {sentence(code)}" + (f" ({message})" if message else ""))
        self.code = code
        self.message = message


class NoAnswer(GatepostError):
    """Nothing that can be read came back in time."""
