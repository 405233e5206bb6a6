// SPDX-License-Identifier: MIT
#include "core/handle.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "unit.h"

/* An object that says what happens to it. */
struct thing {
    struct object object;
    int hung_up, *destroyed;
    unsigned readers, writers, references; /* when it hung up */
};

static struct handle_table table, other;
static int destroyed;

static void hung_up(struct object *object)
{
    struct thing *thing = (struct thing *)object;

    thing->hung_up++;
    thing->readers = object->readers;
    thing->writers = object->writers;
    thing->references = object->references;
}

static void destroy(struct object *object)
{
    ++*((struct thing *)object)->destroyed;
    free(object);
}

static const struct object_type type = { .name = "thing", .hung_up = hung_up, .destroy = destroy };
static const struct object_type deaf = { .name = "deaf", .destroy = destroy };

static struct thing *new_thing_of(const struct object_type *type_of_it)
{
    struct thing *thing = calloc(1, sizeof(*thing));

    thing->destroyed = &destroyed;
    object_init(&thing->object, type_of_it);
    return thing;
}

static struct thing *new_thing(void)
{
    return new_thing_of(&type);
}

static void lowest_free_number(void)
{
    struct thing *thing = new_thing();

    for (int i = 0; i < 5; i++) {
        CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), i);
    }
    CHECK_IS(handle_close(&table, 3), 0);
    CHECK_IS(handle_close(&table, 1), 0);
    CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), 1);
    CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), 3);
    CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), 5);
    CHECK_IS(table.used, 6);
}

static void full_table(void)
{
    struct thing *thing = new_thing();

    for (int i = 0; i < MAX_HANDLES; i++) {
        CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), i);
    }
    CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), -EMFILE);
    CHECK_IS(handle_copy(&table, &table.handles[0]), -EMFILE);
    CHECK_IS(thing->object.references, MAX_HANDLES + 1);
    CHECK_IS(thing->object.readers, MAX_HANDLES);
    CHECK_IS(thing->object.writers, MAX_HANDLES);
    CHECK_IS(table.used, MAX_HANDLES);
    CHECK_IS(handle_count(), MAX_HANDLES);
    CHECK_IS(handle_close(&table, MAX_HANDLES - 1), 0);
    CHECK_IS(handle_add(&table, &thing->object, RIGHT_ALL), MAX_HANDLES - 1);
}

static void numbers_that_are_none(void)
{
    static const int wrong[] = { -1, 1, MAX_HANDLES - 1, MAX_HANDLES, INT_MAX, INT_MIN };
    struct thing *thing = new_thing();
    struct handle *handle;

    handle_add(&table, &thing->object, RIGHT_ALL);
    for (unsigned i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
        CHECK_IS(handle_find(&table, wrong[i], NULL, 0, &handle), -EBADF);
        CHECK_IS(handle_close(&table, wrong[i]), -EBADF);
    }
    CHECK_IS(handle_close(&table, 0), 0);
    CHECK_IS(handle_close(&table, 0), -EBADF);
    CHECK_IS(handle_find(&table, 0, NULL, 0, &handle), -EBADF);
    CHECK_IS(handle_count(), 0);
}

static void type_is_checked(void)
{
    struct thing *thing = new_thing();
    struct handle *handle;

    handle_add(&table, &thing->object, RIGHT_READ);
    CHECK_IS(handle_find(&table, 0, &type, RIGHT_READ, &handle), 0);
    CHECK(handle == &table.handles[0]);
    CHECK_IS(handle_find(&table, 0, NULL, RIGHT_READ, &handle), 0);
    CHECK_IS(handle_find(&table, 0, &deaf, RIGHT_READ, &handle), -EINVAL);
    CHECK_IS(handle_find(&table, 0, &deaf, RIGHT_WRITE, &handle), -EINVAL);
}

