# From the symbols of one frame to one verdict, once.
#
# A code stays in view for many frames and must not be judged at each. A frame may hold several codes: whatever is no
# certificate is ignored beside one that is, and of several certificates the gravest verdict counts, so that holding
# a good one beside a bad one gains nothing; two that each prove a part of what is needed may be one traveller's.
# Chunks of one card are judged together, when the last of them is there.

from hashlib import sha256
from time import ticks_diff

from micropython import const

from scanner.credentials.shc_parts import chunk
from scanner.reasons import Refusal
from scanner.rules.judge import judge
from scanner.rules.verdict import Verdict
from scanner.vision.wiping import wipe

_FORGET_MS = const(2000)  # out of view for so long, a code counts as shown anew
_NO_CERTIFICATE = ("not_a_certificate", "unknown_code")
_MOST = const(4)  # codes of one frame that are judged; chunks beside them are not counted


class Memory:
    """Remembers which codes were judged last, as a hash and only while they are in view."""

    def __init__(self):
        self._digest = None
        self._seen = 0

    def same(self, symbols, now):
        """Whether these are the codes seen last; remembers them either way. `now` in ticks_ms."""
        digest = sha256()
        for payload in sorted(bytes(symbol.payload) for symbol in symbols):
            digest.update(b"%d:" % len(payload))
            digest.update(payload)
        digest = digest.digest()
        known = digest == self._digest
        self._digest = digest
        self._seen = now
        return known

    def missed(self, now):
        """A frame without codes: after a while the last ones are forgotten."""
        if self._digest is not None and ticks_diff(now, self._seen) > _FORGET_MS:
            self._digest = None

    def forget(self):
        self._digest = None


def choose(symbols, trust, clock, policy, parts):
    """(Verdict, Symbol) for a frame's symbols, of which there is at least one; (None, None) where all are chunks of
    the card that was judged last. `parts`: the Parts that collect chunks over frames."""
    gravest = chosen = first = None
    chunks = []
    verdicts = []
    judged = 0
    for symbol in symbols:
        try:
            found = None if symbol.structured_append is not None else chunk(symbol.payload)
        except Refusal as refusal:
            verdict = Verdict(refusal.code, None, refusal.detail)
        else:
            if found:
                first = first or symbol
                chunks.append(found)
                continue
            if judged == _MOST:
                continue
            judged += 1
            verdict = _judged(symbol, trust, clock, policy)
        verdicts.append(verdict)
        if gravest is None or _outranks(verdict, gravest):
            gravest, chosen = verdict, symbol
    if chunks:
        verdict = _collected(chunks, trust, clock, policy, parts)
        if verdict is not None:
            verdicts.append(verdict)
            if gravest is None or _outranks(verdict, gravest):
                gravest, chosen = verdict, first
    if gravest is not None and gravest.code == "more_needed":
        gravest.beside = [each for each in verdicts if each is not gravest and each.code == "more_needed"]
    return gravest, chosen


def _judged(symbol, trust, clock, policy):
    if symbol.structured_append is not None:
        return Verdict(
            "part_of_several",
            None,
            "%d of %d" % (symbol.structured_append[0] + 1, symbol.structured_append[1]),
        )
    return judge(symbol.payload, trust, clock, policy)


def _collected(chunks, trust, clock, policy, parts):
    """The Verdict on the chunks of a frame and those before; None where they are of the card judged last."""
    if len({total for _, total, _ in chunks}) > 1:
        return Verdict("parts_differ")
    new = False
    try:
        for number, total, digits in chunks:
            if parts.add(number, total, digits):
                new = True
    except Refusal as refusal:
        return Verdict(refusal.code, None, refusal.detail)
    if not new:
        return None
    text = parts.join()
    if text is None:
        progress = parts.progress
        return Verdict("part_of_several", None, "%d of %d" % (sum(progress), len(progress)))
    verdict = judge(text, trust, clock, policy)
    wipe(text)
    return verdict


def _outranks(one, other):
    if (one.code in _NO_CERTIFICATE) != (other.code in _NO_CERTIFICATE):
        return other.code in _NO_CERTIFICATE
    # Of all that is CHECK, only half a proof can still become PASS: it must not hide what somebody has to look at.
    if one.verdict == other.verdict and other.code == "more_needed":
        return one.code not in ("more_needed", "part_of_several")
    return one.verdict > other.verdict
