/* SPDX-License-Identifier: MIT */
/* Handles that victims start with, behind the standard ones. */
#ifndef HOSTILE_VICTIM_H
#define HOSTILE_VICTIM_H

enum {
    VICTIM_BOARD = 3,

    SERVER_CALLS = 4, /* endpoint to receive from */
    SERVER_READS = 5,
    SERVER_WRITES = 6,

    CLIENT_CALLS = 4, /* the same endpoint to call */
    CLIENT_WRITES = 5,
    CLIENT_READS = 6,
    CLIENT_DESK = 7, /* endpoint to the runner */
};

#endif
