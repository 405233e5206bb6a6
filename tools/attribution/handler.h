/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Which user instructions are a handler's. They are all counted alike; at the few places where a
 * hart enters a handler or leaves it, what was counted since is added to its own count.
 */
#ifndef ATTRIBUTION_HANDLER_H
#define ATTRIBUTION_HANDLER_H

#include <qemu-plugin.h>

void handler_init(void);

/* Callbacks of the entry's first instruction, before it is counted, and of uret, after it is. */
void handler_enter(unsigned hart, void *unused);
void handler_leave(unsigned hart, void *unused);

/*
 * Callbacks of the kernel's accesses to the first word of struct thread, at entry and exit: the
 * address says which thread. A handler that is interrupted, or waits in the kernel, goes on being
 * one when its thread comes back, on whatever hart, and what runs there meanwhile is none.
 */
void handler_stop(unsigned hart, qemu_plugin_meminfo_t info, uint64_t thread, void *unused);
void handler_resume(unsigned hart, qemu_plugin_meminfo_t info, uint64_t thread, void *unused);

#endif
