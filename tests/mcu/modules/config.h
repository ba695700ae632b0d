// What the emulated core is built with: the port's own settings, and the modules that a scanner's board has too.
#include "mpconfigport.h"

#undef MICROPY_PY_TIME
#define MICROPY_PY_TIME                 (1)
#define MICROPY_PY_TIME_TIME_TIME_NS    (0)
#define MICROPY_PY_FRAMEBUF             (1)
#define MICROPY_PY_BINASCII             (1)
#define MICROPY_PY_DEFLATE              (1)
#define MICROPY_PY_HASHLIB              (1)
#define MICROPY_PY_HASHLIB_SHA256       (1)
#define MICROPY_PY_UCTYPES              (1)
#define MICROPY_PY_MICROPYTHON_MEM_INFO (1)
#define MICROPY_PY_MICROPYTHON_HEAP_LOCKED (1)
// The serial line of a board: bytes as they are, and whether there are any.
#undef MICROPY_PY_SYS_STDIO_BUFFER
#define MICROPY_PY_SYS_STDIO_BUFFER     (1)
#undef MICROPY_PY_SELECT
#define MICROPY_PY_SELECT               (1)
void line_wait(int milliseconds);
#define MICROPY_INTERNAL_WFE(TIMEOUT_MS) line_wait(TIMEOUT_MS)
#define MICROPY_PY_OS_URANDOM           (1)
#define MICROPY_PY_OS_INCLUDEFILE       "core/entropy.c"
// A board's errors name a line; the port's terser texts would hide which test failed.
#define MICROPY_ERROR_REPORTING         (MICROPY_ERROR_REPORTING_NORMAL)
