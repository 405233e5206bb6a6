/* SPDX-License-Identifier: MIT */
/*
 * Messages of the ipc_ calls. Four words travel in registers a2-a5. Longer data and one handle are
 * announced in the info word, a1; a6 has the address of the buffer for data sent and received.
 */
#ifndef UAPI_MESSAGE_H
#define UAPI_MESSAGE_H

#include <stdint.h>

#define MESSAGE_WORDS          4
#define MESSAGE_MAX_DATA       16384 /* bytes in the buffer */

/* Info: bytes of data, room for the data of the answer, handle passed (plus 1; 0: none). */
#define MESSAGE_LENGTH(info)   ((uint64_t)(info)&0xffff)
#define MESSAGE_CAPACITY(info) (((uint64_t)(info) >> 16) & 0xffff)
#define MESSAGE_HANDLE(info)   ((int)(((uint64_t)(info) >> 32) & 0xff) - 1)

/* Neither data nor a handle. */
#define MESSAGE_IS_SHORT(info) (((uint64_t)(info)&0xff0000fffful) == 0)

#define MESSAGE_INFO(length, capacity, handle)                                                     \
    ((uint64_t)(length) | (uint64_t)(capacity) << 16 | (uint64_t)((handle) + 1) << 32)

#endif
