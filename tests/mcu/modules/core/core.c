// Module `core`: how many instructions were executed, read from a timer that counts nothing else.
//
// QEMU started with -icount shift=0 lets one nanosecond of virtual time pass with each instruction. TIMER0 of the
// board (CMSDK APB timer, 25 MHz) therefore counts once in 40 instructions, and a microsecond of `time` is 1000 of
// them. The serial line sleeps where the port would poll, so that an idle core costs the host nothing.

#include "py/mphal.h"
#include "py/mpstate.h"
#include "py/runtime.h"

typedef struct {
    volatile uint32_t ctrl, value, reload, intclear;
} timer_t;

#define TIMER0 ((timer_t *)0x40000000)
#define TICKS_PER_US 25
#define UART0_STATE (*(volatile uint32_t *)0x40004004)
#define UART0_CTRL (*(volatile uint32_t *)0x40004008)
#define UART0_INTCLEAR (*(volatile uint32_t *)0x4000400c)
#define UART_RX_FULL (1u << 1)
#define UART_RX_INTERRUPT (1u << 3)
#define NVIC_ISER0 (*(volatile uint32_t *)0xe000e100)
#define NVIC_ICER0 (*(volatile uint32_t *)0xe000e180)
#define NVIC_ICPR0 (*(volatile uint32_t *)0xe000e280)
#define UART0_RX_IRQ (1u << 0)

extern uint32_t _estack;

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
    mp_hal_delay_us(ms * 1000);
}

// The port polls its line for a character. With interrupts masked, WFI wakes for one without a handler being run.
int __real_uart_rx_chr(void);
int __wrap_uart_rx_chr(void);

int __wrap_uart_rx_chr(void) {
    __asm volatile ("cpsid i" ::: "memory");
    // Asked for before looking: a character that comes in between wakes too.
    UART0_INTCLEAR = 0xf;
    UART0_CTRL |= UART_RX_INTERRUPT;
    NVIC_ISER0 = UART0_RX_IRQ;
    if (!(UART0_STATE & UART_RX_FULL)) {
        __asm volatile ("wfi" ::: "memory");
    }
    UART0_CTRL &= ~UART_RX_INTERRUPT;
    UART0_INTCLEAR = 0xf;
    NVIC_ICER0 = UART0_RX_IRQ;
    NVIC_ICPR0 = UART0_RX_IRQ;
    __asm volatile ("cpsie i" ::: "memory");
    return __real_uart_rx_chr();
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

extern const mp_obj_fun_builtin_fixed_t sampler_start_obj, sampler_stop_obj;

static const mp_rom_map_elem_t core_table[] = {
    { MP_ROM_QSTR(MP_QSTR___name__), MP_ROM_QSTR(MP_QSTR_core) },
    { MP_ROM_QSTR(MP_QSTR_ticks), MP_ROM_PTR(&core_ticks_obj) },
    { MP_ROM_QSTR(MP_QSTR_work), MP_ROM_PTR(&core_work_obj) },
    { MP_ROM_QSTR(MP_QSTR_stack), MP_ROM_PTR(&core_stack_obj) },
    { MP_ROM_QSTR(MP_QSTR_sample), MP_ROM_PTR(&sampler_start_obj) },
    { MP_ROM_QSTR(MP_QSTR_stop), MP_ROM_PTR(&sampler_stop_obj) },
};
static MP_DEFINE_CONST_DICT(core_globals, core_table);

const mp_obj_module_t core_module = {
    .base = { &mp_type_module },
    .globals = (mp_obj_dict_t *)&core_globals,
};
MP_REGISTER_MODULE(MP_QSTR_core, core_module);
