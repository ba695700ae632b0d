# Built into the port by USER_C_MODULES: the clock, the instruction counter, the sampler, a serial line and a start like
# those of a board.
SRC_USERMOD_C += $(addprefix $(USERMOD_DIR)/,boot.c core.c interrupts.c line.c sampler.c)
# littlefs stamps its files with the time; the port itself has no calendar.
SRC_THIRDPARTY_C += shared/timeutils/timeutils.c
WRAPPED = mp_hal_stdin_rx_chr mp_hal_stdout_tx_strn mp_hal_stdio_poll pyexec_friendly_repl exit
LDFLAGS_USERMOD += $(foreach name,$(WRAPPED),-Wl,--wrap=$(name)) -T $(USERMOD_DIR)/discard.ld
