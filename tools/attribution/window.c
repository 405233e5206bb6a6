// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * Windows: the difference of all counts between two marks of the guest, one line of JSON each.
 * Harts that run on threads of their own go on counting while they are read, so with them the
 * others' counts are near the truth and no more; under -icount they run in turn.
 */
#include <stdio.h>

#include "counts.h"

#define WINDOWS 2048 /* insn_window() has 11 bits */

static FILE *output;
static unsigned harts_at_most;
static GMutex lock;                    /* protects all below and the file */
static struct counts *begins[WINDOWS]; /* an element for each hart; NULL: not begun */
static uint64_t runs[WINDOWS];

bool windows_init(const char *path, unsigned max_harts)
{
    harts_at_most = max_harts;
    output = fopen(path, "w");
    return output != NULL;
}

static struct counts counts_now(unsigned number)
{
    const struct hart *hart = hart_of(number);
    struct counts now = hart->counts;

    if (hart->depth) {
        now.handler += now.user - hart->mark;
    }
    now.user -= now.handler;
    return now;
}

static struct counts difference(const struct counts *end, const struct counts *begin)
{
    struct counts result;

#define SUBTRACT(name) result.name = end->name - begin->name;
    COUNTS(SUBTRACT)
#undef SUBTRACT
    return result;
}

static void add(struct counts *sum, const struct counts *more)
{
#define ADD(name) sum->name += more->name;
    COUNTS(ADD)
#undef ADD
}

static void print(const struct counts *counts)
{
    const char *before = "{";

#define PRINT(name)                                                                                \
    fprintf(output, "%s\"" #name "\": %" PRIu64, before, counts->name);                            \
    before = ", ";
    COUNTS(PRINT)
#undef PRINT
    fputc('}', output);
}

void window_begin(unsigned hart, void *number)
{
    unsigned window = GPOINTER_TO_UINT(number);

    (void)hart;
    g_mutex_lock(&lock);
    if (!begins[window]) {
        begins[window] = g_new(struct counts, harts_at_most);
    }
    for (int i = 0; i < qemu_plugin_num_vcpus(); i++) {
        begins[window][i] = counts_now((unsigned)i);
    }
    g_mutex_unlock(&lock);
}

static void report(unsigned window)
{
    int number = qemu_plugin_num_vcpus();
    g_autofree struct counts *each = g_new(struct counts, number);
    struct counts total = { 0 };

    for (int i = 0; i < number; i++) {
        struct counts now = counts_now((unsigned)i);

        each[i] = difference(&now, &begins[window][i]);
        add(&total, &each[i]);
    }
    fprintf(output, "{\"window\": %u, \"run\": %" PRIu64 ", \"total\": ", window, runs[window]++);
    print(&total);
    for (int i = 0; i < number; i++) {
        fputs(i ? ", " : ", \"harts\": [", output);
        print(&each[i]);
    }
    fputs("]}\n", output);
    fflush(output);
}

/* An end without a beginning says nothing. */
void window_end(unsigned hart, void *number)
{
    unsigned window = GPOINTER_TO_UINT(number);

    (void)hart;
    g_mutex_lock(&lock);
    if (begins[window]) {
        report(window);
        g_free(begins[window]);
        begins[window] = NULL;
    }
    g_mutex_unlock(&lock);
}
