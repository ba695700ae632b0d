// The board starts as boards do: its filesystem at /, boot.py, main.py, and the prompt where those end.
//
// The filesystem is the ROMFS at the start of the external RAM, if one lies there. machine.reset() is a reset, which the
// external RAM survives, as flash does.

#include "line.h"

#include "extmod/vfs.h"
#include "py/mpstate.h"
#include "py/objarray.h"
#include "py/runtime.h"
#include "shared/runtime/pyexec.h"

#define EXTERNAL 0x21000000
#define ROMFS_SIZE (3 << 20) // as much as may lie there
#define STACK (15 * 1024) // bytes that MicroPython may use, as on an ESP32-S3
#define SCB_AIRCR (*(volatile uint32_t *)0xe000ed0c)
#define RESET 0x05fa0004

extern const mp_obj_type_t mp_type_vfs_rom;

static void mount(void) {
    const uint8_t *image = (const uint8_t *)EXTERNAL;
    if (image[0] != 0xd2 || image[1] != 0xcd || image[2] != 0x31) {
        return;
    }
    nlr_buf_t nlr;
    if (nlr_push(&nlr) == 0) {
        mp_obj_t memory = mp_obj_new_memoryview('B', ROMFS_SIZE, (void *)image);
        mp_obj_t filesystem = MP_OBJ_TYPE_GET_SLOT(&mp_type_vfs_rom, make_new)(&mp_type_vfs_rom, 1, 0, &memory);
        mp_vfs_mount_and_chdir_protected(filesystem, MP_OBJ_NEW_QSTR(MP_QSTR__slash_));
        nlr_pop();
    } else {
        mp_obj_print_exception(&mp_plat_print, MP_OBJ_FROM_PTR(nlr.ret_val));
    }
}

int __real_pyexec_friendly_repl(void);
int __wrap_pyexec_friendly_repl(void);

int __wrap_pyexec_friendly_repl(void) {
    static bool started;
    if (!started) {
        started = true;
        MP_STATE_THREAD(stack_limit) = STACK;
        line_start();
        mount();
        if (pyexec_file_if_exists("boot.py") == 1) {
            pyexec_file_if_exists("main.py");
        }
    }
    int ended = __real_pyexec_friendly_repl();
    if (ended) {
        started = false;
    }
    return ended;
}

// The port's machine.reset() and its last resort: both would end the emulation.
NORETURN void __wrap_exit(int status);

void __wrap_exit(int status) {
    (void)status;
    SCB_AIRCR = RESET;
    for (;;) {
    }
}
