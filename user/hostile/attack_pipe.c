// SPDX-License-Identifier: MIT
/* Pipes and queues without the kernel whose other side writes anything into its memory. */
#include "hostile/honest.h"
#include "hostile/hostile.h"
#include "hostile/scribble.h"
#include "lib/peer.h"
#include "lib/pipe.h"
#include "lib/queue.h"

#define ROUNDS     24
#define TURNS      300

/* About where a queue's slots begin: scribbles behind that leave their numbers as they are. */
#define QUEUE_HEAD 1280

static void open_pipe(int ends[2])
{
    EXPECT(pipe_open(ends, IPC_UINTR) == 0);
}

static void open_queue(int ends[2])
{
    EXPECT(queue_open(ends, 16, 128, IPC_UINTR) == 0);
}

/* way: 0: what makes sense but isn't; 1: indices; 2: when to wake; 3: everything. */
static void scribble_words(volatile struct peer_words *words, const struct peer_words *other,
                           unsigned way, uint64_t *state)
{
    switch (way) {
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
}

/* Two rounds in each way; eight rounds everywhere and eight behind the head, by turns. */
static void scribble(void *memory, size_t size, const void *other, unsigned round, uint64_t *state)
{
    size_t first = round / 8 % 2 ? QUEUE_HEAD : sizeof(struct peer_words);
    uint8_t *bytes = memory;

    scribble_words(memory, other, round / 2 % 4, state);
    for (unsigned i = 0; i < 20; i++) { /* numbers of slots, lengths, data; small ones more often */
        size_t at = first + chance(state) % (size - first);

        bytes[at] = (uint8_t)(chance(state) >> 8 & (chance(state) % 2 ? 15 : 255));
    }
}

static const struct scribbler pipes = { open_pipe, scribble, ROUNDS, TURNS };
static const struct scribbler queues = { open_queue, scribble, ROUNDS, TURNS };

static int pipe_reader_scribbles(unsigned unused)
{
    (void)unused;
    scribble_at("honest-pipe-writer", 0, &pipes);
    return 0;
}

static int pipe_writer_scribbles(unsigned unused)
{
    (void)unused;
    scribble_at("honest-pipe-reader", 1, &pipes);
    return 0;
}

static int receiver_scribbles(unsigned unused)
{
    (void)unused;
    scribble_at("honest-queue-sender", 0, &queues);
    return 0;
}

static int sender_scribbles(unsigned unused)
{
    (void)unused;
    scribble_at("honest-queue-receiver", 1, &queues);
    return 0;
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
