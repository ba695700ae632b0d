# Frame -> symbols: the order in which the steps of this folder are tried, cheap ones first.
from scanner.vision import matrix, symbol
from scanner.vision.alignment import AlignmentSearch
from scanner.vision.drift import Drift
from scanner.vision.finder import FinderSearch
from scanner.vision.grouping import triples
from scanner.vision.mesh import BIAS, Mesh
from scanner.vision.projection import Projection
from scanner.vision.sampling import Sampler


class Decoder:
    def __init__(self, max_width=640, max_height=480, clock=None):
        self.search = FinderSearch(max_width, max_height)
        self.mesh = Mesh()
        self.sampler = Sampler(117)
        self.alignment = AlignmentSearch()
        self.drift = Drift()
        self.clock = clock
        self.stage_us = [0, 0, 0]
        self.log = None

    def decode(self, frame, width, height):
        if width < 21 or height < 21:
            return []
        search = self.search
        search.begin()
        search.thresholds.measure(frame, width, height)
        search.scan(frame, width, height, 0, 2, 0)
        found = []
        for a, b, c in triples(search.found):
            if any(f in u for u in found for f in (a, b, c)):
                continue
            s = self._read(frame, width, height, a, b, c)
            if s:
                found.append((s, a, b, c))
        return [f[0] for f in found]

    def _read(self, frame, width, height, a, b, c):
        flip = 255 if a.inverted else 0
        p = self._place(frame, width, height, a, b, c, flip)
        if p is None:
            return None
        self._align(frame, width, height, p, flip)
        sampler = self.sampler
        mesh = self.mesh
        for k in range(2):
            sampler.sample(frame, width, height, mesh, flip)
            self.drift.follow(frame, width, height, mesh, sampler.values, flip, sampler.contrast(p.size) // 3)
        sampler.sample(frame, width, height, mesh, flip)
        sampler.decide(p.size)
        self.last = (p.size, bytes(sampler.grid[: p.size * p.size]))
        try:
            s = symbol.read(sampler.grid, p.size, sampler.values)
        except ValueError:
            return None
        s.inverted = a.inverted == 1
        return s

    def _leg(self, frame, width, height, a, b, across, flip):
        # Cut both finders along the line between their middles; sideways vector `across` for averaging.
        dx = b.x - a.x
        dy = b.y - a.y
        length = (dx * dx + dy * dy) ** 0.5
        scales = []
        places = []
        cut = self.search.probe.cut
        for f in (a, b):
            # The finder's `module` is the least of four directions: at most 8 % too long, but not along this one.
            mx = dx / length * f.module
            my = dy / length * f.module
            ok = cut(frame, width, height, round(f.x), round(f.y), round(mx), round(my), flip, 0.7,
                     round(across[0] * f.module * 0.4), round(across[1] * f.module * 0.4), 2, 5.5)
            if not ok:
                return None
            probe = self.search.probe
            scales.append(probe.module * f.module)
            places.append((f.x + probe.middle * mx, f.y + probe.middle * my))
        return scales, places, length

    def _place(self, frame, width, height, a, b, c, flip):
        def unit(p, q):
            dx = q.x - p.x
            dy = q.y - p.y
            l = (dx * dx + dy * dy) ** 0.5
            return dx / l, dy / l

        along = self._leg(frame, width, height, a, b, unit(a, c), flip)
        down = self._leg(frame, width, height, a, c, unit(a, b), flip)
        if along is None or down is None:
            return None
        (sa, sb), (pa, pb), lu = along
        (ta, tc), (qa, qc), lv = down
        nu = lu / (sa * sb) ** 0.5
        nv = lv / (ta * tc) ** 0.5
        if self.log is not None:
            self.log.append(("leg", nu, nv))
        if not 0.85 < nu / nv < 1.18:
            return None
        n = (nu + nv) / 2 + 7
        # Move the middles by both cuts' findings.
        corner = (pa[0] + qa[0] - a.x, pa[1] + qa[1] - a.y)
        best = None
        nearest = round((n - 17) / 4)
        for version in (nearest, nearest + 1, nearest - 1):
            if not 1 <= version <= 40:
                continue
            size = 17 + 4 * version
            p = Projection(corner, pb, qc, size)
            p.from_scales(sa / sb, ta / tc)
            self.mesh.lay(p)
            score = self._timing(frame, width, height, size, flip)
            score -= abs(n - size) / 40
            if version == nearest and version >= 6:
                named = self._version(frame, width, height, size, flip)
                if named and abs(named - version) <= 2:
                    size = 17 + 4 * named
                    p = Projection(corner, pb, qc, size)
                    p.from_scales(sa / sb, ta / tc)
                    best = (1, p)
                    break
            if best is None or score > best[0]:
                best = (score, p)
        if best is None:
            return None
        if self.log is not None:
            self.log.append(("size", n, best[0], best[1].size))
        if best[0] < 0.2:
            return None
        self.mesh.lay(best[1])
        return best[1]

    def _timing(self, frame, width, height, size, flip):
        s = self.sampler
        s.window(frame, width, height, self.mesh, flip, 6, 7, 8, size - 8)
        row = [s.values[6 * size + i] for i in range(8, size - 8)]
        s.window(frame, width, height, self.mesh, flip, 8, size - 8, 6, 7)
        column = [s.values[i * size + 6] for i in range(8, size - 8)]
        worst = 1
        total = 0
        for line in (row, column):
            mean = sum(line) / len(line)
            spread = sum(abs(v - mean) for v in line) or 1
            total += sum((mean - v) if i & 1 == 0 else (v - mean) for i, v in enumerate(line)) / spread
        return total / 2

    def _version(self, frame, width, height, size, flip):
        s = self.sampler
        s.window(frame, width, height, self.mesh, flip, 0, 6, size - 11, size)
        s.window(frame, width, height, self.mesh, flip, size - 11, size, 0, 6)
        words = []
        for sx, sy in ((1, size), (size, 1)):
            v = [s.values[r * sy + c * sx] for r in range(6) for c in range(size - 11, size)]
            t = (min(v) + max(v)) / 2
            w = 0
            for i in range(18):
                if s.values[(i // 3) * sy + (size - 11 + i % 3) * sx] < t:
                    w |= 1 << i
            words.append(w)
        return matrix.version_near_finders(words[0], words[1])

    def _align(self, frame, width, height, p, flip):
        lines = matrix.alignment_positions((p.size - 17) // 4)
        if not lines:
            return
        find = self.alignment.find
        al = self.alignment
        far = p.size - 10
        x, y = p.at(far, far)
        ok = find(frame, width, height, x, y, p.steps(far, far), 6, flip)
        if self.log is not None:
            self.log.append(("br", ok, al.score))
        if ok and p.through(far, far, al.x, al.y):
            self.mesh.lay(p)
        k = len(lines)
        if k < 3:
            return
        mesh = self.mesh
        sx, sy = mesh.shift_x, mesh.shift_y
        known = {}
        for j in range(k):
            for i in range(k):
                at = j * k + i
                if (i == 0 or i == k - 1) and j == 0 or i == 0 and j == k - 1:
                    known[at] = (0, 0)
                    continue
                # expected displacement from neighbours already found
                near = [known[q] for q in ((at - 1) if i else -1, (at - k) if j else -1) if q in known]
                ex = sum(d[0] for d in near) / len(near) if near else 0
                ey = sum(d[1] for d in near) / len(near) if near else 0
                u = lines[i] - 3
                v = lines[j] - 3
                x, y = p.at(u, v)
                if find(frame, width, height, x + ex, y + ey, p.steps(u, v), 2, flip):
                    known[at] = (al.x - x, al.y - y)
        if self.log is not None:
            self.log.append(("aligned", len(known), k * k, {q: (round(d[0]/256,1), round(d[1]/256,1)) for q, d in known.items()}))
        for j in range(k):
            for i in range(k):
                at = j * k + i
                d = known.get(at)
                if d is None:
                    near = [known[q] for q in (at - 1 if i else -1, at + 1 if i < k - 1 else -1, at - k, at + k) if q in known]
                    d = (sum(e[0] for e in near) / len(near), sum(e[1] for e in near) / len(near)) if near else (0, 0)
                sx[at] = round(d[0]) + BIAS
                sy[at] = round(d[1]) + BIAS
        mesh.bend(bytes(lines))
