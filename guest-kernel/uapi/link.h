/* SPDX-License-Identifier: MIT */
/* What SYS_link_info tells; the calls are in docs/syscalls.md. */
#ifndef UAPI_LINK_H
#define UAPI_LINK_H

#include <stdint.h>

#define LINK_SIDES  2
#define LINK_DETACH UINT64_MAX /* SYS_link_attach, instead of a vector */

struct link_info {
    uint64_t size[LINK_SIDES];     /* bytes of the memory that the side writes */
    uint32_t attached[LINK_SIDES]; /* how many parties it has had; odd: it has one now */
    uint32_t own;                  /* bit s: the handle is one of side s */
    uint32_t open;                 /* bit s: there are handles of side s */
    uint32_t flags;                /* the handle's: HANDLE_NONBLOCK */
    uint32_t reserved;             /* 0 */
    uint64_t id;                   /* the same for all handles of the link, and no other link's */
};

#endif
