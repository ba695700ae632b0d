// Module `core`: how many instructions were executed, read from a timer that counts nothing else.
//
// QEMU started with -icount shift=0 lets one nanosecond of virtual time pass with each instruction. TIMER0 of the
// board (CMSDK APB timer, 25 MHz) therefore counts once in 40 instructions, and a microsecond of `time` is 1000 of
// them. Who sleeps lets time pass as it does on the computer.

#include "line.h"

#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"

typedef struct {
    volatile uint32_t ctrl, value, reload, intclear;
} timer_t;

#define TIMER0 ((timer_t *)0x40000000)
#define TICKS_PER_US 25

static uint64_t ticks(void) {
    static uint32_t last, high;
    if (!(TIMER0->ctrl & 1)) {
        TIMER0->reload = 0xffffffff;
        TIMER0->value = 0xffffffff;
        TIMER0->ctrl = 1;
    }
    uint32_t low = 0xffffffff - TIMER0->value; // it counts down
    if (low < last) {
        high++; // 2^32 ticks are 171 G instructions
    }
    last = low;
    return ((uint64_t)high << 32) | low;
}

mp_uint_t mp_hal_ticks_us(void) {
    return (mp_uint_t)(ticks() / TICKS_PER_US);
}

mp_uint_t mp_hal_ticks_ms(void) {
    return (mp_uint_t)(ticks() / (TICKS_PER_US * 1000));
}

mp_uint_t mp_hal_ticks_cpu(void) {
    return (mp_uint_t)(ticks() * 40);
}

uint64_t mp_hal_time_ns(void) {
    return ticks() * (1000 / TICKS_PER_US);
}

void mp_hal_delay_us(mp_uint_t us) {
    uint64_t until = ticks() + (uint64_t)us * TICKS_PER_US;
    while (ticks() < until) {
    }
}

void mp_hal_delay_ms(mp_uint_t ms) {
    uint64_t until = ticks() + (uint64_t)ms * TICKS_PER_US * 1000;
    for (uint64_t now = ticks(); now < until; now = ticks()) {
        mp_handle_pending(true);
        line_doze((until - now) / (TICKS_PER_US * 1000) + 1);
    }
}

// ticks() -> int: 40 instructions each, in 30 bits, so that reading them allocates nothing.
static mp_obj_t core_ticks(void) {
    return MP_OBJ_NEW_SMALL_INT(ticks() & 0x3fffffff);
}
static MP_DEFINE_CONST_FUN_OBJ_0(core_ticks_obj, core_ticks);

// work(rounds): exactly 3 instructions a round, to see that the counter counts right.
static mp_obj_t core_work(mp_obj_t rounds) {
    uint32_t n = mp_obj_get_int(rounds), a = 3, b = 5, low, high;
    if (n) {
        __asm volatile ("1: umull %1, %2, %3, %4\n subs %0, #1\n bne 1b\n"
            : "+r" (n), "=&r" (low), "=&r" (high) : "r" (a), "r" (b) : "cc");
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(core_work_obj, core_work);

// stack(bytes): how deep the C stack may grow; the port's own limit is lower than a board's.
static mp_obj_t core_stack(mp_obj_t limit) {
    MP_STATE_THREAD(stack_limit) = mp_obj_get_int(limit);
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_1(core_stack_obj, core_stack);

// interrupt(): what the line does when the byte comes in that interrupts, if there is one now.
static mp_obj_t core_interrupt(void) {
    if (mp_interrupt_char >= 0) {
        mp_sched_keyboard_interrupt();
    }
    return mp_const_none;
}
static MP_DEFINE_CONST_FUN_OBJ_0(core_interrupt_obj, core_interrupt);

extern const mp_obj_fun_builtin_fixed_t sampler_start_obj, sampler_stop_obj;

static const mp_rom_map_elem_t core_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_core) },
    { MP_ROM_QSTR(MP_QSTR_ticks), MP_ROM_PTR(&core_ticks_obj) },
    { MP_ROM_QSTR(MP_QSTR_work), MP_ROM_PTR(&core_work_obj) },
    { MP_ROM_QSTR(MP_QSTR_stack), MP_ROM_PTR(&core_stack_obj) },
    { MP_ROM_QSTR(MP_QSTR_interrupt), MP_ROM_PTR(&core_interrupt_obj) },
    { MP_ROM_QSTR(MP_QSTR_sample), MP_ROM_PTR(&sampler_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&sampler_stop_obj) },
};
static MP_DEFINE_CONST_DICT(core_globals, core_table);

const mp_obj_module_t core_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&core_globals,
};
MP_REGISTER_MODULE(MP_QSTR_core, core_module);
