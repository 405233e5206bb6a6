// SPDX-License-Identifier: MIT
#include <errno.h>
#include <stdlib.h>

#include "core/copy.h"
#include "kv/kv.h"

#define BUCKETS 1024

struct entry {
    struct entry *next;
    struct kv_key key;
    size_t size, room;
    char *value;
};

static struct entry *buckets[BUCKETS];

/* Where an entry is linked in, or would be. */
static struct entry **find(const struct kv_key *key)
{
    uint64_t hash = (key->words[0] ^ key->words[1] * 3 ^ key->words[2] * 5) * 0x9e3779b97f4a7c15;
    struct entry **link = &buckets[hash >> 54];

    while (*link &&
           ((*link)->key.words[0] != key->words[0] || (*link)->key.words[1] != key->words[1] ||
            (*link)->key.words[2] != key->words[2])) {
        link = &(*link)->next;
    }
    return link;
}

static struct entry *add(struct entry **link, const struct kv_key *key)
{
    struct entry *entry = calloc(1, sizeof(*entry));

    if (entry) {
        entry->key = *key;
        *link = entry;
    }
    return entry;
}

int kv_put(const struct kv_key *key, const void *value, size_t size)
{
    struct entry **link = find(key), *entry = *link ? *link : add(link, key);

    if (size > KV_MOST) {
        return EFBIG;
    }
    if (!entry) {
        return ENOMEM;
    }
    if (size > entry->room) {
        char *larger = realloc(entry->value, size);

        if (!larger) {
            return ENOMEM;
        }
        entry->value = larger;
        entry->room = size;
    }
    copy_memory(entry->value, value, size);
    entry->size = size;
    return 0;
}

const void *kv_get(const struct kv_key *key, size_t *size)
{
    struct entry *entry = *find(key);

    if (!entry) {
        return NULL;
    }
    *size = entry->size;
    return entry->value;
}

int kv_delete(const struct kv_key *key)
{
    struct entry **link = find(key), *entry = *link;

    if (!entry) {
        return ENOENT;
    }
    *link = entry->next;
    free(entry->value);
    free(entry);
    return 0;
}
