// SPDX-License-Identifier: MIT
/* A worker's server: answers calls, and checks what comes with them. */
#include "stress/worker.h"

#include <errno.h>
#include <string.h>

#include "lib/ipc.h"
#include "lib/syscall.h"

struct request_state {
    uint64_t words[MESSAGE_WORDS]; /* as received */
    unsigned from;
    enum request request;
};

static uint8_t buffer[SERVER_BUFFER];

/* ---- One request ---- */

static void take_words(struct request_state *state, const struct message *message, uint32_t badge)
{
    const uint64_t *words = message->words;

    memcpy(state->words, words, sizeof(state->words));
    state->from = words[0] & 0xff;
    state->request = words[0] >> 16 & 0xff;
    if (words[3] != mix(mix(words[0], words[1]), words[2]) || words[0] & ANSWER) {
        fail("a call's words are damaged: %#lx, %#lx, %#lx, %#lx", words[0], words[1], words[2],
             words[3]);
    }
    if ((words[0] >> 8 & 0xff) != (unsigned)own_number || badge != state->from + 1) {
        fail("a call from %u to %lu came here, with badge %u", state->from, words[0] >> 8 & 0xff,
             badge);
    }
    if (message->length != words[0] >> 32) {
        fail("a call from %u came with %zu bytes, %lu were sent", state->from, message->length,
             words[0] >> 32);
    }
    if ((message->handle >= 0) !=
        (state->request == REQUEST_EVENT || state->request == REQUEST_MEMORY ||
         state->request == REQUEST_TALK_BY_PIPE || state->request == REQUEST_TALK_BY_QUEUE)) {
        fail("a call from %u, request %u, came with handle %d", state->from, state->request,
             message->handle);
    }
    lane_enter(KIND_CALL, (unsigned)own_number, state->from, (uint32_t)words[1],
               (uint32_t)(words[1] >> 32));
}

static void make_answer(const struct request_state *state, struct message *answer, uint64_t result)
{
    answer->words[0] = state->words[0] | ANSWER;
    answer->words[1] = (uint32_t)state->words[1];
    answer->words[2] = result;
    answer->words[3] = mix(mix(answer->words[0], answer->words[1]), result);
    answer->length = 0;
    answer->handle = -1;
}

static void use_event(int handle, uint64_t value)
{
    must(handle_write(handle, &value, sizeof(value)), "write to a passed eventfd");
    must(handle_close(handle), "handle_close");
}

static void use_memory_passed(const struct request_state *state, int handle, uint64_t answer_check)
{
    size_t size = state->words[2];
    uint8_t *bytes = memory_map(NULL, size, MAP_READ | MAP_WRITE, handle);

    must(bytes ? 0 : -1, "map of passed memory");
    if (!is_filled(bytes, size, state->words[3])) {
        fail("memory passed by %u is not what it wrote", state->from);
    }
    maybe_die(1000);
    fill(bytes, size, answer_check);
    must(memory_unmap(bytes, size), "memory_unmap");
    must(handle_close(handle), "handle_close");
}

/* ---- Answers ---- */

/* Nobody waits for an answer any more when its call was interrupted, or its caller is dead. */
static void reply(struct message *answer)
{
    if (ipc_reply(answer) < 0) {
        must(errno == ESRCH ? 0 : -1, "ipc_reply");
        count(COUNT_ORPHANED_REPLIES);
    }
}

static void answer_vector(const struct request_state *state, struct message *answer)
{
    enum role role = state->words[2] >> 8;
    uint32_t epoch;
    int handle = vector_lock(role, state->words[2] & 0xff, &epoch);

    make_answer(state, answer, epoch);
    answer->handle = handle;
    reply(answer);
    vector_unlock();
}

static void answer_process(const struct request_state *state, struct message *answer)
{
    int handle = (int)must(process_self(), "process_self");

    make_answer(state, answer, own->generation);
    answer->handle = handle;
    reply(answer);
    must(handle_close(handle), "handle_close");
}

static void answer_talk(const struct request_state *state, struct message *message)
{
    int handle = message->handle;

    make_answer(state, message, 0);
    reply(message);
    talk_serve(state->request, state->from, (uint32_t)state->words[2], handle);
}

/* Whether the message is now an answer that is still to be sent. */
static bool handle_request(const struct request_state *state, struct message *message)
{
    int handle = message->handle;

    switch (state->request) {
    case REQUEST_WORDS:
        make_answer(state, message, mix(state->words[2], (uint64_t)own_number));
        return true;
    case REQUEST_DATA:
        if (!is_filled(buffer, message->length, state->words[3])) {
            fail("a call's data from %u, %zu bytes, is damaged", state->from, message->length);
        }
        make_answer(state, message, 0);
        message->length = state->words[2];
        fill(buffer, message->length, message->words[3]);
        return true;
    case REQUEST_EVENT:
        use_event(handle, state->words[2]);
        make_answer(state, message, 0);
        return true;
    case REQUEST_MEMORY:
        make_answer(state, message, 0);
        use_memory_passed(state, handle, message->words[3]);
        return true;
    case REQUEST_SILENCE:
        return false;
    case REQUEST_VECTOR:
        answer_vector(state, message);
        return false;
    case REQUEST_PROCESS:
        answer_process(state, message);
        return false;
    case REQUEST_TALK_BY_PIPE:
    case REQUEST_TALK_BY_QUEUE:
        answer_talk(state, message);
        return false;
    }
    fail("request %u from %u", state->request, state->from);
}

/* ---- The loop ---- */

/* Sometimes in one step with the answer, which an interruption leaves sent. */
static bool receive(int endpoint, struct message *message, uint32_t *badge, bool answer)
{
    int result;

    message->capacity = sizeof(buffer);
    message->buffer = buffer;
    if (answer && one_in(2)) {
        reply(message);
        answer = false;
        maybe_die(3000);
        receiver_change();
    }
    doing("a call");
    result = answer ? ipc_reply_receive(endpoint, message, badge)
                    : ipc_receive(endpoint, message, badge);
    doing(NULL);
    if (result < 0) {
        must(errno == EINTR ? 0 : -1, "ipc_receive");
        count(COUNT_INTERRUPTED);
    }
    return result == 0;
}

void serve(void *unused)
{
    int endpoint = fetch(OBJECT_ENDPOINT_READ, (unsigned)own_number);
    struct message message = { .handle = -1 };
    struct request_state state;
    bool answer = false;
    uint32_t badge = 0;

    (void)unused;
    for (;;) {
        bool received = receive(endpoint, &message, &badge, answer);

        answer = false;
        if (received) {
            maybe_die(1000);
            take_words(&state, &message, badge);
            if (one_in(4)) {
                pause_somehow();
            }
            maybe_die(1000);
            answer = handle_request(&state, &message);
        }
    }
}
