// SPDX-License-Identifier: MIT
/* Attacks that take all there is of something, and on memory that is in use. */
#include "hostile/hostile.h"

#include <errno.h>

#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

#define CHUNK         (1ul << 20)
#define MOST_CHILDREN 64

static void handle(uint64_t vectors)
{
    (void)vectors;
}

/* ---- Processes ---- */

/* What children get: the end of RELEASE_HANDLE ends them. */
static const int inherited[] = { -1, 1, 2, PEAK_HANDLE, RELEASE_HANDLE };

static void wait_for_release(void)
{
    char c;

    while (handle_read(RELEASE_HANDLE, &c, 1) != 0) {
    }
}

static int spawn_bomb(unsigned generation)
{
    unsigned children = 0;

    while (generation < 3 && children < MOST_CHILDREN &&
           start_child("spawn-bomb", generation + 1, inherited, 5) >= 0) {
        children++;
    }
    EXPECT(generation == 3 || errno == EAGAIN || errno == ENOMEM || errno == EMFILE);
    if (generation == 0) {
        hold_peak();
    } else {
        wait_for_release();
    }
    return 0;
}

/* ---- Threads ---- */

static void block(void *unused)
{
    uint32_t word = 0;

    (void)unused;
    for (;;) {
        futex_wait(&word, 0, WAIT_FOREVER);
    }
}

static int thread_bomb(unsigned unused)
{
    unsigned threads = 0;
    char *stacks;

    (void)unused;
    stacks = memory_map(NULL, MAP_MAX_SIZE, MAP_READ | MAP_WRITE, -1);
    EXPECT(stacks);
    while (thread_create(block, stacks + PAGE_SIZE * (threads + 1), NULL, NULL) >= 0) {
        threads++;
    }
    EXPECT(errno == EAGAIN && threads > 500);
    EXPECT(uintr_set_handler(handle, 0) == 0 && uintr_create_fd(1, 0) >= 0);
    EXPECT(start_child("nothing", 0, NULL, 0) == -1 && errno == EAGAIN);
    hold_peak();
    return 0;
}

/* ---- Handles: every call that makes one, with the table full ---- */

static int handle_bomb(unsigned unused)
{
    int ends[2], last;

    (void)unused;
    EXPECT(uintr_set_handler(handle, 0) == 0);
    while (eventfd_create(0, 0) >= 0) {
    }
    EXPECT(errno == EMFILE);
    for (unsigned i = 0; i < 200; i++) {
        EXPECT(eventfd_create(0, 0) == -1 && errno == EMFILE);
        EXPECT(pipe_create(ends, 0) == -1 && errno == EMFILE);
        EXPECT(endpoint_create() == -1 && errno == EMFILE);
        EXPECT(queue_create(1, 1) == -1 && errno == EMFILE);
        EXPECT(memory_create(CHUNK) == -1 && errno == EMFILE);
        EXPECT(handle_duplicate(1, RIGHT_ALL, 0) == -1 && errno == EMFILE);
        EXPECT(process_self() == -1 && errno == EMFILE);
        EXPECT(uintr_create_fd(i % 64, 0) == -1 && errno == EMFILE);
        if (i % 20 == 0) {
            EXPECT(start_child("nothing", 0, NULL, 0) == -1 && errno == EMFILE);
        }
    }
    last = MAX_HANDLES - 1;
    EXPECT(handle_close(last) == 0); /* room for one of a pipe's two */
    EXPECT(pipe_create(ends, 0) == -1 && errno == EMFILE);
    EXPECT(uintr_create_fd(9, 0) == last);
    hold_peak();
    return 0;
}

/* ---- Memory until there is none ---- */

/* Everything that needs some, without; what succeeds is given back. */
static void try_everything(void)
{
    int ends[2], handle_made;
    static char message[64];

    if (pipe_create(ends, 0) == 0) {
        handle_close(ends[0]);
        handle_close(ends[1]);
    } else {
        EXPECT(errno == ENOMEM);
    }
    handle_made = queue_create(4, 4000);
    if (handle_made >= 0) {
        EXPECT(queue_send(handle_made, message, sizeof(message), 0) == 0 || errno == ENOMEM);
        handle_close(handle_made);
    }
    handle_made = memory_create(CHUNK);
    EXPECT(handle_made == -1 && errno == ENOMEM);
    handle_made = endpoint_create();
    EXPECT(handle_made >= 0 || errno == ENOMEM);
    handle_close(handle_made);
    EXPECT(!memory_map(NULL, CHUNK, MAP_READ, -1) && errno == ENOMEM);
    EXPECT(start_child("nothing", 0, NULL, 0) == -1 && (errno == ENOMEM || errno == EAGAIN));
    if (uintr_set_handler(handle, 0) == 0) {
        int index = uintr_register_self(3, 0);

        EXPECT(index >= 0 || errno == ENOMEM);
        uintr_unregister_sender(index, 0);
        uintr_unregister_handler(0);
    } else {
        EXPECT(errno == ENOMEM);
    }
}

