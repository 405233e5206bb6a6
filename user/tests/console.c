// SPDX-License-Identifier: MIT
/* The console: writing, errors, the foreground process. Nothing is ever typed here. */
#include <string.h>

#include "lib/process.h"
#include "tests/test.h"

static void write_errors(uint64_t argument)
{
    char *pages = test_map(2 * PAGE_SIZE);

    (void)argument;
    FAILS(handle_write(1, KERNEL, 1), EFAULT);
    FAILS(handle_write(1, UNMAPPED, 1), EFAULT);
    FAILS(handle_write(1, STACK_TOP - 8, 16), EFAULT);
    FAILS(handle_write(1, (void *)-8ul, 16), EFAULT); /* wraps around */
    MUST(memory_unmap(pages + PAGE_SIZE, PAGE_SIZE));
    FAILS(handle_write(1, pages + PAGE_SIZE - 2, 4), EFAULT);
    CHECK_EQUAL(handle_write(1, KERNEL, 0), 0);
}

/* As much as the kernel takes at once, never more than was given. */
static void write_parts(uint64_t argument)
{
    char text[300];

    (void)argument;
    memset(text, '.', sizeof(text));
    text[255] = '\n'; /* the rest is not printed */
    CHECK_EQUAL(handle_write(1, text, sizeof(text)), 256);
    CHECK_EQUAL(handle_write(1, "console-write: the text above is a test's\n", 42), 42);
}

static void read_nothing(uint64_t argument)
{
    char byte;
    int handle = (int)MUST(handle_duplicate(0, RIGHT_ALL, 0));

    (void)argument;
    CHECK_EQUAL(handle_read(handle, KERNEL, 0), 0);
    MUST(handle_set_flags(handle, HANDLE_NONBLOCK));
    FAILS(handle_read(handle, &byte, 1), EAGAIN);
    handle = (int)MUST(handle_duplicate(0, RIGHT_WRITE, 0));
    FAILS(handle_read(handle, &byte, 1), EACCES);
    handle = (int)MUST(handle_duplicate(1, RIGHT_READ, 0));
    FAILS(handle_write(handle, &byte, 1), EACCES);
}

static void end_at_once(uint64_t argument)
{
    (void)argument;
}

/* ^C itself needs somebody to type it: the host's tests do. */
static void foreground(uint64_t argument)
{
    int self = (int)MUST(process_self());
    int weak = (int)MUST(handle_duplicate(self, RIGHT_READ, 0));
    int peer = PEER(end_at_once, 0, 0, -1);
    int copy = (int)MUST(handle_duplicate(peer, RIGHT_ALL, 0));

    (void)argument;
    FAILS(console_foreground(NO_HANDLE), EBADF);
    FAILS(console_foreground(-1), EBADF);
    FAILS(console_foreground(1), EINVAL);
    FAILS(console_foreground(weak), EACCES);
    MUST(console_foreground(peer));
    PEER_DONE(peer);
    MUST(console_foreground(copy)); /* has ended: nobody is */
    MUST(console_foreground(self));
}

const struct test_case console_cases[] = {
    CASE("console-write-errors", write_errors),
    CASE("console-write", write_parts),
    CASE("console-read-nothing", read_nothing),
    CASE("console-foreground", foreground),
    END_OF_CASES,
};
