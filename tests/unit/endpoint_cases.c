// SPDX-License-Identifier: MIT
#include "endpoint_cases.h"

#include <errno.h>
#include <string.h>

#include "arch/layout.h"
#include "ipc/endpoint.h"

struct process *service, *client_process;
struct thread *servers[SERVERS], *clients[CLIENTS];
uint64_t service_buffer, client_buffer;

/* ---- Setting up, calling, looking ---- */

static uint64_t new_buffer(struct process *process)
{
    size_t size = (BUFFER_SIZE + PAGE_SIZE - 1) & -(size_t)PAGE_SIZE;

    return user_memory(process, size) + size - BUFFER_SIZE;
}

static void give_clients_handles(void)
{
    struct handle handle = *handle_of(service, ENDPOINT);

    handle.rights = RIGHT_WRITE | RIGHT_TRANSFER;
    for (unsigned i = 0; i < CLIENTS; i++) {
        handle.badge = BADGE(i);
        handle_copy_to(&client_process->handles, BADGED(i), &handle);
    }
    handle_of(service, ENDPOINT)->rights = RIGHT_READ;
    handle.object->writers--; /* of the handle that is not one to write by any more */
}

void set_up_endpoint(void)
{
    kernel_up(1);
    service = new_process();
    client_process = new_process();
    for (int i = 0; i < SERVERS; i++) {
        servers[i] = new_thread(service);
    }
    for (int i = 0; i < CLIENTS; i++) {
        clients[i] = new_thread(client_process);
    }
    service_buffer = new_buffer(service);
    client_buffer = new_buffer(client_process);
    run(servers[0]);
    CHECK_IS(call(SYS_endpoint_create), ENDPOINT);
    CHECK_IS(call(SYS_eventfd, 0, HANDLE_NONBLOCK), 1);
    give_clients_handles();
    handle_of(service, 1)->badge = 7;
    handle_copy_to(&service->handles, PASSED, handle_of(service, 1));
    handle_copy_to(&client_process->handles, PASSED, handle_of(service, 1));
    CHECK_IS(call(SYS_close, 1), 0);
}

long ipc(long number, uint64_t handle, uint64_t info, uint64_t word, uint64_t buffer)
{
    return call(number, handle, info, word, word + 1, word + 2, word + 3, buffer);
}

long ipc_short(long number, uint64_t handle, uint64_t word)
{
    return ipc(number, handle, MESSAGE_INFO(0, 0, -1), word, NO_MEMORY);
}

void check_message(const struct thread *thread, size_t length, int handle, uint64_t word)
{
    CHECK_IS(REGISTER(thread, 11), MESSAGE_INFO(length, 0, handle));
    for (unsigned i = 0; i < MESSAGE_WORDS; i++) {
        CHECK_IS(REGISTER(thread, 12 + i), word + i);
    }
}

static void client_calls(int i, uint64_t word)
{
    run(clients[i]);
    CHECK_IS(ipc_short(SYS_ipc_call, BADGED((uint64_t)i), word), SYSCALL_WAITS);
    CHECK(is_waiting(clients[i]));
}

static void server_waits(int i)
{
    run(servers[i]);
    CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), SYSCALL_WAITS);
    CHECK(is_waiting(servers[i]));
}

/* A server takes the next call, which is this client's. */
static void server_receives(int i, int client, uint64_t word)
{
    run(servers[i]);
    CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), BADGE((unsigned)client));
    check_message(servers[i], 0, -1, word);
    CHECK(servers[i]->caller == clients[client]);
}

static void server_replies(int i, uint64_t word)
{
    run(servers[i]);
    CHECK_IS(ipc_short(SYS_ipc_reply, 0, word), 0);
}

static void client_has_reply(int i, uint64_t word)
{
    CHECK_IS(resume(clients[i]), 0);
    check_message(clients[i], 0, -1, word);
}

/* A call that ends at once, by an error; the client may have lost its turn by it. */
static long client_fails(int i, uint64_t info, uint64_t buffer)
{
    run(clients[i]);
    ipc(SYS_ipc_call, BADGED((uint64_t)i), info, 5, buffer);
    return resume(clients[i]);
}

static void call_and_receive(int client, int server)
{
    client_calls(client, 100);
    server_receives(server, client, 100);
}

/* ---- The object ---- */

