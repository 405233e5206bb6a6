/* SPDX-License-Identifier: MIT */
/*
 * libuintr: the user-interrupt instructions and the handler's way in and out.
 *
 *     static void handler(uint64_t vectors) { ... }    runs in user mode
 *
 *     uintr_set_handler(handler, 0);                   once, in the receiver
 *     handle = uintr_create_fd(VECTOR, 0);             pass it to the sender
 *     uintr_enable();
 *     UINTR_SLEEP_UNTIL(something the handler does);
 *
 *     index = uintr_register_sender(handle, 0);        in the sender
 *     uipi_send(index);                                no system call
 *
 * A receiver is a thread: its handler interrupts that thread and no other one of the program.
 * What a thread may send to is the program's: all its threads use the same indexes.
 *
 * The assembler does not know these instructions and registers yet, hence .insn and numbers:
 * opcode custom-3 (0x7b), funct3 6, the operation in funct7; docs/spec.md, section 4.2.
 */
#ifndef LIB_UINTR_H
#define LIB_UINTR_H

#include <stddef.h>
#include <stdint.h>

#include "uapi/syscall.h"

/* --- Sending --- */

/* What uipi_send() returns. */
#define UIPI_DELIVERED 0 /* posted, and the receiver was running (UIPI-9) */
#define UIPI_REFUSED   1 /* nothing was posted: no such index, or the receiver is gone */
#define UIPI_POSTED                                                                                \
    2 /* posted, and the receiver was not running: it gets it when it runs (UIPI-10) */

/* SYS_uintr_send: what uipi_send() does when the instruction was refused. Never fails. */
uint64_t uintr_send(uint64_t index);

/*
 * uipi.send (UIPI-9 to UIPI-23): the bare instruction. UIPI_REFUSED may also mean that the
 * receiver has no slot in the device at present: the kernel lends its slots to those that run or
 * are sent to.
 */
static inline uint64_t uipi_send_instruction(uint64_t index)
{
    uint64_t result;

    __asm__ volatile(".insn r 0x7b, 6, 0, %0, %1, x0" : "=r"(result) : "r"(index) : "memory");
    return result;
}

/* Sends the vector of an entry that uintr_register_sender() made. A handler may call it. */
static inline uint64_t uipi_send(uint64_t index)
{
    uint64_t result = uipi_send_instruction(index);

    return __builtin_expect(result == UIPI_REFUSED, 0) ? uintr_send(index) : result;
}

/*
 * Sends, and waits until a vector is pending for the calling thread, as uintr_wait() does: one system call
 * for both. If the receiver waits in the kernel, the hart goes over to it directly, which costs less than
 * a doorbell. -1 with errno: EINTR as for uintr_wait(); ESHUTDOWN: the receiver is gone, and this
 * thread has not waited; EOPNOTSUPP: the calling thread is no receiver, nothing was sent.
 */
int uintr_handover(uint64_t index, unsigned flags);

/* The same without errno: -EINTR, -ESHUTDOWN or -EOPNOTSUPP. */
static inline long uintr_handover_call(uint64_t index)
{
    register uint64_t a0 __asm__("a0") = index;
    register uint64_t a1 __asm__("a1") = 0;
    register long a7 __asm__("a7") = SYS_uintr_handover;

    __asm__ volatile("ecall" /* keeps what a function call keeps */
                     : "+r"(a0), "+r"(a1), "+r"(a7)
                     :
                     : "memory", "a2", "a3", "a4", "a5", "a6", "t0", "t1", "t2", "t3", "t4", "t5",
                       "t6");
    return (long)a0;
}

/* --- Receiving. The calling thread's own receiver; without one these do nothing and return 0,
 * uipi_claim() -1 (UIPI-30) --- */

/* uipi.read: the pending vectors, bit n for vector n, which are pending no longer (UIPI-24). */
static inline uint64_t uipi_read(void)
{
    uint64_t vectors;

    __asm__ volatile(".insn r 0x7b, 6, 1, %0, x0, x0" : "=r"(vectors) : : "memory");
    return vectors;
}

/* uipi.write: more vectors are pending (UIPI-25), as if somebody had sent them. */
static inline void uipi_write(uint64_t vectors)
{
    __asm__ volatile(".insn r 0x7b, 6, 2, x0, %0, x0" : : "r"(vectors) : "memory");
}

/* uipi.activate and uipi.deactivate: whether vectors interrupt at all (UIPI-26). While they
 * don't, senders see UIPI_POSTED. */
static inline void uipi_activate(void)
{
    __asm__ volatile(".insn r 0x7b, 6, 3, x0, x0, x0" : : : "memory");
}

static inline void uipi_deactivate(void)
{
    __asm__ volatile(".insn r 0x7b, 6, 4, x0, x0, x0" : : : "memory");
}

