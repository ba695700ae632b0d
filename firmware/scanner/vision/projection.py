# The perspective map from the modules of a flat symbol to pixels.
#
# x = (a u + b v + c) / (1 + g u + h v), y = (d u + e v + f) / (1 + g u + h v), with u, v in modules from the middle
# of the top left finder pattern (module index less three) and x, y in 1/256 px. Three finder middles leave two
# unknowns, g and h. They follow from how the module size changes between two finders: along a line the size falls
# with the square of 1 + g u. Where an alignment pattern has been found it gives them far better.


class Projection:
    def __init__(self, a, b, c, size):
        """a, b, c: (x, y) of the finder middles top left, top right, bottom left; size in modules."""
        self.corner = a
        self.right = b
        self.below = c
        self.size = size
        self.span = size - 7
        self.g = 0.0
        self.h = 0.0
        self.xu = self.xv = self.yu = self.yv = 0.0

    def from_scales(self, along, down):
        """Set the perspective from (module at the top left) / (module at the other finder), along and down."""
        self.g = (along**0.5 - 1) / self.span
        self.h = (down**0.5 - 1) / self.span
        self._solve()

    def through(self, u, v, x, y):
        """Set the perspective so that module (u, v) from the top left finder lies at (x, y). False if it cannot."""
        n = self.span
        ax, ay = self.corner
        bx, by = self.right
        cx, cy = self.below
        m11 = u * (x - bx)
        m12 = v * (x - cx)
        m21 = u * (y - by)
        m22 = v * (y - cy)
        r1 = ax - x + u / n * (bx - ax) + v / n * (cx - ax)
        r2 = ay - y + u / n * (by - ay) + v / n * (cy - ay)
        det = m11 * m22 - m12 * m21
        if abs(det) < 1.0:
            return False
        g = (r1 * m22 - r2 * m12) / det
        h = (m11 * r2 - m21 * r1) / det
        # The far corner must stay in front of the camera, and within reason.
        if g * n < -0.7 or h * n < -0.7 or (g + h) * n < -0.7 or g * n > 2 or h * n > 2:
            return False
        self.g = g
        self.h = h
        self._solve()
        return True

    def _solve(self):
        n = self.span
        ax, ay = self.corner
        right = (1 + self.g * n) / n
        below = (1 + self.h * n) / n
        self.xu = self.right[0] * right - ax / n
        self.yu = self.right[1] * right - ay / n
        self.xv = self.below[0] * below - ax / n
        self.yv = self.below[1] * below - ay / n

        # From here on in integers, so that every core, with short floats or long, goes on with the same map.
        g = self.g
        h = self.h
        self.x0 = round(ax)
        self.y0 = round(ay)
        self.along_x = _clip((self.xu - ax * g) * 16)
        self.along_y = _clip((self.yu - ay * g) * 16)
        self.down_x = _clip((self.xv - ax * h) * 16)
        self.down_y = _clip((self.yv - ay * h) * 16)
        self.shrink_u = _clip(g * (1 << 20))
        self.shrink_v = _clip(h * (1 << 20))

    def _weight(self, u, v):
        return max(1 << 10, (1 << 20) + self.shrink_u * u + self.shrink_v * v)

    def at(self, u, v):
        """Pixel coordinates (integers, 1/256 px) of the point u, v modules from the top left finder's middle."""
        w = self._weight(u, v)
        return (
            self.x0 + ((self.along_x * u + self.down_x * v) << 16) // w,
            self.y0 + ((self.along_y * u + self.down_y * v) << 16) // w,
        )

    def steps(self, u, v):
        """The vectors of one module along and one down, at (u, v): four integers, 1/4096 px."""
        w = self._weight(u, v)
        x, y = self.at(u, v)
        x -= self.x0
        y -= self.y0
        return (
            ((self.along_x << 20) - x * self.shrink_u * 16) // w,
            ((self.along_y << 20) - y * self.shrink_u * 16) // w,
            ((self.down_x << 20) - x * self.shrink_v * 16) // w,
            ((self.down_y << 20) - y * self.shrink_v * 16) // w,
        )


def _clip(value):
    # Keeps sums of products within 31 bits whatever a false triple claims.
    return max(-375000, min(375000, round(value)))
