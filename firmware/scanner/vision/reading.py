# Three finder patterns -> the symbol they belong to, or None: the grid is placed, sampled and read.
#
# Most frames read at once. Where one does not, the modules themselves tell where the grid has drifted and how they are
# blurred, and the symbol is read again from what is made of that, block by block: what is corrected stays, and helps
# to tell the rest. Everything takes its cost off the frame's budget.
from micropython import const

from scanner.vision import symbol
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.deciding import Decider
from scanner.vision.drift import Drift
from scanner.vision.equalising import Equaliser
from scanner.vision.mesh import Mesh
from scanner.vision.placing import Placing
from scanner.vision.sampling import Sampler
from scanner.vision.stages import FIT, READ

_LARGE = const(704)  # 1/256 px: of modules that large the nearest pixel is read at first
_FOLLOWED = const(2)  # rounds of following the drift
_ROUNDS = const(4)  # of equalising with the neighbours' decisions

# Thousands of instructions.
_REFUSE_COST = const(300)  # a triple that makes no symbol
_PLACE_COST = const(2000)  # one that may
_FOLLOW_COST = const(950)  # a module, in instructions: one round
_READ_COST = const(400)  # the same: one sampling and reading


class Reading:
    """One triple of finders after the other. `budget` is the frame's, `stages` books the time."""

    def __init__(self, budget, stages):
        self._mesh = Mesh()
        self._sampler = Sampler()
        self._decider = Decider()
        self._placing = Placing(self._mesh, self._sampler, AlignmentSearch())
        self._drift = Drift()
        self._equaliser = Equaliser()
        self._budget = budget
        self._stages = stages

    def forget(self):
        """Overwrite whatever still holds the last frame's code."""
        self._placing.forget()
        self._sampler.forget()
        self._decider.forget()
        self._equaliser.forget()
        symbol.forget()

    def attempt(self, frame, width, height, three):
        """The Symbol whose finders top left, top right and bottom left these are, or None."""
        stages = self._stages
        budget = self._budget
        started = stages.now()
        flip = 255 if three[0].inverted else 0
        placed = self._placing.place(frame, width, height, three, flip)
        budget.left -= _PLACE_COST if placed else _REFUSE_COST
        stages.spent(FIT, started)
        if not placed:
            return None
        coarse = min([f.module for f in three]) >= _LARGE
        one = self._first(frame, width, height, flip, coarse)
        if one is None and budget.left > 0:
            one = self._patient(frame, width, height, flip)
        if one is not None:
            one.inverted = bool(three[0].inverted)
            one.corners = self._mesh.corners(width, height)
        return one

    def _first(self, frame, width, height, flip, coarse):
        # Read the grid as it was placed.
        sampler = self._sampler
        size = self._mesh.size
        started = self._stages.now()
        self._budget.left -= size * size * _READ_COST // 1000
        sampler.sample(frame, width, height, self._mesh, flip, coarse)
        self._decider.decide(sampler.values, sampler.grid, size)
        started = self._stages.spent(FIT, started)
        try:
            one = symbol.read(sampler.grid, size)
        except ValueError:
            one = None
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
        values = sampler.values
        grid = sampler.grid
        started = stages.now()
        for _ in range(_FOLLOWED):
            sampler.sample(frame, width, height, mesh, flip)
            contrast = drift.contrast(values, size)
            drift.follow(frame, width, height, mesh, values, flip, contrast // 3)
            budget.left -= size * size * _FOLLOW_COST // 1000
        sampler.sample(frame, width, height, mesh, flip)
        self._decider.level(values, size)
        equaliser.begin(values, grid, size, min(255, 128 + contrast // 2))
        budget.left -= size * size * _FOLLOW_COST // 1000
        attempts = symbol.Attempts(size)
        one = None
        for decided in range(_ROUNDS + 1):
            if not equaliser.refine(values, grid, size, decided):
                break
            budget.left -= size * size * _FOLLOW_COST // 1000
            started = stages.spent(FIT, started)
            try:
                one = attempts.read(grid, grid)
            except ValueError:
                break
            if one is None:
                attempts.settle(grid)
            started = stages.spent(READ, started)
            if one is not None or budget.left <= 0:
                break
        return one
