#ifndef GATEPOST_INTERRUPTS_H
#define GATEPOST_INTERRUPTS_H

#include <stdint.h>

// From now on `handler` runs at the board's interrupt of that number.
void interrupt_handle(int number, void (*handler)(void));

#endif
