// SPDX-License-Identifier: MIT
/* Pipes and queues without the kernel whose other side writes anything into its memory. */
#include <errno.h>

#include "hostile/honest.h"
#include "hostile/hostile.h"
#include "lib/events.h"
#include "lib/peer.h"
#include "lib/pipe.h"
#include "lib/process.h"
#include "lib/queue.h"
#include "lib/syscall.h"

#define ROUNDS     24
#define TURNS      300

/* About where a queue's slots begin: scribbles behind that leave their numbers as they are. */
#define QUEUE_HEAD 1280

typedef void (*opener)(int ends[2]);

static void open_pipe(int ends[2])
{
    EXPECT(pipe_open(ends, IPC_UINTR) == 0);
}

static void open_queue(int ends[2])
{
    EXPECT(queue_open(ends, 16, 128, IPC_UINTR) == 0);
}

/* way: 0: what makes sense but isn't; 1: indices; 2: when to wake; 3: everything, everywhere. */
static void scribble(uint8_t *memory, size_t size, const struct peer_words *other, unsigned way,
                     uint64_t *state)
{
    volatile struct peer_words *words = (struct peer_words *)memory;

    switch (way % 4) {
    case 0:
        words->tail = other->head + (uint32_t)(chance(state) % 17);
        words->head = other->tail - (uint32_t)(chance(state) % 17);
        break;
    case 1:
        words->tail = hostile_number(state, other->head);
        words->head = hostile_number(state, other->tail);
        break;
    case 2:
        words->word = chance(state) % 2 ? chance(state) : words->word + chance(state) % 9;
        words->tail = other->head + 1;
        words->head = other->tail;
        break;
    default:
        words->tail = other->head + (uint32_t)(chance(state) % 17);
        words->head = hostile_number(state, other->tail);
    }
    for (unsigned i = 0; i < 20; i++) { /* numbers of slots, lengths, data; small ones more often */
        size_t first = way & 4 ? QUEUE_HEAD : sizeof(*words);
        size_t at = first + chance(state) % (size - first);

        memory[at] = (uint8_t)(chance(state) >> 8 & (chance(state) % 2 ? 15 : 255));
    }
}

static void scribble_at(const char *honest, opener open, unsigned side, unsigned round)
{
    uint64_t state = round * 77 + 5;
    struct link_info info;
    uint8_t *memory;
    struct peer_words *other;
    int ends[2], child, index;

    open(ends);
    EXPECT(events_start() == 0 && link_info(ends[side], &info) == 0);
    memory = link_map(ends[side], side);
    other = link_map(ends[side], !side);
    EXPECT(memory && other);
    child = start_child(honest, round, (int[]){ -1, 1, 2, ends[!side] }, 4);
    EXPECT(child >= 0 && handle_close(ends[!side]) == 0);
    EXPECT(link_attach(ends[side], side, EVENT_WAKE, EVENT_GONE) == 0);
    for (unsigned i = 0; i < TURNS && !hostile_has_ended(child); i++) {
        scribble(memory, info.size[side], other, round / 2, &state);
        index = link_connect(ends[side], !side);
        if (index >= 0) {
            uipi_send((uint64_t)index);
            uintr_unregister_sender(index, 0);
        }
        if (i % 16 == 0) {
            thread_sleep(20000);
        }
    }
    EXPECT(handle_close(ends[side]) == 0);
    EXPECT(process_finish(child) == 0);
    EXPECT(memory_unmap(memory, info.size[side]) == 0);
    EXPECT(memory_unmap(other, info.size[!side]) == 0);
}

static int attack_all(const char *honest, opener open, unsigned side)
{
    tell_peak();
    for (unsigned round = 0; round < ROUNDS; round++) {
        scribble_at(honest, open, side, round);
    }
    return 0;
}

static int pipe_reader_scribbles(unsigned unused)
{
    (void)unused;
    return attack_all("honest-pipe-writer", open_pipe, 0);
}

static int pipe_writer_scribbles(unsigned unused)
{
    (void)unused;
    return attack_all("honest-pipe-reader", open_pipe, 1);
}

static int receiver_scribbles(unsigned unused)
{
    (void)unused;
    return attack_all("honest-queue-sender", open_queue, 0);
}

static int sender_scribbles(unsigned unused)
{
    (void)unused;
    return attack_all("honest-queue-receiver", open_queue, 1);
}

const struct attack pipe_attacks[] = {
    {"pipe-scribbling-reader",     pipe_reader_scribbles, 0, 0         },
    { "pipe-scribbling-writer",    pipe_writer_scribbles, 0, 0         },
    { "queue-scribbling-receiver", receiver_scribbles,    0, 0         },
    { "queue-scribbling-sender",   sender_scribbles,      0, 0         },
    { "honest-pipe-reader",        honest_pipe_reader,    0, NOT_A_CASE},
    { "honest-pipe-writer",        honest_pipe_writer,    0, NOT_A_CASE},
    { "honest-queue-receiver",     honest_queue_receiver, 0, NOT_A_CASE},
    { "honest-queue-sender",       honest_queue_sender,   0, NOT_A_CASE},
    { NULL,                        NULL,                  0, 0         },
};