static void creation(void)
{
    kernel_up(1);
    service = new_process();
    run(new_thread(service));
    mock_memory.fail_in = 0;
    CHECK_IS(call(SYS_endpoint_create), -ENOMEM);
    CHECK_IS(call(SYS_endpoint_create), 0);
    CHECK_IS(handle_of(service, 0)->rights, RIGHT_ALL);
    CHECK_IS(handle_of(service, 0)->badge, 0);
    while (service->handles.used < MAX_HANDLES) {
        CHECK(call(SYS_endpoint_create) > 0);
    }
    CHECK_IS(call(SYS_endpoint_create), -EMFILE);
}

static void handles_that_will_not_do(void)
{
    static const uint64_t none[] = { 20, MAX_HANDLES, (uint64_t)-1, 1ul << 31 };

    set_up_endpoint();
    CHECK_IS(ipc_short(SYS_ipc_call, ENDPOINT, 0), -EACCES);
    CHECK_IS(ipc_short(SYS_ipc_receive, PASSED, 0), -EINVAL);
    CHECK_IS(ipc_short(SYS_ipc_call, PASSED, 0), -EINVAL);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, PASSED, 0), -EINVAL);
    for (unsigned i = 0; i < 4; i++) {
        CHECK_IS(ipc_short(SYS_ipc_call, none[i], 0), -EBADF);
        CHECK_IS(ipc_short(SYS_ipc_receive, none[i], 0), -EBADF);
        CHECK_IS(ipc_short(SYS_ipc_reply_receive, none[i], 0), -EBADF);
    }
    run(clients[0]);
    CHECK_IS(ipc_short(SYS_ipc_receive, BADGED(0), 0), -EACCES);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, BADGED(0), 0), -EACCES);
}

/* A handle number is 32 bits of the register, whichever way the call takes. */
static void handle_number_is_an_int(void)
{
    set_up_endpoint();
    server_waits(0);
    run(clients[1]);
    CHECK_IS(ipc_short(SYS_ipc_call, 0x500000000 | BADGED(1), 1), SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), BADGE(1));
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, 0x500000000 | ENDPOINT, 2), SYSCALL_WAITS);
    client_has_reply(1, 2);
}

/* ---- Calls and replies ---- */

static void caller_is_first(void)
{
    set_up_endpoint();
    client_calls(1, 10);
    server_receives(0, 1, 10);
    CHECK(is_waiting(clients[1]));
    server_replies(0, 20);
    client_has_reply(1, 20);
}

static void server_is_first(void)
{
    set_up_endpoint();
    server_waits(0);
    client_calls(2, 10);
    CHECK_IS(resume(servers[0]), BADGE(2));
    check_message(servers[0], 0, -1, 10);
    CHECK(servers[0]->caller == clients[2]);
    server_replies(0, 20);
    client_has_reply(2, 20);
    CHECK(!servers[0]->caller);
    CHECK(!clients[2]->server);
}

static void call_after_call(void)
{
    set_up_endpoint();
    server_waits(0);
    for (unsigned i = 0; i < 10; i++) {
        client_calls(3, i);
        CHECK_IS(resume(servers[0]), BADGE(3));
        check_message(servers[0], 0, -1, i);
        CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 1000 + i), SYSCALL_WAITS);
        CHECK(is_waiting(servers[0]));
        client_has_reply(3, 1000 + i);
    }
}

static void callers_in_order(void)
{
    set_up_endpoint();
    for (int i = 0; i < CLIENTS; i++) {
        client_calls(i, 10 * (uint64_t)i);
    }
    run(servers[0]);
    CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), BADGE(0));
    for (int i = 0; i < CLIENTS; i++) {
        long next = i + 1 < CLIENTS ? (long)BADGE((unsigned)i + 1) : SYSCALL_WAITS;

        check_message(servers[0], 0, -1, 10 * (uint64_t)i);
        run(servers[0]);
        CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 500 + (uint64_t)i), next);
        client_has_reply(i, 500 + (uint64_t)i);
    }
}

static void receivers_in_order(void)
{
    set_up_endpoint();
    server_waits(1);
    server_waits(0);
    client_calls(0, 1);
    client_calls(1, 2);
    CHECK_IS(resume(servers[0]), BADGE(1));
    CHECK_IS(resume(servers[1]), BADGE(0));
    client_calls(2, 3); /* nobody is there */
    server_replies(0, 4);
    client_has_reply(1, 4);
    server_replies(1, 5);
    client_has_reply(0, 5);
    server_receives(1, 2, 3);
}

