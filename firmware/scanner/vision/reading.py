# Three finder patterns -> the symbol they belong to, or None: the grid is placed, followed, sampled and read.
#
# Everything behind the search for finders happens here, attempt by attempt, the cheap ones first. Each takes its
# cost off the frame's budget.
from micropython import const

from scanner.vision import symbol
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.drift import Drift
from scanner.vision.mesh import Mesh
from scanner.vision.placing import Placing
from scanner.vision.sampling import Sampler
from scanner.vision.sharpening import sharpen
from scanner.vision.stages import FIT, READ
from scanner.vision.wiping import wipe

_SHARPNESS = ((0, 0), (8, 8), (16, 16))  # what is taken back from the neighbours, in 1/64, attempt by attempt

# Thousands of instructions.
_REFUSE_COST = const(300)  # a triple that makes no symbol
_PLACE_COST = const(2000)  # one that may
_FOLLOW_COST = const(950)  # a module, in instructions: two rounds of drift
_READ_COST = const(400)  # the same: one sampling and reading


class Reading:
    """One triple of finders after the other. `budget` is the frame's, `stages` books the time."""

    def __init__(self, probe, budget, stages):
        self._mesh = Mesh()
        self._sampler = Sampler()
        self._placing = Placing(probe, self._mesh, self._sampler, AlignmentSearch())
        self._drift = Drift()
        self._row = bytearray(177)
        self._budget = budget
        self._stages = stages

    def forget(self):
        """Overwrite whatever still holds the last frame's code."""
        self._placing.forget()
        self._sampler.forget()
        wipe(self._row)
        symbol.forget()

    def attempt(self, frame, width, height, three):
        """The Symbol whose finders top left, top right and bottom left these are, or None."""
        stages = self._stages
        budget = self._budget
        started = stages.now()
        flip = 255 if three[0].inverted else 0
        placed = self._placing.place(frame, width, height, three, flip)
        budget.left -= _PLACE_COST if placed else _REFUSE_COST
        started = stages.spent(FIT, started)
        if not placed:
            return None
        mesh = self._mesh
        sampler = self._sampler
        size = mesh.size
        for _ in range(2):
            sampler.sample(frame, width, height, mesh, flip)
            self._drift.follow(frame, width, height, mesh, sampler.values, flip, sampler.contrast(size) // 3)
        budget.left -= size * size * _FOLLOW_COST // 1000
        one = None
        for across, down in _SHARPNESS:
            budget.left -= size * size * _READ_COST // 1000
            sampler.sample(frame, width, height, mesh, flip)
            if across:
                sharpen(sampler.values, size, across, down, self._row)
            sampler.decide(size)
            started = stages.spent(FIT, started)
            try:
                one = symbol.read(sampler.grid, size, sampler.values)
            except ValueError:
                one = None
            started = stages.spent(READ, started)
            if one is not None:
                one.inverted = bool(three[0].inverted)
                one.corners = mesh.corners(width, height)
                break
        return one
