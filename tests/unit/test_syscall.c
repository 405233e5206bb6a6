// SPDX-License-Identifier: MIT
/* The calls that belong to no other file. */
#include "core/syscall.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "arch/mmu.h"
#include "core/devicetree.h"
#include "fixture.h"

static struct process *process;
static uint64_t buffer; /* a page, nothing behind it */

static void set_up(void)
{
    kernel_up(1);
    process = new_process();
    run(new_thread(process));
    buffer = user_memory(process, PAGE_SIZE);
}

static void numbers_that_there_are_not(void)
{
    set_up();
    CHECK_IS(call(0), -ENOSYS);
    CHECK_IS(call(-1), -ENOSYS);
    CHECK_IS(call(100), -ENOSYS);
    CHECK_IS(call(1l << 32 | SYS_process_self), -ENOSYS);
}

static void result_and_the_next_instruction(void)
{
    struct thread *thread;
    uint64_t pc;

    set_up();
    thread = thread_current();
    pc = thread->frame.sepc;
    FRAME_X(&thread->frame, 20) = 1234;
    CHECK_IS(call(SYS_eventfd, 0, 0, 30), 0);
    CHECK_IS(thread->frame.sepc, pc + 4);
    CHECK_IS(FRAME_X(&thread->frame, 12), 30); /* only a0 changes */
    CHECK_IS(FRAME_X(&thread->frame, 17), SYS_eventfd);
    CHECK_IS(FRAME_X(&thread->frame, 20), 1234);
}

static void registers_of_a_call_that_waits(void)
{
    struct thread *thread;

    set_up();
    thread = thread_current();
    CHECK_IS(call(SYS_eventfd, 0, 0), 0);
    CHECK_IS(call(SYS_read, 0, buffer, 8), SYSCALL_WAITS);
    CHECK_IS(FRAME_X(&thread->frame, 10), 0);
    CHECK_IS(FRAME_X(&thread->frame, 11), buffer);
    CHECK_IS(FRAME_X(&thread->frame, 12), 8);
}

static void dup_of_a_handle(void)
{
    set_up();
    CHECK_IS(call(SYS_eventfd, 0, HANDLE_NONBLOCK), 0);
    CHECK_IS(call(SYS_dup, 0, RIGHT_READ, 0), 1);
    CHECK_IS(handle_of(process, 1)->rights, RIGHT_READ);
    CHECK_IS(handle_of(process, 1)->flags, HANDLE_NONBLOCK);
    CHECK_IS(call(SYS_dup, 1, RIGHT_ALL, 0), 2); /* no more than the original has */
    CHECK_IS(handle_of(process, 2)->rights, RIGHT_READ);
    CHECK_IS(handle_of(process, 0)->object->readers, 3);
    CHECK_IS(handle_of(process, 0)->object->writers, 1);
    CHECK_IS(call(SYS_dup, 0, 8, 0), -EINVAL);
    CHECK_IS(call(SYS_dup, 0, 1ul << 32, 0), -EINVAL);
    CHECK_IS(call(SYS_dup, 5, RIGHT_READ, 0), -EBADF);
    CHECK_IS(call(SYS_dup, 0, 0, 0), 3);
    CHECK_IS(handle_of(process, 3)->rights, 0);
}

/* Set once, it stays. */
static void badges(void)
{
    set_up();
    CHECK_IS(call(SYS_endpoint_create), 0);
    CHECK_IS(call(SYS_dup, 0, RIGHT_ALL, 77), 1);
    CHECK_IS(handle_of(process, 0)->badge, 0);
    CHECK_IS(handle_of(process, 1)->badge, 77);
    CHECK_IS(call(SYS_dup, 1, RIGHT_ALL, 78), -EINVAL);
    CHECK_IS(call(SYS_dup, 1, RIGHT_ALL, 77), -EINVAL);
    CHECK_IS(call(SYS_dup, 1, RIGHT_ALL, 0), 2);
    CHECK_IS(handle_of(process, 2)->badge, 77);
    CHECK_IS(call(SYS_dup, 0, RIGHT_ALL, 1ul << 31), -EINVAL);
    CHECK_IS(call(SYS_dup, 0, RIGHT_ALL, 1ul << 32), -EINVAL);
    CHECK_IS(call(SYS_dup, 0, RIGHT_ALL, (1ul << 31) - 1), 3);
}