/* While it is served nobody else gets it. */
static void call_is_received_once(void)
{
    for (int i = 0; i < 2; i++) {
        set_up_endpoint();
        if (i) {
            server_waits(0);
            client_calls(1, 1);
            CHECK_IS(resume(servers[0]), BADGE(1));
        } else {
            client_calls(1, 1);
            server_receives(0, 1, 1);
        }
        server_waits(1);
        server_replies(0, 2);
        client_has_reply(1, 2);
        kernel_down();
    }
}

static void words_and_nothing_else(void)
{
    struct trap_frame before;

    set_up_endpoint();
    server_waits(0);
    for (unsigned n = 1; n < 32; n++) {
        if (n < 10 || n > 17) {
            REGISTER(servers[0], n) = 7000 + n;
        }
    }
    before = servers[0]->frame;
    client_calls(1, 10);
    CHECK_IS(resume(servers[0]), BADGE(1));
    for (unsigned n = 1; n < 32; n++) {
        if (n < 10 || n > 15) {
            CHECK_IS(REGISTER(servers[0], n), FRAME_X(&before, n));
        }
    }
    CHECK_IS(servers[0]->frame.sepc, before.sepc);
}

static void nobody_to_reply_to(void)
{
    set_up_endpoint();
    CHECK_IS(ipc_short(SYS_ipc_reply, 0, 1), -ESRCH);
    call_and_receive(0, 0);
    server_replies(0, 1);
    CHECK_IS(ipc_short(SYS_ipc_reply, 0, 2), -ESRCH);
    client_has_reply(0, 1);
    run(servers[0]);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 3), SYSCALL_WAITS); /* goes on */
    client_calls(1, 5);
    CHECK_IS(resume(servers[0]), BADGE(1));
}

static void receiving_instead_of_replying(void)
{
    set_up_endpoint();
    call_and_receive(0, 0);
    client_calls(1, 5);
    server_receives(0, 1, 5);
    CHECK_IS(resume(clients[0]), -ECANCELED);
    server_replies(0, 6);
    client_has_reply(1, 6);
}

/* A server that calls another one meanwhile keeps its caller. */
static void calls_within_calls(void)
{
    struct handle handle;

    set_up_endpoint();
    run(servers[1]);
    CHECK_IS(call(SYS_endpoint_create), 1);
    CHECK_IS(ipc_short(SYS_ipc_receive, 1, 0), SYSCALL_WAITS);
    handle = *handle_of(service, 1);
    CHECK_IS(handle.object->writers, 1);
    server_waits(0);
    client_calls(3, 10);
    CHECK_IS(resume(servers[0]), BADGE(3));
    CHECK_IS(ipc_short(SYS_ipc_call, 1, 20), SYSCALL_WAITS);
    CHECK(servers[0]->server == servers[1] && servers[0]->caller == clients[3]);
    CHECK_IS(resume(servers[1]), 0);
    check_message(servers[1], 0, -1, 20);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, 1, 30), SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), 0);
    check_message(servers[0], 0, -1, 30);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 40), SYSCALL_WAITS);
    client_has_reply(3, 40);
}

/* ---- Data ---- */

static char sent[BUFFER_SIZE], found[BUFFER_SIZE];

static void fill(struct process *process, uint64_t buffer)
{
    unit_random_bytes(sent, sizeof(sent));
    poke(process, buffer, sent, sizeof(sent));
}

static void check_data(struct process *process, uint64_t buffer, size_t length)
{
    peek(process, buffer, found, length);
    CHECK(!memcmp(found, sent, length));
}

static void data_both_ways(void)
{
    static const size_t lengths[] = { 1, 8, 1000, PAGE_SIZE, MESSAGE_MAX_DATA };

    set_up_endpoint();
    for (unsigned i = 0; i < 5; i++) {
        size_t length = lengths[i];

        fill(client_process, client_buffer);
        run(clients[1]);
        CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(length, length, -1), 10, client_buffer),
                 SYSCALL_WAITS);
        run(servers[0]);
        CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, length, -1), 0, service_buffer),
                 BADGE(1));
        check_message(servers[0], length, -1, 10);
        check_data(service, service_buffer, length);
        fill(service, service_buffer);
        CHECK_IS(ipc(SYS_ipc_reply, 0, MESSAGE_INFO(length, 0, -1), 20, service_buffer), 0);
        CHECK_IS(resume(clients[1]), 0);
        check_message(clients[1], length, -1, 20);
        check_data(client_process, client_buffer, length);
    }
}

