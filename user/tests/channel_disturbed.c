// SPDX-License-Identifier: MIT
/* Channels: waits that signals and other user interrupts come into. */
#include "lib/link.h"
#include "lib/signals.h"
#include "tests/channel_common.h"

enum { READY, SIGNALS, VECTORS }; /* flags */

static struct channel channel;

static void serve(uint64_t argument)
{
    (void)argument;
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    channel_serve(&channel);
}

static void on_signal(int signal, struct signal_frame *frame)
{
    (void)signal;
    (void)frame;
    test_set(&shared->flags[SIGNALS], shared->flags[SIGNALS] + 1);
}

static void on_vector(unsigned vector)
{
    CHECK_EQUAL(vector, 5);
    test_set(&shared->flags[VECTORS], shared->flags[VECTORS] + 1);
}

/* The handler of a thread that has its own. */
static void own_handler(uint64_t vectors)
{
    if (vectors >> 5 & 1) {
        on_vector(5);
    }
    events_dispatch(vectors & ~(1ul << 5));
}

static bool are_enabled(void)
{
    uint64_t ustatus;

    __asm__ volatile("csrr %0, 0x000" : "=r"(ustatus));
    return ustatus & 1;
}

/* Serves while it gets signals, and vector 5, which it has sent the handle of to its client. */
static void serve_disturbed(uint64_t own)
{
    struct channel_message message;

    MUST(signal_handle(SIGNAL_USR1, on_signal, 0, 0));
    if (own) {
        MUST(uintr_set_handler(own_handler, 0));
        uintr_enable();
        CHECK_EQUAL(events_start(), 1);
    }
    MUST(channel_open(&channel, PEER_HANDLE(0), CHANNEL_SERVER));
    if (!own) {
        events_handle(5, on_vector);
    }
    MUST(link_attach(PEER_HANDLE(1), 0, 5, EVENT_GONE)); /* only for its interrupts */
    test_set(&shared->flags[READY], 1);
    while (channel_receive(&channel, &message, 0) == 0) {
        CHECK(are_enabled());
        message = channel_answer(&message);
        MUST(channel_send(&channel, &message, 0));
        CHECK(are_enabled());
    }
    CHECK_EQUAL(errno, EPIPE);
}

static void disturb(uint64_t hart, bool own)
{
    int ends[2], bells[2], peer;
    uint64_t index;

    test_pin(0);
    MUST(channel_create(ends));
    MUST(link_create(bells, PAGE_SIZE, PAGE_SIZE));
    peer = PEER(serve_disturbed, own, hart, ends[CHANNEL_SERVER], bells[0]);
    MUST(handle_close(ends[CHANNEL_SERVER]));
    MUST(channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT));
    WAIT_UNTIL(shared->flags[READY]);
    index = (uint64_t)MUST(link_connect(bells[1], 0));
    for (unsigned i = 1; i <= 100; i++) {
        if (i % 3) {
            uipi_send(index);
        }
        if (i % 2) {
            MUST(process_kill(peer, SIGNAL_USR1));
        }
        channel_call_number(&channel, i);
        WAIT_UNTIL(shared->flags[VECTORS] == i - i / 3 && shared->flags[SIGNALS] == (i + 1) / 2);
        channel_call_number(&channel, i);
    }
    channel_end(&channel);
    PEER_DONE(peer);
}

static void disturbed(uint64_t hart)
{
    disturb(hart, false);
}

static void with_own_handler(uint64_t hart)
{
    disturb(hart, true);
}

/* With interrupts off, for whatever reason, they are off again afterwards. */
static void interrupts_stay_off(uint64_t hart)
{
    int peer;

    test_pin(0);
    peer = channel_start_peer(&channel, serve, 0, hart);
    CHECK(are_enabled());
    uintr_disable();
    for (unsigned i = 0; i < 20; i++) {
        channel_call_number(&channel, i);
        CHECK(!are_enabled());
    }
    uintr_enable();
    channel_end(&channel);
    PEER_DONE(peer);
}

const struct test_case channel_disturbed_cases[] = {
    SAME_AND_CROSS("channel-disturbed", disturbed),
    SAME_AND_CROSS("channel-own-handler", with_own_handler),
    SAME_AND_CROSS("channel-interrupts-stay-off", interrupts_stay_off),
    END_OF_CASES,
};
