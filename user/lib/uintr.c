// SPDX-License-Identifier: MIT
#include "lib/uintr.h"

#include <errno.h>
#include <stdbool.h>

#include "lib/ecall.h"
#include "lib/syscall.h"
#include "uapi/syscall.h"

/* Read by the entries, too; each thread that receives has its own. */
_Thread_local uintr_handler uintr_c_handler;

void uintr_entry(void);
void uintr_entry_stack(void);
void uintr_entry_fp(void);
void uintr_entry_fp_stack(void);
void uintr_entry_vector(void);
void uintr_entry_vector_stack(void);
void uintr_entry_fp_vector(void);
void uintr_entry_fp_vector_stack(void);

#define SAVE_FLAGS (UINTR_SAVE_FP | UINTR_SAVE_VECTOR)

/* By flags: none, UINTR_SAVE_FP, UINTR_SAVE_VECTOR, both; and whether the handler has its own stack. */
static void (*const entries[][2])(void) = {
    {uintr_entry,            uintr_entry_stack          },
    { uintr_entry_fp,        uintr_entry_fp_stack       },
    { uintr_entry_vector,    uintr_entry_vector_stack   },
    { uintr_entry_fp_vector, uintr_entry_fp_vector_stack},
};

/* Without vectors the entry would be the program's death at the first interrupt. */
static int register_entry(uintr_handler handler, unsigned flags, bool on_stack)
{
    struct system_info info;

    if (flags & UINTR_SAVE_VECTOR && (system_info(&info) < 0 || !info.vector_length)) {
        errno = ENOTSUP;
        return -1;
    }
    if (uintr_register_handler((uint64_t)entries[flags & SAVE_FLAGS][on_stack],
                               flags & ~SAVE_FLAGS) < 0) {
        return -1; /* and the handler that there is misses nothing */
    }
    uintr_c_handler = handler;
    return 0;
}

int uintr_set_handler(uintr_handler handler, unsigned flags)
{
    return register_entry(handler, flags, false);
}

/* Nobody can send to the receiver before it has made handles, so the order doesn't matter. */
int uintr_set_handler_on_stack(uintr_handler handler, unsigned flags, void *base, size_t size)
{
    if (register_entry(handler, flags, true) < 0) {
        return -1;
    }
    if (uintr_alt_stack(base, size, 0) < 0) {
        int error = errno;

        uintr_unregister_handler(0);
        errno = error;
        return -1;
    }
    return 0;
}

uint64_t uintr_send(uint64_t index)
{
    return (uint64_t)ecall_1(SYS_uintr_send, index);
}

int uintr_handover(uint64_t index, unsigned flags)
{
    if (flags) {
        errno = EINVAL;
        return -1;
    }
    return (int)ecall_result(uintr_handover_call(index));
}

int uintr_register_handler(uint64_t handler, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_uintr_register_handler, handler, flags));
}

int uintr_unregister_handler(unsigned flags)
{
    return (int)ecall_result(ecall_1(SYS_uintr_unregister_handler, flags));
}

int uintr_create_fd(uint64_t vector, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_uintr_create_fd, vector, flags));
}

int uintr_register_sender(int handle, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_uintr_register_sender, (uint64_t)handle, flags));
}

int uintr_unregister_sender(int index, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_uintr_unregister_sender, (uint64_t)index, flags));
}

int uintr_register_self(uint64_t vector, unsigned flags)
{
    return (int)ecall_result(ecall_2(SYS_uintr_register_self, vector, flags));
}

int uintr_wait(unsigned flags)
{
    return (int)ecall_result(ecall_1(SYS_uintr_wait, flags));
}

int uintr_alt_stack(void *base, size_t size, unsigned flags)
{
    return (int)ecall_result(ecall_3(SYS_uintr_alt_stack, (uint64_t)base, size, flags));
}