static void data_for_a_waiting_server(void)
{
    set_up_endpoint();
    run(servers[0]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 100, -1), 0, service_buffer),
             SYSCALL_WAITS);
    fill(client_process, client_buffer);
    run(clients[1]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(77, 0, -1), 10, client_buffer),
             SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), BADGE(1));
    check_message(servers[0], 77, -1, 10);
    check_data(service, service_buffer, 77);
}

/* What the last message left, the next one doesn't have: the receiver's room counts each time. */
static void room_is_given_anew(void)
{
    set_up_endpoint();
    run(servers[0]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 50, -1), 0, service_buffer),
             SYSCALL_WAITS);
    client_calls(1, 10);
    CHECK_IS(resume(servers[0]), BADGE(1));
    CHECK_IS(ipc(SYS_ipc_reply_receive, ENDPOINT, MESSAGE_INFO(0, 60, -1), 20, service_buffer),
             SYSCALL_WAITS);
    client_has_reply(1, 20);
    CHECK_IS(client_fails(1, MESSAGE_INFO(61, 0, -1), client_buffer), -EMSGSIZE);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(60, 0, -1), 10, client_buffer),
             SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), BADGE(1));
    check_message(servers[0], 60, -1, 10);
}

/* ---- Whose fault it is ---- */

static void message_too_long(void)
{
    set_up_endpoint();
    run(clients[0]); /* queued: the next one is for the server */
    CHECK_IS(ipc(SYS_ipc_call, BADGED(0), MESSAGE_INFO(11, 0, -1), 1, client_buffer),
             SYSCALL_WAITS);
    client_calls(1, 2);
    run(servers[0]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 10, -1), 0, service_buffer), BADGE(1));
    check_message(servers[0], 0, -1, 2);
    CHECK_IS(resume(clients[0]), -EMSGSIZE);
    server_replies(0, 3);
    client_has_reply(1, 3);

    run(servers[0]); /* the server is there: it waits on */
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 65535, -1), 0, service_buffer),
             SYSCALL_WAITS);
    CHECK_IS(client_fails(0, MESSAGE_INFO(MESSAGE_MAX_DATA + 1, 0, -1), client_buffer), -EMSGSIZE);
    CHECK(is_waiting(servers[0]));
    CHECK_IS(ipc(SYS_ipc_call, BADGED(0), MESSAGE_INFO(MESSAGE_MAX_DATA, 0, -1), 1, client_buffer),
             SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), BADGE(0));
}

static void callers_buffer_is_bad(void)
{
    set_up_endpoint();
    run(servers[0]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 4096, -1), 0, service_buffer),
             SYSCALL_WAITS);
    CHECK_IS(client_fails(0, MESSAGE_INFO(1, 0, -1), NO_MEMORY), -EFAULT);
    CHECK_IS(client_fails(0, MESSAGE_INFO(2, 0, -1), client_buffer + BUFFER_SIZE - 1), -EFAULT);
    CHECK(is_waiting(servers[0]));
    client_calls(1, 5);
    CHECK_IS(resume(servers[0]), BADGE(1));
    check_message(servers[0], 0, -1, 5);
}

/* It gets the error and the call goes on to the next server, or stays. */
static void servers_buffer_is_bad(void)
{
    set_up_endpoint();
    run(servers[0]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 10, -1), 0, NO_MEMORY), SYSCALL_WAITS);
    run(servers[1]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 10, -1), 0, service_buffer),
             SYSCALL_WAITS);
    run(clients[2]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(2), MESSAGE_INFO(10, 0, -1), 9, client_buffer),
             SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), -EFAULT);
    CHECK(!servers[0]->caller);
    CHECK_IS(resume(servers[1]), BADGE(2));
    server_replies(1, 1);
    client_has_reply(2, 1);

    run(clients[2]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(2), MESSAGE_INFO(10, 0, -1), 9, client_buffer),
             SYSCALL_WAITS);
    run(servers[0]);
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 10, -1), 0, NO_MEMORY), -EFAULT);
    CHECK(is_waiting(clients[2]));
    CHECK_IS(ipc(SYS_ipc_receive, ENDPOINT, MESSAGE_INFO(0, 10, -1), 0, service_buffer), BADGE(2));
    check_message(servers[0], 10, -1, 9);
}

