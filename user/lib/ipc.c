// SPDX-License-Identifier: MIT
#include "lib/ipc.h"

#include "lib/syscall.h"

int endpoint_pair(int ends[2])
{
    int both = endpoint_create();
    int error;

    if (both < 0) {
        return -1;
    }
    ends[0] = handle_duplicate(both, RIGHT_READ | RIGHT_TRANSFER, 0);
    ends[1] = ends[0] < 0 ? -1 : handle_duplicate(both, RIGHT_WRITE | RIGHT_TRANSFER, 0);
    error = errno;
    if (ends[0] >= 0 && ends[1] < 0) {
        handle_close(ends[0]);
    }
    handle_close(both);
    errno = error;
    return ends[1] < 0 ? -1 : 0;
}
