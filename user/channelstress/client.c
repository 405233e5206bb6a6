// SPDX-License-Identifier: MIT
/* A client: sessions of random depth and length, with servers that may die at any time. */
#include "channelstress/channelstress.h"

#include <errno.h>

#include "lib/channel_server.h"
#include "lib/syscall.h"

#define MOST_UNDER_WAY 40 /* more than a ring holds */
#define MOST_MESSAGES  80 /* of a session */
#define MOST_HELD      6  /* answers whose buffers are given back later */

/* A session. What it remembers of each request is in a ring. */
struct session {
    struct channel channel;
    uint64_t who;
    struct book *book;
    unsigned depth, length; /* how many under way at most, and in all */
    unsigned sent, received;
    struct {
        uint64_t wanted, check;
    } asked[64];
    struct channel_message held[MOST_HELD];
    unsigned holds;
};

static struct session session;
static struct client_seat *seat;

/* ---- Requests ---- */

static uint32_t random_size(void)
{
    return one_in(3) ? 1 + below(CHANNEL_BUFFER_SIZE) : 1 + below(100);
}

static struct channel_message make_request(void)
{
    struct channel_message request = {
        .words = {[WORD_WHO] = session.who,
                  [WORD_NUMBER] = session.sent + 1,
                  [WORD_SEED] = mix(session.who, session.sent),
                  [WORD_WANTED] = NO_ANSWER_BUFFER}
    };

    if (one_in(3)) {
        request.words[WORD_WANTED] = random_size();
    }
    if (one_in(3)) {
        request.buffer = channel_buffer(&session.channel);
    }
    if (request.buffer != CHANNEL_NO_BUFFER) {
        request.length = random_size();
        request.words[WORD_LENGTH] = request.length;
        fill(channel_own(&session.channel, request.buffer), request.length,
             request.words[WORD_SEED]);
        count(COUNT_WITH_BUFFER, 1);
        count(COUNT_BYTES, request.length);
    }
    seal(&request);
    return request;
}

/* 0, or -1: to be received first, or the server has gone. */
static int send_request(void)
{
    struct channel_message request = make_request();
    unsigned flags = one_in(4) ? CHANNEL_NOWAIT : 0;
    int result;

    session.asked[session.sent % 64].wanted = request.words[WORD_WANTED];
    session.asked[session.sent % 64].check = request.words[WORD_CHECK];
    SET(session.book->intent, ENTRY(seat->session, session.sent + 1));
    result = channel_send(&session.channel, &request, flags);
    if (result == 0) {
        SET(session.book->sent, ENTRY(seat->session, ++session.sent));
        count(COUNT_REQUESTS, 1);
        return 0;
    }
    if (request.buffer != CHANNEL_NO_BUFFER) {
        channel_drop(&session.channel, request.buffer);
    }
    if (errno == EAGAIN && flags) {
        count(COUNT_FULL, 1);
    } else if (errno == EDEADLK && !flags) {
        count(COUNT_DEADLOCK, 1);
    } else if (errno != EPIPE) {
        must(-1, "channel_send");
    }
    SET(session.book->intent, ENTRY(seat->session, session.sent));
    return -1;
}

/* ---- Answers ---- */

static void release_one(void)
{
    unsigned which = below(session.holds);
    struct channel_message *held = &session.held[which];

    if (!is_filled(channel_lent(&session.channel, held), held->length, held->words[WORD_SEED])) {
        fail("an answer's buffer, %u bytes, has changed before it was given back", held->length);
    }
    channel_release(&session.channel, held);
    session.held[which] = session.held[--session.holds];
}

static void check_answer(const struct channel_message *answer)
{
    unsigned at = session.received % 64;

    if (!is_sealed(answer) || answer->words[WORD_WHO] != session.who) {
        fail("an answer in session %#lx is damaged, or of %#lx", session.who,
             answer->words[WORD_WHO]);
    }
    if (answer->words[WORD_NUMBER] != session.received + 1) {
        fail("answer %lu came in session %#lx, after %u", answer->words[WORD_NUMBER], session.who,
             session.received);
    }
    if (answer->words[WORD_SEED] != mix(session.asked[at].check, 1) ||
        answer->words[WORD_WANTED] != session.asked[at].wanted) {
        fail("answer %u of session %#lx is one to another request", session.received + 1,
             session.who);
    }
    if (answer->words[WORD_LENGTH] != answer->length ||
        (answer->length && answer->length != session.asked[at].wanted)) {
        fail("an answer of %u bytes, %lu were wanted", answer->length, session.asked[at].wanted);
    }
}

