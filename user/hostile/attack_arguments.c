// SPDX-License-Identifier: MIT
/* Attacks by arguments of system calls: every one of them wild, sizes, handles of the wrong kind. */
#include "hostile/hostile.h"

#include <errno.h>

#include "lib/ipc.h"
#include "lib/link.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"
#include "lib/uintr.h"
#include "uapi/message.h"

#define ARGUMENTS 6

static uint8_t playground[2 * PAGE_SIZE] __attribute__((aligned(PAGE_SIZE)));

static void ignore_vectors(uint64_t vectors)
{
    (void)vectors;
}

/* ---- Wild values for each argument of each call ---- */

/* Where nothing may be read, nor written; as numbers they are too large for anything. */
static const uint64_t wild[] = {
    1,
    8,
    (uint64_t)UNMAPPED,
    (uint64_t)KERNEL,
    0xffffffc080000000, /* the firmware's memory */
    0xffffffc002f10000, /* the controller */
    0xffffffe000007000, /* a kernel stack */
    0x3ffffff000 - 2,   /* over the end of the stack */
    0x4000000000,
    (uint64_t)playground + (1ul << 39), /* a bit that no page table looks at */
    1ul << 32,
    1ul << 62,
    INT64_MAX - 7,
    1ul << 63,
    UINT64_MAX - PAGE_SIZE + 1,
    UINT64_MAX - 7,
    UINT64_MAX,
};

#define WILD (sizeof(wild) / sizeof(wild[0]))

/* Handles of the objects below, in this order from FIRST_OBJECT on. */
enum object { READ_END, WRITE_END, COUNTER, MAILBOX, MESSAGES, SHARED, SELF, LINK, OBJECTS };

#define FIRST_OBJECT   20
#define HANDLE(object) (FIRST_OBJECT + (object))
#define BUFFER         ((uint64_t)playground)

static const char *const good_words[] = { "hostile", "attack", "nothing", "0", NULL };
static struct spawn good_spawn = { .arguments = (uint64_t)good_words, .count = 4, .priority = 5 };

/*
 * Calls with arguments that do no harm and do not wait. An argument whose bit is set in `pointers` is the address
 * of something that is looked at: with a wild one the call must fail. With other wild arguments it may do
 * what it likes, if it returns.
 */