/* The caller waits on for a better one. */
static void reply_that_cannot_be_sent(void)
{
    set_up_endpoint();
    run(clients[0]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(0), MESSAGE_INFO(0, 10, -1), 1, client_buffer),
             SYSCALL_WAITS);
    server_receives(0, 0, 1);
    for (int i = 0; i < 2; i++) {
        long number = i ? SYS_ipc_reply_receive : SYS_ipc_reply;

        CHECK_IS(ipc(number, ENDPOINT, MESSAGE_INFO(11, 0, -1), 2, service_buffer), -EMSGSIZE);
        CHECK_IS(ipc(number, ENDPOINT, MESSAGE_INFO(10, 0, -1), 2, NO_MEMORY), -EFAULT);
        CHECK_IS(ipc(number, ENDPOINT, MESSAGE_INFO(0, 0, 20), 2, 0), -EBADF);
        CHECK_IS(ipc(number, ENDPOINT, MESSAGE_INFO(0, 0, ENDPOINT), 2, 0), -EACCES);
        CHECK(is_waiting(clients[0]));
        CHECK(servers[0]->caller == clients[0]);
    }
    fill(service, service_buffer);
    CHECK_IS(ipc(SYS_ipc_reply, 0, MESSAGE_INFO(10, 0, -1), 2, service_buffer), 0);
    CHECK_IS(resume(clients[0]), 0);
    check_message(clients[0], 10, -1, 2);
    check_data(client_process, client_buffer, 10);
}

static void reply_that_cannot_be_received(void)
{
    set_up_endpoint();
    for (int i = 0; i < 2; i++) {
        run(clients[0]);
        CHECK_IS(ipc(SYS_ipc_call, BADGED(0), MESSAGE_INFO(0, 10, -1), 1, NO_MEMORY),
                 SYSCALL_WAITS);
        server_receives(0, 0, 1);
        CHECK_IS(ipc(i ? SYS_ipc_reply_receive : SYS_ipc_reply, ENDPOINT, MESSAGE_INFO(10, 0, -1),
                     2, service_buffer),
                 i ? SYSCALL_WAITS : 0);
        CHECK_IS(resume(clients[0]), -EFAULT);
        CHECK(!servers[0]->caller);
    }
}

/* The reply is not sent when there is nothing to receive by. */
static void reply_receive_by_a_bad_handle(void)
{
    set_up_endpoint();
    call_and_receive(1, 0);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, 20, 2), -EBADF);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, PASSED, 2), -EINVAL);
    CHECK(is_waiting(clients[1]));
    server_replies(0, 3);
    client_has_reply(1, 3);
}

/* ---- Handles that are passed ---- */

static void handle_is_passed(void)
{
    struct handle *handle;
    struct object *object;

    set_up_endpoint();
    object = handle_of(service, PASSED)->object;
    run(clients[1]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(0, 0, PASSED), 5, 0), SYSCALL_WAITS);
    run(servers[0]);
    CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), BADGE(1));
    check_message(servers[0], 0, 1, 5); /* the lowest free number */
    handle = handle_of(service, 1);
    CHECK(handle->object == object);
    CHECK_IS(handle->rights, RIGHT_ALL);
    CHECK_IS(handle->badge, 7);
    CHECK_IS(handle->flags, HANDLE_NONBLOCK);
    CHECK(handle_of(client_process, PASSED)->object == object); /* the sender keeps his */
    CHECK_IS(object->references, 3);

    CHECK_IS(ipc(SYS_ipc_reply, 0, MESSAGE_INFO(0, 0, 1), 6, 0), 0); /* and back */
    CHECK_IS(resume(clients[1]), 0);
    check_message(clients[1], 0, CLIENTS, 6);
    CHECK(handle_of(client_process, CLIENTS)->object == object);
    CHECK_IS(object->references, 4);
    CHECK_IS(call(SYS_close, CLIENTS), 0);
    CHECK_IS(object->references, 3);
}

/* Something to call its sender by. */
static void endpoint_is_passed(void)
{
    set_up_endpoint();
    server_waits(0);
    run(clients[1]);
    CHECK_IS(call(SYS_endpoint_create), CLIENTS);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(0, 0, CLIENTS), 5, 0), SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), BADGE(1));
    check_message(servers[0], 0, 1, 5);
    server_replies(0, 6);
    client_has_reply(1, 6);
    run(servers[0]);
    CHECK_IS(ipc_short(SYS_ipc_call, 1, 7), SYSCALL_WAITS);
    run(clients[1]);
    CHECK_IS(ipc_short(SYS_ipc_receive, CLIENTS, 0), 0);
    check_message(clients[1], 0, -1, 7);
}

