// SPDX-License-Identifier: MIT
/* What a program must not do ends it, and nothing else; what has been unmapped is gone on every
 * hart. */
#include <string.h>

#include "lib/signals.h"
#include "tests/test.h"

#define ILLEGAL     2
#define BREAKPOINT  3
#define FETCH_FAULT 12
#define LOAD_FAULT  13
#define STORE_FAULT 15
#define PLACE       ((char *)0x2000000000)
#define RETURN      0x00008067 /* the instruction */

static const char constant[8] = "const";
static uint32_t code_in_data = RETURN;

/* ---- Forbidden things, one in a process each ---- */

static void load(const void *address)
{
    (void)*(const volatile char *)address;
}

static void store(void *address)
{
    *(volatile char *)address = 1;
}

static void execute(const void *address)
{
    ((void (*)(void))(uintptr_t)address)();
}

static void *map(unsigned protection)
{
    void *memory = memory_map(NULL, PAGE_SIZE, protection, -1);

    CHECK(memory != NULL);
    return memory;
}

static unsigned recurse(unsigned depth)
{
    volatile char space[PAGE_SIZE];

    space[0] = (char)depth;
    return depth == ~0u ? 0 : recurse(depth + 1) + (unsigned)space[0];
}

static void load_null(void)
{
    load(NULL);
}
static void load_kernel(void)
{
    load(KERNEL);
}
static void load_hole(void)
{
    load((void *)0x8000000000);
} /* between the two halves */
static void load_guard(void)
{
    load((char *)map(MAP_READ) - 1);
}
static void load_behind(void)
{
    load((char *)map(MAP_READ) + PAGE_SIZE);
}
static void load_above_stack(void)
{
    load(STACK_TOP);
}
static void store_null(void)
{
    store(NULL);
}
static void store_kernel(void)
{
    store(KERNEL);
}
static void store_constant(void)
{
    store((char *)(uintptr_t)constant);
}
static void store_text(void)
{
    store((void *)(uintptr_t)test_fail);
}
static void store_readable(void)
{
    store(map(MAP_READ));
}
static void store_code(void)
{
    store(map(MAP_READ | MAP_EXECUTE));
}
static void store_below_stack(void)
{
    recurse(0);
}
static void execute_null(void)
{
    execute(NULL);
}
static void execute_kernel(void)
{
    execute(KERNEL);
}
static void execute_data(void)
{
    execute(&code_in_data);
}
static void execute_constant(void)
{
    execute(constant);
}

static void execute_stack(void)
{
    volatile uint32_t code = RETURN;

    execute((const void *)&code);
}

static void execute_readable(void)
{
    execute(map(MAP_READ));
}

static void execute_writable(void)
{
    uint32_t *code = map(MAP_READ | MAP_WRITE);

    *code = RETURN;
    execute(code);
}

static void illegal(void)
{
    __asm__ volatile(".4byte 0");
}
static void breakpoint(void)
{
    __asm__ volatile("ebreak");
}
static void read_sstatus(void)
{
    __asm__ volatile("csrr t0, sstatus" : : : "t0");
}
static void write_satp(void)
{
    __asm__ volatile("csrw satp, zero");
}
static void write_stvec(void)
{
    __asm__ volatile("csrw stvec, zero");
}
static void write_suist(void)
{
    __asm__ volatile("csrw 0x1b0, zero");
}
static void write_suirs(void)
{
    __asm__ volatile("csrw 0x1b1, zero");
}
static void read_suicfg(void)
{
    __asm__ volatile("csrr t0, 0x1b2" : : : "t0");
}
static void write_sideleg(void)
{
    __asm__ volatile("csrw 0x103, zero");
}
static void return_from_trap(void)
{
    __asm__ volatile("sret");
}
static void flush_tlb(void)
{
    __asm__ volatile("sfence.vma");
}