static const struct call {
    uint64_t number;
    uint64_t arguments[ARGUMENTS];
    unsigned pointers;
} calls[] = {
    {SYS_yield,                     { 0 },                                                                0    },
    { SYS_set_priority,             { PRIORITIES },                                                       0    },
    { SYS_set_affinity,             { UINT64_MAX },                                                       0    },
    { SYS_get_hart,                 { 0 },                                                                0    },
    { SYS_spawn,                    { (uint64_t)&good_spawn },                                            1    },
    { SYS_process_id,               { HANDLE(SELF) },                                                     0    },
    { SYS_wait,                     { HANDLE(SELF), BUFFER, WAIT_NOHANG },                                0    },
    { SYS_kill,                     { READ_HANDLE, 0 },                                                   0    },
    { SYS_read,                     { HANDLE(COUNTER), BUFFER, 8 },                                       2    },
    { SYS_read,                     { HANDLE(READ_END), BUFFER, 8 },                                      2    },
    { SYS_write,                    { HANDLE(COUNTER), BUFFER, 8 },                                       2    },
    { SYS_write,                    { HANDLE(WRITE_END), BUFFER, 8 },                                     2    },
    { SYS_close,                    { 63 },                                                               0    },
    { SYS_dup,                      { 63, 0, 0 },                                                         0    },
    { SYS_set_flags,                { 63, 0 },                                                            0    },
    { SYS_map,                      { 0, 0, MAP_READ, UINT64_MAX },                                       1    },
    { SYS_map,                      { 0, PAGE_SIZE, MAP_READ | MAP_EXECUTE | MAP_WRITE, HANDLE(SHARED) }, 1    },
    { SYS_unmap,                    { 1ul << 30, 0 },                                                     1    },
    { SYS_shm_create,               { 0 },                                                                0    },
    { SYS_ipc_reply,                { 0, MESSAGE_INFO(8, 8, -1), 0, 0, 0, 0 },                            0    },
    { SYS_pipe,                     { BUFFER, 1ul << 7 },                                                 0    },
    { SYS_pipe,                     { BUFFER, HANDLE_NONBLOCK },                                          1    },
    { SYS_eventfd,                  { 0, 1ul << 7 },                                                      0    },
    { SYS_mq_create,                { 0, 0 },                                                             0    },
    { SYS_mq_send,                  { HANDLE(MESSAGES), BUFFER, 8, 0 },                                   2    },
    { SYS_mq_receive,               { HANDLE(MESSAGES), BUFFER, 64, BUFFER + 64 },                        2 | 8},
    { SYS_futex_wait,               { BUFFER, 1, 0 },                                                     1    },
    { SYS_futex_wake,               { BUFFER, 1 },                                                        1    },
    { SYS_sigaction,                { SIGNAL_USR1, BUFFER, BUFFER + 64 },                                 2 | 4},
    { SYS_sigprocmask,              { 77, 0 },                                                            0    },
    { SYS_sigaltstack,              { BUFFER, PAGE_SIZE },                                                0    },
    { SYS_system_info,              { BUFFER },                                                           1    },
    { SYS_program_name,             { 0, BUFFER, 100 },                                                   2    },
    { SYS_console_foreground,       { 63 },                                                               0    },
    { SYS_uintr_register_handler,   { 0, 0 },                                                             1    },
    { SYS_uintr_unregister_handler, { 1 },                                                                0    },
    { SYS_uintr_create_fd,          { 64, 0 },                                                            0    },
    { SYS_uintr_register_sender,    { 63, 0 },                                                            0    },
    { SYS_uintr_unregister_sender,  { 512, 0 },                                                           0    },
    { SYS_uintr_wait,               { 1 },                                                                0    },
    { SYS_uintr_register_self,      { 64, 0 },                                                            0    },
    { SYS_uintr_alt_stack,          { BUFFER, PAGE_SIZE, 0 },                                             0    },
    { SYS_uintr_send,               { 0 },                                                                0    },
    { SYS_uintr_handover,           { 512 },                                                              0    },
    { SYS_link_create,              { BUFFER, PAGE_SIZE, PAGE_SIZE },                                     1    },
    { SYS_link_map,                 { HANDLE(LINK), 0 },                                                  0    },
    { SYS_link_attach,              { HANDLE(LINK), 1, 5, 6 },                                            0    },
    { SYS_link_connect,             { HANDLE(LINK), 0 },                                                  0    },
    { SYS_link_info,                { HANDLE(LINK), BUFFER },                                             2    },
};

/* The pointers have something to work on: a byte to read, a message to receive, a counter above 0. */
static void make_objects(void)
{
    int ends[2], made[OBJECTS];

    EXPECT(handle_close(1) == 0); /* the console is no place for wild writes */
    EXPECT(pipe_create(ends, HANDLE_NONBLOCK) == 0);
    made[READ_END] = ends[0];
    made[WRITE_END] = ends[1];
    made[COUNTER] = eventfd_create(1, HANDLE_NONBLOCK);
    made[MAILBOX] = endpoint_create();
    made[MESSAGES] = queue_create(200, 64);
    made[SHARED] = memory_create(PAGE_SIZE);
    made[SELF] = process_self();
    EXPECT(link_create(ends, PAGE_SIZE, PAGE_SIZE) == 0);
    made[LINK] = ends[1];
    EXPECT(handle_write(made[WRITE_END], playground, 64) == 64);
    for (unsigned i = 0; i < 4; i++) {
        EXPECT(queue_send(made[MESSAGES], playground, 8, 0) == 0);
    }
    EXPECT(handle_set_flags(made[MESSAGES], HANDLE_NONBLOCK) == 0);
    for (int i = 0; i < OBJECTS; i++) { /* to where the table has them */
        int copy;

        EXPECT(made[i] >= 0);
        while ((copy = handle_duplicate(made[i], RIGHT_ALL, 0)) >= 0 && copy < HANDLE(i)) {
        }
        EXPECT(copy == HANDLE(i));
    }
}

static void try_call(const struct call *call, unsigned which, uint64_t value)
{
    uint64_t arguments[ARGUMENTS];
    long result;

    for (unsigned i = 0; i < ARGUMENTS; i++) {
        arguments[i] = i == which ? value : call->arguments[i];
    }
    playground[0] = playground[1] = 1;
    result = raw_call(call->number, arguments);
    if (call->pointers >> which & 1 && result >= 0) {
        wrong("system call %lu with %#lx for argument %u returned %ld", call->number, value, which,
              result);
    }
}

