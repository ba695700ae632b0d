// Handlers of the board's interrupts: the port's own table of vectors is constant and has none beyond the core's.

#include "interrupts.h"

#define SCB_VTOR (*(volatile uint32_t *)0xe000ed08)
#define NVIC_ISER0 (*(volatile uint32_t *)0xe000e100)
#define EXCEPTIONS 16
#define INTERRUPTS 16

extern const uint32_t isr_vector[];

static uint32_t vectors[EXCEPTIONS + INTERRUPTS] __attribute__((aligned(256)));

void interrupt_handle(int number, void (*handler)(void)) {
    if (SCB_VTOR != (uint32_t)vectors) {
        for (int i = 0; i < EXCEPTIONS; i++) {
            vectors[i] = isr_vector[i];
        }
        SCB_VTOR = (uint32_t)vectors;
    }
    vectors[EXCEPTIONS + number] = (uint32_t)handler | 1;
    NVIC_ISER0 = 1u << number;
}
