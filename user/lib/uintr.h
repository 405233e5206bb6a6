/* SPDX-License-Identifier: MIT */
/*
 * libuintr: the user-interrupt instructions and the handler's way in and out.
 *
 *     static void handler(uint64_t vectors) { ... }    runs in user mode, on the interrupted stack
 *
 *     uintr_set_handler(handler);                      once, in the receiver
 *     handle = uintr_create_fd(VECTOR, 0);             pass it to the sender
 *     uintr_enable();
 *
 *     index = uintr_register_sender(handle, 0);        in the sender
 *     uipi_send(index);                                no system call
 *
 * The assembler does not know these instructions and registers yet, hence .insn and numbers.
 */
#ifndef LIB_UINTR_H
#define LIB_UINTR_H

#include <stdint.h>

/* What uipi_send() returns. */
#define UIPI_DELIVERED 0 /* posted, and the receiver was running */
#define UIPI_REFUSED   1 /* nothing was posted: no such index, or the receiver is gone */
#define UIPI_POSTED    2 /* posted, and the receiver was not running: it gets it when it runs */

/* The system calls of the Linux proposal; -1 and errno on an error. */
int uintr_register_handler(uint64_t handler, unsigned flags);
int uintr_unregister_handler(unsigned flags);
int uintr_create_fd(uint64_t vector, unsigned flags);
int uintr_register_sender(int handle, unsigned flags);
int uintr_unregister_sender(int index, unsigned flags);
int uintr_wait(unsigned flags);

/* A handler gets the pending vectors, bit n for vector n, never 0. */
typedef void (*uintr_handler)(uint64_t vectors);

/* Registers a C function by way of uintr_entry (uintr_entry.S), which saves what C may change. */
int uintr_set_handler(uintr_handler handler);

static inline uint64_t uipi_send(uint64_t index)
{
    uint64_t result;

    __asm__ volatile(".insn r 0x7b, 6, 0, %0, %1, x0" : "=r"(result) : "r"(index) : "memory");
    return result;
}

/* ustatus.UIE: whether interrupts are taken now. */
static inline void uintr_enable(void)
{
    __asm__ volatile("csrsi 0x000, 1" : : : "memory");
}

static inline void uintr_disable(void)
{
    __asm__ volatile("csrci 0x000, 1" : : : "memory");
}

#endif
