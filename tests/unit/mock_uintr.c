// SPDX-License-Identifier: MIT
#include "ipc/uintr.h"
#include "mock.h"

bool mock_uintr_pending;

static char receiver;

struct uintr_receiver *mock_receiver(void)
{
    return (struct uintr_receiver *)&receiver;
}

bool uintr_prepare_wait(struct thread *thread)
{
    (void)thread;
    return !mock_uintr_pending;
}

bool uintr_is_masked(struct thread *thread)
{
    (void)thread;
    return false;
}

void uintr_exit(struct thread *thread)
{
    thread->uintr.receiver = NULL;
}

void uintr_senders_end(struct uintr_senders *senders)
{
    (void)senders;
}

void uintr_switch_out(struct thread *thread)
{
    (void)thread;
}

void (*mock_uintr_at_switch_in)(void);

void uintr_switch_in(struct thread *thread)
{
    (void)thread;
    if (mock_uintr_at_switch_in) {
        mock_uintr_at_switch_in();
    }
}

void uintr_clear_registers(void)
{
}

void uintr_fill_info(struct system_info *info)
{
    (void)info;
}
