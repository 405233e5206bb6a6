/* SPDX-License-Identifier: MIT */
/*
 * System call numbers, shared with user programs: number in a7, arguments in a0-a6, the result or
 * -errno in a0; the ipc_ calls also return words in a1-a5 (uapi/message.h). Each call has its page
 * in docs/syscalls.md. A handle is a small number, an index into the process's handle table.
 */
#ifndef UAPI_SYSCALL_H
#define UAPI_SYSCALL_H

enum {
    /* Threads */
    SYS_exit = 1,      /* (int status), no return: ends the whole process */
    SYS_thread_create, /* (uint64_t pc, uint64_t sp, uint64_t argument, uint64_t tp) -> id */
    SYS_thread_exit,   /* (uint32_t *word), no return: stores 0 there and wakes its futex */
    SYS_yield,         /* () -> 0; lets others run or rests for a moment */
    SYS_sleep,         /* (uint64_t nanoseconds) -> 0 */
    SYS_set_priority,  /* (unsigned priority) -> 0; 0 is served first; never above the process's */
    SYS_set_affinity,  /* (uint64_t harts) -> 0; a bit for each hart the thread may run on */
    SYS_get_hart,      /* () -> index of the hart it runs on */
    /* Processes */
    SYS_spawn,        /* (const struct spawn *) -> handle of the child */
    SYS_process_self, /* () -> a handle of the caller's own process */
    SYS_process_id,   /* (int process) -> number shown in messages */
    SYS_wait,         /* (int process, int *status, unsigned flags) -> 0 */
    SYS_kill,         /* (int process, int signal) -> 0 */
    /* Handles */
    SYS_read,      /* (int handle, void *, size_t) -> length read, 0 at the end */
    SYS_write,     /* (int handle, const void *, size_t) -> length written */
    SYS_close,     /* (int handle) -> 0 */
    SYS_dup,       /* (int handle, unsigned rights, uint32_t badge) -> a new handle */
    SYS_set_flags, /* (int handle, unsigned flags) -> 0 */
    /* Memory */
    SYS_map,   /* (uint64_t address or 0, size_t, unsigned protection, int memory) -> address */
    SYS_unmap, /* (uint64_t address, size_t) -> 0 */
    SYS_shm_create, /* (size_t size) -> handle */
    /* IPC through the kernel */
    SYS_endpoint_create,   /* () -> handle */
    SYS_ipc_call,          /* (int endpoint, info, 4 words, buffer) -> 0, info, 4 words */
    SYS_ipc_receive,       /* (int endpoint, info, -, buffer) -> badge, info, 4 words */
    SYS_ipc_reply,         /* (-, info, 4 words, buffer) -> 0 */
    SYS_ipc_reply_receive, /* (int endpoint, info, 4 words, buffer) -> badge, info, 4 words */
    SYS_pipe,              /* (int handles[2], unsigned flags) -> 0 */
    SYS_eventfd,           /* (uint64_t value, unsigned flags) -> handle */
    SYS_mq_create,         /* (unsigned messages, size_t size) -> handle */
    SYS_mq_send,           /* (int queue, const void *, size_t, unsigned priority) -> 0 */
    SYS_mq_receive,        /* (int queue, void *, size_t, unsigned *priority) -> length */
    SYS_futex_wait,        /* (uint32_t *word, uint32_t value, uint64_t nanoseconds) -> 0 */
    SYS_futex_wake,        /* (uint32_t *word, unsigned threads) -> threads woken */
    /* Signals */
    SYS_sigaction, /* (int signal, const struct signal_action *, struct signal_action *old) -> 0 */
    SYS_sigprocmask, /* (unsigned how, uint64_t mask) -> the mask before */
    SYS_sigsuspend,  /* (uint64_t mask) -> -EINTR, after an interruption */
    SYS_sigaltstack, /* (uint64_t base, size_t size) -> 0; size 0: none */
    SYS_sigreturn,   /* (struct signal_frame *), no return: back to where the signal came */
    /* The machine */
    SYS_system_info,        /* (struct system_info *) -> 0 */
    SYS_program_name,       /* (unsigned index, char *, size_t) -> length; -ENOENT past the last */
    SYS_console_foreground, /* (int process) -> 0; who gets SIGINT from the console's ^C */
    /* User interrupts: the Linux proposal's calls with its arguments, flags and errors */
    SYS_uintr_register_handler = 471, /* (uint64_t handler, unsigned flags) -> 0 */
    SYS_uintr_unregister_handler,     /* (unsigned flags) -> 0 */
    SYS_uintr_create_fd,              /* (uint64_t vector, unsigned flags) -> handle */
    SYS_uintr_register_sender,        /* (int handle, unsigned flags) -> index for uipi.send */
    SYS_uintr_unregister_sender,      /* (int index, unsigned flags) -> 0 */
    SYS_uintr_wait,                   /* (unsigned flags) -> -EINTR, after a user interrupt */
    SYS_uintr_register_self,          /* (uint64_t vector, unsigned flags) -> index for uipi.send */
    SYS_uintr_alt_stack,              /* (uint64_t base, size_t size, unsigned flags) -> 0 */
    SYS_uintr_send = 480, /* (uint64_t index) -> as uipi.send; for a receiver without a slot */
    SYS_uintr_handover,   /* (uint64_t index, unsigned flags) -> -EINTR; sends, and waits itself */
    /* Links: shared memory of two sides that interrupt each other */
    SYS_link_create,  /* (int ends[2], size_t size0, size_t size1) -> 0 */
    SYS_link_map,     /* (int end, unsigned side) -> address of the memory that the side writes */
    SYS_link_attach,  /* (int end, unsigned side, uint64_t vector, uint64_t gone) -> 0 */
    SYS_link_connect, /* (int end, unsigned side) -> index for uipi.send to that side's party */
    SYS_link_info,    /* (int end, struct link_info *) -> 0 */
};

/* SYS_set_flags, and the flags of SYS_pipe and SYS_eventfd */
#define HANDLE_NONBLOCK   1 /* -EAGAIN instead of waiting */
#define EVENTFD_SEMAPHORE 2 /* a read takes 1 and not all */

/* What a handle permits; a copy has at most the rights of its original. */
#define RIGHT_READ        1 /* read, receive, wait for, map for reading */
#define RIGHT_WRITE       2 /* write, call, signal, map for writing, send user interrupts to */
#define RIGHT_TRANSFER    4 /* give it to another process */
#define RIGHT_ALL         7

#define MAX_HANDLES       64
#define PRIORITIES        8 /* 0 is served first */
#define DEFAULT_PRIORITY  4

/* SYS_wait */
#define WAIT_NOHANG       1 /* -EAGAIN when it still runs */

/* SYS_map, at most so much at once; writable implies readable, writable and executable together are refused */
#define MAP_READ          1
#define MAP_WRITE         2
#define MAP_EXECUTE       4
#define MAP_MAX_SIZE      (16ul << 20)

/* SYS_futex_wait, SYS_sleep */
#define WAIT_FOREVER      UINT64_MAX

#endif
