// SPDX-License-Identifier: MIT
#include "ipc/pipe.h"

#include <errno.h>
#include <string.h>

#include "arch/mmu.h"
#include "fixture.h"

#define MAX_SIZE (2 * PIPE_CAPACITY)

static struct process *process;
static struct thread *threads[4];
static uint64_t buffer; /* MAX_SIZE bytes, nothing behind them */
static int in, out;     /* handles to read and to write */
static char pattern[MAX_SIZE], found[MAX_SIZE];

static void set_up_process(void)
{
    kernel_up(1);
    process = new_process();
    for (int i = 0; i < 4; i++) {
        threads[i] = new_thread(process);
    }
    run(threads[0]);
    buffer = user_memory(process, MAX_SIZE);
    unit_random_bytes(pattern, sizeof(pattern));
}

static void set_up(unsigned flags)
{
    int ends[2];

    set_up_process();
    CHECK_IS(call(SYS_pipe, buffer, flags), 0);
    peek(process, buffer, ends, sizeof(ends));
    in = ends[0];
    out = ends[1];
}

static long get(size_t size)
{
    return call(SYS_read, (uint64_t)in, buffer, size);
}

static long put(const char *data, size_t size)
{
    poke(process, buffer, data, size);
    return call(SYS_write, (uint64_t)out, buffer, size);
}

/* Reads this, and no more is there than asked for. */
static void check_get(const char *data, size_t size)
{
    CHECK_IS(get(size), size);
    peek(process, buffer, found, size);
    CHECK(!memcmp(found, data, size));
}

static void flags(void)
{
    set_up(0);
    CHECK_IS(handle_of(process, in)->flags, 0);
    CHECK_IS(handle_of(process, out)->flags, 0);
    CHECK_IS(call(SYS_pipe, buffer, 2), -EINVAL);
    CHECK_IS(call(SYS_pipe, buffer, 1ul << 32), -EINVAL);
    CHECK_IS(call(SYS_pipe, buffer, HANDLE_NONBLOCK), 0);
    CHECK_IS(handle_of(process, 2)->flags, HANDLE_NONBLOCK);
    CHECK_IS(handle_of(process, 3)->flags, HANDLE_NONBLOCK);
}

static void no_memory(void)
{
    unsigned slabs, pages;

    set_up_process();
    slabs = mock_memory.slabs;
    pages = mock_memory.pages;
    for (int i = 0; i < 2; i++) {
        mock_memory.fail_in = i;
        CHECK_IS(call(SYS_pipe, buffer, 0), -ENOMEM);
        CHECK_IS(mock_memory.slabs, slabs);
        CHECK_IS(mock_memory.pages, pages);
        CHECK_IS(process->handles.used, 0);
    }
}

static void nowhere_to_store(void)
{
    set_up_process();
    CHECK_IS(call(SYS_pipe, NO_MEMORY, 0), -EFAULT);
    CHECK_IS(call(SYS_pipe, buffer + MAX_SIZE - 4, 0), -EFAULT);
    CHECK_IS(process->handles.used, 0);
    CHECK_IS(object_count(), 2); /* the processes themselves */
}

/* Both ends or none. */
static void too_many_handles(void)
{
    set_up_process();
    while (process->handles.used < MAX_HANDLES - 1) {
        CHECK(call(SYS_process_self) >= 0);
    }
    CHECK_IS(call(SYS_pipe, buffer, 0), -EMFILE);
    CHECK_IS(process->handles.used, MAX_HANDLES - 1);
    CHECK(call(SYS_process_self) >= 0);
    CHECK_IS(call(SYS_pipe, buffer, 0), -EMFILE);
    CHECK_IS(call(SYS_close, 3), 0);
    CHECK_IS(call(SYS_close, 5), 0);
    CHECK_IS(call(SYS_pipe, buffer, 0), 0);
    CHECK_IS(handle_of(process, 3)->rights, RIGHT_READ | RIGHT_TRANSFER);
    CHECK_IS(handle_of(process, 5)->rights, RIGHT_WRITE | RIGHT_TRANSFER);
}

static void ends_have_their_rights(void)
{
    set_up(0);
    CHECK_IS(call(SYS_read, (uint64_t)out, buffer, 1), -EACCES);
    CHECK_IS(call(SYS_write, (uint64_t)in, buffer, 1), -EACCES);
}

static void bytes_in_order(void)
{
    size_t read = 0, written = 0;

    set_up(0);
    while (read < 20 * PIPE_CAPACITY) { /* around the ring, at all places */
        size_t size = 1 + unit_random(300);

        if (written - read + size <= PIPE_CAPACITY && unit_one_in(2)) {
            for (size_t i = 0; i < size; i++) {
                pattern[i] = (char)((written + i) * 2654435761u >> 13);
            }
            CHECK_IS(put(pattern, size), size);
            written += size;
        } else if (written - read >= size) {
            for (size_t i = 0; i < size; i++) {
                pattern[i] = (char)((read + i) * 2654435761u >> 13);
            }
            check_get(pattern, size);
            read += size;
        }
    }
}

