// os.urandom: the computer's own generator, through the emulator's semihosting. The emulated board has none.

#include "py/mperrno.h"

#define SYS_OPEN 0x01
#define SYS_READ 0x06
#define READ_BINARY 1

static int semihosting(int operation, const void *block) {
    register int r0 __asm("r0") = operation;
    register const void *r1 __asm("r1") = block;
    __asm volatile ("bkpt 0xab" : "+r" (r0) : "r" (r1) : "memory");
    return r0;
}

static mp_obj_t mp_os_urandom(mp_obj_t wanted) {
    static int source = -1;
    if (source < 0) {
        static const char name[] = "/dev/urandom";
        const uint32_t open[3] = { (uint32_t)name, READ_BINARY, sizeof(name) - 1 };
        source = semihosting(SYS_OPEN, open);
    }
    vstr_t random;
    vstr_init_len(&random, mp_obj_get_int(wanted));
    const uint32_t read[3] = { source, (uint32_t)random.buf, random.len };
    if (source < 0 || semihosting(SYS_READ, read) != 0) { // how many bytes were not read
        mp_raise_OSError(MP_EIO);
    }
    return mp_obj_new_bytes_from_vstr(&random);
}
static MP_DEFINE_CONST_FUN_OBJ_1(mp_os_urandom_obj, mp_os_urandom);