/* uipi.claim: the highest pending vector at or above the threshold, which is pending no longer;
 * -1: none (UIPI-27, UIPI-28). */
static inline long uipi_claim(void)
{
    long vector;

    __asm__ volatile(".insn r 0x7b, 6, 5, %0, x0, x0" : "=r"(vector) : : "memory");
    return vector;
}

/* uipi.thresh: only vectors at or above `vector` interrupt from now on. Returns the threshold
 * before (UIPI-29). */
static inline uint64_t uipi_thresh(uint64_t vector)
{
    uint64_t before;

    __asm__ volatile(".insn r 0x7b, 6, 6, %0, %1, x0" : "=r"(before) : "r"(vector) : "memory");
    return before;
}

/* ustatus.UIE: whether interrupts are taken now (NTRAP-1). */
static inline void uintr_enable(void)
{
    __asm__ volatile("csrsi 0x000, 1" : : : "memory");
}

static inline void uintr_disable(void)
{
    __asm__ volatile("csrci 0x000, 1" : : : "memory");
}

/* --- The handler --- */

/* Gets the pending vectors, bit n for vector n, never 0. Interrupts are off while it runs. */
typedef void (*uintr_handler)(uint64_t vectors);

/* The calling thread's, if it has one: for lib/events.c. */
extern _Thread_local uintr_handler uintr_c_handler;

/* The handler uses floating point: its registers and fcsr are saved too. Costs some 45
 * instructions. Without it the compiler must not use them in the handler, as in programs built
 * for rv64imac it can't. */
#define UINTR_SAVE_FP     1

/* The handler uses vectors: v0 to v31, vstart, vl, vtype and vcsr are saved too. Costs some 45
 * instructions, eight of which move a quarter of the registers each, and 48 bytes and 32 registers
 * of the stack: 560 bytes where a register has 16. With UINTR_SAVE_FP for a handler that uses both. */
#define UINTR_SAVE_VECTOR 2

/*
 * Makes the calling thread a receiver with this handler; interrupts stay off until
 * uintr_enable(). The handler runs on the interrupted stack, right below its sp: the RISC-V ABI
 * has no red zone, nothing there is in use. Flags: 0, UINTR_SAVE_FP, UINTR_SAVE_VECTOR or both. 0,
 * or -1 with errno: EBUSY: the thread has one; EINVAL: other flags; ENOTSUP: UINTR_SAVE_VECTOR on a
 * machine without vectors (system_info.vector_length is 0).
 */
int uintr_set_handler(uintr_handler handler, unsigned flags);

/*
 * The same with a stack of its own for the handler, for threads whose stack is small or whose sp is
 * something else (coroutines). The entry swaps sp and uscratch, so uscratch is the library's, and a
 * handler must not enable interrupts.
 */
int uintr_set_handler_on_stack(uintr_handler handler, unsigned flags, void *base, size_t size);

/*
 * Sleeps until a condition holds that handlers bring about. Interrupts are off between the look
 * and the sleep, so a vector that comes in between stays pending and uintr_wait() returns at
 * once: no wake-up is lost.
 */
#define UINTR_SLEEP_UNTIL(condition)                                                               \
    do {                                                                                           \
        uintr_disable();                                                                           \
        while (!(condition)) {                                                                     \
            uintr_wait(0);                                                                         \
            uintr_enable(); /* the handler runs here */                                            \
            uintr_disable();                                                                       \
        }                                                                                          \
        uintr_enable();                                                                            \
    } while (0)

/* --- The system calls of the Linux proposal, and two more; -1 and errno on an error. All flags
 * are 0. --- */

/* The bare call: `handler` is where the trap goes (utvec), aligned to 4 bytes. */
int uintr_register_handler(uint64_t handler, unsigned flags);

/* Ends the calling thread's receiving: every sender is refused from now on. */
int uintr_unregister_handler(unsigned flags);

/* A handle that lets its owner send this vector (0 to 63) to the calling thread. EBUSY: the
 * vector has one; ENOSPC: no such vector; EINVAL: the thread is no receiver. */
int uintr_create_fd(uint64_t vector, unsigned flags);

/* An index for uipi_send(). EISCONN: there is one; ESHUTDOWN: the receiver is gone; ENOSPC:
 * table full. */
int uintr_register_sender(int handle, unsigned flags);
int uintr_unregister_sender(int index, unsigned flags);

/* An index for sending to the calling thread itself, without a handle. */
int uintr_register_self(uint64_t vector, unsigned flags);

/* Waits until a vector is pending. Always -1: EINTR, then the handler runs as soon as interrupts
 * are enabled, or EOPNOTSUPP, the thread is no receiver. */
int uintr_wait(unsigned flags);

/* Puts the end of a stack into uscratch, for an entry that takes it from there. */
int uintr_alt_stack(void *base, size_t size, unsigned flags);

#endif
