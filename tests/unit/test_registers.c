// SPDX-License-Identifier: MIT
/* Vectors mostly, and ipc/signal.c's part in them; test_sched and test_signal have floating point. */
#include "core/registers.h"

#include <string.h>

#include "core/devicetree.h"
#include "fixture.h"

#define VLENB     32
#define SIZE      (32 * VLENB)
#define HANDLER   0x5000ul
#define STACK     (8 * PAGE_SIZE)

/* Instructions. */
#define VSETVLI   0x0d007057 /* zero, zero, e32 */
#define VADD_VV   0x02110057
#define VAESDF_VV 0xa2052077 /* Zvkned */
#define VLE8      0x02050007
#define VSE64     0x02057027
#define VL8RE8    0xe2850007
#define FLD       0x00053007
#define FSW       0x00052027
#define FADD_D    0x02107053
#define CSRR(csr) ((csr) << 20 | 0x2573u) /* a0 */

static struct process *process;
static struct thread *threads[3];

static void set_up(uint64_t vlenb)
{
    kernel_up(1);
    mock_machine.vlenb = vlenb;
    machine.has_vector = vlenb != 0;
    registers_init();
    process = new_process();
    for (int i = 0; i < 3; i++) {
        threads[i] = new_thread(process);
        FRAME_X(&threads[i]->frame, 2) = user_memory(process, STACK) + STACK;
    }
    run(threads[0]);
}

static uint64_t state(const struct thread *thread, uint64_t field)
{
    return thread->frame.sstatus & field;
}

/* The hart's registers, as a thread of this number leaves them. */
static void use(struct thread *thread, unsigned number)
{
    thread->frame.sstatus |= SSTATUS_VS_DIRTY | SSTATUS_SD;
    for (unsigned i = 0; i < 4; i++) {
        mock_machine.vector[i] = 100 * number + i;
    }
    memset(mock_machine.v, (int)number, sizeof(mock_machine.v));
}

static bool in_use(unsigned number)
{
    bool same = true;

    for (unsigned i = 0; i < 4; i++) {
        same = same && mock_machine.vector[i] == 100 * number + i;
    }
    for (unsigned i = 0; i < SIZE; i++) {
        same = same && mock_machine.v[i] == (uint8_t)number;
    }
    return same;
}

/* ---- How long they are ---- */

static void lengths(void)
{
    set_up(16);
    CHECK_IS(registers_vector_length(), 16);
    CHECK_IS(registers_vectors_size(), 512);
    registers_init_hart();
    CHECK_IS(registers_vector_length(), 16);
    mock_machine.vlenb = 128;
    registers_init_hart(); /* a hart unlike the others */
    CHECK_IS(registers_vector_length(), 0);
    registers_init();
    CHECK_IS(registers_vectors_size(), PAGE_SIZE);
    mock_machine.vlenb = 256; /* more than a page */
    registers_init();
    CHECK_IS(registers_vector_length(), 0);
    machine.has_vector = false;
    registers_init();
    CHECK_IS(registers_vector_length(), 0);
}

/* ---- The first use ---- */

/* Whether an instruction of a new thread turns vectors on. */
static bool turns_on(uint32_t instruction)
{
    struct thread *thread = new_thread(process);
    bool on;

    run(thread);
    CHECK(registers_enable(thread, instruction));
    on = state(thread, SSTATUS_VS);
    CHECK(on != !!state(thread, SSTATUS_FS));
    run(threads[0]);
    thread_kill(thread);
    return on;
}

static void which_instructions(void)
{
    static const uint32_t vectors[] = { VSETVLI,      VADD_VV,      VAESDF_VV,    VLE8,
                                        VSE64,        VL8RE8,       CSRR(0x008u), CSRR(0x009u),
                                        CSRR(0x00au), CSRR(0x00fu), CSRR(0xc20u), CSRR(0xc21u),
                                        CSRR(0xc22u) };
    static const uint32_t others[] = { 0,
                                       UINT32_MAX,
                                       FLD,
                                       FSW,
                                       FADD_D,
                                       0x73 /* ecall */,
                                       CSRR(0x001u),
                                       CSRR(0x00bu),
                                       CSRR(0x00eu),
                                       CSRR(0x010u),
                                       CSRR(0xc1fu),
                                       CSRR(0xc23u),
                                       0xc2200073 };

    set_up(VLENB);
    for (unsigned i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
        CHECK(turns_on(vectors[i]));
    }
    for (unsigned i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        CHECK(!turns_on(others[i]));
    }
}

