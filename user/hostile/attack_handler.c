// SPDX-License-Identifier: MIT
/* Attacks by what a process does with its own user traps: handlers that misbehave, registers with garbage. */
#include "hostile/hostile.h"

#include <errno.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

/* User trap registers by number, docs/spec.md, section 2.1: this assembler doesn't know the names. */
#define READ_REGISTER(number)                                                                      \
    ({                                                                                             \
        uint64_t value_;                                                                           \
        __asm__ volatile("csrr %0, " #number : "=r"(value_) : : "memory");                         \
        value_;                                                                                    \
    })
#define WRITE_REGISTER(number, value)                                                              \
    __asm__ volatile("csrw " #number ", %0" : : "r"((uint64_t)(value)) : "memory")

#define USTATUS               0x000
#define UIE                   0x004
#define UTVEC                 0x005
#define USCRATCH              0x040
#define UEPC                  0x041
#define UCAUSE                0x042
#define UTVAL                 0x043
#define UIP                   0x044
#define WRITE(name, value)    WRITE_(name, value)
#define WRITE_(number, value) WRITE_REGISTER(number, value)
#define READ(name)            READ_(name)
#define READ_(number)         READ_REGISTER(number)

static int own_index;

/* Registers the handler and a vector to oneself. */
static void be_receiver(uintr_handler handler)
{
    EXPECT(uintr_set_handler(handler, 0) == 0);
    own_index = uintr_register_self(0, 0);
    EXPECT(own_index >= 0);
    uintr_enable();
}

static int interrupt_myself(void)
{
    uipi_send((uint64_t)own_index);
    return 98; /* only if the handler returned */
}

static void ignore(uint64_t vectors)
{
    (void)vectors;
}

/* ---- Handlers that end their process ---- */

static void never_return(uint64_t vectors)
{
    (void)vectors;
    for (;;) {
    }
}

static int handler_loops(unsigned unused)
{
    (void)unused;
    be_receiver(never_return);
    tell_peak();
    return interrupt_myself();
}

static void fault(uint64_t vectors)
{
    *(volatile uint64_t *)0 = vectors;
}

static int handler_faults(unsigned unused)
{
    (void)unused;
    be_receiver(fault);
    return interrupt_myself();
}

static volatile unsigned depth;

static void recurse(uint64_t vectors)
{
    volatile char space[2000];

    space[0] = (char)vectors;
    if (++depth > 0) { /* always, but the compiler can't know */
        recurse(vectors + (uint64_t)space[0]);
        space[1] = space[0]; /* still needed: no tail call */
    }
}

static int handler_overflows(unsigned unused)
{
    (void)unused;
    be_receiver(recurse);
    return interrupt_myself();
}

static void spin(void *unused)
{
    (void)unused;
    for (;;) {
    }
}

/* The same where another stack lies below the guard page. */
static void overflow_in_thread(void *unused)
{
    (void)unused;
    be_receiver(recurse);
    interrupt_myself();
}

static int handler_overflows_in_thread(unsigned unused)
{
    static struct thread threads[2];

    (void)unused;
    EXPECT(thread_start(&threads[0], spin, NULL) == 0);
    EXPECT(thread_start(&threads[1], overflow_in_thread, NULL) == 0);
    thread_join(&threads[1]);
    return 98;
}

static void leave(uint64_t vectors)
{
    (void)vectors;
    _exit(7);
}

static int handler_exits(unsigned unused)
{
    (void)unused;
    be_receiver(leave);
    return interrupt_myself();
}

static void kill_itself(uint64_t vectors)
{
    (void)vectors;
    process_kill(process_self(), SIGNAL_KILL);
}

static int handler_is_killed(unsigned unused)
{
    (void)unused;
    be_receiver(kill_itself);
    return interrupt_myself();
}

static void end_thread(uint64_t vectors)
{
    (void)vectors;
    thread_exit();
}

static void be_ended(void *unused)
{
    (void)unused;
    be_receiver(end_thread);
    interrupt_myself();
}

/* A thread that ends in its handler; the process goes on, and nobody receives there any more. */
static int handler_ends_thread(unsigned unused)
{
    struct thread thread;

    (void)unused;
    EXPECT(thread_start(&thread, be_ended, NULL) == 0);
    thread_join(&thread);
    EXPECT(uipi_send((uint64_t)own_index) == UIPI_REFUSED);
    return 0;
}

/* Interrupts itself again inside the handler, with interrupts on, until the stack ends. */
static void nest(uint64_t vectors)
{
    (void)vectors;
    uintr_enable();
    interrupt_myself();
}

static int handler_nests(unsigned unused)
{
    (void)unused;
    be_receiver(nest);
    return interrupt_myself();
}

/* It is always interrupted again: more has come meanwhile. */
static void sleep_in_handler(uint64_t vectors)
{
    static unsigned runs;

    (void)vectors;
    for (unsigned i = 0; i < 20; i++) {
        thread_sleep(10000);
        thread_yield();
        uintr_wait(0); /* a vector comes from the other thread, or is there */
    }
    if (++runs == 5) {
        _exit(0);
    }
}

static void keep_posting(void *unused)
{
    (void)unused;
    for (;;) {
        uipi_send((uint64_t)own_index);
        thread_sleep(5000);
    }
}

/* Waiting inside a handler is odd, but the thread's own affair. */
static int handler_sleeps(unsigned unused)
{
    static struct thread thread;

    (void)unused;
    be_receiver(sleep_in_handler);
    EXPECT(thread_start(&thread, keep_posting, NULL) == 0);
    return interrupt_myself();
}

/* ---- Handlers where none can be ---- */

static uint32_t data_page[1024] __attribute__((aligned(4096))) = { 0x00008067 };

static const uint64_t places[] = {
    (uint64_t)KERNEL, (uint64_t)UNMAPPED, (uint64_t)data_page,
    0x3fffffe000,     1ul << 63,          UINT64_MAX - 3,
};

#define PLACES (sizeof(places) / sizeof(places[0]))

/* Past the kernel's check: utvec is the program's own register. */
static int handler_at(unsigned place)
{
    be_receiver(ignore);
    WRITE(UTVEC, places[place]);
    return interrupt_myself();
}

static int handler_nowhere(unsigned unused)
{
    (void)unused;
    for (unsigned i = 0; i < PLACES; i++) {
        EXPECT(uintr_register_handler(places[i], 0) == -1 && errno == EFAULT);
        run_child("handler-at", i);
    }
    EXPECT(uintr_register_handler((uint64_t)ignore | 2, 0) == -1);
    EXPECT(uintr_register_handler(((uint64_t)ignore & -4ul) | 1, 0) == -1);
    return 0;
}

/* No stack to put the interrupted registers on. */
static int handler_without_stack(unsigned place)
{
    register uint64_t index __asm__("a0");

    be_receiver(ignore);
    index = (uint64_t)own_index;
    __asm__ volatile("mv sp, %1\n .insn r 0x7b, 6, 0, a0, a0, x0\n ebreak"
                     : "+r"(index)
                     : "r"(places[place])
                     : "memory");
    return 1;
}

static int handlers_without_stack(unsigned unused)
{
    (void)unused;
    run_child("handler-without-stack", 0);
    run_child("handler-without-stack", 1);
    run_child("handler-without-stack", 4);
    return 0;
}

/* ---- Registers with garbage ---- */

/* A handler's thread keeps what it writes, whoever runs in between. */
static void write_garbage(void *argument)
{
    uint64_t state = (uint64_t)argument | 1;

    EXPECT(uintr_set_handler(ignore, 0) == 0);
    for (unsigned i = 0; i < 400; i++) {
        uint64_t values[5];

        for (unsigned j = 0; j < 5; j++) {
            values[j] = chance(&state);
        }
        WRITE(UTVEC, values[0] & ~3ul);
        WRITE(USCRATCH, values[1]);
        WRITE(UEPC, values[2] & ~1ul);
        WRITE(UCAUSE, values[3]);
        WRITE(UTVAL, values[4]);
        WRITE(UIE, values[0] & 1 ? 0x111 : 0);
        WRITE(UIP, values[1]);
        if (i % 3 == 0) {
            thread_sleep(1 + values[4] % 20000);
        } else {
            thread_yield();
        }
        EXPECT(READ(UTVEC) == (values[0] & ~3ul) && READ(USCRATCH) == values[1]);
        EXPECT(READ(UEPC) == (values[2] & ~1ul) && READ(UCAUSE) == values[3]);
        EXPECT(READ(UTVAL) == values[4] && READ(UIE) == (values[0] & 1));
        EXPECT(READ(UIP) == (values[1] & 1));
    }
}

/* Without a handler they are written too, and are on at every switch; none may reach the innocent. */
static int registers_without_handler(unsigned unused)
{
    (void)unused;
    for (unsigned i = 0; i < 1000; i++) {
        WRITE(UTVEC, (uint64_t)KERNEL);
        WRITE(USCRATCH, UINT64_MAX);
        WRITE(UEPC, UINT64_MAX);
        WRITE(UCAUSE, UINT64_MAX);
        WRITE(UTVAL, UINT64_MAX);
        WRITE(UIE, UINT64_MAX);
        WRITE(UIP, UINT64_MAX);
        if (i % 2) {
            thread_yield();
        } else {
            thread_sleep(3000);
        }
    }
    return 0;
}

static int registers(unsigned unused)
{
    static struct thread threads[3];
    int children[3];

    (void)unused;
    tell_peak();
    for (uintptr_t i = 0; i < 3; i++) {
        children[i] = start_child("registers-without-handler", 0, NULL, 0);
        EXPECT(children[i] >= 0);
        EXPECT(thread_start(&threads[i], write_garbage, (void *)(i * 1234567)) == 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        thread_join(&threads[i]);
        EXPECT(process_finish(children[i]) == 0);
    }
    run_child("registers-jump", 0);
    run_child("registers-return", 0);
    return 0;
}

/* An interrupt that it gives itself without any handler, to where it likes: no further than user mode. */
static int registers_jump(unsigned unused)
{
    (void)unused;
    WRITE(UTVEC, (uint64_t)KERNEL);
    WRITE(UIE, 1);
    WRITE(UIP, 1);
    WRITE(USTATUS, 1);
    return 1;
}

static int registers_return(unsigned unused)
{
    (void)unused;
    WRITE(UEPC, (uint64_t)KERNEL);
    __asm__ volatile(".4byte 0x00200073"); /* uret */
    return 1;
}

const struct attack handler_attacks[] = {
    {"handler-loops",                handler_loops,               ENDLESS,                    0         },
    { "handler-faults",              handler_faults,              STATUS_FAULT(15),           0         },
    { "handler-overflows",           handler_overflows,           STATUS_FAULT(15),           0         },
    { "handler-overflows-in-thread", handler_overflows_in_thread, STATUS_FAULT(15),           0         },
    { "handler-exits",               handler_exits,               7,                          0         },
    { "handler-is-killed",           handler_is_killed,           STATUS_SIGNAL(SIGNAL_KILL), 0         },
    { "handler-ends-thread",         handler_ends_thread,         0,                          0         },
    { "handler-nests",               handler_nests,               STATUS_FAULT(15),           0         },
    { "handler-sleeps",              handler_sleeps,              0,                          0         },
    { "handler-nowhere",             handler_nowhere,             0,                          0         },
    { "handler-has-no-stack",        handlers_without_stack,      0,                          0         },
    { "registers",                   registers,                   0,                          0         },
    { "handler-at",                  handler_at,                  STATUS_FAULT(12),           NOT_A_CASE},
    { "handler-without-stack",       handler_without_stack,       STATUS_FAULT(15),           NOT_A_CASE},
    { "registers-without-handler",   registers_without_handler,   0,                          NOT_A_CASE},
    { "registers-jump",              registers_jump,              STATUS_FAULT(12),           NOT_A_CASE},
    { "registers-return",            registers_return,            STATUS_FAULT(12),           NOT_A_CASE},
    { NULL,                          NULL,                        0,                          0         },
};
