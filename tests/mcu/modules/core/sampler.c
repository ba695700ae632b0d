// A sampling profiler: TIMER1 interrupts each so many ticks and notes what was running.
//
// A sample is three words: the program counter; the innermost address on the stack that lies in the heap and is
// odd (native code that called C, if any); and the innermost function object (bytecode that is running, or that
// called). The host turns them into names. The handler's own instructions are not counted into the period.

#include "interrupts.h"

#include "py/mpstate.h"
#include "py/objfun.h"
#include "py/runtime.h"

typedef struct {
    volatile uint32_t ctrl, value, reload, intclear;
} timer_t;

#define TIMER1 ((timer_t *)0x40001000)
#define TIMER_RUN 9 // enabled, with its interrupt
#define TIMER1_IRQ 9
#define FRAME_WORDS 8 // what the core pushed: r0-r3, r12, lr, pc, xpsr
#define FRAME_PC 6
#define DEEPEST 1024 // words of stack looked at

extern uint32_t _estack;

static uint32_t *at, *end, *begin;
static uint32_t period;
static volatile int running; // an interrupt that is pending when it ends must not start the timer again

static int is_function(uint32_t word) {
    if (word & 15) {
        return 0; // an object of the heap is at the start of a block
    }
    const mp_obj_type_t *type = ((mp_obj_base_t *)word)->type;
    return type == &mp_type_fun_bc || type == &mp_type_fun_native;
}

void sampler_tick(const uint32_t *frame);

void sampler_tick(const uint32_t *frame) {
    TIMER1->ctrl = 0;
    TIMER1->intclear = 1;
    uint32_t low = (uint32_t)MP_STATE_MEM(area).gc_pool_start, high = (uint32_t)MP_STATE_MEM(area).gc_pool_end;
    uint32_t native = 0, owner = 0;
    const uint32_t *p = frame + FRAME_WORDS;
    for (int left = DEEPEST; left && p < &_estack && !owner; left--, p++) {
        uint32_t word = *p;
        if (low <= word && word < high) {
            if ((word & 1) && !native) {
                native = word;
            } else if (is_function(word)) {
                owner = word;
            }
        }
    }
    if (at < end) {
        *at++ = frame[FRAME_PC];
        *at++ = native;
        *at++ = owner;
    }
    TIMER1->value = period;
    TIMER1->ctrl = running ? TIMER_RUN : 0;
}

__attribute__((naked)) static void sampler_entry(void) {
    __asm volatile ("mov r0, sp\n b sampler_tick\n");
}

// sample(address, bytes, ticks): begin to write samples there.
static mp_obj_t sampler_start(mp_obj_t address, mp_obj_t size, mp_obj_t ticks) {
    begin = at = (uint32_t *)mp_obj_get_int_truncated(address);
    end = at + mp_obj_get_int(size) / 12 * 3;
    period = mp_obj_get_int(ticks);
    interrupt_handle(TIMER1_IRQ, sampler_entry);
    running = 1;
    TIMER1->reload = period;
    TIMER1->value = period;
    TIMER1->ctrl = TIMER_RUN;
    return mp_const_none;
}
MP_DEFINE_CONST_FUN_OBJ_3(sampler_start_obj, sampler_start);

// stop() -> how many samples were written.
static mp_obj_t sampler_stop(void) {
    running = 0;
    TIMER1->ctrl = 0;
    return MP_OBJ_NEW_SMALL_INT((at - begin) / 3);
}
MP_DEFINE_CONST_FUN_OBJ_0(sampler_stop_obj, sampler_stop);
