// SPDX-License-Identifier: MIT
#include "core/syscall.h"

#include <errno.h>

#include "arch/cpu.h"
#include "arch/trap.h"
#include "core/print.h"
#include "core/process.h"
#include "core/sched.h"
#include "core/usercopy.h"
#include "ipc/uintr.h"
#include "uapi/syscall.h"

static long sys_write(uint64_t text, uint64_t length)
{
    char part[256];
    uint64_t done = 0;

    while (done < length) {
        size_t size = length - done < sizeof(part) ? length - done : sizeof(part);
        int error = copy_from_user(part, text + done, size);

        if (error) {
            return error;
        }
        console_write(part, size);
        done += size;
    }
    return (long)done;
}

static long sys_uintr_stats(uint64_t where)
{
    struct uintr_stats stats;

    uintr_read_stats(&stats);
    return copy_to_user(where, &stats, sizeof(stats));
}

void syscall_dispatch(struct trap_frame *frame)
{
    uint64_t a0 = FRAME_X(frame, 10);
    uint64_t a1 = FRAME_X(frame, 11);
    long result;

    switch (FRAME_X(frame, 17)) {
    case SYS_exit:
        process_exit((int)a0);
    case SYS_write:
        result = sys_write(a0, a1);
        break;
    case SYS_yield:
        sched_nap();
        result = 0;
        break;
    case SYS_getcpu:
        result = this_cpu()->index;
        break;
    case SYS_spawn:
        result = process_spawn(a0, (unsigned)a1);
        break;
    case SYS_wait:
        result = process_wait((int)a0);
        break;
    case SYS_give_handle:
        result = process_give_handle((int)a0, (int)a1);
        break;
    case SYS_take_handle:
        result = process_take_handle();
        break;
    case SYS_uintr_stats:
        result = sys_uintr_stats(a0);
        break;
    case SYS_uintr_register_handler:
        result = uintr_register_handler(a0, (unsigned)a1);
        break;
    case SYS_uintr_unregister_handler:
        result = uintr_unregister_handler((unsigned)a0);
        break;
    case SYS_uintr_create_fd:
        result = uintr_create_fd(a0, (unsigned)a1);
        break;
    case SYS_uintr_register_sender:
        result = uintr_register_sender((int)a0, (unsigned)a1);
        break;
    case SYS_uintr_unregister_sender:
        result = uintr_unregister_sender((int)a0, (unsigned)a1);
        break;
    case SYS_uintr_wait:
        result = uintr_wait((unsigned)a0);
        break;
    default:
        result = -ENOSYS;
    }
    FRAME_X(frame, 10) = (uint64_t)result;
}
