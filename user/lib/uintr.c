// SPDX-License-Identifier: MIT
#include "lib/uintr.h"

uintr_handler uintr_c_handler; /* read by uintr_entry */

void uintr_entry(void);

int uintr_set_handler(uintr_handler handler)
{
    uintr_c_handler = handler;
    return uintr_register_handler((uint64_t)uintr_entry, 0);
}