static void take_all_memory(void)
{
    for (size_t size = CHUNK; size >= PAGE_SIZE; size /= 4) {
        char *chunk;

        while ((chunk = memory_map(NULL, size, MAP_READ | MAP_WRITE, -1))) {
            chunk[0] = 1;
        }
        EXPECT(errno == ENOMEM);
    }
}

static int map_bomb(unsigned unused)
{
    (void)unused;
    take_all_memory();
    for (unsigned i = 0; i < 50; i++) {
        try_everything();
    }
    hold_peak();
    for (unsigned i = 0; i < 50; i++) {
        try_everything();
    }
    return 0;
}

#define RESERVE 64 /* pages: more than a process needs */
#define EACH    80

/* With a page more each time, a start fails at every step that takes one; more often than there are processes. */
static int starved(unsigned unused)
{
    const struct process_options options = {
        (int[]){-1, 1, 2},
        3, PROCESS_DEFAULT_PRIORITY, 0
    };
    char *reserve = memory_map(NULL, RESERVE * PAGE_SIZE, MAP_READ | MAP_WRITE, -1);
    unsigned started = 0;

    (void)unused;
    EXPECT(reserve);
    take_all_memory();
    for (unsigned i = 0; i < RESERVE * EACH && started == 0; i++) {
        int process;

        if (i % EACH == 0) {
            EXPECT(memory_unmap(reserve + i / EACH * PAGE_SIZE, PAGE_SIZE) == 0);
        }
        process = process_start((const char *[]){ "sleep", "0", NULL }, &options); /* a small one */
        if (process >= 0) {
            started++;
            EXPECT(process_finish(process) == 0);
        } else {
            EXPECT(errno == ENOMEM || errno == EAGAIN);
        }
    }
    EXPECT(started);
    hold_peak();
    return 0;
}

/* A page each where each needs a page table of its own. */
static int table_bomb(unsigned unused)
{
    uint64_t address = 1ul << 30;

    (void)unused;
    while (memory_map((void *)address, PAGE_SIZE, MAP_READ, -1)) {
        address += 1ul << 21;
    }
    EXPECT(errno == ENOMEM);
    hold_peak();
    return 0;
}

/* Shared memory that only its mapping keeps. */
static int shared_bomb(unsigned unused)
{
    int memory;

    (void)unused;
    while ((memory = memory_create(4 * CHUNK)) >= 0) {
        void *bytes = memory_map(NULL, 4 * CHUNK, MAP_READ | MAP_WRITE, memory);

        EXPECT(handle_close(memory) == 0);
        if (!bytes) {
            break;
        }
    }
    EXPECT(errno == ENOMEM);
    hold_peak();
    return 0;
}

/* Messages that nobody reads, in all queues that a table has room for, in several processes. */
static int queue_bomb(unsigned generation)
{
    static char message[4000];
    int queue;

    if (generation < 6) {
        start_child("queue-bomb", generation + 1, inherited, 5);
    }
    while ((queue = queue_create(256, sizeof(message))) >= 0) {
        unsigned sent = 0;

        while (sent < 256 && queue_send(queue, message, sizeof(message), sent % 32) == 0) {
            sent++;
        }
        if (sent < 256) {
            EXPECT(errno == ENOMEM);
            break;
        }
    }
    if (generation == 0) {
        hold_peak();
    } else {
        wait_for_release();
    }
    return 0;
}

/* All of it at once: children that have children, and each takes memory, threads and handles. */
static int everything(unsigned generation)
{
    for (unsigned i = 0; i < 3 && generation < 4; i++) {
        start_child("everything", generation + 1, inherited, 5);
    }
    for (unsigned i = 0; i < 40; i++) {
        char *stack = memory_map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE, -1);
        int ends[2];

        if (!stack || thread_create(block, stack + PAGE_SIZE, NULL, NULL) < 0) {
            break;
        }
        pipe_create(ends, 0);
    }
    for (unsigned i = 0; i < 8 + 100 * (generation == 0); i++) {
        memory_map(NULL, CHUNK, MAP_READ | MAP_WRITE, -1);
    }
    if (generation == 0) {
        take_all_memory();
        hold_peak();
    } else {
        wait_for_release();
    }
    return 0;
}

/* ---- One page in many places ---- */

#define FIRST_PLACE   (1ul << 30)
#define SEARCHED      0x1000000000 /* from here on the kernel looks for room */
#define MOST_COUNTED  65535        /* uses of a page that the kernel can count */
#define MOST_MAPPINGS 256ul        /* of a thousand pages each */