static int pointers(unsigned unused)
{
    (void)unused;
    make_objects();
    for (unsigned i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        for (unsigned which = 0; which < ARGUMENTS; which++) {
            for (unsigned j = 0; j < WILD; j++) {
                try_call(&calls[i], which, wild[j]);
            }
            /* Numbers whose lower half is right. */
            try_call(&calls[i], which, calls[i].arguments[which] | 1ul << 32);
            try_call(&calls[i], which, calls[i].arguments[which] | 1ul << 60);
        }
    }
    return 0;
}

/* ---- What only a second process shows: the pointers of messages, words of threads that end ---- */

static int bad_messages(unsigned unused)
{
    void *read_only = memory_map(NULL, PAGE_SIZE, MAP_READ, -1);
    int ends[2], process, kept;
    struct message message;

    (void)unused;
    EXPECT(read_only && endpoint_pair(ends) == 0);
    kept = handle_duplicate(ends[1], RIGHT_WRITE, 0);
    process = start_child("answers", 0, (int[]){ -1, 1, 2, ends[0] }, 4);
    EXPECT(process >= 0 && handle_close(ends[0]) == 0);
    for (unsigned i = 0; i < WILD; i++) {
        message = (struct message){ .buffer = (void *)wild[i], .length = 24, .handle = -1 };
        EXPECT(ipc_call(ends[1], &message) == -1 && errno == EFAULT); /* to send */
        message = (struct message){ .buffer = (void *)wild[i], .capacity = 24, .handle = -1 };
        EXPECT(ipc_call(ends[1], &message) == -1 && errno == EFAULT); /* for the answer */
        message = (struct message){ .handle = (int)(wild[i] % 64) + 64 };
        EXPECT(ipc_call(ends[1], &message) == -1 && errno == EBADF);
    }
    message = (struct message){ .buffer = read_only, .capacity = 24, .handle = -1 };
    EXPECT(ipc_call(ends[1], &message) == -1 && errno == EFAULT);
    message = (struct message){ .handle = kept }; /* without the right to be passed */
    EXPECT(ipc_call(ends[1], &message) == -1 && errno == EACCES);
    EXPECT(handle_close(kept) == 0 && handle_close(ends[1]) == 0 && process_finish(process) == 0);
    return 0;
}

/* Receives with wild buffers too, until nobody can call. */
static int answers(unsigned unused)
{
    const int endpoint = 3;
    unsigned i = 0;

    (void)unused;
    for (;; i++) {
        struct message message = { .buffer = playground, .capacity = 64, .handle = -1 };

        if (ipc_receive(endpoint, &message, NULL) < 0) {
            return errno == EPIPE ? 0 : 1;
        }
        message = (struct message){ .buffer = (void *)wild[i % WILD], .length = 16, .handle = -1 };
        EXPECT(ipc_reply(&message) == -1 && (errno == EFAULT || errno == EMSGSIZE));
        message = (struct message){ .buffer = playground, .length = 16, .handle = -1 };
        ipc_reply(&message); /* the client's own buffer is wild: its call fails, not this one */
    }
}

/* A thread whose word for its end is anywhere. */
static void end_with_word(void *word)
{
    raw_call(SYS_thread_exit, (uint64_t[ARGUMENTS]){ (uint64_t)word });
}

static int bad_threads(unsigned unused)
{
    static uint8_t stacks[WILD][1024] __attribute__((aligned(16)));
    struct system_info before, after;

    (void)unused;
    EXPECT(system_info(&before) == 0);
    for (unsigned i = 0; i < WILD; i++) {
        void *wild_pointer = (void *)wild[i];

        EXPECT(thread_create(end_with_word, stacks[i] + sizeof(stacks[i]), wild_pointer, NULL) > 0);
        EXPECT(wild[i] < 0x4000000000 ||
               thread_create((void (*)(void *))wild_pointer, stacks[i], NULL, NULL) == -1);
        EXPECT(wild[i] <= 0x4000000000 ||
               thread_create(end_with_word, wild_pointer, NULL, NULL) == -1);
    }
    do { /* all have ended */
        thread_sleep(100000);
        EXPECT(system_info(&after) == 0);
    } while (after.threads > before.threads);
    return 0;
}

