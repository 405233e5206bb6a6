// SPDX-License-Identifier: MIT
#include "arch/timer.h"

#include "arch/csr.h"
#include "arch/sbi.h"
#include "core/devicetree.h"

static void set_deadline(uint64_t when)
{
    if (machine.has_sstc) {
        csr_write(CSR_STIMECMP, when);
    } else {
        sbi_set_timer(when);
    }
}

void timer_arm(uint64_t microseconds)
{
    set_deadline(csr_read(CSR_TIME) + microseconds * machine.timebase / 1000000);
}

void timer_disarm(void)
{
    set_deadline(UINT64_MAX);
}