static const struct {
    void (*run)(void);
    int cause;
} forbidden[] = {
    {load_null,          LOAD_FAULT },
    { load_kernel,       LOAD_FAULT },
    { load_hole,         LOAD_FAULT },
    { load_guard,        LOAD_FAULT },
    { load_behind,       LOAD_FAULT },
    { load_above_stack,  LOAD_FAULT },
    { store_null,        STORE_FAULT},
    { store_kernel,      STORE_FAULT},
    { store_constant,    STORE_FAULT},
    { store_text,        STORE_FAULT},
    { store_readable,    STORE_FAULT},
    { store_code,        STORE_FAULT},
    { store_below_stack, STORE_FAULT},
    { execute_null,      FETCH_FAULT},
    { execute_kernel,    FETCH_FAULT},
    { execute_data,      FETCH_FAULT},
    { execute_constant,  FETCH_FAULT},
    { execute_stack,     FETCH_FAULT},
    { execute_readable,  FETCH_FAULT},
    { execute_writable,  FETCH_FAULT},
    { illegal,           ILLEGAL    },
    { breakpoint,        BREAKPOINT },
    { read_sstatus,      ILLEGAL    },
    { write_satp,        ILLEGAL    },
    { write_stvec,       ILLEGAL    },
    { write_suist,       ILLEGAL    },
    { write_suirs,       ILLEGAL    },
    { read_suicfg,       ILLEGAL    },
    { write_sideleg,     ILLEGAL    },
    { return_from_trap,  ILLEGAL    },
    { flush_tlb,         ILLEGAL    },
};

static void do_it(uint64_t number)
{
    forbidden[number].run();
}

static void first_to_last(uint64_t first, uint64_t last)
{
    for (uint64_t i = first; i <= last; i++) {
        int status = peer_run(do_it, i);

        if (status != STATUS_FAULT(forbidden[i].cause)) {
            test_fail(__FILE_NAME__, __LINE__, "a fault", "number %lu of the table: status %d", i,
                      status);
        }
    }
}

static void loads(uint64_t argument)
{
    (void)argument;
    first_to_last(0, 5);
}

static void stores(uint64_t argument)
{
    (void)argument;
    first_to_last(6, 12);
}

static void fetches(uint64_t argument)
{
    (void)argument;
    first_to_last(13, 19);
}

static void instructions(uint64_t argument)
{
    (void)argument;
    first_to_last(20, sizeof(forbidden) / sizeof(forbidden[0]) - 1);
}

/* ---- Threads of a process that dies ---- */

static void spin(void *unused)
{
    (void)unused;
    test_set(&shared->flags[0], 1);
    for (;;) {
        __asm__ volatile("");
    }
}

static void fault_beside_others(uint64_t hart)
{
    static struct thread spinning;

    test_thread(&spinning, spin, NULL, (unsigned)hart);
    WAIT_UNTIL(shared->flags[0]);
    load_null();
}

static void fault_ends_threads(uint64_t hart)
{
    CHECK_EQUAL(peer_wait(PEER(fault_beside_others, hart, 0, -1)), STATUS_FAULT(LOAD_FAULT));
}

/* ---- What has been unmapped ---- */

static volatile uint32_t *page;

static void keep_reading(void *unused)
{
    (void)unused;
    for (;;) {
        shared->values[0] += *page;
        shared->flags[0] = 1;
    }
}

/* The thread has the page in its hart's TLB and never enters the kernel. */
static void unmap_under_reader(uint64_t hart)
{
    static struct thread reader;

    page = (uint32_t *)test_map(PAGE_SIZE);
    test_thread(&reader, keep_reading, NULL, (unsigned)hart);
    WAIT_UNTIL(shared->flags[0]);
    MUST(memory_unmap((void *)(uintptr_t)page, PAGE_SIZE));
    thread_sleep(5000 * MILLISECOND); /* the process is dead long before */
}

static void unmap_running(uint64_t hart)
{
    CHECK_EQUAL(peer_wait(PEER(unmap_under_reader, hart, 0, -1)), STATUS_FAULT(LOAD_FAULT));
}

static void read_when_told(void *unused)
{
    (void)unused;
    shared->values[0] += *page;
    test_set(&shared->flags[0], 1);
    futex_wait(&shared->flags[1], 0, WAIT_FOREVER);
    shared->values[0] += *page;
    test_set(&shared->flags[2], 1);
}

