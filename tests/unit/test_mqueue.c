// SPDX-License-Identifier: MIT
#include "ipc/mqueue.h"

#include <errno.h>
#include <string.h>

#include "arch/layout.h"
#include "fixture.h"

static struct process *process;
static struct thread *threads[4];
static uint64_t buffer; /* a page of it; nothing behind */
static uint64_t priority;
static uint64_t queue;

static void set_up(unsigned messages, size_t size)
{
    kernel_up(1);
    process = new_process();
    for (int i = 0; i < 4; i++) {
        threads[i] = new_thread(process);
    }
    run(threads[0]);
    buffer = user_memory(process, PAGE_SIZE);
    priority = user_memory(process, PAGE_SIZE) + PAGE_SIZE - 4;
    queue = (uint64_t)call(SYS_mq_create, messages, size);
    CHECK_IS(queue, 0);
}

static void not_waiting(void)
{
    CHECK_IS(call(SYS_set_flags, queue, HANDLE_NONBLOCK), 0);
}

static long send(const char *text, unsigned level)
{
    poke(process, buffer, text, strlen(text));
    return call(SYS_mq_send, queue, buffer, strlen(text), level);
}

static long receive(size_t size)
{
    return call(SYS_mq_receive, queue, buffer, size, priority);
}

static void check_message(const char *text, unsigned level)
{
    char found[64];
    uint32_t found_level;

    peek(process, buffer, found, strlen(text));
    peek(process, priority, &found_level, sizeof(found_level));
    CHECK(!memcmp(found, text, strlen(text)));
    CHECK_IS(found_level, level);
}

static void check_receive(const char *text, unsigned level)
{
    CHECK_IS(receive(64), strlen(text));
    check_message(text, level);
}

static void creation(void)
{
    set_up(1, 1);
    CHECK_IS(handle_of(process, 0)->rights, RIGHT_ALL);
    CHECK_IS(call(SYS_mq_create, 0, 1), -EINVAL);
    CHECK_IS(call(SYS_mq_create, MQ_MAX_MESSAGES + 1, 1), -EINVAL);
    CHECK_IS(call(SYS_mq_create, 1, 0), -EINVAL);
    CHECK_IS(call(SYS_mq_create, 1, MQ_MAX_SIZE + 1), -EINVAL);
    CHECK_IS(call(SYS_mq_create, UINT64_MAX, UINT64_MAX), -EINVAL);
    CHECK_IS(call(SYS_mq_create, MQ_MAX_MESSAGES, MQ_MAX_SIZE), 1);
    mock_memory.fail_in = 0;
    CHECK_IS(call(SYS_mq_create, 1, 1), -ENOMEM);
    while (process->handles.used < MAX_HANDLES) {
        CHECK(call(SYS_mq_create, 1, 1) > 0);
    }
    CHECK_IS(call(SYS_mq_create, 1, 1), -EMFILE);
}

static void highest_priority_first(void)
{
    set_up(8, 64);
    CHECK_IS(send("low 1", 0), 0);
    CHECK_IS(send("high 1", 31), 0);
    CHECK_IS(send("middle", 16), 0);
    CHECK_IS(send("low 2", 0), 0);
    CHECK_IS(send("high 2", 31), 0);
    check_receive("high 1", 31);
    check_receive("high 2", 31);
    check_receive("middle", 16);
    CHECK_IS(send("again", 1), 0);
    check_receive("again", 1);
    check_receive("low 1", 0);
    check_receive("low 2", 0);
}

static void sizes(void)
{
    set_up(4, 64);
    CHECK_IS(call(SYS_mq_send, queue, buffer, 65, 0), -EMSGSIZE);
    CHECK_IS(call(SYS_mq_send, queue, buffer, UINT64_MAX, 0), -EMSGSIZE);
    CHECK_IS(call(SYS_mq_send, queue, NO_MEMORY, 0, 3), 0); /* an empty one */
    CHECK_IS(call(SYS_mq_send, queue, buffer, 64, 2), 0);
    CHECK_IS(receive(63), -EMSGSIZE); /* though the first one would fit */
    CHECK_IS(receive(64), 0);
    CHECK_IS(receive(1000), 64);
}

