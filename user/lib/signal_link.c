// SPDX-License-Identifier: MIT
/*
 * Signals without the kernel. A target is a link: the senders' memory has a word of bits, the receiver's another
 * one, and a signal is pending while both differ in its bit. Who sends makes them differ, who takes makes them
 * equal; neither writes the other's. The receiver also says what it blocks and ignores, so that a signal that it
 * doesn't want now interrupts nothing.
 *
 *     makes the bits differ, if they don't      makes them equal     unblocks
 *     full fence                                full fence           full fence
 *     interrupts, if it isn't blocked           runs the handler     looks what is pending
 *
 * So a signal that finds its bit set already is seen with all that its sender did before, by the handler that is
 * still to run; and one that finds itself blocked is found when it isn't any more.
 */
#include <errno.h>
#include <stdlib.h>

#include "lib/ecall.h"
#include "lib/events.h"
#include "lib/link.h"
#include "lib/opened.h"
#include "lib/signal_taker.h"
#include "lib/signals.h"
#include "lib/sync.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

#define RECEIVER 0 /* the side of a link */
#define SENDER   1

struct receiver_memory {
    struct opened_words head; /* for its kind only */
    uint64_t taken;           /* threads of the receiver, atomically */
    uint64_t blocked, ignored;
};

struct sender_memory {
    struct opened_words head;
    uint64_t sent; /* all who send, atomically */
};

/* An end in use, by whichever of its handles; constant but for what says otherwise. */
struct end {
    uint64_t link; /* its id */
    unsigned side;
    struct receiver_memory *receiver; /* read-only for senders */
    struct sender_memory *sender;     /* read-only for receivers */
    size_t sizes[LINK_SIDES];
    int handle;       /* under the lock; one of them */
    unsigned handles; /* under the lock; how many have been used */
    int index;        /* senders': for uipi_send(), -1: none; any thread, atomically */
    uint64_t user;    /* receivers': the thread */
    struct end *next; /* among those of its thread */
};

static const struct opened_kind kind = { .kind = 0x7369676e616c7569 };

static struct end *ends[MAX_HANDLES]; /* under the lock; read atomically */
static uint8_t is_other[MAX_HANDLES]; /* 1: was no link when it was last looked at; any thread */
static _Thread_local struct end *own; /* where the calling thread receives; its handlers read */

/* ---- Ends ---- */

/* No handler comes while the calling thread has the lock: it might want it, too. */
static struct mutex lock;

struct held {
    uint64_t mask, uie;
};

static struct held hold(void)
{
    struct held held = { .mask = (uint64_t)ecall_2(SYS_sigprocmask, SIGNAL_SETMASK, ~0ul) };

    held.uie = peer_mask();
    mutex_lock(&lock);
    return held;
}

static void release(struct held held)
{
    mutex_unlock(&lock);
    peer_unmask(held.uie);
    ecall_2(SYS_sigprocmask, SIGNAL_SETMASK, held.mask);
}

static struct end *failed(int error)
{
    errno = error;
    return NULL;
}

static void unmap(struct end *end)
{
    if (end->receiver) {
        memory_unmap(end->receiver, end->sizes[RECEIVER]);
    }
    if (end->sender) {
        memory_unmap(end->sender, end->sizes[SENDER]);
    }
    free(end);
}

static struct end *map(int handle, unsigned side, const struct link_info *info)
{
    struct end *end = calloc(1, sizeof(*end));
    const struct opened_words *words;

    if (!end) {
        return failed(ENOMEM);
    }
    *end = (struct end){
        .link = info->id,
        .side = side,
        .sizes = {info->size[0], info->size[1]},
        .handle = handle,
        .index = -1
    };
    end->receiver = link_map(handle, RECEIVER);
    end->sender = link_map(handle, SENDER);
    if (!end->receiver || !end->sender) {
        unmap(end);
        return failed(ENOMEM);
    }
    words = side == SENDER ? &end->sender->head : &end->receiver->head;
    if (words->kind != kind.kind) {
        unmap(end);
        return failed(EINVAL);
    }
    return end;
}

static struct end *find_copy(uint64_t link, unsigned side)
{
    for (unsigned i = 0; i < MAX_HANDLES; i++) {
        if (ends[i] && ends[i]->link == link && ends[i]->side == side) {
            return ends[i];
        }
    }
    return NULL;
}

static struct end *find_first(int handle, unsigned side)
{
    struct link_info info;
    struct end *end;

