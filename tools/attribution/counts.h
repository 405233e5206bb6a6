/* SPDX-License-Identifier: GPL-2.0-or-later */
/* What is counted, hart by hart, and the windows in which it is reported. */
#ifndef ATTRIBUTION_COUNTS_H
#define ATTRIBUTION_COUNTS_H

#include <qemu-plugin.h>

/* X(name): every count, in the order of the report. */
#define COUNTS(X)                                                                                  \
    X(user)    /* instructions of programs outside user-interrupt handlers */                      \
    X(handler) /* from a handler's entry to its uret */                                            \
    X(kernel)                                                                                      \
    X(firmware)                                                                                    \
    X(traps)            /* entries into the kernel from user mode, for whatever reason */          \
    X(system_calls)     /* ecalls of programs, among the traps */                                  \
    X(sbi_calls)        /* ecalls of the kernel */                                                 \
    X(space_switches)   /* writes of satp */                                                       \
    X(uipi_sent)        /* uipi.send executed, whatever it returned */                             \
    X(interrupts_taken) /* entries into a handler */                                               \
    X(urets)                                                                                       \
    X(mmio)         /* loads and stores of device registers, see mmio= */                          \
    X(bytes_copied) /* by the kernel's copy routines */

struct counts {
#define FIELD(name) uint64_t name;
    COUNTS(FIELD)
#undef FIELD
};

/*
 * One element for each hart, written by its own thread. Translated code adds to `counts`; there
 * `user` includes the handlers, and `handler` lacks the one under way.
 */
struct hart {
    struct counts counts;
    uint64_t depth; /* of handlers in one another; 0: outside */
    uint64_t mark;  /* counts.user at the entry of the handler under way, or when it was resumed */
};

extern struct qemu_plugin_scoreboard *harts;

static inline struct hart *hart_of(unsigned number)
{
    return qemu_plugin_scoreboard_find(harts, number);
}

/* Before any window; false: the file can't be written. */
bool windows_init(const char *path, unsigned max_harts);

/* Callbacks of the instructions that mark a window; the user data is its number. */
void window_begin(unsigned hart, void *number);
void window_end(unsigned hart, void *number);

#endif
