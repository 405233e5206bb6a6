// SPDX-License-Identifier: MIT
/* The calls of links: errors, what they give and take. */
#include <string.h>

#include "lib/ecall.h"
#include "lib/link.h"
#include "lib/uintr.h"
#include "tests/test.h"

#define LARGEST (4ul << 20)

static void do_nothing(uint64_t vectors)
{
    (void)vectors;
}

static long attach_call(int end, uint64_t side, uint64_t vector, uint64_t gone)
{
    return ecall_result(ecall_4(SYS_link_attach, (uint64_t)end, side, vector, gone));
}

static void create_errors(uint64_t argument)
{
    struct system_info before = test_info(), after;
    int ends[2] = { -7, -7 };

    (void)argument;
    FAILS(link_create(ends, 0, 1), EINVAL);
    FAILS(link_create(ends, 1, 0), EINVAL);
    FAILS(link_create(ends, LARGEST + 1, 1), EINVAL);
    FAILS(link_create(ends, 1, LARGEST + 1), EINVAL);
    FAILS(link_create(ends, SIZE_MAX, SIZE_MAX), EINVAL);
    FAILS(link_create(NULL, 1, 1), EFAULT);
    FAILS(link_create(READ_ONLY, 1, 1), EFAULT);
    FAILS(link_create(KERNEL, 1, 1), EFAULT);
    for (unsigned i = 0; i < 2; i++) {
        test_fill_handles(i);
        FAILS(link_create(ends, 1, 1), EMFILE);
        test_drop_handles();
    }
    after = test_info();
    CHECK(ends[0] == -7 && ends[1] == -7);
    CHECK(after.objects == before.objects && after.handles == before.handles);
    CHECK_EQUAL(after.free_pages, before.free_pages);
    MUST(link_create(ends, LARGEST, 1));
    MUST(handle_close(ends[0]));
    MUST(handle_close(ends[1]));
    CHECK_EQUAL(test_info().free_pages, before.free_pages);
}

/* Memory for the first side and none for the second is none. */
static void create_without_memory(uint64_t argument)
{
    struct system_info before = test_info();
    int ends[MAX_HANDLES / 2][2];
    unsigned made = 0;

    (void)argument;
    while (made < 28 && link_create(ends[made], LARGEST, LARGEST) == 0) {
        made++;
    }
    if (made < 28) {
        CHECK_EQUAL(errno, ENOMEM);
    }
    while (made < 28 && link_create(ends[made], 1ul << 17, LARGEST) == 0) {
        made++;
    }
    while (made > 0) {
        made--;
        MUST(handle_close(ends[made][0]));
        MUST(handle_close(ends[made][1]));
    }
    CHECK_EQUAL(test_info().free_pages, before.free_pages);
}

/* What only a handle of the other side may write: status 15 is a store's fault. */
static void write_others(uint64_t side)
{
    volatile char *memory = link_map(PEER_HANDLE(0), (unsigned)side);

    CHECK(memory != NULL && memory[0] == 'x');
    memory[0] = 'y';
}

static void maps(uint64_t argument)
{
    char *own[2], *other[2];
    int ends[2], weak;

    (void)argument;
    MUST(link_create(ends, PAGE_SIZE + 1, 1));
    for (unsigned i = 0; i < 2; i++) {
        CHECK(!link_map(NO_HANDLE, i) && errno == EBADF);
        CHECK(!link_map(1, i) && errno == EINVAL);
        CHECK(!link_map(ends[0], 2 + i) && errno == EINVAL);
        weak = (int)MUST(handle_duplicate(ends[i], RIGHT_TRANSFER, 0));
        CHECK(!link_map(weak, i) && errno == EACCES);
        CHECK(!link_map(weak, 2) && errno == EINVAL);
        own[i] = link_map(ends[i], i);
        other[i] = link_map(ends[!i], i);
        CHECK(own[i] && other[i] && own[i] != other[i]);
        CHECK(own[i][0] == 0 && other[i][PAGE_SIZE - 1] == 0);
        own[i][0] = 'x';
        CHECK_EQUAL(*(volatile char *)other[i], 'x');
        CHECK_EQUAL(peer_wait(PEER(write_others, i, 0, ends[!i])), STATUS_FAULT(15));
        CHECK_EQUAL(*(volatile char *)own[i], 'x');
    }
    FAILS(ecall_result(ecall_2(SYS_link_map, (uint64_t)ends[0], 1ul << 32)), EINVAL);
    own[0][2 * PAGE_SIZE - 1] = 'z'; /* all of it, rounded up */
    CHECK_EQUAL(*(volatile char *)&other[0][2 * PAGE_SIZE - 1], 'z');
    MUST(handle_close(ends[0]));
    MUST(handle_close(ends[1]));
    own[1][1] = 'w'; /* mappings outlive the handles */
    CHECK_EQUAL(*(volatile char *)&other[1][1], 'w');
}

