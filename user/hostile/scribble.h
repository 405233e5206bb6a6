/* SPDX-License-Identifier: MIT */
/* For attackers that write anything into a link's memory. */
#ifndef HOSTILE_SCRIBBLE_H
#define HOSTILE_SCRIBBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct scribbler {
    void (*open)(int ends[2]);
    /* Once, into the own side's memory, which has this size; the other side's can be read. */
    void (*scribble)(void *memory, size_t size, const void *other, unsigned round, uint64_t *state);
    unsigned rounds, turns; /* children, one after the other; scribbles at each */
};

/*
 * The attacker has a new link's `side`, a child of this name the other. Some turns, each with an interrupt, then the
 * child is left alone: it must come to its end.
 */
void scribble_at(const char *honest, unsigned side, const struct scribbler *scribbler);

/* Something extreme, something near `now`, or anything. */
uint32_t hostile_number(uint64_t *state, uint32_t now);

bool hostile_has_ended(int process);

#endif
