# Messages: CBOR maps that ask and answer.
#
# A request is {id, method, params?, session?}; its answer {id, result} or {id, error: {code, message}}. `session` is
# the token that opening one gave. Error codes are a closed list; unknown fields are ignored, so that either side may be
# newer.

from scanner.codec import cbor

PROTOCOL = (1, 0)  # major: another one is refused; minor: additions

# fmt: off
ERRORS = (
    # The request itself.
    "bad_message", "unknown_method", "bad_parameters", "too_long", "internal_fault", "flash_failed",
    # Sessions and roles.
    "not_provisioned", "provisioned", "no_session", "not_permitted", "bad_certificate", "bad_signature", "expired",
    "not_yet_valid", "wait",
    # Bundles.
    "bad_bundle", "other_deployment", "wrong_kind", "wrong_environment", "wrong_architecture", "downgrade",
    "no_transfer", "out_of_order", "incomplete", "part_damaged", "unusable", "no_space",
    # The clock, the journal, the screen.
    "clock_backwards", "clock_implausible", "no_journal", "bad_sequence", "nothing_shown", "old_version",
)
# fmt: on

_MAX_ID = 0xFFFFFFFF


class LinkError(Exception):
    """A request that cannot be served: `code` is one of ERRORS."""

    def __init__(self, code, message=""):
        super().__init__(code, message)
        self.code = code
        self.message = message


def read_request(data):
    """(id, method, params, session token or None) of a request. Raises LinkError("bad_message")."""
    try:
        value = cbor.decode(bytes(data))
    except ValueError as error:
        raise LinkError("bad_message", "not CBOR: %s" % error)
    if not isinstance(value, dict):
        raise LinkError("bad_message", "not a map")
    number = value.get("id")
    method = value.get("method")
    params = value.get("params", {})
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= _MAX_ID:
        raise LinkError("bad_message", "id")
    if not isinstance(method, str):
        raise LinkError("bad_message", "method")
    if not isinstance(params, dict):
        raise LinkError("bad_parameters", "params is not a map")
    return number, method, params, value.get("session")


def answer(number, result):
    """The bytes of a good answer."""
    return cbor.encode({"id": number, "result": result})


def failure(number, code, message):
    """The bytes of a bad one; `number` is None where the request's could not be read."""
    return cbor.encode({"id": number, "error": {"code": code, "message": message}})