/* The thread sleeps meanwhile, so its hart isn't in the address space: it has to flush later. */
static void unmap_under_sleeper(uint64_t hart)
{
    static struct thread reader;

    page = (uint32_t *)test_map(PAGE_SIZE);
    test_thread(&reader, read_when_told, NULL, (unsigned)hart);
    test_until_blocked(&shared->flags[0], (unsigned)hart);
    MUST(memory_unmap((void *)(uintptr_t)page, PAGE_SIZE));
    test_set(&shared->flags[1], 1);
    futex_wake(&shared->flags[1], 1);
    WAIT_UNTIL(shared->flags[2]);
}

static void unmap_waiting(uint64_t hart)
{
    CHECK_EQUAL(peer_wait(PEER(unmap_under_sleeper, hart, 0, -1)), STATUS_FAULT(LOAD_FAULT));
    CHECK_EQUAL(shared->flags[2], 0);
}

/* Readers on another hart see the new page and never what the old one became. */
static void watch_for_strangers(void *unused)
{
    (void)unused;
    while (!shared->flags[1]) {
        futex_wait(&shared->flags[2], 0, 100000);
        if (shared->flags[2]) {
            CHECK(*page == 0);
            test_set(&shared->flags[2], 0);
        }
    }
}

static void remap(uint64_t hart)
{
    struct thread reader;

    page = (uint32_t *)PLACE;
    test_thread(&reader, watch_for_strangers, NULL, (unsigned)hart);
    for (unsigned i = 0; i < 100; i++) {
        uint32_t *other;

        MUST(memory_map(PLACE, PAGE_SIZE, MAP_READ | MAP_WRITE, -1) ? 0 : -1);
        test_set(&shared->flags[2], 1);
        futex_wake(&shared->flags[2], 1);
        WAIT_UNTIL(shared->flags[2] == 0);
        MUST(memory_unmap(PLACE, PAGE_SIZE));
        other = test_map(PAGE_SIZE); /* most likely the page just freed */
        *other = 0xdead;
        MUST(memory_map(PLACE, PAGE_SIZE, MAP_READ | MAP_WRITE, -1) ? 0 : -1);
        test_set(&shared->flags[2], 1);
        futex_wake(&shared->flags[2], 1);
        WAIT_UNTIL(shared->flags[2] == 0);
        MUST(memory_unmap(PLACE, PAGE_SIZE));
        MUST(memory_unmap(other, PAGE_SIZE));
    }
    test_set(&shared->flags[1], 1);
    thread_join(&reader);
}

/* ---- Processes that follow one another in the same place of the TLB ---- */

static void write_at_place(uint64_t argument)
{
    (void)argument;
    MUST(memory_map(PLACE, PAGE_SIZE, MAP_READ | MAP_WRITE, -1) ? 0 : -1);
    *(volatile uint32_t *)PLACE = 0xbeef;
    test_set(&shared->flags[0], 1);
}

static void read_at_place(uint64_t argument)
{
    (void)argument;
    shared->values[0] = *(volatile uint32_t *)PLACE;
}

static void successor(uint64_t hart)
{
    for (unsigned i = 0; i < 5; i++) {
        PEER_DONE(PEER(write_at_place, 0, hart, -1));
        CHECK_EQUAL(peer_wait(PEER(read_at_place, 0, hart, -1)), STATUS_FAULT(LOAD_FAULT));
    }
}

const struct test_case protection_cases[] = {
    CASE("protection-load", loads),
    CASE("protection-store", stores),
    CASE("protection-execute", fetches),
    CASE("protection-instructions", instructions),
    SAME_AND_CROSS("protection-fault-ends-threads", fault_ends_threads),
    SAME_AND_CROSS("protection-unmap-running", unmap_running),
    SAME_AND_CROSS("protection-unmap-waiting", unmap_waiting),
    SAME_AND_CROSS("protection-remap", remap),
    SAME_AND_CROSS("protection-successor", successor),
    END_OF_CASES,
};
