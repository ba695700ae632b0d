# Zeros over what a buffer held: the code of the last holder must not stay where the next one is scanned.
#
# A viper loop, because a slice assigned from new zeros would take as much memory again as the largest buffer.
import micropython


@micropython.viper
def zero(buffer: ptr8, count: int):
    """Overwrite the first bytes of a buffer; allocates nothing."""
    i = 0
    while i < count:
        buffer[i] = 0
        i += 1


def wipe_numbers(*arrays):
    """Overwrite arrays of integers in place."""
    for numbers in arrays:
        for k in range(len(numbers)):
            numbers[k] = 0


def wipe(*buffers):
    """Overwrite bytearrays in place."""
    for buffer in buffers:
        zero(buffer, len(buffer))
