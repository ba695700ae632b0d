# The eight data mask patterns (ISO/IEC 18004:2015, 7.8.2, Table 10).
#
# Every pattern repeats after 12 rows and 6 columns, so one small table holds it for any symbol.

import micropython
from micropython import const

ROWS = const(12)
COLUMNS = const(6)
TABLE_SIZE = const(72)


@micropython.viper
def fill(table: ptr8, mask: int):
    """Fill `table` (72 bytes) with pattern `mask` 0..7: at 12 * (x % 6) + y % 12, bit 3 is the mask of module (y, x)
    and bit 2 that of its left neighbour (y, x - 1), as matrix.column_plan puts them in its plan."""
    k = 0
    while k < 72:
        table[k] = 0
        k += 1
    j = 0
    while j < 6:
        i = 0
        while i < 12:
            p = i * j
            v = 1
            if mask == 0:
                v = (i + j) & 1
            elif mask == 1:
                v = i & 1
            elif mask == 2:
                v = j % 3
            elif mask == 3:
                v = (i + j) % 3
            elif mask == 4:
                v = ((i >> 1) + j // 3) & 1
            elif mask == 5:
                v = (p & 1) + p % 3
            elif mask == 6:
                v = ((p & 1) + p % 3) & 1
            else:
                v = (((i + j) & 1) + p % 3) & 1
            if v == 0:
                k = j * 12 + i
                table[k] = table[k] | 8
                k += 12
                if k >= 72:
                    k -= 72
                table[k] = table[k] | 4
            i += 1
        j += 1