static void handle_that_cannot_be_passed(void)
{
    unsigned used;

    set_up_endpoint();
    handle_of(client_process, PASSED)->rights = RIGHT_READ | RIGHT_WRITE;
    used = service->handles.used;
    run(clients[0]); /* queued */
    CHECK_IS(ipc(SYS_ipc_call, BADGED(0), MESSAGE_INFO(0, 0, PASSED), 5, 0), SYSCALL_WAITS);
    run(clients[1]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(0, 0, 33), 5, 0), SYSCALL_WAITS);
    server_waits(0);
    CHECK_IS(resume(clients[0]), -EACCES);
    CHECK_IS(resume(clients[1]), -EBADF);
    CHECK_IS(client_fails(0, MESSAGE_INFO(0, 0, PASSED), 0), -EACCES); /* the server is there */
    CHECK_IS(client_fails(1, MESSAGE_INFO(0, 0, 33), 0), -EBADF);
    CHECK(is_waiting(servers[0]));
    CHECK_IS(service->handles.used, used);
}

static void no_room_for_the_handle(void)
{
    set_up_endpoint();
    run(servers[0]);
    while (service->handles.used < MAX_HANDLES) {
        CHECK(call(SYS_eventfd, 0, 0) > 0);
    }
    server_waits(0);
    CHECK_IS(client_fails(1, MESSAGE_INFO(0, 0, PASSED), 0), -EMFILE);
    CHECK(is_waiting(servers[0]));
    CHECK_IS(handle_of(client_process, PASSED)->object->references, 2);
    run(servers[1]);
    CHECK_IS(call(SYS_close, 30), 0);
    run(clients[1]);
    CHECK_IS(ipc(SYS_ipc_call, BADGED(1), MESSAGE_INFO(0, 0, PASSED), 5, 0), SYSCALL_WAITS);
    CHECK_IS(resume(servers[0]), BADGE(1));
    check_message(servers[0], 0, 30, 5);
}

/* ---- Ends ---- */

static void nobody_to_receive(void)
{
    set_up_endpoint();
    client_calls(0, 1);
    client_calls(1, 2);
    run(servers[0]);
    CHECK_IS(call(SYS_close, ENDPOINT), 0);
    CHECK_IS(resume(clients[0]), -EPIPE);
    CHECK_IS(resume(clients[1]), -EPIPE);
    run(clients[2]);
    CHECK_IS(ipc_short(SYS_ipc_call, BADGED(2), 3), -EPIPE);
}

static void nobody_to_call(void)
{
    set_up_endpoint();
    server_waits(0);
    server_waits(1);
    run(clients[0]);
    for (unsigned i = 0; i < CLIENTS; i++) {
        CHECK(is_waiting(servers[0]) && is_waiting(servers[1]));
        CHECK_IS(call(SYS_close, BADGED(i)), 0);
    }
    CHECK_IS(resume(servers[0]), -EPIPE);
    CHECK_IS(resume(servers[1]), -EPIPE);
    CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), -EPIPE);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 0), -EPIPE);
}

/* Also those wait in vain whose own handle is gone. */
static void own_handle_goes_while_waiting(void)
{
    set_up_endpoint();
    server_waits(0);
    run(servers[1]);
    CHECK_IS(call(SYS_close, ENDPOINT), 0);
    CHECK_IS(resume(servers[0]), -EPIPE);
    kernel_down();

    set_up_endpoint();
    client_calls(0, 1);
    run(clients[1]);
    for (unsigned i = 0; i < CLIENTS; i++) {
        CHECK(is_waiting(clients[0]));
        CHECK_IS(call(SYS_close, BADGED(i)), 0);
    }
    CHECK_IS(resume(clients[0]), -EPIPE);
}

/* The last call is answered, though no other one can come. */
static void last_caller_is_answered(void)
{
    set_up_endpoint();
    call_and_receive(1, 0);
    run(clients[0]);
    for (unsigned i = 0; i < CLIENTS; i++) {
        CHECK_IS(call(SYS_close, BADGED(i)), 0);
    }
    CHECK(is_waiting(clients[1]));
    run(servers[0]);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 9), -EPIPE);
    client_has_reply(1, 9);
}

