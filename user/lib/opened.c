// SPDX-License-Identifier: MIT
#include "lib/opened.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/link.h"
#include "lib/syscall.h"
#include "uapi/syscall.h"

/* For each handle; used by the thread that uses the handle. */
static struct entry {
    bool is_kernels;
    unsigned flags;                   /* set before the first use */
    struct opened *sides[LINK_SIDES]; /* NULL: not in use */
} entries[MAX_HANDLES];

static void *thread_pointer(void)
{
    void *tp;

    __asm__("mv %0, tp" : "=r"(tp));
    return tp;
}

static struct entry *find_entry(int end)
{
    return end >= 0 && end < MAX_HANDLES ? &entries[end] : NULL;
}

static struct opened *nothing(int error)
{
    errno = error;
    return NULL;
}

static struct opened *open_side(struct entry *entry, int end, unsigned side,
                                const struct opened_kind *kind)
{
    struct link_info info;
    struct opened *opened;

    if (link_info(end, &info) < 0) {
        entry->is_kernels = errno == EINVAL; /* a handle, but not a link's */
        return nothing(0);
    }
    if (!(info.own >> side & 1)) {
        return nothing(EACCES);
    }
    opened = calloc(1, kind->size);
    if (!opened) {
        return nothing(ENOMEM);
    }
    if (kind->open(opened, end, side) < 0) {
        int error = errno;

        free(opened);
        return nothing(error);
    }
    opened->user = thread_pointer();
    opened->flags = entry->flags;
    entry->sides[side] = opened;
    return opened;
}

/* Another thread of the process uses the end from now on, if the first one has ended. */
static struct opened *change_user(struct opened *opened)
{
    struct peer *peer = &opened->peer;

    if (events_start() < 0 || link_attach(peer->end, peer->side, EVENT_WAKE, EVENT_GONE) < 0) {
        return NULL;
    }
    opened->user = thread_pointer();
    peer_look(peer, false);
    return opened;
}

struct opened *opened_find(int end, unsigned side, const struct opened_kind *kind)
{
    struct entry *entry = find_entry(end);
    struct opened *opened;

    if (!entry || entry->is_kernels) {
        return nothing(0);
    }
    opened = entry->sides[side];
    if (!opened) {
        return open_side(entry, end, side, kind);
    }
    return opened->user == thread_pointer() ? opened : change_user(opened);
}

bool opened_set_flags(int end, unsigned flags)
{
    struct entry *entry = find_entry(end);
    struct link_info info;

    if (!entry || link_info(end, &info) < 0) {
        return false;
    }
    entry->flags = flags;
    for (unsigned i = 0; i < LINK_SIDES; i++) {
        if (entry->sides[i]) {
            entry->sides[i]->flags = flags;
        }
    }
    return true;
}

int opened_close(int end)
{
    struct entry *entry = find_entry(end);

    for (unsigned i = 0; entry && i < LINK_SIDES; i++) {
        if (entry->sides[i]) {
            peer_close(&entry->sides[i]->peer);
            free(entry->sides[i]);
        }
    }
    if (entry) {
        *entry = (struct entry){ 0 };
    }
    return handle_close(end);
}
