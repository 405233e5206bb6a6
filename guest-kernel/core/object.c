// SPDX-License-Identifier: MIT
#include "core/object.h"

static unsigned objects;

void object_init(struct object *object, const struct object_type *type)
{
    object->type = type;
    object->references = 1;
    object->readers = 0;
    object->writers = 0;
    objects++;
}

struct object *object_get(struct object *object)
{
    object->references++;
    return object;
}

void object_put(struct object *object)
{
    if (object && --object->references == 0) {
        objects--;
        object->type->destroy(object);
    }
}

unsigned object_count(void)
{
    return objects;
}
