// SPDX-License-Identifier: MIT
#include "lib/posix.h"

#include <errno.h>
#include <signal.h>
#include <unistd.h>

#include "lib/ecall.h"
#include "lib/syscall.h"

ssize_t read(int handle, void *buffer, size_t size)
{
    ssize_t result;

    do {
        result = handle_read(handle, buffer, size);
    } while (result < 0 && errno == EINTR);
    return result;
}

/* An error behind the first byte is reported by the next write, as POSIX has it. */
ssize_t write(int handle, const void *buffer, size_t size)
{
    size_t done = 0;

    do {
        ssize_t result = handle_write(handle, (const char *)buffer + done, size - done);

        if (result >= 0) {
            done += (size_t)result;
        } else if (errno != EINTR) {
            return done ? (ssize_t)done : -1;
        }
    } while (done < size);
    return (ssize_t)done;
}

int close(int handle)
{
    return handle_close(handle);
}

off_t lseek(int handle, off_t offset, int whence)
{
    (void)handle;
    (void)offset;
    (void)whence;
    errno = ESPIPE;
    return -1;
}

bool handle_is_console(int handle)
{
    char nothing;

    return handle_read(handle, &nothing, 0) == 0 && handle_write(handle, &nothing, 0) == 0;
}

int isatty(int handle)
{
    if (handle_is_console(handle)) {
        return 1;
    }
    errno = ENOTTY;
    return 0;
}

void _exit(int status)
{
    ecall_1(SYS_exit, (uint64_t)status);
    __builtin_trap();
}

/* A process sends signals to others; itself it ends, for it is abort() that comes here. */
int raise(int signal)
{
    _exit(STATUS_SIGNAL(signal));
}
