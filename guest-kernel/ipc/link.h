/* SPDX-License-Identifier: MIT */
/*
 * Links: what two threads need to talk by shared memory and user interrupts. A link has two sides,
 * and for each side memory that this side alone writes and the other one reads, and a party: the thread
 * that gets the other side's user interrupts. A handle with RIGHT_READ is of side 0, one with RIGHT_WRITE
 * of side 1. The kernel carries nothing; it says who the other side is and when it has gone.
 *
 * A party goes when its thread detaches, ends or stops receiving, and with its side's last handle. Then
 * the other party gets another vector, for it to look (SYS_link_info), and what it sends is
 * refused. Guarded by the kernel lock.
 */
#ifndef IPC_LINK_H
#define IPC_LINK_H

#include "core/syscall.h"
#include "uapi/link.h"

struct uintr_vector;

/* Its receiver has ended. */
void link_party_gone(struct uintr_vector *party);

/* System calls */
SYSCALL long link_sys_create(uint64_t ends, uint64_t size0, uint64_t size1);
SYSCALL long link_sys_map(uint64_t handle, uint64_t side);
SYSCALL long link_sys_attach(uint64_t handle, uint64_t side, uint64_t vector, uint64_t gone);
SYSCALL long link_sys_connect(uint64_t handle, uint64_t side);
SYSCALL long link_sys_info(uint64_t handle, uint64_t info);

#endif