static void take_answer(const struct channel_message *answer)
{
    check_answer(answer);
    SET(session.book->received, ENTRY(seat->session, ++session.received));
    SET(seat->done, seat->done + 1);
    count(COUNT_ANSWERS, 1);
    if (answer->buffer == CHANNEL_NO_BUFFER) {
        return;
    }
    if (!is_filled(channel_lent(&session.channel, answer), answer->length,
                   answer->words[WORD_SEED])) {
        fail("an answer's buffer, %u bytes, is damaged", answer->length);
    }
    if (session.holds == MOST_HELD) {
        release_one();
    }
    session.held[session.holds++] = *answer;
    while (session.holds && one_in(2)) {
        release_one();
    }
}

/* False: the server has gone. */
static bool receive_answer(void)
{
    struct channel_message answer;
    unsigned flags = one_in(4) ? CHANNEL_NOWAIT : 0;

    if (channel_receive(&session.channel, &answer, flags) == 0) {
        take_answer(&answer);
        return true;
    }
    if (errno == EAGAIN && flags) {
        return true;
    }
    must(errno == EPIPE ? 0 : -1, "channel_receive");
    return false;
}

/* ---- Sessions ---- */

static unsigned under_way(void)
{
    return session.sent - session.received;
}

/* The server has gone: all that it had answered must have come. */
static void check_broken(void)
{
    struct channel_message answer;
    uint32_t taken, intending, answered;

    while (channel_receive(&session.channel, &answer, one_in(2) ? CHANNEL_NOWAIT : 0) == 0) {
        take_answer(&answer);
    }
    must(errno == EPIPE ? 0 : -1, "channel_receive");
    taken = ENTRY_COUNT(GET(session.book->taken));
    intending = ENTRY_COUNT(GET(session.book->intending));
    answered = ENTRY_COUNT(GET(session.book->answered));
    if (session.received < answered || session.received > intending || taken > session.sent) {
        fail("session %#lx, broken off: %u sent, %u taken, %u to %u answered, %u received",
             session.who, session.sent, taken, answered, intending, session.received);
    }
    count(COUNT_BROKEN, 1);
}

static void check_finished(void)
{
    struct channel_message answer;
    uint32_t taken, intending;

    if (channel_receive(&session.channel, &answer, CHANNEL_NOWAIT) == 0) {
        fail("an answer too many in session %#lx", session.who);
    }
    taken = ENTRY_COUNT(GET(session.book->taken));
    intending = ENTRY_COUNT(GET(session.book->intending));
    if (taken != session.length || intending != session.length) {
        fail("session %#lx, finished: %u sent, %u taken, %u answered", session.who, session.length,
             taken, intending);
    }
    count(COUNT_FINISHED, 1);
}

/* One thing. False: the server has gone. */
static bool step(void)
{
    bool may_send = session.sent < session.length && under_way() < session.depth;

    maybe_die(2000);
    if (one_in(12)) {
        pause_somehow();
    }
    if (one_in(20)) {
        channel_flush(&session.channel);
    }
    if (may_send && !one_in(6)) {
        if (send_request() == 0) {
            return true;
        }
        if (errno == EPIPE) {
            return false;
        }
    }
    return under_way() == 0 || receive_answer();
}

static void begin_session(void)
{
    SET(seat->session, seat->session + 1);
    session.who = WHO(seat - ledger->seats, seat->session);
    session.book = &seat->books[seat->session % BOOKS];
    session.depth = one_in(3) ? 1 : 1 + below(MOST_UNDER_WAY);
    session.length = 1 + below(MOST_MESSAGES);
    session.sent = session.received = session.holds = 0;
    for (uint64_t *entry = &session.book->intent; entry <= &session.book->answered; entry++) {
        SET(*entry, ENTRY(seat->session, 0));
    }
    count(COUNT_SESSIONS, 1);
}

static void hold_session(void)
{
    begin_session();
    while (channel_connect(&session.channel, ENDPOINT_HANDLE + (int)below(SERVERS)) < 0) {
        must(errno == EPIPE ? 0 : -1, "channel_connect"); /* a server died that had received it */
    }
    while (session.received < session.length) {
        if (!step()) {
            check_broken();
            channel_disconnect(&session.channel);
            return;
        }
        if (one_in(1000) && !GET(ledger->calm)) { /* leaves, whatever is under way */
            count(COUNT_ABANDONED, 1);
            channel_disconnect(&session.channel);
            return;
        }
    }
    check_finished();
    channel_disconnect(&session.channel);
}

int be_client(unsigned number)
{
    seat = &ledger->seats[number];
    chance_seed(ledger->seed, number + 1, seat->generation);
    while (!GET(ledger->stop)) {
        uint32_t round = GET(ledger->round);

        if (seat->parked == round) {
            futex_wait(&ledger->round, round, WAIT_FOREVER);
        } else if (seat->done >= ROUND_MESSAGES) {
            SET(seat->parked, round);
        } else {
            hold_session();
        }
    }
    return 0;
}