static void every_right_asked_for_is_there(void)
{
    struct thing *thing = new_thing();

    for (unsigned has = 0; has <= RIGHT_ALL; has++) {
        int number = handle_add(&table, &thing->object, has);

        for (unsigned asked = 0; asked <= RIGHT_ALL; asked++) {
            struct handle *handle = NULL;

            CHECK_IS(handle_find(&table, number, &type, asked, &handle),
                     (has & asked) == asked ? 0 : -EACCES);
            CHECK((handle != NULL) == ((has & asked) == asked));
        }
    }
}

static void counts_by_right(void)
{
    struct thing *thing = new_thing();

    handle_add(&table, &thing->object, RIGHT_READ);
    handle_add(&table, &thing->object, RIGHT_READ | RIGHT_TRANSFER);
    handle_add(&table, &thing->object, RIGHT_WRITE);
    handle_add(&table, &thing->object, RIGHT_ALL);
    handle_add(&table, &thing->object, 0);
    CHECK_IS(thing->object.readers, 3);
    CHECK_IS(thing->object.writers, 2);
    CHECK_IS(thing->object.references, 6);
    handle_close(&table, 3);
    CHECK_IS(thing->object.readers, 2);
    CHECK_IS(thing->object.writers, 1);
    CHECK_IS(thing->object.references, 5);
}

static void hangs_up_with_the_last_of_a_kind(void)
{
    struct thing *thing = new_thing();

    handle_add(&table, &thing->object, RIGHT_READ);
    handle_add(&table, &thing->object, RIGHT_READ);
    handle_add(&table, &thing->object, RIGHT_WRITE);
    handle_add(&table, &thing->object, RIGHT_TRANSFER);
    handle_close(&table, 0);
    CHECK_IS(thing->hung_up, 0);
    handle_close(&table, 1);
    CHECK_IS(thing->hung_up, 1);
    CHECK_IS(thing->readers, 0);
    CHECK_IS(thing->writers, 1);
    handle_close(&table, 3);
    CHECK_IS(thing->hung_up, 1);
    handle_close(&table, 2);
    CHECK_IS(thing->hung_up, 2);
    CHECK_IS(thing->writers, 0);
}

static void hangs_up_once_with_both_rights(void)
{
    struct thing *thing = new_thing();

    handle_add(&table, &thing->object, RIGHT_ALL);
    handle_close(&table, 0);
    CHECK_IS(thing->hung_up, 1);
    CHECK_IS(thing->readers, 0);
    CHECK_IS(thing->writers, 0);
}

/* The object is still there, and its last handle's number is free already. */
static void hangs_up_before_it_goes(void)
{
    struct thing *thing = new_thing();

    handle_add(&table, &thing->object, RIGHT_ALL);
    object_put(&thing->object);
    CHECK_IS(destroyed, 0);
    handle_close(&table, 0);
    CHECK_IS(destroyed, 1);
    CHECK_IS(object_count(), 0);
}

static void hears_without_hung_up(void)
{
    struct thing *thing = new_thing_of(&deaf);

    handle_add(&table, &thing->object, RIGHT_ALL);
    object_put(&thing->object);
    CHECK_IS(handle_close(&table, 0), 0);
    CHECK_IS(destroyed, 1);
}

static void copies_carry_all(void)
{
    struct thing *thing = new_thing();
    struct handle *copy;

    handle_add(&table, &thing->object, RIGHT_READ | RIGHT_TRANSFER);
    table.handles[0].badge = 77;
    table.handles[0].flags = HANDLE_NONBLOCK;
    CHECK_IS(handle_copy(&other, &table.handles[0]), 0);
    handle_copy_to(&other, 9, &table.handles[0]);
    for (int i = 0; i <= 9; i += 9) {
        CHECK_IS(handle_find(&other, i, &type, 0, &copy), 0);
        CHECK_IS(copy->rights, RIGHT_READ | RIGHT_TRANSFER);
        CHECK_IS(copy->badge, 77);
        CHECK_IS(copy->flags, HANDLE_NONBLOCK);
    }
    CHECK_IS(other.used, 2);
    CHECK_IS(thing->object.readers, 3);
    CHECK_IS(thing->object.writers, 0);
    CHECK_IS(thing->object.references, 4);
    CHECK_IS(handle_close(&table, 0), 0);
    CHECK_IS(thing->hung_up, 0);
    CHECK_IS(handle_find(&other, 9, &type, RIGHT_READ, &copy), 0);
}

