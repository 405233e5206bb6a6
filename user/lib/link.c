// SPDX-License-Identifier: MIT
#include "lib/link.h"

#include "lib/ecall.h"
#include "uapi/syscall.h"

int link_create(int ends[LINK_SIDES], size_t size0, size_t size1)
{
    return (int)ecall_result(ecall_3(SYS_link_create, (uint64_t)ends, size0, size1));
}

void *link_map(int end, unsigned side)
{
    long result = ecall_result(ecall_2(SYS_link_map, (uint64_t)end, side));

    return result == -1 ? NULL : (void *)result;
}

int link_attach(int end, unsigned side, uint64_t vector, uint64_t gone)
{
    return (int)ecall_result(ecall_4(SYS_link_attach, (uint64_t)end, side, vector, gone));
}

int link_connect(int end, unsigned side)
{
    return (int)ecall_result(ecall_2(SYS_link_connect, (uint64_t)end, side));
}

int link_info(int end, struct link_info *info)
{
    return (int)ecall_result(ecall_2(SYS_link_info, (uint64_t)end, (uint64_t)info));
}
