# Built into the port by USER_C_MODULES: the clock, the instruction counter, the sampler, and a port that sleeps.
SRC_USERMOD_C += $(USERMOD_DIR)/core.c $(USERMOD_DIR)/sampler.c
# littlefs stamps its files with the time; the port itself has no calendar.
SRC_THIRDPARTY_C += shared/timeutils/timeutils.c
LDFLAGS_USERMOD += -Wl,--wrap=uart_rx_chr -T $(USERMOD_DIR)/discard.ld