static void close_all(void)
{
    struct thing *thing = new_thing();

    handle_close_all(&table);
    for (int i = 0; i < MAX_HANDLES; i++) {
        handle_add(&table, &thing->object, RIGHT_ALL);
    }
    handle_add(&other, &thing->object, RIGHT_WRITE);
    handle_close(&table, 17);
    CHECK_IS(handle_count(), MAX_HANDLES);
    handle_close_all(&table);
    CHECK_IS(table.used, 0);
    CHECK_IS(thing->hung_up, 1);
    CHECK_IS(thing->object.writers, 1);
    CHECK_IS(handle_count(), 1);
    for (int i = 0; i < MAX_HANDLES; i++) {
        CHECK(!table.handles[i].object);
    }
    handle_close_all(&other);
    CHECK_IS(thing->hung_up, 2);
    CHECK_IS(thing->object.references, 1);
}

/* Three objects, two tables, any order; everything is counted a second time. */
static void random_operations(void)
{
    struct handle_table *tables[] = { &table, &other };
    struct thing *things[3];
    int hung[3] = { 0 };

    for (int i = 0; i < 3; i++) {
        things[i] = new_thing();
    }
    for (int round = 0; round < 20000; round++) {
        struct handle_table *in = tables[unit_random(2)];
        int number = (int)unit_random(MAX_HANDLES);

        /* Many handles for some time, then next to none. */
        if (unit_random(10) < (round / 500 % 2 ? 1 : 6)) {
            struct thing *thing = things[unit_random(3)];
            int free = 0;

            while (free < MAX_HANDLES && in->handles[free].object) {
                free++;
            }
            CHECK_IS(handle_add(in, &thing->object, (unsigned)unit_random(RIGHT_ALL + 1)),
                     free < MAX_HANDLES ? free : -EMFILE);
        } else {
            struct object *object = in->handles[number].object;
            unsigned rights = in->handles[number].rights;
            bool last = object && (((rights & RIGHT_READ) && object->readers == 1) ||
                                   ((rights & RIGHT_WRITE) && object->writers == 1));

            CHECK_IS(handle_close(in, number), object ? 0 : -EBADF);
            for (int i = 0; i < 3; i++) {
                hung[i] += last && object == &things[i]->object;
            }
        }
        for (int i = 0; i < 3; i++) {
            unsigned readers = 0, writers = 0, references = 1;

            for (int j = 0; j < 2 * MAX_HANDLES; j++) {
                const struct handle *handle = &tables[j % 2]->handles[j / 2];
                bool mine = handle->object == &things[i]->object;

                readers += mine && (handle->rights & RIGHT_READ);
                writers += mine && (handle->rights & RIGHT_WRITE);
                references += mine;
            }
            CHECK_IS(things[i]->object.readers, readers);
            CHECK_IS(things[i]->object.writers, writers);
            CHECK_IS(things[i]->object.references, references);
            CHECK_IS(things[i]->hung_up, hung[i]);
        }
        CHECK_IS(handle_count(), table.used + other.used);
    }
}

static const struct unit_case cases[] = {
    {"lowest-free-number",                lowest_free_number              },
    { "full-table",                       full_table                      },
    { "numbers-that-are-none",            numbers_that_are_none           },
    { "type-is-checked",                  type_is_checked                 },
    { "every-right-asked-for-is-there",   every_right_asked_for_is_there  },
    { "counts-by-right",                  counts_by_right                 },
    { "hangs-up-with-the-last-of-a-kind", hangs_up_with_the_last_of_a_kind},
    { "hangs-up-once-with-both-rights",   hangs_up_once_with_both_rights  },
    { "hangs-up-before-it-goes",          hangs_up_before_it_goes         },
    { "type-without-hung-up",             hears_without_hung_up           },
    { "copies-carry-all",                 copies_carry_all                },
    { "close-all",                        close_all                       },
    { "random-against-counts",            random_operations               },
};

UNIT("handle", cases)
