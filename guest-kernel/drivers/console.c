// SPDX-License-Identifier: MIT
#include "drivers/console.h"

#include <errno.h>

#include "core/devicetree.h"
#include "core/print.h"
#include "core/process.h"
#include "core/usercopy.h"
#include "drivers/plic.h"
#include "drivers/uart.h"
#include "ipc/signal.h"

#define CAPACITY  4096 /* typed and not read; what comes then is dropped, all but ^C */
#define CONTROL_C 3

static struct object console;
static struct wait_queue readers;
static char typed[CAPACITY];
static unsigned head, tail; /* next to read, next to write; tail - head are there */
static struct process *foreground;

static long read(struct object *object, uint64_t buffer, size_t size, unsigned flags)
{
    size_t length = tail - head < size ? tail - head : size;
    size_t first = CAPACITY - head % CAPACITY < length ? CAPACITY - head % CAPACITY : length;

    (void)object;
    if (size == 0) {
        return 0;
    }
    if (length == 0) {
        return flags & HANDLE_NONBLOCK ? -EAGAIN : wait_on(&readers);
    }
    if (copy_to_user(buffer, typed + head % CAPACITY, first) ||
        copy_to_user(buffer + first, typed, length - first)) {
        return -EFAULT;
    }
    head += length;
    return (long)length;
}

static long write(struct object *object, uint64_t buffer, size_t size, unsigned flags)
{
    char part[256];
    size_t length = size < sizeof(part) ? size : sizeof(part);

    (void)object;
    (void)flags;
    if (copy_from_user(part, buffer, length)) {
        return -EFAULT;
    }
    console_write(part, length);
    return (long)length;
}

static void destroy(struct object *object)
{
    (void)object;
    panic("the console is gone");
}

static const struct object_type console_type = {
    .name = "console", .read = read, .write = write, .destroy = destroy
};

void console_init(void)
{
    object_init(&console, &console_type);
    wait_queue_init(&readers);
    if (machine.uart_irq) {
        plic_enable(machine.uart_irq);
        uart_enable_receive();
    }
}

struct object *console_object(void)
{
    return &console;
}

void console_receive(void)
{
    int c;

    while ((c = uart_getchar()) >= 0) {
        if (c == CONTROL_C && foreground) {
            head = tail; /* as a terminal does */
            signal_send(foreground, SIGNAL_INT);
        } else if (tail - head < CAPACITY) {
            typed[tail++ % CAPACITY] = (char)c;
        }
    }
    if (tail != head) {
        wait_queue_restart_all(&readers);
    }
}

void console_process_ended(struct process *process)
{
    if (foreground == process) {
        foreground = NULL;
    }
}

long console_sys_foreground(uint64_t number)
{
    struct handle *handle;
    struct process *process;
    int error =
        handle_find(&process_current()->handles, (int)number, &process_type, RIGHT_WRITE, &handle);

    if (error) {
        return error;
    }
    process = (struct process *)handle->object;
    foreground = process->ended ? NULL : process;
    return 0;
}
