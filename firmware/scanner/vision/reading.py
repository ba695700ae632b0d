# Three finder patterns -> the symbol they belong to, or None: the grid is placed, sampled and read.
#
# Most frames read at once. Where one does not, the modules themselves tell where the grid has drifted and how they are
# blurred, and the symbol is read again from what is made of that, block by block: what is corrected stays, and helps
# to tell the rest. Everything takes its cost off the frame's budget.
import gc

from micropython import const

from scanner.vision import symbol
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.completing import Completion
from scanner.vision.deciding import Decider
from scanner.vision.drift import Drift
from scanner.vision.equalising import Equaliser
from scanner.vision.findings import RECORD
from scanner.vision.levelling import Leveller
from scanner.vision.mesh import Mesh
from scanner.vision.placing import END_COST, LEAST_FOUND, Placing
from scanner.vision.probe import BIAS
from scanner.vision.room import PATIENT
from scanner.vision.sampling import Sampler
from scanner.vision.stages import FIT, READ

_LARGE = const(704)  # 1/256 px: of modules that large the nearest pixel is read at first
_LEAST_SIGNS = 1.35  # of that and the timing together, to go on where the first reading fails
_SURE = const(70)  # percent: finders of codes that can be read have it, hardly anything else has
_ROUNDS = const(7)  # of deciding and reading, at most
_PATIENCE = const(3)  # from this round on a symbol of which nothing is read is given up,
_IDLE = const(2)  # and one of which so many rounds have read no more

_PLACE_COST = const(3000)  # thousands of instructions that placing takes, where it comes far
# Instructions a module.
_READ_COST = const(280)  # one sampling and reading
_FAIL_COST = const(100)  # what a reading that fails costs more,
_FAILURE_COST = const(2200)  # and in thousands, whatever the size
_FOLLOW_COST = const(850)  # following the drift
_LEVEL_COST = const(600)  # what equalising begins with
_PATIENT_COST = const(2000)  # all that comes before the first gain may show
_REFINE_COST = const(450)  # one round of equalising and reading, repairs aside,
_ROUND_COST = const(1800)  # and in thousands, whatever the size