static void priorities_that_there_are_not(void)
{
    set_up(4, 64);
    CHECK_IS(call(SYS_mq_send, queue, buffer, 1, MQ_PRIORITIES), -EINVAL);
    CHECK_IS(call(SYS_mq_send, queue, buffer, 1, 1ul << 32), -EINVAL);
    CHECK_IS(send("x", MQ_PRIORITIES - 1), 0);
    CHECK_IS(call(SYS_mq_receive, queue, buffer, 64, 0), 1); /* nobody wants to know */
}

/* A message that can't be copied isn't sent, or isn't gone. */
static void bad_buffers(void)
{
    unsigned slabs;

    set_up(4, 64);
    not_waiting();
    slabs = mock_memory.slabs;
    CHECK_IS(call(SYS_mq_send, queue, NO_MEMORY, 1, 0), -EFAULT);
    CHECK_IS(call(SYS_mq_send, queue, buffer + PAGE_SIZE - 2, 3, 0), -EFAULT);
    CHECK_IS(mock_memory.slabs, slabs);
    CHECK_IS(receive(64), -EAGAIN);
    CHECK_IS(send("text", 5), 0);
    CHECK_IS(call(SYS_mq_receive, queue, NO_MEMORY, 64, priority), -EFAULT);
    CHECK_IS(call(SYS_mq_receive, queue, buffer + PAGE_SIZE - 3, 64, priority), -EFAULT);
    CHECK_IS(call(SYS_mq_receive, queue, buffer, 64, NO_MEMORY), -EFAULT);
    CHECK_IS(call(SYS_mq_receive, queue, buffer, 64, priority + 1), -EFAULT);
    check_receive("text", 5);
}

static void no_memory(void)
{
    set_up(4, 64);
    mock_memory.fail_in = 0;
    CHECK_IS(send("x", 0), -ENOMEM);
    CHECK_IS(send("y", 0), 0);
    check_receive("y", 0);
}

static void rights_and_types(void)
{
    set_up(4, 64);
    queue = (uint64_t)copy_handle(process, 0, RIGHT_READ, process);
    CHECK_IS(send("x", 0), -EACCES);
    queue = (uint64_t)copy_handle(process, 0, RIGHT_WRITE, process);
    CHECK_IS(receive(64), -EACCES);
    CHECK_IS(call(SYS_read, 0, buffer, 64), -EINVAL);
    CHECK_IS(call(SYS_write, 0, buffer, 64), -EINVAL);
    queue = (uint64_t)call(SYS_eventfd, 0, 0);
    CHECK_IS(send("x", 0), -EINVAL);
    CHECK_IS(receive(64), -EINVAL);
    queue = 50;
    CHECK_IS(send("x", 0), -EBADF);
}

static void full_and_empty(void)
{
    set_up(2, 64);
    not_waiting();
    CHECK_IS(receive(64), -EAGAIN);
    CHECK_IS(send("a", 0), 0);
    CHECK_IS(send("b", 0), 0);
    CHECK_IS(send("c", 31), -EAGAIN);
    check_receive("a", 0);
    CHECK_IS(send("c", 0), 0);
    check_receive("b", 0);
    check_receive("c", 0);
}