    if (link_info(handle, &info) < 0) {
        return failed(0);
    }
    if (!(info.own >> side & 1)) {
        return failed(EACCES);
    }
    end = find_copy(info.id, side);
    if (!end) {
        end = map(handle, side, &info);
    }
    if (end) {
        end->handles++;
        __atomic_store_n(&ends[handle], end, __ATOMIC_RELEASE);
    }
    return end;
}

/* NULL with errno 0: no link, the kernel's affair. */
static struct end *find(int handle, unsigned side)
{
    struct held held;
    struct end *end;

    if (handle < 0 || handle >= MAX_HANDLES) {
        return failed(0);
    }
    end = __atomic_load_n(&ends[handle], __ATOMIC_ACQUIRE);
    if (!end) {
        held = hold();
        end = ends[handle] ? ends[handle] : find_first(handle, side);
        release(held);
    }
    return !end || end->side == side ? end : failed(EACCES);
}

int signal_open(int numbers[2], unsigned flags)
{
    if (flags & ~(unsigned)IPC_UINTR) {
        errno = EINVAL;
        return -1;
    }
    if (flags) {
        return opened_create(numbers, sizeof(struct receiver_memory), sizeof(struct sender_memory),
                             0, &kind);
    }
    numbers[RECEIVER] = process_self();
    if (numbers[RECEIVER] < 0) {
        return -1;
    }
    numbers[SENDER] = handle_duplicate(numbers[RECEIVER], RIGHT_WRITE | RIGHT_TRANSFER, 0);
    if (numbers[SENDER] < 0) {
        handle_close(numbers[RECEIVER]);
        errno = EMFILE;
        return -1;
    }
    return 0;
}

/* ---- Sending ---- */

/* What link_connect() says, as an error of signal_send(): 0 if nobody receives just now, but may. */
static int connect(struct end *end)
{
    int index = link_connect(end->handle, RECEIVER);

    if (index < 0) {
        return errno == EAGAIN ? 0 : errno == EPIPE ? ESRCH : errno;
    }
    __atomic_store_n(&end->index, index, __ATOMIC_RELAXED);
    return 0;
}

