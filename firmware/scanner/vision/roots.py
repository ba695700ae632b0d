# The integer square root, for lengths in loops that must not allocate: a float would.
import micropython


@micropython.viper
def integer_root(n: int) -> int:
    """The root of n >= 0, rounded down; n below 2 ** 30."""
    if n < 2:
        return n
    # Newton's way from above, where each step is smaller than the one before until the root is reached.
    r = 2
    while r * r < n and r < 32768:
        r += r
    while True:
        better = (r + n // r) >> 1
        if better >= r:
            return r
        r = better