/* ---- Sizes near the ends of numbers ---- */

static int sizes(unsigned unused)
{
    static const uint64_t huge[] = { INT64_MAX,
                                     1ul << 63,
                                     (1ul << 63) + PAGE_SIZE,
                                     UINT64_MAX,
                                     UINT64_MAX - PAGE_SIZE + 1,
                                     UINT64_MAX - PAGE_SIZE };
    int ends[2], queue = queue_create(2, 64), counter = eventfd_create(1, 0);

    (void)unused;
    EXPECT(pipe_create(ends, HANDLE_NONBLOCK) == 0 && queue >= 0 && counter >= 0);
    for (unsigned i = 0; i < sizeof(huge) / sizeof(huge[0]); i++) {
        uint64_t size = huge[i];

        EXPECT(handle_write(ends[1], playground, size) == PAGE_SIZE); /* what fits */
        EXPECT(handle_read(ends[0], playground, size) == PAGE_SIZE);
        EXPECT(handle_write(ends[1], KERNEL, size) == -1 && errno == EFAULT);
        EXPECT(handle_read(ends[0], KERNEL, size) == -1 && errno == EAGAIN);
        EXPECT(queue_send(queue, playground, size, 0) == -1 && errno == EMSGSIZE);
        EXPECT(queue_create((unsigned)size, size) == -1 && errno == EINVAL);
        EXPECT(memory_create(size) == -1 && errno == EINVAL);
        EXPECT(!memory_map(NULL, size, MAP_READ, -1) && errno == EINVAL);
        EXPECT(!memory_map(playground, size, MAP_READ, -1) && errno == EINVAL);
        EXPECT(memory_unmap(playground, size) == -1 && errno == EINVAL);
        EXPECT(signal_set_stack(playground, size) == -1 && errno == EFAULT);
        EXPECT(signal_set_stack((void *)(0 - size), size) == -1);
        EXPECT(futex_wake((uint32_t *)playground, UINT32_MAX) == 0);
        EXPECT(program_name(UINT32_MAX, (char *)playground, size) == -1 && errno == ENOENT);
    }
    playground[0] = 1; /* nothing was unmapped */
    return playground[2 * PAGE_SIZE - 1];
}

/* ---- Handles of the wrong kind ---- */

enum type {
    PIPE_READ,
    PIPE_WRITE,
    EVENT,
    ENDPOINT,
    QUEUE,
    MEMORY,
    PROCESS,
    VECTOR,
    CONSOLE,
    TYPES
};

/* Calls whose first argument is a handle (map: the fourth), and the kinds that they are for. */
static const struct {
    uint64_t number;
    uint64_t arguments[ARGUMENTS];
    unsigned types;
} handle_calls[] = {
    {SYS_wait,                   { 0, 0, WAIT_NOHANG },              1 << PROCESS                               },
    { SYS_kill,                  { 0, 0 },                           1 << PROCESS                               },
    { SYS_process_id,            { 0 },                              1 << PROCESS                               },
    { SYS_console_foreground,    { 0 },                              1 << PROCESS                               },
    { SYS_read,                  { 0, (uint64_t)playground, 8 },     1 << PIPE_READ | 1 << EVENT | 1 << CONSOLE },
    { SYS_write,                 { 0, (uint64_t)playground, 8 },     1 << PIPE_WRITE | 1 << EVENT | 1 << CONSOLE},
    { SYS_ipc_call,              { 0, 0 },                           1 << ENDPOINT                              },
    { SYS_ipc_receive,           { 0, 0 },                           1 << ENDPOINT                              },
    { SYS_ipc_reply_receive,     { 0, 0 },                           1 << ENDPOINT                              },
    { SYS_mq_send,               { 0, (uint64_t)playground, 8, 0 },  1 << QUEUE                                 },
    { SYS_mq_receive,            { 0, (uint64_t)playground, 64, 0 }, 1 << QUEUE                                 },
    { SYS_uintr_register_sender, { 0, 0 },                           1 << VECTOR                                },
};