static void attach_errors(uint64_t argument)
{
    struct link_info info;
    int ends[2], weak;

    (void)argument;
    MUST(link_create(ends, 1, 1));
    weak = (int)MUST(handle_duplicate(ends[0], RIGHT_TRANSFER, 0));
    FAILS(link_attach(ends[0], 0, 1, 2), EINVAL);  /* no handler */
    MUST(link_attach(ends[0], 0, LINK_DETACH, 0)); /* there is nothing to end */
    MUST(uintr_set_handler(do_nothing, 0));
    for (unsigned i = 0; i < 2; i++) {
        FAILS(link_attach(NO_HANDLE, i, 1, 2), EBADF);
        FAILS(link_attach(1, i, 1, 2), EINVAL);
        FAILS(link_attach(ends[!i], i, 1, 2), EACCES);
        FAILS(link_attach(weak, i, 1, 2), EACCES);
        FAILS(link_attach(ends[i], 2, 1, 2), EINVAL);
        FAILS(attach_call(ends[i], i | 1ul << 32, 1, 2), EINVAL);
        FAILS(link_attach(ends[i], i, 64, 2), ENOSPC);
        FAILS(link_attach(ends[i], i, 1, 64), ENOSPC);
        FAILS(link_attach(ends[i], i, LINK_DETACH - 1, 2), ENOSPC);
        FAILS(link_attach(ends[i], i, 1, LINK_DETACH), ENOSPC);
        FAILS(link_attach(ends[i], i, 1ul << 32, 2), ENOSPC);
    }
    MUST(link_info(ends[0], &info));
    CHECK(info.attached[0] == 0 && info.attached[1] == 0); /* none of them has done anything */
    MUST(link_attach(ends[0], 0, 0, 63));
    FAILS(link_attach(ends[0], 0, 64, 2), ENOSPC); /* the one before stays */
    FAILS(link_attach(ends[0], 0, 1, 64), ENOSPC);
    MUST(link_info(ends[0], &info));
    CHECK(info.attached[0] == 1 && info.attached[1] == 0);
}

static void connect_errors(uint64_t argument)
{
    int ends[2], weak, index;

    (void)argument;
    MUST(link_create(ends, 1, 1));
    weak = (int)MUST(handle_duplicate(ends[0], RIGHT_TRANSFER, 0));
    for (unsigned i = 0; i < 2; i++) {
        FAILS(link_connect(NO_HANDLE, i), EBADF);
        FAILS(link_connect(1, i), EINVAL);
        FAILS(link_connect(ends[i], i), EACCES); /* its own side */
        FAILS(link_connect(weak, i), EACCES);
        FAILS(link_connect(ends[i], 2), EINVAL);
        FAILS(link_connect(ends[!i], i), EAGAIN);
    }
    FAILS(ecall_result(ecall_2(SYS_link_connect, (uint64_t)ends[0], 1ul << 32)), EINVAL);
    MUST(uintr_set_handler(do_nothing, 0));
    MUST(link_attach(ends[1], 1, 5, 6));
    index = (int)MUST(link_connect(ends[0], 1));
    CHECK_EQUAL(link_connect(ends[0], 1), index); /* the same for the same party */
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_DELIVERED);
    CHECK_EQUAL(uipi_read(), 1 << 5);
    MUST(link_attach(ends[1], 1, LINK_DETACH, 0));
    FAILS(link_connect(ends[0], 1), EAGAIN);
    MUST(handle_close(ends[1]));
    FAILS(link_connect(ends[0], 1), EPIPE);
    CHECK_EQUAL(uipi_send((uint64_t)index), UIPI_REFUSED);
    CHECK_EQUAL(uintr_send((uint64_t)index), UIPI_REFUSED);
    MUST(uintr_unregister_sender(index, 0));
    FAILS(uintr_unregister_sender(index, 0), EINVAL);
}