static void receivers_wait(void)
{
    set_up(4, 64);
    run(threads[1]);
    CHECK_IS(receive(64), SYSCALL_WAITS);
    run(threads[2]);
    CHECK_IS(receive(64), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(send("hello", 7), 0);
    CHECK_IS(resume(threads[1]), 5);
    check_message("hello", 7);
    CHECK_IS(resume(threads[2]), SYSCALL_WAITS);
}

static void senders_wait(void)
{
    set_up(1, 64);
    CHECK_IS(send("first", 0), 0);
    run(threads[1]);
    CHECK_IS(send("second", 31), SYSCALL_WAITS);
    run(threads[0]);
    check_receive("first", 0);
    poke(process, buffer, "second", 6);
    CHECK_IS(resume(threads[1]), 0);
    check_receive("second", 31);
}

static void nobody_left_to_send(void)
{
    set_up(4, 64);
    CHECK_IS(copy_handle(process, 0, RIGHT_READ, process), 1);
    CHECK_IS(send("last", 0), 0);
    queue = 1;
    run(threads[1]);
    check_receive("last", 0);
    CHECK_IS(receive(64), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(resume(threads[1]), -EPIPE);
    CHECK_IS(receive(64), -EPIPE);
}

static void nobody_left_to_receive(void)
{
    set_up(1, 64);
    CHECK_IS(copy_handle(process, 0, RIGHT_WRITE, process), 1);
    queue = 1;
    CHECK_IS(send("first", 0), 0);
    run(threads[1]);
    CHECK_IS(send("second", 0), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(resume(threads[1]), -EPIPE);
    CHECK_IS(send("third", 0), -EPIPE);
}

static void handle_goes_while_waiting(void)
{
    set_up(1, 64);
    run(threads[1]);
    CHECK_IS(receive(64), SYSCALL_WAITS);
    run(threads[0]);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(resume(threads[1]), -EBADF);
}

/* The case's end sees to it that no message stays behind. */
static void goes_with_messages(void)
{
    set_up(MQ_MAX_MESSAGES, MQ_MAX_SIZE);
    for (unsigned i = 0; i < MQ_MAX_MESSAGES; i++) {
        CHECK_IS(call(SYS_mq_send, queue, buffer, i % 2 ? MQ_MAX_SIZE : i, i % MQ_PRIORITIES), 0);
    }
    CHECK_IS(call(SYS_close, queue), 0);
    CHECK_IS(object_count(), 2);
}

/* Against an array of what was sent. */
static void random_messages(void)
{
    struct {
        unsigned level, id, size;
    } sent[16];
    unsigned count = 0, ids = 0;

    set_up(16, 64);
    not_waiting();
    for (int round = 0; round < 20000; round++) {
        if (unit_one_in(2)) {
            unsigned level = (unsigned)unit_random(MQ_PRIORITIES);
            unsigned size = 4 + (unsigned)unit_random(61);

            poke(process, buffer, &ids, sizeof(ids));
            CHECK_IS(call(SYS_mq_send, queue, buffer, size, level), count == 16 ? -EAGAIN : 0);
            if (count < 16) {
                sent[count].level = level;
                sent[count].size = size;
                sent[count++].id = ids++;
            }
        } else if (count == 0) {
            CHECK_IS(receive(64), -EAGAIN);
        } else {
            unsigned best = 0, id;

            for (unsigned i = 1; i < count; i++) {
                best = sent[i].level > sent[best].level ? i : best;
            }
            CHECK_IS(receive(64), sent[best].size);
            peek(process, buffer, &id, sizeof(id));
            CHECK_IS(id, sent[best].id);
            check_message("", sent[best].level);
            memmove(sent + best, sent + best + 1, (--count - best) * sizeof(sent[0]));
        }
    }
}

static const struct unit_case cases[] = {
    {"creation",                       creation                     },
    { "highest-priority-first",        highest_priority_first       },
    { "sizes",                         sizes                        },
    { "priorities-that-there-are-not", priorities_that_there_are_not},
    { "bad-buffers",                   bad_buffers                  },
    { "no-memory",                     no_memory                    },
    { "rights-and-types",              rights_and_types             },
    { "full-and-empty",                full_and_empty               },
    { "receivers-wait",                receivers_wait               },
    { "senders-wait",                  senders_wait                 },
    { "nobody-left-to-send",           nobody_left_to_send          },
    { "nobody-left-to-receive",        nobody_left_to_receive       },
    { "handle-goes-while-waiting",     handle_goes_while_waiting    },
    { "goes-with-messages",            goes_with_messages           },
    { "random-messages",               random_messages              },
};

UNIT("mqueue", cases)
