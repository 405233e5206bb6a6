// SPDX-License-Identifier: MIT
#include "core/syscall.h"

#include <errno.h>
#include <string.h>

#include "arch/cpu.h"
#include "arch/timer.h"
#include "core/devicetree.h"
#include "core/initrd.h"
#include "core/memory.h"
#include "core/page.h"
#include "core/process.h"
#include "core/registers.h"
#include "core/sched.h"
#include "core/usercopy.h"
#include "drivers/console.h"
#include "ipc/endpoint.h"
#include "ipc/eventfd.h"
#include "ipc/futex.h"
#include "ipc/link.h"
#include "ipc/mqueue.h"
#include "ipc/pipe.h"
#include "ipc/shm.h"
#include "ipc/uintr.h"

/* ---- Calls that belong to no other file ---- */

static SYSCALL long sys_yield(void)
{
    sched_yield();
    return 0;
}

static SYSCALL long sys_sleep(uint64_t nanoseconds)
{
    return wait_on_until(NULL, timer_deadline(nanoseconds), 0);
}

static SYSCALL long sys_read(uint64_t number, uint64_t buffer, uint64_t size)
{
    struct handle *handle;
    int error = handle_find(&process_current()->handles, (int)number, NULL, RIGHT_READ, &handle);

    if (error) {
        return error;
    }
    if (!handle->object->type->read) {
        return -EINVAL;
    }
    return handle->object->type->read(handle->object, buffer, size, handle->flags);
}

static SYSCALL long sys_write(uint64_t number, uint64_t buffer, uint64_t size)
{
    struct handle *handle;
    int error = handle_find(&process_current()->handles, (int)number, NULL, RIGHT_WRITE, &handle);

    if (error) {
        return error;
    }
    if (!handle->object->type->write) {
        return -EINVAL;
    }
    return handle->object->type->write(handle->object, buffer, size, handle->flags);
}

static SYSCALL long sys_dup(uint64_t number, uint64_t rights, uint64_t badge)
{
    struct handle *handle, copy;
    int error = handle_find(&process_current()->handles, (int)number, NULL, 0, &handle);

    if (error) {
        return error;
    }
    if ((rights & ~(uint64_t)RIGHT_ALL) || badge > INT32_MAX || (badge && handle->badge)) {
        return -EINVAL;
    }
    copy = *handle;
    copy.rights &= (uint8_t)rights;
    copy.badge = badge ? (uint32_t)badge : handle->badge;
    return handle_copy(&process_current()->handles, &copy);
}

static SYSCALL long sys_close(uint64_t number)
{
    return handle_close(&process_current()->handles, (int)number);
}

static SYSCALL long sys_set_flags(uint64_t number, uint64_t flags)
{
    struct handle *handle;
    int error = handle_find(&process_current()->handles, (int)number, NULL, 0, &handle);

    if (error) {
        return error;
    }
    if (flags & ~(uint64_t)HANDLE_NONBLOCK) {
        return -EINVAL;
    }
    handle->flags = (uint8_t)flags;
    return 0;
}

static SYSCALL long sys_system_info(uint64_t where)
{
    struct system_info info = {
        .harts = machine.harts,
        .vector_length = (uint32_t)registers_vector_length(),
        .processes = process_count(),
        .threads = thread_count(),
        .objects = object_count(),
        .handles = handle_count(),
        .free_pages = page_count_free(),
        .total_pages = page_count_total(),
        .timebase = machine.timebase,
        .switches = sched_switches(),
        .migrations = sched_migrations(),
    };

    uintr_fill_info(&info);
    return copy_to_user(where, &info, sizeof(info));
}

static SYSCALL long sys_program_name(uint64_t index, uint64_t buffer, uint64_t size)
{
    struct initrd_file file;
    size_t length;

    if (index > UINT16_MAX || !initrd_file((unsigned)index, &file)) {
        return -ENOENT;
    }
    length = strlen(file.name) + 1;
    if (length > size) {
        return -ERANGE;
    }
    return copy_to_user(buffer, file.name, length) ? -EFAULT : (long)length - 1;
}

/* ---- By number ---- */

