# Three finder patterns -> the mesh of the symbol they belong to: size, perspective, alignment patterns.
#
# The size is not read off one distance. Finders are measured along both legs (legs.py), which gives the module size
# at both ends of each; under perspective the leg is (distance) / (geometric mean of the two)
# modules long, exactly. From version 7 the symbol then names its version itself; below that, and where it is
# unreadable, the timing patterns choose between the nearest sizes.
from scanner.vision import matrix
from scanner.vision.legs import LegEnd
from scanner.vision.mesh import BIAS
from scanner.vision.projection import Projection
from scanner.vision.sampling import alternation

_LEG_RATIO = 1.2  # between the two legs' lengths in modules: they should be equal
_LEAST_TIMING = 0.3  # 1 is a perfect timing pattern, 0 is noise
_NAMED_FROM = 6  # estimated versions from here on are looked up in the version information
_NAMED_BONUS = 0.5  # on top of the timing's score: one symbol in eight without a version seems to name one
_FAR_REACH = 6  # modules searched around the expected place of the last alignment pattern
_CERTAIN = 0.85  # of the score: no other size comes near
_UNLIKE = 45  # percent likeness; what is less like a finder along one line is none along others
END_COST = 120  # thousands of instructions: a finder measured along a leg
_STEPS = (0, 1, -1, 2, -2, 3, -3)  # fortieths: what the change of the module may be off
_TUNE_COST = 1300
_SIZE_COST = 1100  # the size chosen
# An alignment pattern looked for, and what grows with the square of its reach.
_PATTERN_COST = 105
_REACH_COST = 8
LEAST_FOUND = 0.5  # part of the alignment patterns without which it is no symbol
_NEAR_REACH = 2  # and of the others, once that one is known


