// SPDX-License-Identifier: MIT
#include "tests/registers.h"

#include "tests/test.h"

/* Peers are this program, too: what is constant is where it is here. */
static void use(const struct register_set *set)
{
    shared->values[0] = (uint64_t)set;
}

static const struct register_set *used(void)
{
    return (const struct register_set *)shared->values[0];
}

static void check_zero(uint64_t argument)
{
    (void)argument;
    used()->check_zero();          /* this thread's first instructions of that kind */
    used()->hold(7, SYS_yield, 0); /* leaves something for the next one */
}

static void check_zero_in_thread(void *unused)
{
    (void)unused;
    check_zero(0);
}

/* A thread begins with zeros and never sees what others have left in the hart or in memory. */
void registers_start_zero(const struct register_set *set, uint64_t hart)
{
    struct thread thread;

    use(set);
    test_pin((unsigned)hart);
    set->hold(3, SYS_yield, 0);
    for (unsigned i = 0; i < 5; i++) {
        PEER_DONE(PEER(check_zero, 0, hart, -1));
        test_thread(&thread, check_zero_in_thread, NULL, (unsigned)hart);
        thread_join(&thread);
        set->hold(i, SYS_sleep, 10000);
    }
}

static void hold_often(void *number)
{
    const struct register_set *set = used();
    unsigned harts = test_harts();
    uint32_t self = (uint32_t)(uintptr_t)number;

    for (unsigned i = 0; i < 25; i++) {
        uint32_t seed = self * 100 + i;

        set->hold(seed, SYS_yield, 0);
        set->hold(seed, SYS_sleep, 1000);
        if (set->spin) {
            set->spin(seed);
        }
        if (self % 2) {
            set->hold(seed, SYS_set_affinity, HART(i % harts)); /* to another hart with it */
        }
    }
}

static void hold_often_as_peer(uint64_t number)
{
    hold_often((void *)(uintptr_t)number);
}

/* Threads and processes hold their registers on all harts, and take them along. */
void registers_many_hold(const struct register_set *set)
{
    struct thread threads[4];
    int peers[4];

    use(set);
    for (uintptr_t i = 0; i < 4; i++) {
        MUST(thread_start(&threads[i], hold_often, (void *)i));
        peers[i] = PEER(hold_often_as_peer, i + 10, 0, -1);
    }
    for (unsigned i = 0; i < 4; i++) {
        thread_join(&threads[i]);
        PEER_DONE(peers[i]);
    }
}