class Reading:
    """One triple of finders after the other. `budget` is the frame's, `stages` books the time, and all buffers that one
    step alone needs are of `room`."""

    def __init__(self, budget, stages, room):
        self._room = room
        self._mesh = Mesh(room)
        self._sampler = Sampler(room)
        self._decider = Decider(room)
        self._leveller = Leveller(room)
        self._placing = Placing(self._mesh, self._sampler, AlignmentSearch(room), room)
        self._completion = Completion(self._placing.end, room, budget)
        self._drift = Drift(room)
        self._equaliser = Equaliser(room)
        self._budget = budget
        self._stages = stages

    def forget(self):
        """Overwrite whatever still holds the last frame's code."""
        self._placing.forget()
        self._completion.forget()
        self._decider.forget()
        self._equaliser.forget()
        symbol.forget()

    def agrees(self, frame, width, height, places, k):
        """Whether the finding at k of `places` (findings.py) looks like a finder along both axes of the frame, in all
        that its lines show. Allocates nothing."""
        likeness = self._placing.end.likeness_along
        self._budget.left -= 2 * END_COST
        k *= RECORD
        x = places[k] - BIAS
        y = places[k + 1] - BIAS
        module = places[k + 2]
        flip = 255 if places[k + 3] else 0
        return (
            likeness(frame, width, height, flip, x, y, module, 0) >= _SURE
            and likeness(frame, width, height, flip, x, y, 0, module) >= _SURE
        )

    def attempt(self, frame, width, height, three):
        """The Symbol whose finders top left, top right and bottom left these are, or None."""
        stages = self._stages
        budget = self._budget
        started = stages.now()
        if budget.left <= _PLACE_COST:
            return None
        flip = 255 if three[0].inverted else 0
        placed = self._placing.place(frame, width, height, three, flip)
        budget.left -= self._placing.cost
        stages.spent(FIT, started)
        if not placed or self._placing.found < LEAST_FOUND:
            return None
        size = self._mesh.size
        if budget.left <= _FAILURE_COST + size * size * (_READ_COST + _FAIL_COST) // 1000:
            return None
        coarse = min(three[0].module, three[1].module, three[2].module) >= _LARGE
        if self._is_large():
            # The text may be a long one, for which there must be one piece of the heap: what placing left goes first.
            self._placing.let_go()
            gc.collect()
        one = self._first(frame, width, height, flip, coarse)
        # What is large costs most, and is no certificate: it must not take more than there is.
        cost = size * size * _PATIENT_COST // 1000
        signs = self._placing.found + self._placing.timing
        if one is None and self._mesh.side and budget.left > cost and signs > _LEAST_SIGNS:
            one = self._patient(frame, width, height, flip)
        self._room.back(0)
        if one is not None:
            one.inverted = bool(three[0].inverted)
        return one

    def complete(self, frame, width, height, finders):
        """The same from two of the finders that were found and a third that was not; None if there is none."""
        budget = self._budget
        completion = self._completion
        stages = self._stages
        started = stages.now()
        for a, b in completion.pairs(frame, width, height, finders):
            if budget.left <= 0:
                break
            for three in completion.triples(a, b):
                stages.spent(FIT, started)
                one = self.attempt(frame, width, height, three)
                if one is not None:
                    return one
                started = stages.now()
        stages.spent(FIT, started)
        return None

    def _is_large(self):
        # Whether the symbol is one of those that the room and the budget let be read once only.
        return self._mesh.size * self._mesh.size > self._budget.share(PATIENT)

    def _first(self, frame, width, height, flip, coarse):
        # Read the grid as it was placed.
        room = self._room
        room.back(0)
        size = self._mesh.size
        started = self._stages.now()
        self._budget.left -= size * size * _READ_COST // 1000
        # Grey values, and in their place then what is decided of them.
        modules = room.take(size * size)
        self._sampler.sample(frame, width, height, self._mesh, flip, modules, coarse)
        self._decider.decide(modules, modules, size)
        corners = ()
        if self._is_large():
            # There will be no second reading, and the codewords need the room.
            corners = self._mesh.corners(width, height)
            self._mesh.let_go()
        started = self._stages.spent(FIT, started)
        try:
            one = symbol.read(modules, size, room=room)
            one.corners = corners or self._mesh.corners(width, height)
        except ValueError:
            one = None
        if one is None:
            self._budget.left -= _FAILURE_COST + size * size * _FAIL_COST // 1000
        self._stages.spent(READ, started)
        return one

    def _patient(self, frame, width, height, flip):
        # Follow the drift, then read from decisions that get better round by round.
        stages = self._stages
        budget = self._budget
        sampler = self._sampler
        mesh = self._mesh
        drift = self._drift
        equaliser = self._equaliser
        size = mesh.size
        started = stages.now()
        room = self._room
        room.back(0)
        values = room.take(size * size)
        sampler.sample(frame, width, height, mesh, flip, values)
        contrast = drift.contrast(values, size)
        drift.follow(frame, width, height, mesh, values, flip, contrast // 3)
        budget.left -= size * size * _FOLLOW_COST // 1000
        sampler.sample(frame, width, height, mesh, flip, values)
        grid = room.take(size * size)
        self._leveller.level(values, grid, size)
        equaliser.begin(values, grid, size, min(255, 128 + contrast // 2))
        budget.left -= size * size * _LEVEL_COST // 1000
        attempts = symbol.Attempts(size, room)
        part = 0  # of the symbol that is read, in percent
        idle = 0
        cost = _ROUND_COST + size * size * _REFINE_COST // 1000
        for turn in range(_ROUNDS):
            # The first is read as it is; then the blur is taken back, from the third on by the decisions as well.
            if budget.left <= cost or (turn and not equaliser.refine(values, grid, size, turn > 1)):
                break
            budget.left -= cost
            started = stages.spent(FIT, started)
            try:
                # To give up what is least certain costs more; decisions that are about to get better do not need it.
                one = attempts.read(grid, grid if turn == 0 or turn > 2 else None, max(0, budget.left))
            except ValueError:
                return None
            budget.left -= attempts.cost
            was = part
            part = 0 if one is not None else attempts.settle(grid)
            started = stages.spent(READ, started)
            if one is not None:
                one.corners = mesh.corners(width, height)
                return one
            idle = idle + 1 if part == was else 0
            if turn >= _PATIENCE and (idle >= _IDLE or not part):
                break
        return None
