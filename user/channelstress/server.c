// SPDX-License-Identifier: MIT
/* The servers: one of many clients at a time, and one of one after the other. */
#include "channelstress/channelstress.h"

#include <errno.h>

#include "lib/channel_server.h"
#include "lib/ipc.h"
#include "lib/syscall.h"

#define MOST_HELD 8 /* requests whose answers come later */

/* A request and whose it is, to be answered. */
struct request {
    struct channel_message message;
    unsigned client;
};

static struct request held[MOST_HELD];
static unsigned first_held, holds;

/* ---- One request ---- */

/* The next one of its session, and as it was sent. */
static void check_request(struct channel *channel, const struct channel_message *request)
{
    uint64_t who = request->words[WORD_WHO];
    struct book *book;
    uint32_t taken;

    if (!is_sealed(request) || request->words[WORD_LENGTH] != request->length ||
        !request->length != (request->buffer == CHANNEL_NO_BUFFER)) {
        fail("a request is damaged: %#lx, number %lu", who, request->words[WORD_NUMBER]);
    }
    if (request->length &&
        !is_filled(channel_lent(channel, request), request->length, request->words[WORD_SEED])) {
        fail("a request's buffer, %u bytes, is damaged", request->length);
    }
    book = book_of(who);
    if (!book_read(&book->taken, who, &taken)) {
        count(COUNT_LEFT_OVER, 1); /* of a session that its client has left long ago */
        return;
    }
    if (request->words[WORD_NUMBER] != taken + 1) {
        fail("request %lu of session %#lx came after %u", request->words[WORD_NUMBER], who, taken);
    }
    book_count(&book->taken, who);
}

/* In the request's place, with a buffer if one is wanted and there is one. */
static void make_answer(struct channel *channel, struct channel_message *message)
{
    uint64_t wanted = message->words[WORD_WANTED];

    message->words[WORD_SEED] = mix(message->words[WORD_CHECK], 1);
    message->buffer = wanted == NO_ANSWER_BUFFER ? CHANNEL_NO_BUFFER : channel_buffer(channel);
    message->length = message->buffer == CHANNEL_NO_BUFFER ? 0 : (uint32_t)wanted;
    message->words[WORD_LENGTH] = message->length;
    if (message->length) {
        fill(channel_own(channel, message->buffer), message->length, message->words[WORD_SEED]);
        count(COUNT_WITH_BUFFER, 1);
        count(COUNT_BYTES, message->length);
    }
    seal(message);
}

/* ---- Many at a time ---- */

static struct channel_server server;

static void answer(struct request *request)
{
    struct channel *channel = channel_server_client(&server, request->client);
    uint64_t who = request->message.words[WORD_WHO];
    struct book *book = book_of(who);

    if (!channel) {
        count(COUNT_ORPHANED, 1);
        return;
    }
    make_answer(channel, &request->message);
    book_count(&book->intending, who);
    maybe_die(4000);
    if (channel_server_reply(&server, request->client, &request->message) < 0) {
        must(errno == EPIPE ? 0 : -1, "channel_server_reply");
        count(COUNT_ORPHANED, 1);
    } else {
        book_count(&book->answered, who);
    }
}

static void answer_oldest(void)
{
    answer(&held[first_held]);
    first_held = (first_held + 1) % MOST_HELD;
    holds--;
}

/* Whether another request is sure to come, even if its client dies now: then answers can wait for it. */
static bool has_more(void)
{
    for (uint64_t left = server.open; left; left &= left - 1) {
        const struct channel *channel = server.clients[__builtin_ctzl(left)];
        uint32_t answers = channel->peer.own->tail - GET(channel->peer.other->head);

        if (channel_has_message(channel) && answers + MOST_HELD < CHANNEL_SLOTS) {
            return true;
        }
    }
    return false;
}

static void serve_many(void)
{
    struct request *request = &held[0];

    must(channel_server_start(&server, ENDPOINT_HANDLE), "channel_server_start");
    while (channel_server_receive(&server, &request->client, &request->message) == 0) {
        struct channel *channel = channel_server_client(&server, request->client);

        maybe_die(4000);
        check_request(channel, &request->message);
        channel_release(channel, &request->message);
        holds++;
        if (one_in(30)) {
            pause_somehow();
        }
        if (holds == MOST_HELD || !one_in(3) || !has_more()) {
            while (holds > 0) {
                answer_oldest();
            }
        }
        request = &held[(first_held + holds) % MOST_HELD];
    }
    must(errno == EPIPE ? 0 : -1, "channel_server_receive");
}

/* ---- One after the other ---- */

/* All that a client has surely sent comes, whether or not it is still there. */
static void check_end(uint64_t who)
{
    struct book *book = book_of(who);
    uint32_t sent, taken, intent;

    if (book_read(&book->taken, who, &taken) && book_read(&book->sent, who, &sent) &&
        book_read(&book->intent, who, &intent) && (taken < sent || taken > intent)) {
        fail("session %#lx ended: %u to %u sent, %u taken", who, sent, intent, taken);
    }
}

static void answer_one(struct channel *channel, struct channel_message *message)
{
    uint64_t who = message->words[WORD_WHO];
    struct book *book = book_of(who);

    channel_release(channel, message);
    make_answer(channel, message);
    book_count(&book->intending, who);
    maybe_die(4000);
    while (channel_send(channel, message, 0) < 0) {
        if (errno == EPIPE) {
            count(COUNT_ORPHANED, 1);
            return;
        }
        must(errno == EDEADLK ? 0 : -1, "channel_send");
        thread_sleep(20000); /* both rings are full; a client of a worse priority is to run, too */
        count(COUNT_DEADLOCK, 1);
    }
    book_count(&book->answered, who);
}

static void serve_channel(int end)
{
    static struct channel channel;
    struct channel_message message;
    uint64_t who = 0;

    must(channel_open(&channel, end, CHANNEL_SERVER), "channel_open");
    while (channel_receive(&channel, &message, 0) == 0) {
        maybe_die(4000);
        check_request(&channel, &message);
        who = message.words[WORD_WHO];
        if (one_in(30)) {
            pause_somehow();
        }
        answer_one(&channel, &message);
    }
    must(errno == EPIPE ? 0 : -1, "channel_receive");
    if (who) {
        check_end(who);
    }
    channel_close(&channel);
    must(handle_close(end), "handle_close");
}

static void serve_one_by_one(void)
{
    struct message message = { .handle = -1 };

    while (ipc_receive(ENDPOINT_HANDLE, &message, NULL) == 0) {
        int end = (int)must(message.handle, "a client's end");

        maybe_die(200);
        message = (struct message){ .handle = -1 };
        ipc_reply(&message); /* the client may be dead */
        serve_channel(end);
    }
    must(errno == EPIPE ? 0 : -1, "ipc_receive");
}

int be_server(unsigned seat)
{
    chance_seed(ledger->seed, 1000 + seat, ledger->server_generations[seat]);
    if (seat == SERVERS - 1) {
        serve_one_by_one();
    } else {
        serve_many();
    }
    return 0;
}