/* Not reached: its party has gone, perhaps there is another one. */
static int interrupt(struct end *end)
{
    for (unsigned tries = 0; tries < 2; tries++) {
        int index = __atomic_load_n(&end->index, __ATOMIC_RELAXED), error;

        if (index >= 0 && uipi_send((uint64_t)index) != UIPI_REFUSED) {
            return 0;
        }
        if (index >= 0 && __atomic_compare_exchange_n(&end->index, &index, -1, false,
                                                      __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
            uintr_unregister_sender(index, 0);
        }
        error = connect(end);
        if (error || __atomic_load_n(&end->index, __ATOMIC_RELAXED) < 0) {
            return error;
        }
    }
    return 0; /* it comes and goes: who comes looks what is pending */
}

static int ask(const struct end *end)
{
    struct link_info info;

    return link_info(end->handle, &info) == 0 && (info.open >> RECEIVER & 1) ? 0 : ESRCH;
}

static int send(struct end *end, uint64_t bit)
{
    uint64_t *sent = &end->sender->sent, before = __atomic_load_n(sent, __ATOMIC_RELAXED);

    if (__atomic_load_n(&end->receiver->ignored, __ATOMIC_RELAXED) & bit) {
        return ask(end);
    }
    do {
        peer_fence();
        if ((before ^ __atomic_load_n(&end->receiver->taken, __ATOMIC_RELAXED)) & bit) {
            break;
        }
    } while (!__atomic_compare_exchange_n(sent, &before, before ^ bit, false, __ATOMIC_RELEASE,
                                          __ATOMIC_RELAXED));
    peer_fence();
    if (__atomic_load_n(&end->receiver->blocked, __ATOMIC_RELAXED) & bit) {
        return ask(end);
    }
    return interrupt(end);
}

/* After a handle_close() the number may be a link's by now: EINVAL, then. */
static int send_by_kernel(int target, int signal, int saved)
{
    int result = process_kill(target, signal);

    if (target >= 0 && target < MAX_HANDLES) {
        __atomic_store_n(&is_other[target], result == 0 || errno != EINVAL, __ATOMIC_RELAXED);
    }
    errno = result == 0 ? saved : errno;
    return result;
}

int signal_send(int target, int signal)
{
    struct end *end;
    int saved = errno, error;

    if (target >= 0 && target < MAX_HANDLES &&
        __atomic_load_n(&is_other[target], __ATOMIC_RELAXED)) {
        int result = send_by_kernel(target, signal, saved);

        if (result == 0 || errno != EINVAL) {
            return result;
        }
    }
    end = find(target, SENDER);
    if (!end) {
        return errno ? -1 : send_by_kernel(target, signal, saved);
    }
    if (signal < 0 || signal > SIGNAL_MAX) {
        errno = EINVAL;
        return -1;
    }
    error = signal ? send(end, SIGNAL_BIT(signal)) : ask(end);
    errno = error ? error : saved;
    return error ? -1 : 0;
}

/* ---- Receiving ---- */

static uint64_t pending(const struct end *end)
{
    return (__atomic_load_n(&end->sender->sent, __ATOMIC_ACQUIRE) ^
            __atomic_load_n(&end->receiver->taken, __ATOMIC_RELAXED)) &
           SIGNALS_ALL;
}

/* Another thread may do the same for what is ignored from now on. */
static void take(struct end *end, uint64_t signals)
{
    uint64_t sent = __atomic_load_n(&end->sender->sent, __ATOMIC_ACQUIRE);
    uint64_t taken = __atomic_load_n(&end->receiver->taken, __ATOMIC_RELAXED);

    while (!__atomic_compare_exchange_n(&end->receiver->taken, &taken,
                                        (taken & ~signals) | (sent & signals), false,
                                        __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
    peer_fence();
}

uint64_t signal_links_pending(void)
{
    uint64_t signals = 0;

    for (struct end *end = own; end; end = end->next) {
        signals |= pending(end);
    }
    return signals;
}

void signal_links_take(uint64_t signals)
{
    for (struct end *end = own; end; end = end->next) {
        take(end, signals);
    }
}

void signal_links_mask(void)
{
    for (struct end *end = own; end; end = end->next) {
        __atomic_store_n(&end->receiver->blocked, signal_blocked(), __ATOMIC_RELAXED);
    }
    peer_fence();
}

/* Of all threads of the process: actions are its own. */
void signal_links_ignore(void)
{
    uint64_t ignored = signal_ignored();

    for (unsigned i = 0; i < MAX_HANDLES; i++) {
        struct end *end = __atomic_load_n(&ends[i], __ATOMIC_ACQUIRE);

        if (end && end->side == RECEIVER) {
            __atomic_store_n(&end->receiver->ignored, ignored, __ATOMIC_RELAXED);
            peer_fence();
            take(end, ignored);
        }
    }
}

static void add_own(struct end *end)
{
    uint64_t uie = peer_mask();

    end->user = events_thread();
    end->next = own;
    __atomic_signal_fence(__ATOMIC_RELEASE);
    own = end;
    __atomic_store_n(&end->receiver->ignored, signal_ignored(), __ATOMIC_RELAXED);
    take(end, signal_ignored());
    signal_links_mask();
    signal_deliver(uie);
    peer_unmask(uie);
}

int signal_receive(int handle)
{
    struct end *end = find(handle, RECEIVER);

    if (!end) {
        return errno || process_id(handle) < 0 ? -1 : 0;
    }
    if (end->user == events_thread()) {
        return 0;
    }
    if (events_start() < 0) {
        return -1;
    }
    signal_taker_begin();
    if (link_attach(handle, RECEIVER, EVENT_SIGNAL, EVENT_GONE) < 0) {
        return -1;
    }
    add_own(end);
    return 0;
}

/* ---- Closing ---- */

static void remove_own(struct end *end)
{
    uint64_t uie = peer_mask();

    for (struct end **link = &own; *link; link = &(*link)->next) {
        if (*link == end) {
            *link = end->next;
            break;
        }
    }
    peer_unmask(uie);
}

/* What other handles are used for goes on. */
static void close_handle(struct end *end, int handle)
{
    if (--end->handles == 0) {
        if (end->side == RECEIVER) {
            remove_own(end);
            link_attach(handle, RECEIVER, LINK_DETACH, 0);
        } else if (end->index >= 0) {
            uintr_unregister_sender(end->index, 0);
        }
        unmap(end);
        return;
    }
    for (int i = 0; i < MAX_HANDLES && end->handle == handle; i++) {
        if (ends[i] == end) {
            end->handle = i;
        }
    }
}

int signal_close(int handle)
{
    if (handle >= 0 && handle < MAX_HANDLES && ends[handle]) {
        struct held held = hold();
        struct end *end = ends[handle];

        __atomic_store_n(&ends[handle], NULL, __ATOMIC_RELEASE);
        if (end) {
            close_handle(end, handle);
        }
        release(held);
    }
    return handle_close(handle);
}
