/* SPDX-License-Identifier: MIT */
/*
 * Message queues: messages with a priority of 0..MQ_PRIORITIES-1, the highest number first (as
 * POSIX has it), in order within one. Whole messages, up to a number and a size set at creation.
 * Sending with no handle left to receive by is -EPIPE, so is receiving from an empty queue with
 * none left to send by.
 */
#ifndef IPC_MQUEUE_H
#define IPC_MQUEUE_H

#include <stdint.h>

#include "core/syscall.h"

#define MQ_PRIORITIES   32
#define MQ_MAX_MESSAGES 256
#define MQ_MAX_SIZE     4032 /* with what the kernel adds, a page */

SYSCALL long mqueue_sys_create(uint64_t messages, uint64_t size);

/* -EMSGSIZE for a message above the queue's size; -ENOMEM when there is no memory to keep it. */
SYSCALL long mqueue_sys_send(uint64_t queue, uint64_t message, uint64_t size, uint64_t priority);

/* -EMSGSIZE for a buffer below the queue's size. `priority` may be NULL. */
SYSCALL long mqueue_sys_receive(uint64_t queue, uint64_t message, uint64_t size, uint64_t priority);

#endif