class Placing:
    def __init__(self, mesh, sampler, alignment, room=None):
        self.end = LegEnd(room)
        self._mesh = mesh
        self._sampler = sampler
        self._alignment = alignment
        self.cost = 0  # of the last triple, in thousands of instructions
        self.timing = 0.0  # how well the timing patterns and the version spoke for the size
        self.found = 1.0  # part of the alignment patterns that were found
        self._frame = b""

    def forget(self):
        """Leave nothing of the last frame."""
        self._frame = b""

    def let_go(self):
        """Drop what was measured, as each number is a piece of the heap."""
        self.timing = self.found = 0
        self.end.module = self.end.x = self.end.y = 0

    def place(self, frame, width, height, three, flip):
        """Lay the mesh for a triple of finders (top left, top right, bottom left). False if it is no symbol."""
        self.cost = 0
        self._frame = frame
        self._width = width
        self._height = height
        self._flip = flip
        a, b, c = three
        along = self._leg(a, b, c)
        if along is None:
            return False
        down = self._leg(a, c, b)
        if down is None:
            return False
        ratio = along[0] / down[0]
        if not 1 / _LEG_RATIO < ratio < _LEG_RATIO:
            return False
        self.cost += _SIZE_COST
        projection = self._choose_size(a, along, down)
        if projection is None:
            return False
        self._align(projection)
        return True

    def _leg(self, a, b, other):
        # Measure finders a and b along the line between them, over the width of their cores.
        dx = b.x - a.x
        dy = b.y - a.y
        length = (dx * dx + dy * dy) ** 0.5
        ox = other.x - a.x
        oy = other.y - a.y
        side = (ox * ox + oy * oy) ** 0.5
        end = self.end
        ends = []
        for f in (a, b):
            if getattr(f, "unlike", False):
                return None
            self.cost += END_COST
            u = f.module / length
            v = f.module / side
            if not end.measure(
                self._frame, self._width, self._height, self._flip, f.x, f.y, dx * u, dy * u, ox * v, oy * v
            ):
                if end.likeness < _UNLIKE:
                    f.unlike = True
                return None
            ends.append((end.module * f.module, end.x, end.y))
        (near, ax, ay), (far, bx, by) = ends
        return length / (near * far) ** 0.5, near / far, ax, ay, bx, by

    def _choose_size(self, a, along, down):
        # The projection of the likeliest size, or None.
        estimate = (along[0] + down[0]) / 2 + 7
        nearest = round((estimate - 17) / 4)
        # Both legs have moved the corner finder's middle, each along its own direction.
        corner = (along[2] + down[2] - a.x, along[3] + down[3] - a.y)

        def lay(version):
            projection = Projection(corner, along[4:], down[4:], matrix.size_of(version))
            projection.from_scales(along[1], down[1])
            self._mesh.lay(projection)
            return projection

        named = 0
        if _NAMED_FROM <= nearest <= 41:
            named = self._named_version(lay(min(40, nearest)).size)
        versions = [nearest, nearest + 1, nearest - 1]
        if named and abs(named - nearest) <= 2:
            versions = [named] + [version for version in versions if version != named]
        best = None
        top = _LEAST_TIMING
        for version in versions:
            if 1 <= version <= 40:
                projection = lay(version)
                score = self._timing(projection.size) - abs(estimate - projection.size) / 40
                if version == named:
                    score += _NAMED_BONUS
                if score > top:
                    top = score
                    best = projection
                    if score > _CERTAIN:
                        break
        if named and abs(named - nearest) <= 2 and top < _CERTAIN:
            projection = lay(named)
            score = (
                self._tune(projection, along[1], down[1])
                - abs(estimate - projection.size) / 40
                + _NAMED_BONUS
            )
            if score > top:
                top = score
                best = projection
        self.timing = top
        if best is not None:
            self._mesh.lay(best)
        return best

    def _tune(self, projection, along, down):
        # The larger a symbol, the more it bends under a little error in how its module changes along a leg: the middle
        # of a timing pattern soon lies half a module off. So the change at which each alternates best is looked for.
        scales = [along, down]
        total = 0
        for leg in (0, 1):
            best = scales
            top = -257
            for step in _STEPS:
                trial = list(scales)
                trial[leg] *= 1 + step / 40
                projection.from_scales(trial[0], trial[1])
                self._mesh.lay(projection)
                score = self._alternation(projection.size, leg == 1)
                if score > top:
                    top = score
                    best = trial
            scales = best
            total += top
        self.cost += _TUNE_COST
        projection.from_scales(scales[0], scales[1])
        return total / 512

    def _timing(self, size):
        # How well both timing patterns alternate: 1 perfectly, 0 not at all.
        return (self._alternation(size, False) + self._alternation(size, True)) / 512

    def _alternation(self, size, turned):
        # The same of row 6, or `turned`, of column 6, in 1/256.
        return alternation(self._strip(6, 7, 8, size - 8, turned), size - 16)

    def _named_version(self, size):
        # The version that the symbol's two blocks of version information name, or 0.
        words = []
        for down in (False, True):
            seen = self._strip(0, 6, size - 11, size, down)[:66]
            step_row, step_column = (1, 6) if down else (11, 1)
            # The finder beside the block shows what is dark and what is light here.
            middle = (min(seen) + max(seen)) / 2
            word = 0
            for i in range(18):
                if seen[i // 3 * step_row + i % 3 * step_column] < middle:
                    word |= 1 << i
            words.append(word)
        return matrix.version_near_finders(words[0], words[1])

    def _strip(self, row, end_row, column, end_column, turned):
        # Grey values of some modules; `turned` exchanges rows and columns.
        if turned:
            row, end_row, column, end_column = column, end_column, row, end_row
        return self._sampler.strip(
            self._frame, self._width, self._height, self._mesh, self._flip, row, end_row, column, end_column
        )

    def _find(self, projection, u, v, reach, shift):
        # Look for the alignment pattern at (u, v); its displacement from the projection, or None.
        self.cost += _PATTERN_COST + reach * reach * _REACH_COST
        x, y = projection.at(u, v)
        alignment = self._alignment
        if alignment.find(
            self._frame,
            self._width,
            self._height,
            x + round(shift[0]),
            y + round(shift[1]),
            projection.steps(u, v),
            reach,
            self._flip,
        ):
            return alignment.dx + round(shift[0]), alignment.dy + round(shift[1])
        return None

    def _align(self, projection):
        # Fix the perspective by the last alignment pattern, then bend the mesh by all of them.
        mesh = self._mesh
        lines = matrix.alignment_positions((projection.size - 17) // 4)
        count = len(lines)
        self.found = 1.0
        if not count:
            return
        far = projection.span - 3
        shift = self._find(projection, far, far, _NEAR_REACH, (0, 0)) or self._find(
            projection, far, far, _FAR_REACH, (0, 0)
        )
        if shift is not None:
            x, y = projection.at(far, far)
            if projection.through(far, far, x + shift[0], y + shift[1]):
                mesh.lay(projection)
        if count < 3:
            return
        known = bytearray(count * count)  # 1 where the displacement is
        last = count - 1
        missed = 0
        for j in range(count):
            for i in range(count):
                if (i, j) in ((0, 0), (last, 0), (0, last)):
                    shift = (0, 0)  # a finder lies there, and the projection goes through it
                else:
                    near = self._beside(known, count, i, j)
                    u = lines[i] - 3
                    v = lines[j] - 3
                    shift = self._find(projection, u, v, 1, near) or self._find(
                        projection, u, v, _NEAR_REACH, near
                    )
                if shift:
                    known[j * count + i] = 1
                    self._shift(j * count + i, shift)
                else:
                    missed += 1
                    if missed > (count * count - 3) * (1 - LEAST_FOUND):
                        self.found = 0.0
                        return
        self.found = (sum(known) - 3) / (count * count - 3)
        for j in range(count):
            for i in range(count):
                if not known[j * count + i]:
                    self._shift(j * count + i, self._beside(known, count, i, j))
        mesh.bend(bytes(lines))

    def _shift(self, k, shift):
        self._mesh.shift_x[k] = round(shift[0]) + BIAS
        self._mesh.shift_y[k] = round(shift[1]) + BIAS

    def _beside(self, known, count, i, j):
        # The mean of the displacements that are known beside column i of row j; none where there are none.
        x = y = there = 0
        for column, row in ((i - 1, j), (i + 1, j), (i, j - 1), (i, j + 1)):
            if 0 <= column < count and 0 <= row < count and known[row * count + column]:
                x += self._mesh.shift_x[row * count + column] - BIAS
                y += self._mesh.shift_y[row * count + column] - BIAS
                there += 1
        return (x / there, y / there) if there else (0, 0)
