// SPDX-License-Identifier: MIT
#include "arch/timer.h"

#include "arch/csr.h"
#include "arch/sbi.h"
#include "core/devicetree.h"

#define SECOND_NS 1000000000ul

uint64_t timer_now(void)
{
    return csr_read(CSR_TIME);
}

uint64_t timer_ticks(uint64_t microseconds)
{
    return microseconds * machine.timebase / 1000000;
}

uint64_t timer_deadline(uint64_t nanoseconds)
{
    uint64_t seconds = nanoseconds / SECOND_NS, ticks, deadline;

    if (nanoseconds == UINT64_MAX || __builtin_mul_overflow(seconds, machine.timebase, &ticks)) {
        return UINT64_MAX;
    }
    ticks += (nanoseconds % SECOND_NS * machine.timebase + SECOND_NS - 1) / SECOND_NS;
    return __builtin_add_overflow(timer_now(), ticks, &deadline) ? UINT64_MAX : deadline;
}

void timer_set(uint64_t when)
{
    if (machine.has_sstc) {
        csr_write(CSR_STIMECMP, when);
    } else {
        sbi_set_timer(when);
    }
}
