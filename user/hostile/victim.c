// SPDX-License-Identifier: MIT
/*
 * The victims. A round of the client: a call to the server, a record through the server's echo by two pipes,
 * a user interrupt that the server's handler answers by another one. Whatever is not exactly what was sent is
 * a failure, and so is anything from the attacker that it was not allowed.
 */
#include "hostile/hostile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "hostile/victim.h"
#include "lib/ipc.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/thread.h"
#include "lib/uintr.h"

#define REQUEST_VECTOR 3
#define ANSWER_VECTOR  9

struct record {
    uint64_t round, check[7];
};

static struct board *board;
static volatile uint32_t requests, answers; /* handlers' */
static int send_index = -1;

/* ---- Failing ---- */

static _Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));

static void fail(const char *format, ...)
{
    char text[160];
    va_list arguments;

    if (!__atomic_exchange_n(&board->failed, 1, __ATOMIC_RELAXED)) {
        va_start(arguments, format);
        vsnprintf(text, sizeof(text), format, arguments);
        va_end(arguments);
        printf("hostile: victim: %s\n", text);
        fflush(stdout);
    }
    _exit(1);
}

static long must(long result, const char *what)
{
    if (result < 0) {
        fail("%s: %s", what, strerror(errno));
    }
    return result;
}

static uint64_t check_of(uint64_t round, unsigned i)
{
    return (round + 1) * 0x9e3779b97f4a7c15 ^ i * 0xbf58476d1ce4e5b9;
}

static void from_attacker(unsigned grant, uint32_t *number, const char *what)
{
    if (!(GET(board->allowed) & grant)) {
        fail("%s came from the attacker", what);
    }
    __atomic_fetch_add(number, 1, __ATOMIC_RELAXED);
}

/* ---- The server ---- */

static void handle_request(uint64_t vectors)
{
    if (vectors != 1ul << REQUEST_VECTOR) {
        fail("vectors %#lx came to the server", vectors);
    }
    requests++;
    if (uipi_send((uint64_t)send_index) == UIPI_REFUSED && !GET(board->stop)) {
        fail("the answer was refused");
    }
}

/* The client's handle for answers comes with the first call and again when it has registered anew. */
static void connect_back(struct message *message)
{
    if (send_index >= 0) {
        must(uintr_unregister_sender(send_index, 0), "uintr_unregister_sender");
    }
    send_index = (int)must(uintr_register_sender(message->handle, 0), "uintr_register_sender");
}

static void answer_client(struct message *message)
{
    uint64_t round = message->words[0];

    if (message->words[1] != check_of(round, 1) || message->words[2] != check_of(round, 2) ||
        message->words[3] != check_of(round, 3) || message->length) {
        fail("call %lu is damaged", round);
    }
    for (unsigned i = 1; i < MESSAGE_WORDS; i++) {
        message->words[i] = check_of(round, 10 + i);
    }
}

static void answer(struct message *message, uint32_t badge, int own_vector)
{
    int handle = message->handle;

    message->handle = -1;
    if (badge == VICTIM_BADGE && handle < 0) {
        answer_client(message);
    } else if (badge == VICTIM_BADGE) {
        message->handle = handle;
        connect_back(message);
        message->handle = own_vector;
    } else {
        from_attacker(GRANT_CALL, &board->calls_from_attacker, "a call");
        if (badge != ATTACK_BADGE) {
            fail("a call came with badge %u", badge);
        }
    }
    if (handle >= 0) {
        must(handle_close(handle), "handle_close");
    }
    message->length = 0;
    ipc_reply(message); /* an attacker may have made sure that it fails */
}

static void serve(void *argument)
{
    static char buffer[256];

    for (;;) {
        struct message message = { .buffer = buffer, .capacity = sizeof(buffer) };
        uint32_t badge = 0;

        if (ipc_receive(SERVER_CALLS, &message, &badge) == 0) {
            answer(&message, badge, *(int *)argument);
        } else if (errno == EPIPE) {
            break;
        } else {
            must(errno == EINTR ? 0 : -1, "ipc_receive");
        }
    }
}

static void echo(void *unused)
{
    struct record record;

    (void)unused;
    for (;;) {
        ssize_t length = handle_read(SERVER_READS, &record, sizeof(record));

        if (length == 0) {
            break;
        }
        if (length < 0) {
            must(errno == EINTR ? 0 : -1, "read");
            continue;
        }
        for (unsigned i = 0; i < 7; i++) {
            if (length != sizeof(record) || record.check[i] != check_of(record.round, i)) {
                fail("record %lu is damaged, %zd bytes", record.round, length);
            }
            record.check[i] = ~record.check[i];
        }
        must(write(SERVER_WRITES, &record, sizeof(record)), "write");
    }
}

static int be_server(void)
{
    static struct thread threads[2];
    int vector;

    must(uintr_set_handler(handle_request, 0), "uintr_register_handler");
    vector = (int)must(uintr_create_fd(REQUEST_VECTOR, 0), "uintr_create_fd");
    must(thread_start(&threads[0], serve, &vector), "thread_start");
    must(thread_start(&threads[1], echo, NULL), "thread_start");
    UINTR_SLEEP_UNTIL(false); /* the runner kills it at the end */
    return 0;
}

/* ---- The client ---- */

static void handle_answer(uint64_t vectors)
{
    if (vectors & 1ul << ATTACK_VECTOR) {
        from_attacker(GRANT_VECTOR, &board->vectors_from_attacker, "a vector");
        vectors &= ~(1ul << ATTACK_VECTOR);
    }
    if (vectors & ~(1ul << ANSWER_VECTOR)) {
        fail("vectors %#lx came to the client", vectors);
    }
    answers += vectors != 0;
}

