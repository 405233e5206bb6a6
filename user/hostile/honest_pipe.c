// SPDX-License-Identifier: MIT
/* Honest users of pipes and queues without the kernel: nothing but what they ask for is written. */
#include <errno.h>
#include <string.h>

#include "hostile/honest.h"
#include "hostile/hostile.h"
#include "lib/pipe.h"
#include "lib/queue.h"
#include "lib/syscall.h"

#define STEPS       3000
#define MOST        6000 /* bytes */
#define MESSAGE_MAX 128  /* of a queue of attack_pipe.c */
#define CAPACITY    4096 /* of a pipe */
#define GUARD       0xa7

static struct {
    uint8_t before[256];
    uint8_t data[MOST + 1];
    uint8_t after[256];
} memory;

static void set_guards(void)
{
    memset(memory.before, GUARD, sizeof(memory.before));
    memset(memory.after, GUARD, sizeof(memory.after));
}

/* Behind the first `used` bytes of the data nothing has changed either. */
static void check_guards(size_t used)
{
    EXPECT(used <= MOST && memory.data[used] == GUARD);
    for (unsigned i = 0; i < sizeof(memory.before); i++) {
        EXPECT(memory.before[i] == GUARD && memory.after[i] == GUARD);
    }
}

/* One call; false: that was the last one. */
typedef bool (*step)(size_t size, unsigned number);

static bool may_go_on(ssize_t result)
{
    if (result < 0) {
        EXPECT(errno == EPROTO || errno == EPIPE || errno == EAGAIN || errno == EINTR);
    }
    return result >= 0 || errno == EAGAIN || errno == EINTR;
}

static bool read_pipe(size_t size, unsigned number)
{
    ssize_t result;

    (void)number;
    memory.data[size] = GUARD;
    result = pipe_read(HONEST_END, memory.data, size);
    check_guards(size);
    EXPECT(result <= (ssize_t)size && result <= CAPACITY);
    return may_go_on(result) && (result > 0 || size == 0 || result < 0);
}

static bool write_pipe(size_t size, unsigned number)
{
    ssize_t result;

    memset(memory.data, (int)number, size);
    memory.data[size] = GUARD;
    result = pipe_write(HONEST_END, memory.data, size);
    check_guards(size);
    EXPECT(result <= (ssize_t)size);
    return may_go_on(result);
}

static bool receive_from_queue(size_t size, unsigned number)
{
    unsigned priority = 0;
    ssize_t result;

    (void)number;
    (void)size;
    memory.data[MESSAGE_MAX] = GUARD;
    result = queue_take(HONEST_END, memory.data, MESSAGE_MAX, &priority);
    check_guards(MESSAGE_MAX);
    EXPECT(result <= MESSAGE_MAX && priority < 32);
    return may_go_on(result);
}

static bool send_to_queue(size_t size, unsigned number)
{
    size %= MESSAGE_MAX + 1;
    memset(memory.data, (int)number, size);
    memory.data[size] = GUARD;
    return may_go_on(queue_put(HONEST_END, memory.data, size, number % 32)) &&
           (check_guards(size), true);
}

static int use(step step, unsigned seed)
{
    uint64_t state = seed + 1;

    set_guards();
    if (seed % 2) {
        pipe_set_flags(HONEST_END, HANDLE_NONBLOCK); /* the same for queues */
    }
    for (unsigned i = 0; i < STEPS; i++) {
        size_t size = chance(&state) % 4 ? chance(&state) % 600 : chance(&state) % (MOST + 1);

        if (!step(size, i)) {
            break;
        }
    }
    EXPECT(pipe_close(HONEST_END) == 0);
    return 0;
}

int honest_pipe_reader(unsigned seed)
{
    return use(read_pipe, seed);
}

int honest_pipe_writer(unsigned seed)
{
    return use(write_pipe, seed);
}

int honest_queue_receiver(unsigned seed)
{
    return use(receive_from_queue, seed);
}

int honest_queue_sender(unsigned seed)
{
    return use(send_to_queue, seed);
}