static void first_use(void)
{
    set_up(VLENB);
    use(threads[1], 9); /* what somebody has left in the hart */
    threads[1]->frame.sstatus = 0;
    CHECK(registers_enable(threads[0], CSRR(0xc22u)));
    CHECK_IS(state(threads[0], SSTATUS_VS), SSTATUS_VS_DIRTY);
    CHECK(state(threads[0], SSTATUS_SD));
    CHECK_IS(mock_machine.vector[0], 0);
    CHECK_IS(mock_machine.vector[1], 0);
    CHECK_IS(mock_machine.vector[2], VTYPE_VILL);
    CHECK_IS(mock_machine.vector[3], 0);
    for (unsigned i = 0; i < SIZE; i++) {
        CHECK_IS(mock_machine.v[i], 0);
    }
    CHECK(registers_enable(threads[0], VADD_VV)); /* it could have needed floating point */
    CHECK(state(threads[0], SSTATUS_FS));
    CHECK(!registers_enable(threads[0], VADD_VV));
}

static void machine_without(void)
{
    set_up(0);
    CHECK(registers_enable(threads[0], VADD_VV));
    CHECK_IS(state(threads[0], SSTATUS_VS), 0);
    CHECK(!registers_enable(threads[0], VADD_VV));
    CHECK(!process->dying);
}

static void no_memory(void)
{
    set_up(VLENB);
    mock_memory.fail_in = 0;
    CHECK(registers_enable(threads[0], VADD_VV));
    CHECK(process->dying);
    CHECK_IS(process->exit_status, STATUS_SIGNAL(SIGNAL_KILL));
    CHECK_IS(state(threads[0], SSTATUS_VS), 0);
    CHECK(strstr(mock_message, "no memory for vector registers"));
}

/* ---- Switches ---- */

static void switches(void)
{
    set_up(VLENB);
    CHECK(registers_enable(threads[0], VADD_VV));
    use(threads[0], 1);
    mock_machine.vector_loads = 0;
    run(threads[1]); /* has none: it doesn't touch them */
    CHECK_IS(mock_machine.vector_loads, 0);
    CHECK_IS(mock_machine.vector_saves, 1);
    CHECK_IS(state(threads[0], SSTATUS_VS), SSTATUS_VS_CLEAN);
    CHECK_IS(state(threads[0], SSTATUS_SD), 0);
    CHECK(registers_enable(threads[1], VADD_VV));
    use(threads[1], 2);
    run(threads[0]);
    CHECK(in_use(1));
    CHECK_IS(mock_machine.vector_saves, 2);
    run(threads[1]); /* unchanged since */
    CHECK(in_use(2));
    CHECK_IS(mock_machine.vector_saves, 2);
    run(threads[2]);
    CHECK_IS(mock_machine.vector_saves, 2);
}

static void both_kinds(void)
{
    set_up(VLENB);
    CHECK(registers_enable(threads[0], VADD_VV));
    CHECK(registers_enable(threads[0], FADD_D));
    use(threads[0], 1);
    mock_machine.fpu[7] = 70;
    run(threads[1]);
    CHECK_IS(state(threads[0], SSTATUS_VS), SSTATUS_VS_CLEAN);
    CHECK_IS(state(threads[0], SSTATUS_FS), SSTATUS_FS_CLEAN);
    CHECK(registers_enable(threads[1], FADD_D)); /* one kind only */
    mock_machine.fpu[7] = 71;
    run(threads[0]);
    CHECK(in_use(1));
    CHECK_IS(mock_machine.fpu[7], 70);
    run(threads[1]);
    CHECK_IS(mock_machine.fpu[7], 71);
}

/* ---- Signals ---- */

static void handle_signal(uint32_t flags)
{
    process->signals.actions[10] = (struct signal_action){ HANDLER, HANDLER, 0, flags, 0 };
    threads[1]->signal_mask = threads[2]->signal_mask = UINT64_MAX;
    CHECK_IS(signal_send(process, 10), 0);
    kernel_enter();
    sched_leave();
}

static uint64_t frame_address(void)
{
    return FRAME_X(&threads[0]->frame, 2);
}

static void signal_keeps(void)
{
    struct signal_vector saved;
    uint8_t v[SIZE];
    uint64_t sp;

    set_up(VLENB);
    sp = frame_address();
    CHECK(registers_enable(threads[0], VADD_VV));
    use(threads[0], 3);
    handle_signal(0);
    CHECK_IS(threads[0]->frame.sepc, HANDLER);
    CHECK_IS(mock_machine.vector[0], 0); /* vstart */
    CHECK(frame_address() + sizeof(struct signal_frame) + sizeof(saved) + SIZE <= sp);
    peek(process, frame_address() + sizeof(struct signal_frame), &saved, sizeof(saved));
    peek(process, frame_address() + sizeof(struct signal_frame) + sizeof(saved), v, SIZE);
    CHECK_IS(saved.vstart, 300);
    CHECK_IS(saved.vcsr, 303);
    CHECK_IS(v[SIZE - 1], 3);
    use(threads[0], 4);
    call(SYS_sigreturn, frame_address());
    CHECK(in_use(3));
    CHECK_IS(state(threads[0], SSTATUS_VS), SSTATUS_VS_DIRTY);
}