static void handle_signal(int signal, struct signal_frame *frame)
{
    (void)frame;
    (void)signal;
    from_attacker(GRANT_SIGNAL, &board->signals_from_attacker, "a signal");
}

/* Registers, and exchanges handles with the server. */
static void connect(void)
{
    struct message message = { .handle = -1 };
    int vector, result;

    must(uintr_set_handler(handle_answer, 0), "uintr_register_handler");
    vector = (int)must(uintr_create_fd(ANSWER_VECTOR, 0), "uintr_create_fd");
    do {
        message = (struct message){ .handle = vector };
        result = ipc_call(CLIENT_CALLS, &message);
    } while (result < 0 && errno == EINTR);
    must(result, "ipc_call");
    must(message.handle, "the server's handle");
    if (send_index < 0) {
        send_index = (int)must(uintr_register_sender(message.handle, 0), "uintr_register_sender");
    }
    must(handle_close(vector), "handle_close");
    must(handle_close(message.handle), "handle_close");
    uintr_enable();
}

/* The attacker's vector goes to the runner. */
static void give_vector(void)
{
    int vector = (int)must(uintr_create_fd(ATTACK_VECTOR, 0), "uintr_create_fd"), result;
    struct message message;

    do {
        message = (struct message){ .handle = vector };
        result = ipc_call(CLIENT_DESK, &message);
    } while (result < 0 && errno == EINTR);
    must(result, "ipc_call to the runner");
    must(handle_close(vector), "handle_close");
}

/*
 * A call that is interrupted has to be made again, and under a storm of interrupts again and again: after a
 * few attempts they have to wait.
 */
static void call_server(uint64_t round)
{
    uint64_t words[MESSAGE_WORDS];
    unsigned attempts = 0;
    long result;

    do {
        for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
            words[i] = i ? check_of(round, i) : round;
        }
        if (attempts++ == 2) {
            uintr_disable();
            signal_set_mask(SIGNAL_BLOCK, 1ul << SIGNAL_USR2);
        }
        result = ipc_call_words(CLIENT_CALLS, &words[0], &words[1], &words[2], &words[3]);
    } while (result == -EINTR);
    if (attempts > 2) {
        signal_set_mask(SIGNAL_UNBLOCK, 1ul << SIGNAL_USR2);
        uintr_enable();
    }
    errno = (int)-result;
    must(result, "ipc_call");
    for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
        if (words[i] != (i ? check_of(round, 10 + i) : round)) {
            fail("the answer to call %lu is wrong", round);
        }
    }
}

static void pipe_round(uint64_t round)
{
    struct record record = { .round = round };

    for (unsigned i = 0; i < 7; i++) {
        record.check[i] = check_of(round, i);
    }
    must(write(CLIENT_WRITES, &record, sizeof(record)), "write");
    if (must(read(CLIENT_READS, &record, sizeof(record)), "read") != sizeof(record) ||
        record.round != round) {
        fail("echo %lu is wrong", round);
    }
    for (unsigned i = 0; i < 7; i++) {
        if (record.check[i] != ~check_of(round, i)) {
            fail("echo %lu is damaged", round);
        }
    }
}

static void interrupt_round(void)
{
    uint32_t before = answers;

    if (uipi_send((uint64_t)send_index) == UIPI_REFUSED) {
        fail("the server refused an interrupt");
    }
    UINTR_SLEEP_UNTIL(answers != before);
    if (answers != before + 1) {
        fail("one interrupt, %u answers", answers - before);
    }
}

static int be_client(void)
{
    must(signal_handle(SIGNAL_USR2, handle_signal, SIGNAL_RESTART, 0), "sigaction");
    connect();
    give_vector();
    for (uint64_t round = 1; !GET(board->stop); round++) {
        call_server(round);
        pipe_round(round);
        interrupt_round();
        SET(board->rounds, (uint32_t)round);
        if (GET(board->revoke) && !GET(board->revoked)) {
            must(uintr_unregister_handler(0), "uintr_unregister_handler");
            SET(board->revoked, 1);
            connect();
        }
        if (answers != round) {
            fail("%u answers in round %lu", answers, round);
        }
    }
    return 0;
}

/* ---- The one that uses nothing ---- */

/* Has no handler: nothing of others' is to be seen in its registers, and nothing comes. */
static int be_innocent(void)
{
    while (!GET(board->stop)) {
        uint64_t values[7];

        __asm__ volatile("csrr %0, 0x004\n csrr %1, 0x005\n csrr %2, 0x040\n csrr %3, 0x041\n"
                         "csrr %4, 0x042\n csrr %5, 0x043\n csrr %6, 0x044"
                         : "=r"(values[0]), "=r"(values[1]), "=r"(values[2]), "=r"(values[3]),
                           "=r"(values[4]), "=r"(values[5]), "=r"(values[6]));
        for (unsigned i = 0; i < 7; i++) {
            if (values[i]) {
                fail("register %u of user traps is %#lx in a process that has no handler", i,
                     values[i]);
            }
        }
        uintr_enable(); /* so that something could come */
        board->innocent++;
        thread_sleep(20000);
    }
    return 0;
}

int victim(const char *part)
{
    board = memory_map(NULL, sizeof(*board), MAP_READ | MAP_WRITE, VICTIM_BOARD);
    if (!board) {
        return 1;
    }
    return strcmp(part, "server") == 0   ? be_server()
           : strcmp(part, "client") == 0 ? be_client()
                                         : be_innocent();
}