/* What has been received is answered without the endpoint. */
static void endpoint_goes_during_a_call(void)
{
    set_up_endpoint();
    call_and_receive(1, 0);
    run(servers[1]);
    CHECK_IS(call(SYS_close, ENDPOINT), 0);
    CHECK(is_waiting(clients[1]));
    server_replies(0, 9);
    client_has_reply(1, 9);
}

static void server_ends(void)
{
    set_up_endpoint();
    call_and_receive(0, 0);
    call_and_receive(1, 1);
    run(servers[0]);
    CHECK_IS(call(SYS_thread_exit, 0), SYSCALL_WAITS);
    CHECK_IS(resume(clients[0]), -EPIPE);
    CHECK(!clients[0]->server);
    CHECK(is_waiting(clients[1])); /* the other one's */
    server_replies(1, 5);
    client_has_reply(1, 5);
}

static void service_is_killed(void)
{
    set_up_endpoint();
    call_and_receive(0, 0);
    client_calls(1, 1);
    run(servers[1]);
    CHECK_IS(call(SYS_exit, 3), SYSCALL_WAITS);
    CHECK_IS(resume(clients[0]), -EPIPE); /* served */
    CHECK_IS(resume(clients[1]), -EPIPE); /* queued */
}

static void caller_ends_while_queued(void)
{
    struct process *other;
    struct thread *caller;

    set_up_endpoint();
    other = new_process();
    caller = new_thread(other);
    handle_copy_to(&other->handles, 0, handle_of(client_process, BADGED(0)));
    run(caller);
    CHECK_IS(ipc_short(SYS_ipc_call, 0, 1), SYSCALL_WAITS);
    client_calls(2, 2);
    process_kill(other, 1);
    CHECK(other->ended);
    server_receives(0, 2, 2);
}

static void caller_ends_while_served(void)
{
    set_up_endpoint();
    for (int i = 0; i < 2; i++) {
        struct process *other = new_process();
        struct thread *caller = new_thread(other);

        handle_copy_to(&other->handles, 0, handle_of(client_process, BADGED(3)));
        run(caller);
        CHECK_IS(ipc_short(SYS_ipc_call, 0, 1), SYSCALL_WAITS);
        run(servers[0]);
        CHECK_IS(ipc_short(SYS_ipc_receive, ENDPOINT, 0), BADGE(3));
        process_kill(other, 1);
        CHECK(!servers[0]->caller);
        if (i == 0) {
            CHECK_IS(ipc_short(SYS_ipc_reply, 0, 5), -ESRCH);
        } else {
            CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 5), SYSCALL_WAITS);
        }
    }
    client_calls(1, 7);
    CHECK_IS(resume(servers[0]), BADGE(1));
}

static void server_ends_while_waiting(void)
{
    set_up_endpoint();
    server_waits(0);
    server_waits(1);
    run(clients[0]);
    thread_kill(servers[0]);
    client_calls(1, 7);
    CHECK_IS(resume(servers[1]), BADGE(1));
}

/* ---- Interruptions ---- */

/* In the queue nothing has happened yet: the call may be repeated. */
static void caller_is_interrupted_in_the_queue(void)
{
    set_up_endpoint();
    client_calls(1, 1);
    wait_interrupt(clients[1]);
    CHECK(clients[1]->interrupted);
    CHECK_IS(resume(clients[1]), -EINTR);
    client_calls(2, 2);
    server_receives(0, 2, 2);
}

/* It has been received: repeated by itself, it would be made twice. */
static void caller_is_interrupted_while_served(void)
{
    for (int i = 0; i < 2; i++) {
        set_up_endpoint();
        if (i) {
            server_waits(0);
            client_calls(1, 100);
            CHECK_IS(resume(servers[0]), BADGE(1));
        } else {
            call_and_receive(1, 0);
        }
        wait_interrupt(clients[1]);
        CHECK(!clients[1]->interrupted);
        CHECK(!servers[0]->caller && !clients[1]->server);
        CHECK_IS(resume(clients[1]), -EINTR);
        run(servers[0]);
        CHECK_IS(ipc_short(SYS_ipc_reply, 0, 5), -ESRCH);
        kernel_down();
    }
}

static void server_is_interrupted(void)
{
    set_up_endpoint();
    server_waits(0);
    wait_interrupt(servers[0]);
    CHECK(servers[0]->interrupted);
    CHECK_IS(resume(servers[0]), -EINTR);
    client_calls(1, 1);
    CHECK(is_waiting(clients[1]));
}

