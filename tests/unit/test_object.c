// SPDX-License-Identifier: MIT
#include "core/object.h"

#include <stdlib.h>

#include "unit.h"

static int destroyed;

static void destroy(struct object *object)
{
    destroyed++;
    free(object);
}

static const struct object_type type = { .name = "thing", .destroy = destroy };

static struct object *new_thing(void)
{
    struct object *object = malloc(sizeof(*object));

    object_init(object, &type);
    return object;
}

static void starts_with_one_reference(void)
{
    struct object *object = new_thing();

    CHECK(object->type == &type);
    CHECK_IS(object->references, 1);
    CHECK_IS(object->readers, 0);
    CHECK_IS(object->writers, 0);
    CHECK_IS(destroyed, 0);
    object_put(object);
    CHECK_IS(destroyed, 1);
}

static void lives_until_the_last_reference(void)
{
    struct object *object = new_thing();

    CHECK(object_get(object) == object);
    object_get(object);
    object_put(object);
    object_put(object);
    CHECK_IS(destroyed, 0);
    object_put(object);
    CHECK_IS(destroyed, 1);
}

static void null_is_allowed(void)
{
    object_put(NULL);
    CHECK_IS(object_count(), 0);
}

static void counts_objects(void)
{
    struct object *one = new_thing(), *two = new_thing();

    CHECK_IS(object_count(), 2);
    object_get(one);
    CHECK_IS(object_count(), 2);
    object_put(two);
    CHECK_IS(object_count(), 1);
    object_put(one);
    CHECK_IS(object_count(), 1);
    object_put(one);
    CHECK_IS(object_count(), 0);
}

static const struct unit_case cases[] = {
    {"starts-with-one-reference",       starts_with_one_reference     },
    { "lives-until-the-last-reference", lives_until_the_last_reference},
    { "null-is-allowed",                null_is_allowed               },
    { "count",                          counts_objects                },
};

UNIT("object", cases)
