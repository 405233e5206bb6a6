// SPDX-License-Identifier: MIT
/* The boot hart's way from the first C line to the first process. */
#include <stdint.h>

#include "arch/cpu.h"
#include "arch/mmu.h"
#include "core/address_space.h"
#include "core/devicetree.h"
#include "core/lock.h"
#include "core/page.h"
#include "core/print.h"
#include "core/process.h"
#include "drivers/console.h"
#include "drivers/finisher.h"
#include "drivers/plic.h"
#include "drivers/uart.h"
#include "drivers/uintc.h"
#include "ipc/futex.h"
#include "ipc/uintr.h"

_Noreturn void kernel_main(uint64_t hart_id, uint64_t tree);

/* One clear message instead of an illegal instruction later. */
static void require_user_interrupts(void)
{
    if (machine.has_uintr && machine.uintc.size && machine.plic.size) {
        return;
    }
    kprintf("\n[kernel] this machine has no user interrupts; missing:%s%s%s\n"
            "[kernel] start QEMU with -M virt,uintc=on -cpu rv64,x-uintr=on\n",
            machine.has_uintr ? "" : " x-uintr", machine.uintc.size ? "" : " UINTC",
            machine.plic.size ? "" : " PLIC");
    finisher_exit(EXIT_NO_UINTR);
}

void kernel_main(uint64_t hart_id, uint64_t tree)
{
    devicetree_parse(mmu_from_physical(tree));
    page_init();
    mmu_init();
    uart_init();
    finisher_init();
    require_user_interrupts();
    plic_init();
    uintc_init();
    address_space_init();
    futex_init();
    cpu_init_boot(hart_id);
    uintr_init();
    cpu_start_others(); /* the firmware clears the PLIC contexts of a hart that it starts */
    plic_enable(machine.uintc_irq);
    console_init();
    kprintf("\n[kernel] %u hart%s, %lu MiB of memory, UINTC at %#lx with %u receivers\n",
            machine.harts, machine.harts == 1 ? "" : "s", machine.memory_size >> 20,
            machine.uintc.base, uintc_receivers());
    kernel_enter();
    process_start_first(machine.command_line);
    kernel_leave();
    cpu_enter_idle();
}
