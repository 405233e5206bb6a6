// SPDX-License-Identifier: MIT
#include "core/handle.h"

#include <errno.h>

static unsigned handles;

void handle_copy_to(struct handle_table *table, unsigned number, const struct handle *handle)
{
    struct object *object = object_get(handle->object);

    object->readers += (handle->rights & RIGHT_READ) != 0;
    object->writers += (handle->rights & RIGHT_WRITE) != 0;
    table->handles[number] = *handle;
    table->used++;
    handles++;
}

int handle_copy(struct handle_table *table, const struct handle *handle)
{
    for (int i = 0; i < MAX_HANDLES; i++) {
        if (!table->handles[i].object) {
            handle_copy_to(table, (unsigned)i, handle);
            return i;
        }
    }
    return -EMFILE;
}

int handle_add(struct handle_table *table, struct object *object, unsigned rights)
{
    struct handle handle = { .object = object, .rights = (uint8_t)rights };

    return handle_copy(table, &handle);
}

int handle_find(struct handle_table *table, int number, const struct object_type *type,
                unsigned rights, struct handle **found)
{
    struct handle *handle;

    if (number < 0 || number >= MAX_HANDLES || !table->handles[number].object) {
        return -EBADF;
    }
    handle = &table->handles[number];
    if (type && handle->object->type != type) {
        return -EINVAL;
    }
    if ((handle->rights & rights) != rights) {
        return -EACCES;
    }
    *found = handle;
    return 0;
}

int handle_close(struct handle_table *table, int number)
{
    struct handle *handle, closed;
    bool last;
    int error = handle_find(table, number, NULL, 0, &handle);

    if (error) {
        return error;
    }
    closed = *handle;
    handle->object = NULL;
    table->used--;
    handles--;
    last = ((closed.rights & RIGHT_READ) && --closed.object->readers == 0);
    last |= ((closed.rights & RIGHT_WRITE) && --closed.object->writers == 0);
    if (last && closed.object->type->hung_up) {
        closed.object->type->hung_up(closed.object);
    }
    object_put(closed.object);
    return 0;
}

void handle_close_all(struct handle_table *table)
{
    for (int i = 0; i < MAX_HANDLES && table->used; i++) {
        handle_close(table, i);
    }
}

unsigned handle_count(void)
{
    return handles;
}