/* Then nothing is sent. */
static void signal_comes_first(void)
{
    set_up_endpoint();
    server_waits(0);
    for (int i = 0; i < 2; i++) {
        run(clients[1]);
        if (i) {
            clients[1]->uintr.receiver = mock_receiver();
            mock_uintr_pending = true;
        } else {
            clients[1]->attention = ATTENTION_SIGNAL;
        }
        CHECK_IS(ipc_short(SYS_ipc_call, BADGED(1), 1), i ? -EINTR : SYSCALL_WAITS);
        if (i == 0) { /* the signal was none, so the call has begun anew */
            CHECK_IS(resume(servers[0]), BADGE(1));
            check_message(servers[0], 0, -1, 1);
            server_replies(0, 2);
            client_has_reply(1, 2);
            server_waits(0);
        }
    }
    CHECK(is_waiting(servers[0]));
    mock_uintr_pending = false;
    clients[1]->uintr.receiver = NULL;
}

static void user_interrupt_comes_before_receiving(void)
{
    set_up_endpoint();
    call_and_receive(1, 0);
    servers[0]->uintr.receiver = mock_receiver();
    mock_uintr_pending = true;
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 5), -EINTR);
    mock_uintr_pending = false;
    servers[0]->uintr.receiver = NULL;
    client_has_reply(1, 5); /* the reply is out */
    run(servers[0]);
    CHECK_IS(ipc_short(SYS_ipc_reply_receive, ENDPOINT, 5), SYSCALL_WAITS);
}

const struct unit_case endpoint_cases[] = {
    {"creation",                               creation                             },
    { "handles-that-will-not-do",              handles_that_will_not_do             },
    { "handle-number-is-an-int",               handle_number_is_an_int              },
    { "caller-is-first",                       caller_is_first                      },
    { "server-is-first",                       server_is_first                      },
    { "call-after-call",                       call_after_call                      },
    { "callers-in-order",                      callers_in_order                     },
    { "receivers-in-order",                    receivers_in_order                   },
    { "call-is-received-once",                 call_is_received_once                },
    { "words-and-nothing-else",                words_and_nothing_else               },
    { "nobody-to-reply-to",                    nobody_to_reply_to                   },
    { "receiving-instead-of-replying",         receiving_instead_of_replying        },
    { "calls-within-calls",                    calls_within_calls                   },
    { "data-both-ways",                        data_both_ways                       },
    { "data-for-a-waiting-server",             data_for_a_waiting_server            },
    { "room-is-given-anew",                    room_is_given_anew                   },
    { "message-too-long",                      message_too_long                     },
    { "callers-buffer-is-bad",                 callers_buffer_is_bad                },
    { "servers-buffer-is-bad",                 servers_buffer_is_bad                },
    { "reply-that-cannot-be-sent",             reply_that_cannot_be_sent            },
    { "reply-that-cannot-be-received",         reply_that_cannot_be_received        },
    { "reply-receive-by-a-bad-handle",         reply_receive_by_a_bad_handle        },
    { "handle-is-passed",                      handle_is_passed                     },
    { "endpoint-is-passed",                    endpoint_is_passed                   },
    { "handle-that-cannot-be-passed",          handle_that_cannot_be_passed         },
    { "no-room-for-the-handle",                no_room_for_the_handle               },
    { "nobody-to-receive",                     nobody_to_receive                    },
    { "nobody-to-call",                        nobody_to_call                       },
    { "own-handle-goes-while-waiting",         own_handle_goes_while_waiting        },
    { "last-caller-is-answered",               last_caller_is_answered              },
    { "endpoint-goes-during-a-call",           endpoint_goes_during_a_call          },
    { "server-ends",                           server_ends                          },
    { "service-is-killed",                     service_is_killed                    },
    { "caller-ends-while-queued",              caller_ends_while_queued             },
    { "caller-ends-while-served",              caller_ends_while_served             },
    { "server-ends-while-waiting",             server_ends_while_waiting            },
    { "caller-is-interrupted-in-the-queue",    caller_is_interrupted_in_the_queue   },
    { "caller-is-interrupted-while-served",    caller_is_interrupted_while_served   },
    { "server-is-interrupted",                 server_is_interrupted                },
    { "signal-comes-first",                    signal_comes_first                   },
    { "user-interrupt-comes-before-receiving", user_interrupt_comes_before_receiving},
};

const size_t endpoint_case_count = sizeof(endpoint_cases) / sizeof(endpoint_cases[0]);
