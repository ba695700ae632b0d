# Three finder patterns -> the symbol they belong to, or None: the grid is placed, followed, sampled and read.
#
# Everything behind the search for finders happens here, attempt by attempt, the cheap ones first. Each takes its
# cost off the frame's budget.
from micropython import const

from scanner.vision import symbol
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.deciding import Decider
from scanner.vision.drift import Drift
from scanner.vision.mesh import Mesh
from scanner.vision.placing import Placing
from scanner.vision.sampling import Sampler
from scanner.vision.sharpening import sharpen
from scanner.vision.stages import FIT, READ
from scanner.vision.wiping import wipe

# Attempt by attempt: rounds of following the drift, then what is taken back from the neighbours across and down, in
# 1/64. The first reads most frames, and where modules are large it takes the nearest pixel of each.
_ATTEMPTS = ((0, 0, 0), (2, 0, 0), (0, 8, 8), (0, 16, 16))
_LARGE = const(704)  # 1/256 px

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
        self._decider = Decider()
        self._drift = Drift()
        self._row = bytearray(177)
        self._budget = budget
        self._stages = stages

    def forget(self):
        """Overwrite whatever still holds the last frame's code."""
        self._placing.forget()
        self._sampler.forget()
        self._decider.forget()
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
        coarse = min([f.module for f in three]) >= _LARGE
        one = None
        for followed, across, down in _ATTEMPTS:
            if budget.left <= 0:
                break
            for _ in range(followed):
                sampler.sample(frame, width, height, mesh, flip)
                least = self._drift.contrast(sampler.values, size) // 3
                self._drift.follow(frame, width, height, mesh, sampler.values, flip, least)
                budget.left -= size * size * _FOLLOW_COST // 1000
            budget.left -= size * size * _READ_COST // 1000
            sampler.sample(frame, width, height, mesh, flip, coarse)
            coarse = False
            if across:
                sharpen(sampler.values, size, across, down, self._row)
            self._decider.decide(sampler.values, sampler.grid, size)
            started = stages.spent(FIT, started)
            try:
                one = symbol.read(sampler.grid, size, sampler.grid)
            except ValueError:
                one = None
            started = stages.spent(READ, started)
            if one is not None:
                one.inverted = bool(three[0].inverted)
                one.corners = mesh.corners(width, height)
                break
        return one
