// SPDX-License-Identifier: GPL-2.0-or-later
#include "handler.h"

#include "counts.h"

static GMutex lock;
static GHashTable *stopped; /* thread's address -> depth, of those within a handler */

void handler_init(void)
{
    stopped = g_hash_table_new(NULL, NULL);
}

static void add_handler(struct hart *hart)
{
    if (hart->depth) {
        hart->counts.handler += hart->counts.user - hart->mark;
        hart->mark = hart->counts.user;
    }
}

void handler_enter(unsigned number, void *unused)
{
    struct hart *hart = hart_of(number);

    (void)unused;
    if (hart->depth++ == 0) {
        hart->mark = hart->counts.user;
    }
}

/* A uret without a handler of ours, as programs that try things do, ends nothing. */
void handler_leave(unsigned number, void *unused)
{
    struct hart *hart = hart_of(number);

    (void)unused;
    add_handler(hart);
    if (hart->depth) {
        hart->depth--;
    }
}

void handler_stop(unsigned number, qemu_plugin_meminfo_t info, uint64_t thread, void *unused)
{
    struct hart *hart = hart_of(number);

    (void)info;
    (void)unused;
    if (hart->depth) {
        add_handler(hart);
        g_mutex_lock(&lock);
        g_hash_table_insert(stopped, GSIZE_TO_POINTER(thread), GSIZE_TO_POINTER(hart->depth));
        g_mutex_unlock(&lock);
        hart->depth = 0;
    }
}

void handler_resume(unsigned number, qemu_plugin_meminfo_t info, uint64_t thread, void *unused)
{
    struct hart *hart = hart_of(number);

    (void)info;
    (void)unused;
    g_mutex_lock(&lock);
    hart->depth = GPOINTER_TO_SIZE(g_hash_table_lookup(stopped, GSIZE_TO_POINTER(thread)));
    if (hart->depth) {
        g_hash_table_remove(stopped, GSIZE_TO_POINTER(thread));
        hart->mark = hart->counts.user;
    }
    g_mutex_unlock(&lock);
}
