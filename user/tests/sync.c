// SPDX-License-Identifier: MIT
/* Mutex, semaphore and condition variable of lib/sync.h, between threads and processes on all harts. */
#include "lib/sync.h"

#include "tests/test.h"

#define THREADS 6
#define ROUNDS  3000

static struct mutex mutex;
static struct semaphore semaphore;
static struct condition condition;
static volatile uint64_t counter;

static void run_threads(void (*function)(void *), unsigned count)
{
    struct thread threads[THREADS];

    for (uintptr_t i = 0; i < count; i++) {
        MUST(thread_start(&threads[i], function, (void *)i));
    }
    for (unsigned i = 0; i < count; i++) {
        thread_join(&threads[i]);
    }
}

/* Not atomic: only one may be here at a time. Now and then it is left in the middle. */
static void add_slowly(volatile uint64_t *number, unsigned round)
{
    uint64_t value = *number;

    if (round % 64 == 0) {
        thread_yield();
    }
    *number = value + 1;
}

static void lock_and_add(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < ROUNDS; i++) {
        mutex_lock(&mutex);
        add_slowly(&counter, i);
        mutex_unlock(&mutex);
    }
}

static void mutex_torture(uint64_t argument)
{
    (void)argument;
    run_threads(lock_and_add, THREADS);
    CHECK_EQUAL(counter, THREADS * ROUNDS);
    CHECK(mutex_try_lock(&mutex)); /* free at the end */
    CHECK(!mutex_try_lock(&mutex));
}

struct common {
    struct mutex mutex;
    volatile uint64_t counter;
};

static void lock_and_add_in_common(uint64_t argument)
{
    struct common *common = memory_map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE, PEER_HANDLE(0));

    (void)argument;
    CHECK(common != NULL);
    for (unsigned i = 0; i < ROUNDS; i++) {
        mutex_lock(&common->mutex);
        add_slowly(&common->counter, i);
        mutex_unlock(&common->mutex);
    }
}

static void mutex_between_processes(uint64_t hart)
{
    int memory = (int)MUST(memory_create(PAGE_SIZE)), peers[4];
    struct common *common = memory_map(NULL, PAGE_SIZE, MAP_READ, memory);

    for (unsigned i = 0; i < 4; i++) {
        peers[i] = PEER(lock_and_add_in_common, 0, i % 2 ? hart : 0, memory);
    }
    for (unsigned i = 0; i < 4; i++) {
        PEER_DONE(peers[i]);
    }
    CHECK_EQUAL(common->counter, 4 * ROUNDS);
}

/* As many get through as were let through. */
static void take_one(void *unused)
{
    (void)unused;
    for (unsigned i = 0; i < ROUNDS; i++) {
        semaphore_wait(&semaphore);
        __atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
    }
}

static void give_and_take(void *number)
{
    if ((uintptr_t)number % 2) {
        take_one(NULL);
    } else {
        for (unsigned i = 0; i < ROUNDS; i++) {
            semaphore_post(&semaphore);
        }
    }
}

static void semaphore_torture(uint64_t argument)
{
    (void)argument;
    run_threads(give_and_take, THREADS);
    CHECK_EQUAL(counter, THREADS / 2 * ROUNDS);
    CHECK_EQUAL(semaphore.count, 0);
}

/* A buffer of one place, by one condition variable for each way. */
static struct condition filled, emptied;
static uint32_t place;
static uint64_t sum;

static void produce_or_consume(void *number)
{
    bool produces = (uintptr_t)number % 2;

    for (uint32_t i = 1; i <= ROUNDS / 10; i++) {
        mutex_lock(&mutex);
        while ((place == 0) != produces) {
            condition_wait(produces ? &emptied : &filled, &mutex);
        }
        if (produces) {
            place = i;
        } else {
            sum += place;
            place = 0;
        }
        mutex_unlock(&mutex);
        condition_signal(produces ? &filled : &emptied);
    }
}

static void condition_torture(uint64_t argument)
{
    (void)argument;
    run_threads(produce_or_consume, 4);
    CHECK_EQUAL(sum, 2ul * (ROUNDS / 10) * (ROUNDS / 10 + 1) / 2);
}

static uint32_t arrived, opened;

static void wait_for_opening(void *unused)
{
    (void)unused;
    mutex_lock(&mutex);
    arrived++;
    while (!opened) {
        condition_wait(&condition, &mutex);
    }
    mutex_unlock(&mutex);
}

static void broadcast(uint64_t argument)
{
    struct thread threads[THREADS];

    (void)argument;
    for (unsigned i = 0; i < THREADS; i++) {
        MUST(thread_start(&threads[i], wait_for_opening, NULL));
    }
    WAIT_UNTIL(__atomic_load_n(&arrived, __ATOMIC_RELAXED) == THREADS);
    mutex_lock(&mutex);
    opened = 1;
    mutex_unlock(&mutex);
    condition_broadcast(&condition);
    for (unsigned i = 0; i < THREADS; i++) {
        thread_join(&threads[i]);
    }
}

const struct test_case sync_cases[] = {
    CASE("mutex-torture", mutex_torture),
    SAME_AND_CROSS("mutex-between-processes", mutex_between_processes),
    CASE("semaphore-torture", semaphore_torture),
    CASE("condition-torture", condition_torture),
    CASE("condition-broadcast", broadcast),
    END_OF_CASES,
};