/* Past what the kernel counts it has to refuse, and at the end it has all of them to take away. */
static int page_everywhere(unsigned unused)
{
    int memory = memory_create(PAGE_SIZE);
    unsigned places = 0;

    (void)unused;
    EXPECT(memory >= 0);
    while (memory_map((void *)(FIRST_PLACE + places * PAGE_SIZE), PAGE_SIZE, MAP_READ | MAP_WRITE,
                      memory)) {
        places++;
        EXPECT(places <= MOST_COUNTED);
    }
    EXPECT(errno == ENOMEM && places > 1000);
    *(volatile char *)FIRST_PLACE = 5;
    EXPECT(*(volatile char *)(FIRST_PLACE + (places - 1) * PAGE_SIZE) == 5);
    hold_peak();
    EXPECT(memory_unmap((void *)FIRST_PLACE, places / 2 * PAGE_SIZE) == 0);
    EXPECT(memory_map((void *)FIRST_PLACE, PAGE_SIZE, MAP_READ, memory));
    return 0;
}

/* The kernel walks through all of a process's mappings to find room, and to take them away. */
static int many_mappings(unsigned unused)
{
    const size_t size = 4 * CHUNK;
    int memory = memory_create(size);
    uint64_t end = SEARCHED;

    (void)unused;
    EXPECT(memory >= 0);
    while (end < SEARCHED + MOST_MAPPINGS * size &&
           memory_map((void *)end, size, MAP_READ, memory)) {
        end += size;
    }
    EXPECT(end > SEARCHED);
    tell_peak();
    for (;;) {
        void *place = memory_map(NULL, PAGE_SIZE, MAP_READ, memory);

        EXPECT(place || errno == ENOMEM);
        memory_unmap(place ? place : (void *)SEARCHED, PAGE_SIZE);
    }
}

/* ---- Memory that is in use ---- */

static int unmap_everything(unsigned unused)
{
    (void)unused;
    memory_unmap((void *)0x10000, 0x4000000000 - 0x10000);
    return 1;
}

static int pipe_ends[2];
static char *buffer;

static void unmap_and_write(void *unused)
{
    (void)unused;
    thread_sleep(100000);
    EXPECT(memory_unmap(buffer, PAGE_SIZE) == 0);
    EXPECT(handle_write(pipe_ends[1], "data", 4) == 4);
}

/* A buffer goes while the kernel waits for something to put there: an error, and nothing is lost. */
static int unmap_buffer(unsigned unused)
{
    struct thread thread;
    char data[4];

    (void)unused;
    tell_peak();
    EXPECT(pipe_create(pipe_ends, 0) == 0);
    for (unsigned i = 0; i < 20; i++) {
        buffer = memory_map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE, -1);
        EXPECT(buffer && thread_start(&thread, unmap_and_write, NULL) == 0);
        EXPECT(handle_read(pipe_ends[0], buffer, 4) == -1 && errno == EFAULT);
        EXPECT(handle_read(pipe_ends[0], data, 4) == 4 && data[0] == 'd' && data[3] == 'a');
        thread_join(&thread);
    }
    run_child("unmap-everything", 0);
    return 0;
}

/* A page that another hart just used is unmapped there too, when unmap returns. */
static volatile uint32_t *target;
static volatile bool written;

static void write_on(void *unused)
{
    (void)unused;
    for (;;) {
        *target = 1;
        written = true;
    }
}

static int unmap_running(unsigned unused)
{
    struct thread thread;

    (void)unused;
    target = memory_map(NULL, PAGE_SIZE, MAP_READ | MAP_WRITE, -1);
    EXPECT(target && thread_start(&thread, write_on, NULL) == 0);
    while (!written) {
        thread_yield();
    }
    memory_unmap((void *)target, PAGE_SIZE);
    thread_sleep(1000000000);
    return 1;
}

const struct attack memory_attacks[] = {
    {"spawn-bomb",        spawn_bomb,       0,                0         },
    { "thread-bomb",      thread_bomb,      0,                0         },
    { "handle-bomb",      handle_bomb,      0,                0         },
    { "map-bomb",         map_bomb,         0,                0         },
    { "starved-spawns",   starved,          0,                0         },
    { "table-bomb",       table_bomb,       0,                0         },
    { "shared-bomb",      shared_bomb,      0,                0         },
    { "queue-bomb",       queue_bomb,       0,                0         },
    { "everything",       everything,       0,                0         },
    { "page-everywhere",  page_everywhere,  0,                0         },
    { "many-mappings",    many_mappings,    ENDLESS,          0         },
    { "unmap-buffer",     unmap_buffer,     0,                0         },
    { "unmap-running",    unmap_running,    STATUS_FAULT(15), 0         },
    { "unmap-everything", unmap_everything, STATUS_FAULT(12), NOT_A_CASE},
    { NULL,               NULL,             0,                0         },
};
