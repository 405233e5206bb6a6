/* SPDX-License-Identifier: MIT */
/* Powering off with an exit status: QEMU's "test" device ends QEMU itself with it. */
#ifndef DRIVERS_FINISHER_H
#define DRIVERS_FINISHER_H

/* Statuses of the kernel's own; programs should stay below. */
#define EXIT_PANIC    101
#define EXIT_NO_UINTR 102

void finisher_init(void);

/* Without the device the machine powers off all the same, but the status is lost. */
_Noreturn void finisher_exit(int status);

#endif