static void flags(void)
{
    set_up();
    CHECK_IS(call(SYS_eventfd, 0, 0), 0);
    CHECK_IS(call(SYS_set_flags, 0, HANDLE_NONBLOCK), 0);
    CHECK_IS(call(SYS_read, 0, buffer, 8), -EAGAIN);
    CHECK_IS(call(SYS_set_flags, 0, 2), -EINVAL);
    CHECK_IS(call(SYS_set_flags, 0, 1ul << 32), -EINVAL);
    CHECK_IS(call(SYS_set_flags, 1, 0), -EBADF);
    CHECK_IS(call(SYS_set_flags, 0, 0), 0);
    CHECK_IS(call(SYS_read, 0, buffer, 8), SYSCALL_WAITS);
}

static void reading_and_writing(void)
{
    set_up();
    CHECK_IS(call(SYS_process_self), 0);
    CHECK_IS(call(SYS_read, 0, buffer, 8), -EINVAL); /* nothing to read there */
    CHECK_IS(call(SYS_write, 0, buffer, 8), -EINVAL);
    CHECK_IS(call(SYS_read, 1, buffer, 8), -EBADF);
    CHECK_IS(call(SYS_write, 64, buffer, 8), -EBADF);
    CHECK_IS(call(SYS_close, 0), 0);
    CHECK_IS(call(SYS_close, 0), -EBADF);
}

static void information(void)
{
    struct system_info info;

    set_up();
    CHECK_IS(call(SYS_system_info, buffer), 0);
    peek(process, buffer, &info, sizeof(info));
    CHECK_IS(info.harts, 1);
    CHECK_IS(info.processes, 2);
    CHECK_IS(info.threads, 2);
    CHECK_IS(info.objects, 2);
    CHECK_IS(info.handles, 0);
    CHECK_IS(info.total_pages, mock_memory.page_limit);
    CHECK_IS(info.free_pages, mock_memory.page_limit - mock_memory.pages);
    CHECK_IS(info.timebase, machine.timebase);
    CHECK_IS(call(SYS_system_info, NO_MEMORY), -EFAULT);
    CHECK_IS(call(SYS_system_info, buffer + PAGE_SIZE - 8), -EFAULT);
}

static void program_names(void)
{
    /* Two empty files with names of four characters; each is padded to 116 bytes. */
    static char archive[2 * 116 + 1];
    char name[5];

    set_up();
    for (int i = 0; i < 2; i++) {
        sprintf(archive + 116 * i, "070701%048d%08d%032d%08d%08d%s", 0, 0, 0, 5, 0,
                i ? "demo" : "init");
    }
    machine.initrd_start = mmu_to_physical(archive);
    machine.initrd_end = machine.initrd_start + sizeof(archive) - 1;
    CHECK_IS(call(SYS_program_name, 0, buffer, 100), 4);
    peek(process, buffer, name, sizeof(name));
    CHECK(!strcmp(name, "init"));
    CHECK_IS(call(SYS_program_name, 1, buffer, 5), 4);
    peek(process, buffer, name, sizeof(name));
    CHECK(!strcmp(name, "demo"));
    CHECK_IS(call(SYS_program_name, 1, buffer, 4), -ERANGE);
    CHECK_IS(call(SYS_program_name, 1, buffer + PAGE_SIZE - 4, 5), -EFAULT);
    CHECK_IS(call(SYS_program_name, 2, buffer, 100), -ENOENT);
    CHECK_IS(call(SYS_program_name, 1ul << 32, buffer, 100), -ENOENT);
}

static const struct unit_case cases[] = {
    {"numbers-that-there-are-not",       numbers_that_there_are_not     },
    { "result-and-the-next-instruction", result_and_the_next_instruction},
    { "registers-of-a-call-that-waits",  registers_of_a_call_that_waits },
    { "dup",                             dup_of_a_handle                },
    { "badges",                          badges                         },
    { "flags",                           flags                          },
    { "reading-and-writing",             reading_and_writing            },
    { "information",                     information                    },
    { "program-names",                   program_names                  },
};

UNIT("syscall", cases)