static void reads_what_there_is(void)
{
    set_up(0);
    CHECK_IS(put("abcdef", 6), 6);
    check_get("ab", 2);
    CHECK_IS(get(100), 4);
    peek(process, buffer, found, 4);
    CHECK(!memcmp(found, "cdef", 4));
}

static void nothing_to_do(void)
{
    set_up(0);
    CHECK_IS(get(0), 0);
    CHECK_IS(put(pattern, 0), 0);
    CHECK_IS(call(SYS_read, (uint64_t)in, NO_MEMORY, 0), 0);
    CHECK_IS(call(SYS_write, (uint64_t)out, NO_MEMORY, 0), 0);
    CHECK_IS(put(pattern, PIPE_CAPACITY), PIPE_CAPACITY);
    CHECK_IS(put(pattern, 0), 0); /* also when it is full */
}

static void not_waiting(void)
{
    set_up(HANDLE_NONBLOCK);
    CHECK_IS(get(1), -EAGAIN);
    CHECK_IS(put(pattern, MAX_SIZE), PIPE_CAPACITY);
    CHECK_IS(put(pattern, 1), -EAGAIN);
    CHECK_IS(put(pattern, MAX_SIZE), -EAGAIN);
    CHECK_IS(call(SYS_set_flags, (uint64_t)out, 0), 0);
    CHECK_IS(put(pattern, 1), SYSCALL_WAITS);
}

static void small_writes_are_whole(void)
{
    set_up(HANDLE_NONBLOCK);
    CHECK_IS(put(pattern, PIPE_CAPACITY - PIPE_ATOMIC + 1), PIPE_CAPACITY - PIPE_ATOMIC + 1);
    CHECK_IS(put(pattern, PIPE_ATOMIC), -EAGAIN);
    CHECK_IS(put(pattern, PIPE_ATOMIC + 1), PIPE_ATOMIC - 1);
    CHECK_IS(get(1), 1);
    CHECK_IS(put(pattern, 2), -EAGAIN);
    CHECK_IS(put(pattern, 1), 1);
}

/* Nothing is lost by a call that fails, even half-way. */
static void bad_buffers(void)
{
    set_up(HANDLE_NONBLOCK);
    CHECK_IS(call(SYS_write, (uint64_t)out, NO_MEMORY, 10), -EFAULT);
    CHECK_IS(call(SYS_write, (uint64_t)out, buffer + MAX_SIZE - 5, 10), -EFAULT);
    CHECK_IS(get(10), -EAGAIN);
    CHECK_IS(put(pattern, 4000), 4000);
    check_get(pattern, 3900);
    CHECK_IS(put(pattern, 1000), 1000); /* wraps around */
    CHECK_IS(call(SYS_read, (uint64_t)in, NO_MEMORY, 2000), -EFAULT);
    CHECK_IS(call(SYS_read, (uint64_t)in, buffer + MAX_SIZE - 1099, 2000), -EFAULT);
    CHECK_IS(call(SYS_write, (uint64_t)out, buffer + MAX_SIZE - 100, 1000), -EFAULT);
    check_get(pattern + 3900, 100);
    check_get(pattern, 1000);
    CHECK_IS(get(1), -EAGAIN);
}

