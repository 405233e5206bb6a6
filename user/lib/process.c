// SPDX-License-Identifier: MIT
#include "lib/process.h"

#include <errno.h>
#include <stddef.h>

#include "lib/syscall.h"

static const int standard_handles[] = { 0, 1, 2 };

const struct process_options process_defaults = { standard_handles, 3, PROCESS_DEFAULT_PRIORITY,
                                                  0 };

int process_start(const char *const arguments[], const struct process_options *options)
{
    const struct process_options *given = options ? options : &process_defaults;
    struct spawn spawn = {
        .arguments = (uint64_t)arguments,
        .handles = (uint64_t)given->handles,
        .handle_count = given->handle_count,
        .priority =
            given->priority == PROCESS_DEFAULT_PRIORITY ? DEFAULT_PRIORITY : given->priority,
        .harts = given->harts,
    };

    while (arguments[spawn.count]) {
        spawn.count++;
    }
    for (;;) {
        int process = process_spawn(&spawn);

        if (process >= 0 || errno != EPERM || given->priority != PROCESS_DEFAULT_PRIORITY ||
            ++spawn.priority == PRIORITIES) {
            return process;
        }
    }
}

int process_finish(int process)
{
    int status, result;

    do {
        result = process_wait(process, &status, 0);
    } while (result < 0 && errno == EINTR);
    if (result < 0) {
        return -1;
    }
    handle_close(process);
    return status;
}
