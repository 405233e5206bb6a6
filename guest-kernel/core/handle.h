/* SPDX-License-Identifier: MIT */
/*
 * What a process may refer to by a small number. A handle is a value: copying it into another
 * process's table passes on the right to use it.
 */
#ifndef CORE_HANDLE_H
#define CORE_HANDLE_H

#include <stdint.h>

#define MAX_HANDLES 16

enum handle_type {
    HANDLE_NONE,
    HANDLE_UINTR, /* the right to send one vector to one receiver */
};

struct handle {
    enum handle_type type;
    uint16_t receiver; /* UINTC slot */
    uint16_t tag;      /* the slot's Tag when the handle was made */
    uint8_t vector;
};

#endif
