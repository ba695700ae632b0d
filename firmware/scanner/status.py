# What the scanner says about itself: on the waiting screen, and to whoever is on the cable.

import gc

from scanner import identity
from scanner.link import frames, messages
from scanner.trust.access import NoList
from scanner.ui import dates
from scanner.ui.view import ReadyView
from scanner.version import VERSION

_DAY = 86400
_RULES = {"no_policy": "No rules", "policy_damaged": "Rules damaged"}


def methods(app):
    """All of the link's methods: {name: function of params}."""
    table = app.upkeep.methods()
    table["hello"] = lambda params: hello(app)
    table["ping"] = lambda params: {}
    table["screen.explain"] = lambda params: explain(app)
    return table


def hello(app):
    """Who this is and how it is: the first answer on every cable."""
    board = app.board
    root = board.storage.root
    return {
        "protocol": list(messages.PROTOCOL),
        "max_message": frames.MAX_MESSAGE,
        # Requests that may wait in the port. A port that does not say loses none, but only while there is one.
        "window": getattr(board.serial, "window", 1),
        "firmware": VERSION,
        "board": board.name,
        "name": scanner_name(root),
        "trust": trust_state(app.trust),
        "policy": policy_state(app.policy),
        "revocation": revocation_state(app.trust.revocations),
        "provisioned": identity.authority(root) is not None,
        "sealed": identity.sealed(root),
        "bundles": app.upkeep.versions,
        "runs": app.upkeep.runs,
        "journal": journal_state(app.upkeep.recorder),
        "clock": {"now": app.clock.now(), "trusted": app.clock.trusted},
        "battery": board.battery() if hasattr(board, "battery") else None,
        "free": {"flash": board.storage.free(), "heap": gc.mem_free()},
        "link": app.link.counters(),
    }


def explain(app):
    """{page, pages} of the explanation that the screen now shows, which is all that leaves the scanner of it."""
    shown = app.explain(around=True)
    if shown is None:
        raise messages.LinkError("nothing_shown")
    return {"page": shown[0], "pages": shown[1]}


def trust_state(trust):
    """The list's version and age, or what is wrong with it."""
    if isinstance(trust, NoList):
        return {"problem": trust.problem}
    return {"version": trust.version, "created": trust.created, "environment": trust.environment}


def revocation_state(revocations):
    """The version, age and size of the lists of withdrawn certificates, or why there are none."""
    if revocations.problem:
        return {"problem": revocations.problem}
    return {"version": revocations.version, "created": revocations.created, "count": revocations.count}


def policy_state(policy):
    """The rules' name and version, or why there are none."""
    if policy.rules is None:
        return {"problem": policy.problem}
    return {"name": policy.name, "version": policy.version}


def journal_state(recorder):
    """How far the journal is, unsigned; a supervisor asks for the signed head."""
    journal = recorder.journal
    return {
        "first": journal.first,
        "next": journal.next,
        "full": bool(journal.full),
        "problem": recorder.state,
        "dropped": journal.dropped,
    }


def scanner_name(root):
    """What its owners call this scanner: the file `name` on flash, if there is one."""
    try:
        with open(root + "/name") as file:
            return file.read(64).strip()
    except (OSError, UnicodeError):
        return ""


def _withdrawals(revocations, policy, now):
    # What is wrong with the lists of withdrawn certificates, in a few words: what nobody asks for is not missed.
    if revocations.problem == "revocation_list_damaged":
        return "Withdrawals damaged"
    if policy.revocation_limit and revocations.problem:
        return "No withdrawal list"
    if 0 < policy.revocation_limit <= (now - revocations.created) // _DAY:
        return "Withdrawals too old"
    return ""


def ready_view(app, reading):
    """The waiting screen: how fresh the list is and what the time is, so that the guard sees both are right."""
    clock = app.clock
    now = clock.now()
    view = ReadyView()
    view.clock = dates.moment(now)
    view.clock_trusted = clock.trusted
    view.reading = reading
    view.problem = _RULES.get(app.policy.problem, "") or _withdrawals(app.trust.revocations, app.policy, now)
    if not isinstance(app.trust, NoList):
        view.environment = app.trust.environment
        view.list_version = str(app.trust.version)
        view.list_age = max(0, (now - app.trust.created) // _DAY)
        view.list_state = app.policy.list_state(app.trust.created, now)
    return view
