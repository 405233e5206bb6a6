// SPDX-License-Identifier: MIT
/* Attacks by random system calls, and by frames of signals that nobody has. */
#include "hostile/hostile.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/uintr.h"
#include "uapi/message.h"

#define ARGUMENTS   6

/* ---- Random calls with random arguments ---- */

#define CHILDREN    8
#define CALLS       1500
#define CHILD_LOOKS 20     /* at a child that has got stuck in a call, before it is killed */
#define LOOK        500000 /* nanoseconds */

static uint8_t playground[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));
static const char *const words[] = { "hostile", "attack", "nothing", "0", NULL };
static struct spawn good_spawn = { .arguments = (uint64_t)words, .count = 4, .priority = 5 };

static int nothing(unsigned unused)
{
    (void)unused;
    return 0;
}

static void spin(void *unused)
{
    (void)unused;
    for (;;) {
    }
}

static void ignore_vectors(uint64_t vectors)
{
    (void)vectors;
}

static uint64_t random_argument(uint64_t *state)
{
    const uint64_t values[] = {
        0,
        1,
        2,
        3,
        7,
        8,
        PAGE_SIZE,
        2 * PAGE_SIZE,
        MAP_MAX_SIZE,
        MAP_MAX_SIZE + 1,
        1ul << 31,
        1ul << 32,
        INT32_MAX,
        UINT32_MAX,
        1ul << 38,
        1ul << 62,
        INT64_MAX,
        1ul << 63,
        UINT64_MAX,
        UINT64_MAX - PAGE_SIZE,
        (uint64_t)playground,
        (uint64_t)playground + 1,
        (uint64_t)playground + 2 * PAGE_SIZE - 4,
        (uint64_t)playground + PAGE_SIZE - 8,
        (uint64_t)&good_spawn,
        (uint64_t)spin,
        (uint64_t)words,
        (uint64_t)__builtin_frame_address(0),
        (uint64_t)KERNEL,
        (uint64_t)UNMAPPED,
        0x3ffffff000,
        0x4000000000,
        0x2f10000, /* the controller's physical address */
        MESSAGE_INFO(16, 16, 3),
        MESSAGE_INFO(UINT16_MAX, UINT16_MAX, 254),
    };
    uint64_t random = chance(state);

    switch (random % 8) {
    case 0:
        return chance(state);
    case 1:
    case 2:
    case 3:
        return random / 8 % 16; /* a handle, a flag, a signal */
    default:
        return values[random / 8 % (sizeof(values) / sizeof(values[0]))];
    }
}

static uint64_t random_number(uint64_t *state)
{
    uint64_t random = chance(state);
    uint64_t number = random / 16 % 4 == 0 ? SYS_uintr_register_handler + random / 64 % 10
                                           : random / 64 % (SYS_console_foreground + 2);

    if (random % 16 == 0) {
        return chance(state);
    }
    /* Ending is one call of many. */
    return (number == SYS_exit || number == SYS_thread_exit) && random % 16 < 15 ? SYS_yield
                                                                                 : number;
}

/* Runs without a console; its handles are one object of each kind. */
static int random_calls(unsigned seed)
{
    uint64_t state = (seed + 1) * 0x9e3779b97f4a7c15;

    uintr_set_handler(ignore_vectors, 0);
    uintr_create_fd(1, 0);
    for (unsigned i = 0; i < CALLS; i++) {
        uint64_t arguments[ARGUMENTS];
        uint64_t number = random_number(&state);

        for (unsigned j = 0; j < ARGUMENTS; j++) {
            arguments[j] = random_argument(&state);
        }
        raw_call(number, arguments);
    }
    return 0;
}

static unsigned make_objects(int handles[])
{
    EXPECT(pipe_create(handles, HANDLE_NONBLOCK) == 0);
    handles[2] = eventfd_create(0, HANDLE_NONBLOCK);
    handles[3] = endpoint_create();
    handles[4] = queue_create(4, 64);
    handles[5] = memory_create(3 * PAGE_SIZE);
    handles[6] = -1;
    handles[7] = handle_duplicate(handles[4], RIGHT_READ | RIGHT_TRANSFER, 0);
    return 8;
}

static void end_child(int process)
{
    int status;

    for (unsigned i = 0; i < CHILD_LOOKS; i++) {
        if (process_wait(process, &status, WAIT_NOHANG) == 0) {
            return;
        }
        thread_sleep(LOOK);
    }
    process_kill(process, SIGNAL_KILL);
    EXPECT(process_wait(process, &status, 0) == 0);
}

static int random_attack(unsigned unused)
{
    (void)unused;
    tell_peak();
    for (unsigned seed = 0; seed < CHILDREN; seed++) {
        int handles[8];
        unsigned count = make_objects(handles);
        int process = start_child("random-calls", seed, handles, count);

        EXPECT(process >= 0);
        end_child(process);
        EXPECT(handle_close(process) == 0);
        for (unsigned i = 0; i < count; i++) {
            EXPECT(handles[i] < 0 || handle_close(handles[i]) == 0);
        }
    }
    return 0;
}

/* ---- Frames of signals ---- */

/* sigreturn without a frame, and with one that says what it likes. */
static int return_to_nowhere(unsigned where)
{
    static const uint64_t frames[] = { 0, (uint64_t)KERNEL, 8, UINT64_MAX - 15, 0x3ffffff000 - 16 };

    raw_call(SYS_sigreturn, (uint64_t[ARGUMENTS]){ frames[where] });
    return 1;
}

static int return_to_kernel(unsigned unused)
{
    static struct signal_frame frame __attribute__((aligned(16)));

    (void)unused;
    for (unsigned i = 0; i < sizeof(frame) / 8; i++) {
        ((uint64_t *)&frame)[i] = UINT64_MAX;
    }
    frame.pc = (uint64_t)KERNEL;
    raw_call(SYS_sigreturn, (uint64_t[ARGUMENTS]){ (uint64_t)&frame });
    return 1;
}

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
}

static int signal_without_stack(unsigned unused)
{
    int process = process_self();
    register uint64_t a0 __asm__("a0");
    register uint64_t a1 __asm__("a1");
    register uint64_t a7 __asm__("a7");

    (void)unused;
    signal_handle(SIGNAL_USR1, on_signal, 0, 0);
    a0 = (uint64_t)process;
    a1 = SIGNAL_USR1;
    a7 = SYS_kill;
    __asm__ volatile("mv sp, zero\n ecall\n ebreak" : : "r"(a0), "r"(a1), "r"(a7) : "memory");
    return 1;
}

static int frames(unsigned unused)
{
    (void)unused;
    for (unsigned i = 0; i < 5; i++) {
        run_child("return-to-nowhere", i);
    }
    run_child("return-to-kernel", 0);
    run_child("signal-without-stack", 0);
    return 0;
}

const struct attack call_attacks[] = {
    {"random",                random_attack,        0,                 0         },
    { "signal-frames",        frames,               0,                 0         },
    { "nothing",              nothing,              0,                 NOT_A_CASE},
    { "random-calls",         random_calls,         0,                 NOT_A_CASE},
    { "return-to-nowhere",    return_to_nowhere,    STATUS_SIGNAL(11), NOT_A_CASE},
    { "return-to-kernel",     return_to_kernel,     STATUS_FAULT(12),  NOT_A_CASE},
    { "signal-without-stack", signal_without_stack, STATUS_SIGNAL(11), NOT_A_CASE},
    { NULL,                   NULL,                 0,                 0         },
};