static void readers_wait(void)
{
    set_up(0);
    run(threads[1]);
    CHECK_IS(get(5), SYSCALL_WAITS);
    run(threads[2]);
    CHECK_IS(get(5), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(put("x", 1), 1);
    CHECK_IS(resume(threads[1]), 1);
    CHECK_IS(resume(threads[2]), SYSCALL_WAITS); /* nothing is left for it */
    run(threads[0]);
    CHECK_IS(put("yz", 2), 2);
    CHECK_IS(resume(threads[2]), 2);
}

static void writers_wait(void)
{
    set_up(0);
    CHECK_IS(put(pattern, PIPE_CAPACITY - 96), PIPE_CAPACITY - 96);
    run(threads[1]);
    CHECK_IS(put(pattern, 97), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(put(pattern, 96), 96);
    CHECK(is_waiting(threads[1]));
    CHECK_IS(get(96), 96);
    CHECK_IS(resume(threads[1]), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(get(1), 1);
    CHECK_IS(resume(threads[1]), 97);
}

static void no_writer_left(void)
{
    set_up(0);
    CHECK_IS(put("abc", 3), 3);
    run(threads[1]);
    CHECK_IS(get(3), 3);
    CHECK_IS(get(3), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(put("de", 2), 2);
    CHECK_IS(call(SYS_close, (uint64_t)out), 0);
    CHECK_IS(resume(threads[1]), 2); /* what was written before is still there */
    CHECK_IS(get(3), 0);
    CHECK_IS(get(3), 0);
}

static void last_writer_goes(void)
{
    struct process *other;

    set_up(0);
    other = new_process();
    handle_copy_to(&other->handles, 0, handle_of(process, out));
    run(threads[1]);
    CHECK_IS(get(3), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, (uint64_t)out), 0);
    CHECK(is_waiting(threads[1]));
    process_end(other);
    CHECK_IS(resume(threads[1]), 0);
}

static void no_reader_left(void)
{
    set_up(0);
    CHECK_IS(put(pattern, PIPE_CAPACITY), PIPE_CAPACITY);
    run(threads[1]);
    CHECK_IS(put("x", 1), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, (uint64_t)in), 0);
    CHECK_IS(resume(threads[1]), -EPIPE);
    CHECK_IS(put("x", 1), -EPIPE);
    CHECK_IS(put("x", 0), -EPIPE);
}

/* By another thread of its own process. */
static void handle_goes_while_waiting(void)
{
    set_up(0);
    run(threads[1]);
    CHECK_IS(get(1), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, (uint64_t)in), 0);
    CHECK_IS(resume(threads[1]), -EBADF);
    CHECK_IS(call(SYS_close, (uint64_t)out), 0);
}

static void reader_is_killed(void)
{
    struct process *other;
    struct thread *reader;

    set_up(0);
    other = new_process();
    reader = new_thread(other);
    handle_copy_to(&other->handles, 0, handle_of(process, in));
    CHECK_IS(call(SYS_close, (uint64_t)in), 0);
    run(reader);
    CHECK_IS(call(SYS_read, 0, NO_MEMORY, 1), SYSCALL_WAITS);
    run(threads[0]);
    process_kill(other, 1);
    CHECK(other->ended);
    CHECK_IS(put("x", 1), -EPIPE);
}

/* ---- At random: a ring of one's own ---- */

struct pending {
    bool in_call, writes;
    size_t size;
    uint64_t address;
};

static struct pending pending[4];
static char ring[PIPE_CAPACITY];
static size_t ring_first, ring_used;

/* Whether the call can go on, and if so how far. */
static long expected(const struct pending *one)
{
    size_t room = PIPE_CAPACITY - ring_used;

    if (one->writes) {
        return room < (one->size <= PIPE_ATOMIC ? one->size : 1) ? SYSCALL_WAITS
               : one->size < room                                ? (long)one->size
                                                                 : (long)room;
    }
    return ring_used == 0 ? SYSCALL_WAITS : (long)(one->size < ring_used ? one->size : ring_used);
}

static void complete(int i)
{
    struct pending *one = &pending[i];
    long result = (long)FRAME_X(&threads[i]->frame, 10);

    CHECK_IS(result, expected(one));
    peek(process, one->address, found, (size_t)result);
    for (long j = 0; j < result; j++) {
        if (one->writes) {
            ring[(ring_first + ring_used++) % PIPE_CAPACITY] = found[j];
        } else {
            CHECK_IS(found[j], ring[ring_first]);
            ring_first = (ring_first + 1) % PIPE_CAPACITY;
            ring_used--;
        }
    }
    one->in_call = false;
}

static void begin(int i)
{
    struct pending *one = &pending[i];

    one->in_call = true;
    one->writes = i < 2;
    one->size = 1 + (unit_one_in(3) ? unit_random(3000) : unit_random(PIPE_ATOMIC));
    unit_random_bytes(pattern, one->size);
    poke(process, one->address, pattern, one->size);
    call(one->writes ? SYS_write : SYS_read, (uint64_t)(one->writes ? out : in), one->address,
         one->size);
}

static void random_stream(void)
{
    set_up(0);
    for (int i = 0; i < 4; i++) {
        pending[i].address = user_memory(process, PIPE_CAPACITY);
    }
    for (int round = 0; round < 5000; round++) {
        int i = (int)unit_random(4);

        if (is_waiting(threads[i])) {
            CHECK_IS(expected(&pending[i]), SYSCALL_WAITS); /* nobody sleeps who could go on */
            continue;
        }
        if (pending[i].in_call) {
            resume(threads[i]);
        } else {
            run(threads[i]);
            begin(i);
        }
        for (i = 0; i < 4; i++) { /* at most one call has had an effect */
            if (pending[i].in_call && !is_waiting(threads[i]) &&
                !(threads[i]->attention & ATTENTION_RESTART)) {
                complete(i);
            }
        }
    }
}

static const struct unit_case cases[] = {
    {"flags",                         flags                    },
    { "no-memory",                    no_memory                },
    { "nowhere-to-store-the-handles", nowhere_to_store         },
    { "too-many-handles",             too_many_handles         },
    { "ends-have-their-rights",       ends_have_their_rights   },
    { "bytes-in-order",               bytes_in_order           },
    { "reads-what-there-is",          reads_what_there_is      },
    { "nothing-to-do",                nothing_to_do            },
    { "not-waiting",                  not_waiting              },
    { "small-writes-are-whole",       small_writes_are_whole   },
    { "bad-buffers",                  bad_buffers              },
    { "readers-wait",                 readers_wait             },
    { "writers-wait",                 writers_wait             },
    { "no-writer-left",               no_writer_left           },
    { "last-writer-goes",             last_writer_goes         },
    { "no-reader-left",               no_reader_left           },
    { "handle-goes-while-waiting",    handle_goes_while_waiting},
    { "reader-is-killed",             reader_is_killed         },
    { "random-stream",                random_stream            },
};

UNIT("pipe", cases)