static void try_handle(unsigned call, uint64_t handle, bool may_be_open)
{
    uint64_t arguments[ARGUMENTS];
    long result;

    for (unsigned i = 0; i < ARGUMENTS; i++) {
        arguments[i] = handle_calls[call].arguments[i];
    }
    arguments[0] = handle;
    result = raw_call(handle_calls[call].number, arguments);
    if (may_be_open ? result != -EINVAL && result != -EACCES : result != -EBADF) {
        wrong("system call %lu with handle %#lx returned %ld", handle_calls[call].number, handle,
              result);
    }
}

static int handles(unsigned unused)
{
    static const uint64_t none[] = { MAX_HANDLES - 1, MAX_HANDLES, MAX_HANDLES + 1, INT32_MAX,
                                     1ul << 31,       UINT32_MAX,  UINT64_MAX,      1ul << 31 | 3 };
    int kinds[TYPES], powerless[TYPES];

    (void)unused;
    EXPECT(uintr_set_handler(ignore_vectors, 0) == 0);
    EXPECT(pipe_create(kinds, HANDLE_NONBLOCK) == 0);
    kinds[EVENT] = eventfd_create(0, HANDLE_NONBLOCK);
    kinds[ENDPOINT] = endpoint_create();
    kinds[QUEUE] = queue_create(1, 8);
    kinds[MEMORY] = memory_create(1);
    kinds[PROCESS] = process_self();
    kinds[VECTOR] = uintr_create_fd(5, 0);
    kinds[CONSOLE] = 1;
    for (enum type type = 0; type < TYPES; type++) {
        powerless[type] = handle_duplicate(kinds[type], 0, 0);
        EXPECT(kinds[type] >= 0 && powerless[type] >= 0);
        EXPECT(type == MEMORY || !memory_map(NULL, 1, MAP_READ, kinds[type]));
    }
    EXPECT(!memory_map(NULL, 1, MAP_READ, powerless[MEMORY]) && errno == EACCES);
    for (unsigned call = 0; call < sizeof(handle_calls) / sizeof(handle_calls[0]); call++) {
        for (enum type type = 0; type < TYPES; type++) {
            if (!(handle_calls[call].types >> type & 1)) {
                try_handle(call, (uint64_t)kinds[type], true);
            }
            if (handle_calls[call].number != SYS_process_id) { /* that needs no right */
                try_handle(call, (uint64_t)powerless[type], true);
            }
        }
        for (unsigned i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
            try_handle(call, none[i], false);
        }
    }
    EXPECT(process_kill(READ_HANDLE, SIGNAL_KILL) == -1 && errno == EACCES); /* the victim */
    return 0;
}

/* ---- More than a handle or a mapping allows ---- */

static int no_rights(unsigned unused)
{
    int memory = memory_create(PAGE_SIZE), reader = handle_duplicate(memory, RIGHT_READ, 0);
    int stronger = handle_duplicate(reader, RIGHT_ALL, 0), counter = eventfd_create(1, 0), ends[2];
    void *read_only = memory_map(NULL, PAGE_SIZE, MAP_READ, reader);

    (void)unused;
    EXPECT(stronger >= 0 && read_only && pipe_create(ends, 0) == 0);
    EXPECT(!memory_map(NULL, 1, MAP_READ | MAP_WRITE, reader) && errno == EACCES);
    EXPECT(!memory_map(NULL, 1, MAP_READ | MAP_WRITE, stronger) && errno == EACCES);
    EXPECT(start_child("nothing", 0, &reader, 1) == -1 && errno == EACCES);
    EXPECT(start_child("nothing", 0, &stronger, 1) == -1 && errno == EACCES);
    EXPECT(handle_write(ends[1], "data", 4) == 4);
    EXPECT(handle_read(ends[0], read_only, 4) == -1 && errno == EFAULT);
    EXPECT(handle_read(counter, read_only, 8) == -1 && errno == EFAULT);
    EXPECT(system_info(read_only) == -1 && errno == EFAULT);
    EXPECT(program_name(0, read_only, 100) == -1 && errno == EFAULT);
    return *(const int *)read_only;
}

const struct attack argument_attacks[] = {
    {"pointers",          pointers,     0, 0         },
    { "message-pointers", bad_messages, 0, 0         },
    { "thread-pointers",  bad_threads,  0, 0         },
    { "sizes",            sizes,        0, 0         },
    { "handles",          handles,      0, 0         },
    { "no-rights",        no_rights,    0, 0         },
    { "answers",          answers,      0, NOT_A_CASE},
    { NULL,               NULL,         0, 0         },
};