/* Tables are of 512 entries, whatever they are for. */
static void connect_full(uint64_t argument)
{
    int ends[2];

    (void)argument;
    MUST(link_create(ends, 1, 1));
    MUST(uintr_set_handler(do_nothing, 0));
    for (unsigned i = 0; i < 512; i++) {
        MUST(link_attach(ends[0], 0, i % 64, 0)); /* another party each time */
        CHECK_EQUAL(link_connect(ends[1], 0), i);
    }
    MUST(link_attach(ends[0], 0, 1, 0));
    FAILS(link_connect(ends[1], 0), ENOSPC);
    MUST(uintr_unregister_sender(77, 0));
    CHECK_EQUAL(link_connect(ends[1], 0), 77);
    for (unsigned i = 0; i < 512; i++) {
        CHECK_EQUAL(uipi_send(i), i == 77 ? UIPI_DELIVERED : UIPI_REFUSED);
    }
    CHECK_EQUAL(uipi_read() & ~1ul, 1 << 1);
}

static void info(uint64_t argument)
{
    struct link_info info, second;
    int ends[2], others[2], weak;

    (void)argument;
    MUST(link_create(ends, 5000, 1));
    MUST(link_create(others, 1, 1));
    FAILS(link_info(NO_HANDLE, &info), EBADF);
    FAILS(link_info(1, &info), EINVAL);
    FAILS(link_info(ends[0], NULL), EFAULT);
    FAILS(link_info(ends[0], READ_ONLY), EFAULT);
    FAILS(link_info(ends[0], KERNEL), EFAULT);
    memset(&info, 0xff, sizeof(info));
    MUST(link_info(ends[0], &info));
    CHECK(info.size[0] == 2 * PAGE_SIZE && info.size[1] == PAGE_SIZE);
    CHECK(info.attached[0] == 0 && info.attached[1] == 0);
    CHECK(info.own == 1 && info.open == 3 && info.flags == 0 && info.reserved == 0);
    MUST(handle_set_flags(ends[1], HANDLE_NONBLOCK));
    MUST(link_info(ends[1], &second));
    CHECK(second.own == 2 && second.flags == HANDLE_NONBLOCK && second.id == info.id);
    MUST(link_info(others[0], &second));
    CHECK(second.id != info.id);
    weak = (int)MUST(handle_duplicate(ends[0], 0, 0));
    MUST(handle_close(ends[1]));
    MUST(link_info(weak, &info));
    CHECK(info.own == 0 && info.open == 1);
    MUST(handle_close(ends[0]));
    MUST(link_info(weak, &info));
    CHECK(info.own == 0 && info.open == 0);
    for (unsigned i = 0; i < 2; i++) { /* no stream */
        FAILS(handle_read(weak, &info, 1), EACCES);
        FAILS(handle_read(others[0], &info, 1), EINVAL);
        FAILS(handle_write(others[1], &info, 1), EINVAL);
    }
}

const struct test_case link_error_cases[] = {
    CASE("link-create-errors", create_errors),
    CASE("link-create-without-memory", create_without_memory),
    CASE("link-maps", maps),
    CASE("link-attach-errors", attach_errors),
    CASE("link-connect-errors", connect_errors),
    CASE("link-connect-full", connect_full),
    CASE("link-info", info),
    END_OF_CASES,
};
