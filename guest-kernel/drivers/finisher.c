// SPDX-License-Identifier: MIT
#include "drivers/finisher.h"

#include <stddef.h>
#include <stdint.h>

#include "arch/csr.h"
#include "arch/mmu.h"
#include "arch/sbi.h"
#include "core/devicetree.h"

#define FINISH_PASS 0x5555u
#define FINISH_FAIL 0x3333u /* with the status in the upper half */

static volatile uint32_t *finish_register; /* set once at boot */

void finisher_init(void)
{
    if (machine.finisher.size) {
        finish_register = mmu_map_device(machine.finisher.base, machine.finisher.size);
    }
}

void finisher_exit(int status)
{
    if (finish_register) {
        *finish_register =
            status == 0 ? FINISH_PASS : ((uint32_t)(status & 0xff) << 16) | FINISH_FAIL;
    } else {
        sbi_shutdown();
    }
    for (;;) {
        wait_for_interrupt();
    }
}