/* Which hart and struct thread agree about, when the thread has just come back. */
static void signal_after_a_switch(void)
{
    set_up(VLENB);
    CHECK(registers_enable(threads[0], VADD_VV));
    use(threads[0], 3);
    run(threads[1]);
    run(threads[0]);
    CHECK_IS(mock_machine.vector[0], 300);
    handle_signal(0);
    CHECK_IS(threads[0]->frame.sepc, HANDLER);
    CHECK_IS(mock_machine.vector[0], 0);
    run(threads[1]);
    run(threads[0]);
    CHECK_IS(mock_machine.vector[0], 0);
    call(SYS_sigreturn, frame_address());
    CHECK(in_use(3));
}

static void signal_of_the_handler_only(void)
{
    struct signal_frame frame;

    set_up(VLENB);
    handle_signal(0);
    peek(process, frame_address(), &frame, sizeof(frame));
    CHECK_IS(frame.vector_state, 0);
    CHECK(registers_enable(threads[0], VADD_VV));
    use(threads[0], 3);
    call(SYS_sigreturn, frame_address());
    CHECK_IS(state(threads[0], SSTATUS_VS), 0);
    CHECK(!threads[0]->vector.v);
}

/* A frame that says so doesn't turn them on. */
static void signal_that_was_never_there(void)
{
    struct signal_frame frame;

    set_up(VLENB);
    handle_signal(0);
    peek(process, frame_address(), &frame, sizeof(frame));
    frame.vector_state = 1;
    poke(process, frame_address(), &frame, sizeof(frame));
    call(SYS_sigreturn, frame_address());
    CHECK(!process->dying);
    CHECK_IS(state(threads[0], SSTATUS_VS), 0);
    CHECK_IS(mock_machine.vector_loads, 0);
}

static void signal_frame_in_part(void)
{
    struct signal_frame frame = { .vector_state = 1 };
    uint64_t end;

    set_up(VLENB);
    CHECK(registers_enable(threads[0], VADD_VV));
    end = user_memory(process, PAGE_SIZE) + PAGE_SIZE; /* nothing is mapped there */
    end -= sizeof(frame) + sizeof(struct signal_vector) + SIZE / 2;
    poke(process, end, &frame, sizeof(frame));
    call(SYS_sigreturn, end);
    CHECK(process->dying);
}

static void signal_stack(void)
{
    uint64_t stack;

    set_up(64); /* of 2048 bytes for the registers */
    stack = user_memory(process, 3 * PAGE_SIZE) + PAGE_SIZE;
    CHECK_IS(call(SYS_sigaltstack, stack, SIGNAL_STACK_MIN), 0);
    CHECK(registers_enable(threads[0], VADD_VV));
    handle_signal(SIGNAL_ON_STACK);
    CHECK(process->dying);
    CHECK(strstr(mock_message, "no stack"));
    kernel_down();

    set_up(64);
    stack = user_memory(process, 3 * PAGE_SIZE) + PAGE_SIZE;
    CHECK_IS(call(SYS_sigaltstack, stack, SIGNAL_STACK_MIN + 2048), 0);
    CHECK(registers_enable(threads[0], VADD_VV));
    handle_signal(SIGNAL_ON_STACK);
    CHECK(!process->dying);
    CHECK(frame_address() >= stack && frame_address() < stack + 2048);
}

static const struct unit_case cases[] = {
    {"lengths",                      lengths                    },
    { "which-instructions",          which_instructions         },
    { "first-use",                   first_use                  },
    { "machine-without",             machine_without            },
    { "no-memory",                   no_memory                  },
    { "switches",                    switches                   },
    { "both-kinds",                  both_kinds                 },
    { "signal-keeps",                signal_keeps               },
    { "signal-after-a-switch",       signal_after_a_switch      },
    { "signal-of-the-handler-only",  signal_of_the_handler_only },
    { "signal-that-was-never-there", signal_that_was_never_there},
    { "signal-frame-in-part",        signal_frame_in_part       },
    { "signal-stack",                signal_stack               },
};

UNIT("registers", cases)
