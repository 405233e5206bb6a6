// SPDX-License-Identifier: MIT
#include "ipc/link.h"

#include <errno.h>

#include "core/memory.h"
#include "core/process.h"
#include "core/slab.h"
#include "core/usercopy.h"
#include "ipc/shm.h"
#include "ipc/uintr_receiver.h"
#include "ipc/uintr_vector.h"

struct side {
    struct object *memory;      /* written by this side */
    struct uintr_vector *party; /* a reference; NULL: none */
    uint32_t attached;          /* as in struct link_info */
};

struct link {
    struct object object;
    uint64_t id;
    uint32_t open; /* sides that have handles */
    struct side sides[LINK_SIDES];
};

static uint64_t links; /* that there have been */

static const unsigned side_right[LINK_SIDES] = { RIGHT_READ, RIGHT_WRITE };

/* ---- Parties ---- */

static void tell(struct uintr_vector *party)
{
    if (party) {
        receiver_post(party->receiver, party->gone);
    }
}

static void detach(struct link *link, unsigned number)
{
    struct side *side = &link->sides[number];
    struct uintr_vector *party = side->party;

    if (!party) {
        return;
    }
    side->party = NULL;
    side->attached++;
    list_remove(&party->node);
    vector_revoke(party);
    object_put(&party->object);
    tell(link->sides[!number].party);
}

void link_party_gone(struct uintr_vector *party)
{
    detach(party->link, party == party->link->sides[1].party);
}

/* ---- The object ---- */

static uint32_t open_sides(const struct object *object)
{
    return (object->readers > 0) | (uint32_t)(object->writers > 0) << 1;
}

/* The other party hears of each side once: of the party's end, or if there is none of the handles'. */
static void link_hung_up(struct object *object)
{
    struct link *link = (struct link *)object;
    uint32_t closed = link->open & ~open_sides(object);

    link->open &= ~closed;
    for (unsigned i = 0; i < LINK_SIDES; i++) {
        if (!(closed >> i & 1)) {
            continue;
        }
        if (link->sides[i].party) {
            detach(link, i);
        } else {
            tell(link->sides[!i].party);
        }
    }
}

static void link_destroy(struct object *object)
{
    struct link *link = (struct link *)object;

    for (unsigned i = 0; i < LINK_SIDES; i++) {
        detach(link, i);
        object_put(link->sides[i].memory);
    }
    slab_free(link, sizeof(*link));
}

static const struct object_type link_type = {
    .name = "link",
    .hung_up = link_hung_up,
    .destroy = link_destroy,
};

/* ---- System calls ---- */

static int add_ends(struct link *link, int numbers[2])
{
    struct handle_table *table = &process_current()->handles;

    for (unsigned i = 0; i < LINK_SIDES; i++) {
        numbers[i] = handle_add(table, &link->object, side_right[i] | RIGHT_TRANSFER);
        if (numbers[i] < 0) {
            if (i > 0) {
                handle_close(table, numbers[0]);
            }
            return numbers[i];
        }
    }
    return 0;
}

long link_sys_create(uint64_t ends, uint64_t size0, uint64_t size1)
{
    struct handle_table *table = &process_current()->handles;
    struct link *link = slab_alloc(sizeof(*link));
    int numbers[2], error;

    if (!link) {
        return -ENOMEM;
    }
    object_init(&link->object, &link_type);
    link->id = ++links;
    link->open = (1u << LINK_SIDES) - 1;
    error = shm_new(size0, &link->sides[0].memory);
    if (!error) {
        error = shm_new(size1, &link->sides[1].memory);
    }
    if (!error) {
        error = add_ends(link, numbers);
    }
    object_put(&link->object); /* the handles hold it from now on, or it goes */
    if (error) {
        return error;
    }
    error = copy_to_user(ends, numbers, sizeof(numbers));
    if (error) {
        handle_close(table, numbers[0]);
        handle_close(table, numbers[1]);
    }
    return error;
}

/* The link behind a handle that has a right of side `side` (LINK_SIDES: of any). */
static int find(uint64_t number, uint64_t side, struct link **link)
{
    struct handle *handle;
    unsigned right = side < LINK_SIDES ? side_right[side] : 0;
    int error = handle_find(&process_current()->handles, (int)number, &link_type, right, &handle);

    *link = error ? NULL : (struct link *)handle->object;
    return error;
}

/* For a number that find() has found: it looks at the lower half only, as handle_find() does. */
static const struct handle *handle_of(uint64_t number)
{
    return &process_current()->handles.handles[(int)number];
}

/* Its own side's for writing too, the other's for reading. */
long link_sys_map(uint64_t number, uint64_t side)
{
    struct link *link;
    int error = find(number, LINK_SIDES, &link);

    if (error) {
        return error;
    }
    if (side >= LINK_SIDES) {
        return -EINVAL;
    }
    if (!(handle_of(number)->rights & (RIGHT_READ | RIGHT_WRITE))) {
        return -EACCES;
    }
    return memory_map_all(link->sides[side].memory,
                          MAP_READ |
                              (handle_of(number)->rights & side_right[side] ? MAP_WRITE : 0));
}

/* Who comes second while the first one is still there is refused. */
long link_sys_attach(uint64_t number, uint64_t side, uint64_t vector, uint64_t gone)
{
    struct uintr_vector *party;
    struct link *link;
    int error;

    if (side >= LINK_SIDES) {
        return -EINVAL;
    }
    error = find(number, side, &link);
    if (error) {
        return error;
    }
    party = link->sides[side].party;
    if (party && party->receiver != thread_current()->uintr.receiver) {
        return -EBUSY;
    }
    if (vector == LINK_DETACH) {
        detach(link, (unsigned)side);
        return 0;
    }
    if (gone >= MAX_VECTORS) {
        return -ENOSPC;
    }
    error = vector_create(vector, false, &party);
    if (error) {
        return error;
    }
    detach(link, (unsigned)side);
    party->link = link;
    party->gone = (uint8_t)gone;
    list_append(&party->receiver->parties, &party->node);
    link->sides[side].party = party;
    link->sides[side].attached++;
    return 0;
}

/* An index for uipi.send to the party of a side, by those of the other side. */
long link_sys_connect(uint64_t number, uint64_t side)
{
    struct uintr_vector *party;
    struct link *link;
    unsigned index;
    long result;

    if (side >= LINK_SIDES) {
        return -EINVAL;
    }
    result = find(number, !side, &link);
    if (result) {
        return result;
    }
    party = link->sides[side].party;
    if (!party) {
        return open_sides(&link->object) >> side & 1 ? -EAGAIN : -EPIPE;
    }
    result = vector_connect(party, &index);
    return result == -EISCONN ? (long)index : result;
}

long link_sys_info(uint64_t number, uint64_t where)
{
    struct link_info info = { .own = 0 };
    struct link *link;
    int error = find(number, LINK_SIDES, &link);

    if (error) {
        return error;
    }
    for (unsigned i = 0; i < LINK_SIDES; i++) {
        info.size[i] = shm_size(link->sides[i].memory);
        info.attached[i] = link->sides[i].attached;
        info.own |= (uint32_t)(handle_of(number)->rights & side_right[i] ? 1 : 0) << i;
    }
    info.open = open_sides(&link->object);
    info.flags = handle_of(number)->flags;
    info.id = link->id;
    return copy_to_user(where, &info, sizeof(info));
}