static __attribute__((noinline)) long dispatch(struct thread *thread)
{
    const uint64_t *a = &FRAME_X(&thread->frame, 10);

    switch (FRAME_X(&thread->frame, 17)) {
    case SYS_exit:
        return process_sys_exit(a[0]);
    case SYS_thread_create:
        return thread_sys_create(a[0], a[1], a[2], a[3]);
    case SYS_thread_exit:
        return thread_sys_exit(a[0]);
    case SYS_yield:
        return sys_yield();
    case SYS_sleep:
        return sys_sleep(a[0]);
    case SYS_set_priority:
        return thread_sys_set_priority(a[0]);
    case SYS_set_affinity:
        return thread_sys_set_affinity(a[0]);
    case SYS_get_hart:
        return this_cpu()->index;
    case SYS_spawn:
        return process_sys_spawn(a[0]);
    case SYS_process_self:
        return process_sys_self();
    case SYS_process_id:
        return process_sys_id(a[0]);
    case SYS_wait:
        return process_sys_wait(a[0], a[1], a[2]);
    case SYS_kill:
        return signal_sys_kill(a[0], a[1]);
    case SYS_read:
        return sys_read(a[0], a[1], a[2]);
    case SYS_write:
        return sys_write(a[0], a[1], a[2]);
    case SYS_close:
        return sys_close(a[0]);
    case SYS_dup:
        return sys_dup(a[0], a[1], a[2]);
    case SYS_set_flags:
        return sys_set_flags(a[0], a[1]);
    case SYS_map:
        return memory_sys_map(a[0], a[1], a[2], a[3]);
    case SYS_unmap:
        return memory_sys_unmap(a[0], a[1]);
    case SYS_shm_create:
        return shm_sys_create(a[0]);
    case SYS_endpoint_create:
        return endpoint_sys_create();
    case SYS_ipc_call:
        return endpoint_sys_call(thread);
    case SYS_ipc_receive:
        return endpoint_sys_receive(thread);
    case SYS_ipc_reply:
        return endpoint_sys_reply(thread);
    case SYS_ipc_reply_receive:
        return endpoint_sys_reply_receive(thread);
    case SYS_pipe:
        return pipe_sys_create(a[0], a[1]);
    case SYS_eventfd:
        return eventfd_sys_create(a[0], a[1]);
    case SYS_mq_create:
        return mqueue_sys_create(a[0], a[1]);
    case SYS_mq_send:
        return mqueue_sys_send(a[0], a[1], a[2], a[3]);
    case SYS_mq_receive:
        return mqueue_sys_receive(a[0], a[1], a[2], a[3]);
    case SYS_futex_wait:
        return futex_sys_wait(a[0], a[1], a[2]);
    case SYS_futex_wake:
        return futex_sys_wake(a[0], a[1]);
    case SYS_sigaction:
        return signal_sys_action(a[0], a[1], a[2]);
    case SYS_sigprocmask:
        return signal_sys_mask(a[0], a[1]);
    case SYS_sigsuspend:
        return signal_sys_suspend(a[0]);
    case SYS_sigaltstack:
        return signal_sys_alt_stack(a[0], a[1]);
    case SYS_sigreturn:
        return signal_sys_return(a[0]);
    case SYS_system_info:
        return sys_system_info(a[0]);
    case SYS_program_name:
        return sys_program_name(a[0], a[1], a[2]);
    case SYS_console_foreground:
        return console_sys_foreground(a[0]);
    case SYS_uintr_register_handler:
        return uintr_sys_register_handler(a[0], a[1]);
    case SYS_uintr_unregister_handler:
        return uintr_sys_unregister_handler(a[0]);
    case SYS_uintr_create_fd:
        return uintr_sys_create_fd(a[0], a[1]);
    case SYS_uintr_register_sender:
        return uintr_sys_register_sender(a[0], a[1]);
    case SYS_uintr_unregister_sender:
        return uintr_sys_unregister_sender(a[0], a[1]);
    case SYS_uintr_wait:
        return uintr_sys_wait(a[0]);
    case SYS_uintr_register_self:
        return uintr_sys_register_self(a[0], a[1]);
    case SYS_uintr_alt_stack:
        return uintr_sys_alt_stack(a[0], a[1], a[2]);
    case SYS_uintr_send:
        return uintr_sys_send(a[0]);
    case SYS_uintr_handover:
        return uintr_sys_handover(a[0], a[1]);
    case SYS_link_create:
        return link_sys_create(a[0], a[1], a[2]);
    case SYS_link_map:
        return link_sys_map(a[0], a[1]);
    case SYS_link_attach:
        return link_sys_attach(a[0], a[1], a[2], a[3]);
    case SYS_link_connect:
        return link_sys_connect(a[0], a[1]);
    case SYS_link_info:
        return link_sys_info(a[0], a[1]);
    default:
        return -ENOSYS;
    }
}

/* Calls that end a thread, replace its registers or have it wait say SYSCALL_WAITS. */
void syscall_dispatch(struct thread *thread)
{
    long result;

    thread->frame.argument = FRAME_X(&thread->frame, 10);
    thread->interrupted = false;
    result = dispatch(thread);
    if (result != SYSCALL_WAITS) {
        FRAME_X(&thread->frame, 10) = (uint64_t)result;
    }
}
