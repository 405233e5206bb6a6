// SPDX-License-Identifier: MIT
#include "lib/opened.h"

#include <errno.h>
#include <stdlib.h>

#include "lib/link.h"
#include "lib/sync.h"
#include "lib/syscall.h"
#include "uapi/syscall.h"

struct opened_entry opened_entries[MAX_HANDLES];

static struct mutex lock;

_Thread_local uint64_t opened_user;

static struct opened_entry *find_entry(int end)
{
    return end >= 0 && end < MAX_HANDLES ? &opened_entries[end] : NULL;
}

static struct opened *nothing(int error)
{
    errno = error;
    return NULL;
}

/* ---- Creating ---- */

static int set_kind(int end, unsigned side, size_t size, uint64_t kind)
{
    struct opened_words *words = link_map(end, side);

    if (!words) {
        return -1;
    }
    words->kind = kind;
    return memory_unmap(words, size);
}

int opened_create(int ends[2], size_t size0, size_t size1, unsigned flags,
                  const struct opened_kind *kind)
{
    if (link_create(ends, size0, size1) < 0) {
        return -1;
    }
    if (set_kind(ends[0], 0, size0, kind->kind) < 0 ||
        set_kind(ends[1], 1, size1, kind->kind) < 0) {
        handle_close(ends[0]);
        handle_close(ends[1]);
        errno = ENOMEM;
        return -1;
    }
    handle_set_flags(ends[0], flags);
    handle_set_flags(ends[1], flags);
    return 0;
}

/* ---- Using ---- */

/* By another handle of this process. */
static struct opened *find_copy(uint64_t link, unsigned side)
{
    for (unsigned i = 0; i < MAX_HANDLES; i++) {
        struct opened *opened = opened_entries[i].sides[side];

        if (opened && opened->link == link) {
            return opened;
        }
    }
    return NULL;
}

static bool has_kind(int end, unsigned side, size_t size, uint64_t kind)
{
    struct opened_words *words = link_map(end, side);
    bool has = words && words->kind == kind;

    if (words) {
        memory_unmap(words, size);
    }
    return has;
}

static struct opened *open_side(int end, unsigned side, const struct link_info *info,
                                const struct opened_kind *kind)
{
    struct opened *opened;

    if (!has_kind(end, side, info->size[side], kind->kind)) {
        return nothing(EINVAL);
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
    if (kind->settle) {
        kind->settle(opened);
    }
    opened->kind = kind;
    opened->link = info->id;
    opened->user = opened_user;
    return opened;
}

static struct opened *open_entry(struct opened_entry *entry, int end, unsigned side,
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
    opened = find_copy(info.id, side);
    if (!opened) {
        opened = open_side(end, side, &info, kind);
    }
    if (opened) {
        opened->handles++;
        entry->flags = info.flags;
        entry->sides[side] = opened;
    }
    return opened;
}

static struct opened *use_first(struct opened_entry *entry, int end, unsigned side,
                                const struct opened_kind *kind)
{
    struct opened *opened;

    opened_user = events_thread();
    mutex_lock(&lock);
    opened = entry->sides[side];
    if (!opened) {
        opened = open_entry(entry, end, side, kind);
    }
    mutex_unlock(&lock);
    return opened;
}

/* Another thread of the process uses the end from now on, if the first one has ended. */
static struct opened *change_user(struct opened *opened)
{
    struct peer *peer = &opened->peer;

    if (events_start() < 0 || link_attach(peer->end, peer->side, EVENT_WAKE, EVENT_GONE) < 0) {
        return NULL;
    }
    opened->user = opened_user;
    peer_say(peer, PEER_AWAKE);
    peer_look(peer, false);
    if (opened->kind->settle) {
        opened->kind->settle(opened);
    }
    return opened;
}

struct opened *opened_find_first(int end, unsigned side, const struct opened_kind *kind)
{
    struct opened_entry *entry = find_entry(end);
    struct opened *opened;

    if (!entry || entry->is_kernels) {
        return nothing(0);
    }
    opened = entry->sides[side];
    if (!opened || opened_user == 0) {
        opened = use_first(entry, end, side, kind);
        if (!opened) {
            return NULL;
        }
    }
    if (opened->kind != kind) {
        return nothing(EINVAL);
    }
    if (opened->user != opened_user && !change_user(opened)) {
        return NULL;
    }
    opened->flags = entry->flags;
    return opened;
}

int opened_set_flags(int end, unsigned flags)
{
    if (handle_set_flags(end, flags) < 0) {
        return -1;
    }
    opened_entries[end].flags = flags; /* the kernel's is what copies get */
    return 0;
}

/* ---- Closing ---- */

/* What other handles are used for goes on. */
static void release(struct opened *opened, int end)
{
    if (--opened->handles == 0) {
        peer_close(&opened->peer);
        free(opened);
        return;
    }
    for (int i = 0; i < MAX_HANDLES && opened->peer.end == end; i++) {
        if (i != end && opened_entries[i].sides[opened->peer.side] == opened) {
            opened->peer.end = i;
        }
    }
}

int opened_close(int end)
{
    struct opened_entry *entry = find_entry(end);

    if (entry) {
        mutex_lock(&lock);
        for (unsigned i = 0; i < LINK_SIDES; i++) {
            if (entry->sides[i]) {
                release(entry->sides[i], end);
            }
        }
        *entry = (struct opened_entry){ 0 };
        mutex_unlock(&lock);
    }
    return handle_close(end);
}
