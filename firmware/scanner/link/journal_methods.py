# journal.*: what a supervisor asks for.
#
#   head {nonce?}               -> where the journal stands, signed
#   read {from, pieces?}        -> items from that sequence number on, in so many pieces; the last is empty at the end
#   ack {sequence, digest}      -> {first}: segments up to there are freed, by the proof of having read them

from scanner.journal.access import NoJournal
from scanner.link.messages import LinkError
from scanner.link.pieces import MOST, Pieces

_LONGEST_NONCE = 32


class JournalMethods:
    """`app` has recorder."""

    def __init__(self, app):
        self._app = app

    def table(self):
        return {"journal.head": self._head, "journal.read": self._read, "journal.ack": self._ack}

    def _head(self, params):
        nonce = params.get("nonce", b"")
        if not isinstance(nonce, bytes) or len(nonce) > _LONGEST_NONCE:
            raise LinkError("bad_parameters", "nonce")
        return self._journal().head(nonce)

    def _read(self, params):
        pieces = _number(params, "pieces", 1)
        if not 0 < pieces <= MOST:
            raise LinkError("bad_parameters", "pieces")
        items = Items(self._journal(), _number(params, "from"))
        return Pieces(items.fill, pieces)

    def _ack(self, params):
        sequence = _number(params, "sequence")
        digest = params.get("digest")
        if not isinstance(digest, bytes) or len(digest) != 32:
            raise LinkError("bad_parameters", "digest")
        journal = self._journal()
        try:
            first = journal.acknowledge(sequence, digest)
        except ValueError as error:
            raise LinkError("bad_sequence", str(error))
        self._app.note("collected", {"sequence": sequence})
        return {"first": first}

    def _journal(self):
        journal = self._app.recorder.journal
        if isinstance(journal, NoJournal):
            raise LinkError("no_journal", journal.problem)
        return journal


class Items:
    """What a journal holds from a sequence number on. LinkError("bad_sequence") for one that it does not hold."""

    def __init__(self, journal, sequence):
        self._journal = journal
        self._sequence = sequence

    def fill(self, view):
        """The next whole items; how many bytes, 0 at the end."""
        try:
            count, self._sequence = self._journal.read(self._sequence, view)
        except ValueError as error:
            raise LinkError("bad_sequence", str(error))
        return count


def _number(params, name, default=None):
    value = params.get(name, default)
    if type(value) is not int or not 0 <= value < 1 << 32:
        raise LinkError("bad_parameters", name)
    return value
