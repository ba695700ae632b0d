// The serial line with the manners of a board's USB port, of which the port itself knows none.
//
// Bytes come in by interrupt, into a ring as long as the ESP32 has; while it is full the sender waits. The byte that
// interrupts is looked for as they come, whatever the program does. What goes out waits for a host that does not
// read, and is dropped after a while. stdin and stdout can be polled, and who waits sleeps.

#include "interrupts.h"
#include "line.h"

#include "py/mphal.h"
#include "py/runtime.h"
#include "py/stream.h"

#define UART0_DATA (*(volatile uint32_t *)0x40004000)
#define UART0_STATE (*(volatile uint32_t *)0x40004004)
#define UART0_CTRL (*(volatile uint32_t *)0x40004008)
#define UART0_INTCLEAR (*(volatile uint32_t *)0x4000400c)
#define TX_FULL (1u << 0)
#define RX_FULL (1u << 1)
#define RX_INTERRUPT (1u << 3) // in CTRL
#define RX_CLEAR (1u << 1) // in INTCLEAR
#define UART0_RX_IRQ 0

#define SYST_CSR (*(volatile uint32_t *)0xe000e010)
#define SYST_RVR (*(volatile uint32_t *)0xe000e014)
#define SYST_CVR (*(volatile uint32_t *)0xe000e018)
#define SCB_ICSR (*(volatile uint32_t *)0xe000ed04)
#define PEND_SYST_CLEAR (1u << 25)
#define TICKS_PER_MS 25000
#define LONGEST_MS 600 // of a counter of 24 bits

#define RING 260
#define PATIENCE_MS 500 // with a host that does not read

static volatile uint8_t ring[RING];
static volatile uint32_t head, tail; // written by the interrupt; read by the program
static bool started;

static uint32_t following(uint32_t at) {
    return at + 1 < RING ? at + 1 : 0;
}

static void receive(void) {
    UART0_INTCLEAR = RX_CLEAR;
    while (UART0_STATE & RX_FULL) {
        if (following(head) == tail) {
            UART0_CTRL &= ~RX_INTERRUPT; // the byte stays where it is, and its successors with the sender
            return;
        }
        int byte = UART0_DATA & 255;
        if (byte == mp_interrupt_char) {
            mp_sched_keyboard_interrupt();
        } else {
            ring[head] = byte;
            head = following(head);
        }
    }
}

static void look(void) {
    if (!started || !(UART0_CTRL & RX_INTERRUPT)) {
        __asm volatile ("cpsid i" ::: "memory");
        if (!started) {
            started = true;
            interrupt_handle(UART0_RX_IRQ, receive);
        }
        UART0_CTRL |= RX_INTERRUPT;
        receive(); // what came while nobody was told
        __asm volatile ("cpsie i" ::: "memory");
    }
}

void line_start(void) {
    look();
}

// With interrupts masked, WFI wakes for one that its handler then serves: none comes between a look and the sleep.
static void sleep_masked(int milliseconds) {
    if (milliseconds > 0) {
        SYST_RVR = (milliseconds < LONGEST_MS ? milliseconds : LONGEST_MS) * TICKS_PER_MS - 1;
        SYST_CVR = 0;
        SYST_CSR = 7; // the core's clock, with its exception, on
    }
    __asm volatile ("wfi" ::: "memory");
    SYST_CSR = 0;
    SCB_ICSR = PEND_SYST_CLEAR;
}

void line_wait(int milliseconds) {
    look();
    __asm volatile ("cpsid i" ::: "memory");
    if (head == tail && milliseconds && MP_STATE_MAIN_THREAD(mp_pending_exception) == MP_OBJ_NULL) {
        sleep_masked(milliseconds);
    }
    __asm volatile ("cpsie i" ::: "memory");
}

void line_doze(int milliseconds) {
    __asm volatile ("cpsid i" ::: "memory");
    sleep_masked(milliseconds);
    __asm volatile ("cpsie i" ::: "memory");
}

int __wrap_mp_hal_stdin_rx_chr(void);

int __wrap_mp_hal_stdin_rx_chr(void) {
    for (;;) {
        look();
        if (head != tail) {
            int byte = ring[tail];
            tail = following(tail);
            return byte;
        }
        mp_event_wait_indefinite();
    }
}

mp_uint_t __wrap_mp_hal_stdout_tx_strn(const char *text, size_t length);

mp_uint_t __wrap_mp_hal_stdout_tx_strn(const char *text, size_t length) {
    for (size_t i = 0; i < length; i++) {
        mp_uint_t since = mp_hal_ticks_ms();
        while (UART0_STATE & TX_FULL) {
            if (mp_hal_ticks_ms() - since > PATIENCE_MS) {
                return i;
            }
            line_doze(1);
        }
        UART0_DATA = (uint8_t)text[i];
    }
    return length;
}

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t wanted);

uintptr_t __wrap_mp_hal_stdio_poll(uintptr_t wanted) {
    look();
    uintptr_t found = 0;
    if ((wanted & MP_STREAM_POLL_RD) && head != tail) {
        found |= MP_STREAM_POLL_RD;
    }
    return found | (wanted & MP_STREAM_POLL_WR); // as the ESP32 says, whether there is room or not
}
