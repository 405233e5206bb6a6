/*
 * RISC-V user-interrupt controller (UINTC)
 *
 * Copyright (c) 2026 The riscv-uintr project
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 *
 * Specification: docs/specs/riscv-uintr.rst, "UINTC"
 *
 * The controller's registers and its life cycle.  What a post does is in
 * riscv_uintc_delivery.c.
 */

#include "qemu/osdep.h"
#include "qapi/error.h"
#include "qemu/bitops.h"
#include "qemu/log.h"
#include "qemu/module.h"
#include "hw/core/cpu.h"
#include "hw/intc/intc.h"
#include "hw/irq.h"
#include "hw/pci/msi.h"
#include "hw/qdev-properties.h"
#include "migration/vmstate.h"
#include "riscv_uintc_internal.h"

#define SLOT_SHIFT      5
#define SLOT_REG(addr)  ((addr) & 0x1f)

/* The control page, behind the last possible slot */
#define CONTROL         (RISCV_UINTC_MAX_RECEIVERS << SLOT_SHIFT)
#define CONTROL_ID      (CONTROL + 0x00)
#define CONTROL_CAP     (CONTROL + 0x08)
#define CONTROL_CLAIM   (CONTROL + 0x10)
#define CONTROL_COUNT   (CONTROL + 0x18)

#define UINTC_ID        0x55494301 /* "UIC", version 1 */
#define UINTC_VECTORS   64

/* Registers */

static uint64_t uintc_control_read(RISCVUINTCState *s, hwaddr addr)
{
    switch (addr) {
    case CONTROL_ID:
        return UINTC_ID;
    case CONTROL_CAP:
        return s->num_receivers | UINTC_VECTORS << 16;
    case CONTROL_CLAIM:
        return uintc_claim_doorbell(s);
    case CONTROL_COUNT:
        return s->num_bells;
    default:
        qemu_log_mask(LOG_GUEST_ERROR,
                      "riscv_uintc: read of reserved register 0x%" HWADDR_PRIx
                      "\n", addr);
        return 0;
    }
}

static uint64_t uintc_mmio_read(void *opaque, hwaddr addr, unsigned size)
{
    RISCVUINTCState *s = opaque;
    uint32_t index = addr >> SLOT_SHIFT;

    if (addr >= CONTROL) {
        return uintc_control_read(s, addr);
    }
    if (index >= s->num_receivers) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "riscv_uintc: read of receiver %u, which does not "
                      "exist\n", index);
        return 0;
    }

    switch (SLOT_REG(addr)) {
    case A_LOW:
        return s->receivers[index].low;
    case A_HIGH:
        return uintc_read_pending(s, index);
    case A_ACTIVE:
        return uintc_is_active(&s->receivers[index]);
    default: /* SEND */
        return 0;
    }
}

static void uintc_mmio_write(void *opaque, hwaddr addr, uint64_t val,
                             unsigned size)
{
    RISCVUINTCState *s = opaque;
    uint32_t index = addr >> SLOT_SHIFT;

    if (addr >= CONTROL) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "riscv_uintc: write to read-only or reserved register "
                      "0x%" HWADDR_PRIx "\n", addr);
        return;
    }
    if (index >= s->num_receivers) {
        qemu_log_mask(LOG_GUEST_ERROR,
                      "riscv_uintc: write to receiver %u, which does not "
                      "exist\n", index);
        return;
    }

    switch (SLOT_REG(addr)) {
    case A_SEND:
        uintc_post(s, index, UINTC_ANY_TAG, val);
        break;
    case A_LOW:
        uintc_write_low(s, index, val);
        break;
    case A_HIGH:
        uintc_write_pending(s, index, val);
        break;
    case A_ACTIVE:
        if (val & 1) {
            uintc_set_active(s, index, true);
        }
        break;
    }
}

/*
 * Registers are 64 bits wide.  The exception makes SEND a target for MSIs,
 * which are 32-bit writes.
 */
static bool uintc_mmio_accepts(void *opaque, hwaddr addr, unsigned size,
                               bool is_write, MemTxAttrs attrs)
{
    RISCVUINTCState *s = opaque;

    return size == 8 ||
           (is_write && addr >> SLOT_SHIFT < s->num_receivers &&
            SLOT_REG(addr) == A_SEND);
}

static const MemoryRegionOps uintc_mmio_ops = {
    .read = uintc_mmio_read,
    .write = uintc_mmio_write,
    .endianness = DEVICE_LITTLE_ENDIAN,
    .valid.min_access_size = 4,
    .valid.max_access_size = 8,
    .valid.accepts = uintc_mmio_accepts,
    .impl.min_access_size = 4,
    .impl.max_access_size = 8,
    /* Refused as a whole: an aligned half of it could be a write to SEND. */
    .impl.unaligned = true,
};

/* Life cycle */

static void uintc_reset_enter(Object *obj, ResetType type)
{
    RISCVUINTCState *s = RISCV_UINTC(obj);

    for (uint32_t i = 0; i < s->num_receivers; i++) {
        QEMU_LOCK_GUARD(&s->receivers[i].lock);
        s->receivers[i].low = 0;
        s->receivers[i].pending = 0;
    }
    memset(s->bells, 0, s->num_bell_words * sizeof(*s->bells));
    memset(s->belled, 0, sizeof(s->belled));
    s->num_bells = 0;
    /* selected[] is suirs of the harts, which tell us of their own reset */
}

static void uintc_reset_hold(Object *obj, ResetType type)
{
    RISCVUINTCState *s = RISCV_UINTC(obj);

    for (uint32_t hart = 0; hart < s->num_harts; hart++) {
        uintc_refresh_hart(s, hart);
    }
    qemu_set_irq(s->doorbell, 0);
}

static int uintc_post_load(void *opaque, int version_id)
{
    RISCVUINTCState *s = opaque;

    /* The other ends of these lines have been migrated with their level */
    for (uint32_t hart = 0; hart < s->num_harts; hart++) {
        s->level[hart] = uintc_hart_level(s, hart);
    }
    memset(s->belled, 0, sizeof(s->belled));
    s->num_bells = 0;
    for (uint32_t word = 0; word < s->num_bell_words; word++) {
        s->belled[word / 64] |= s->bells[word] ? BIT_ULL(word % 64) : 0;
        s->num_bells += ctpop64(s->bells[word]);
    }

    return 0;
}

static const VMStateDescription vmstate_uintc_receiver = {
    .name = "riscv_uintc_receiver",
    .version_id = 1,
    .minimum_version_id = 1,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT64(low, RISCVUINTCReceiver),
        VMSTATE_UINT64(pending, RISCVUINTCReceiver),
        VMSTATE_END_OF_LIST()
    }
};

static const VMStateDescription vmstate_uintc = {
    .name = "riscv_uintc",
    .version_id = 1,
    .minimum_version_id = 1,
    .post_load = uintc_post_load,
    .fields = (const VMStateField[]) {
        VMSTATE_UINT32_EQUAL(num_harts, RISCVUINTCState, NULL),
        VMSTATE_UINT32_EQUAL(num_receivers, RISCVUINTCState, NULL),
        VMSTATE_STRUCT_VARRAY_POINTER_UINT32(receivers, RISCVUINTCState,
                                             num_receivers,
                                             vmstate_uintc_receiver,
                                             RISCVUINTCReceiver),
        VMSTATE_VARRAY_UINT32(bells, RISCVUINTCState, num_bell_words, 0,
                              vmstate_info_uint64, uint64_t),
        VMSTATE_VARRAY_UINT32(selected, RISCVUINTCState, num_harts, 0,
                              vmstate_info_int32, int32_t),
        VMSTATE_END_OF_LIST()
    }
};

/* info pic */
static void uintc_print_info(InterruptStatsProvider *obj, GString *buf)
{
    RISCVUINTCState *s = RISCV_UINTC(obj);

    g_string_append_printf(buf, "uintc: %u receivers, %u doorbells\n",
                           s->num_receivers, s->num_bells);
    for (uint32_t hart = 0; hart < s->num_harts; hart++) {
        if (s->selected[hart] >= 0) {
            g_string_append_printf(buf, "  hart %u: receiver %d, usip=%d\n",
                                   s->hartid_base + hart, s->selected[hart],
                                   s->level[hart]);
        }
    }
    for (uint32_t i = 0; i < s->num_receivers; i++) {
        RISCVUINTCReceiver *r = &s->receivers[i];

        if (r->low || r->pending || uintc_has_bell(s, i)) {
            g_string_append_printf(buf, "  receiver %u: active=%d mode=%u "
                                   "kn=%d hart=%u threshold=%u tag=0x%x "
                                   "pending=0x%016" PRIx64 " doorbell=%d\n",
                                   i, uintc_is_active(r), uintc_vectors(r),
                                   (int)FIELD_EX64(r->low, LOW, KN),
                                   (unsigned)FIELD_EX64(r->low, LOW, HARTID),
                                   (unsigned)FIELD_EX64(r->low, LOW, THRESHOLD),
                                   (unsigned)FIELD_EX64(r->low, LOW, TAG),
                                   r->pending,
                                   uintc_has_bell(s, i));
        }
    }
}

static void uintc_realize(DeviceState *dev, Error **errp)
{
    RISCVUINTCState *s = RISCV_UINTC(dev);
    SysBusDevice *sbd = SYS_BUS_DEVICE(dev);
    g_autofree CPUArchState **harts = g_new0(CPUArchState *, s->num_harts);

    if (s->num_receivers < 1 || s->num_receivers > RISCV_UINTC_MAX_RECEIVERS) {
        error_setg(errp, "uintc-receivers must be from 1 to %d, not %u",
                   RISCV_UINTC_MAX_RECEIVERS, s->num_receivers);
        return;
    }

    for (uint32_t hart = 0; hart < s->num_harts; hart++) {
        CPUState *cpu = cpu_by_arch_id(s->hartid_base + hart);

        if (!cpu || !riscv_cpu_set_uintc(cpu_env(cpu), &uintc_ops, s,
                                         s->base)) {
            error_setg(errp, "uintc requires harts with UINTR and hart %u has "
                       "none: add x-uintr=on to -cpu or leave uintc off",
                       s->hartid_base + hart);
            return;
        }
        harts[hart] = cpu_env(cpu);
    }
    s->harts = g_steal_pointer(&harts);

    s->receivers = g_new0(RISCVUINTCReceiver, s->num_receivers);
    for (uint32_t i = 0; i < s->num_receivers; i++) {
        qemu_spin_init(&s->receivers[i].lock);
    }
    s->num_bell_words = DIV_ROUND_UP(s->num_receivers, 64);
    s->bells = g_new0(uint64_t, s->num_bell_words);
    s->level = g_new0(bool, s->num_harts);
    s->selected = g_new(int32_t, s->num_harts);
    for (uint32_t hart = 0; hart < s->num_harts; hart++) {
        s->selected[hart] = -1;
    }

    memory_region_init_io(&s->mmio, OBJECT(dev), &uintc_mmio_ops, s,
                          TYPE_RISCV_UINTC, RISCV_UINTC_SIZE);
    sysbus_init_mmio(sbd, &s->mmio);
    sysbus_init_irq(sbd, &s->doorbell);
    s->usip = g_new0(qemu_irq, s->num_harts);
    qdev_init_gpio_out(dev, s->usip, s->num_harts);
    s->post = g_new0(qemu_irq, s->num_harts);
    qdev_init_gpio_out_named(dev, s->post, "post", s->num_harts);

    msi_nonbroken = true;
}

static const Property uintc_properties[] = {
    DEFINE_PROP_UINT64("base", RISCVUINTCState, base, 0),
    DEFINE_PROP_UINT32("hartid-base", RISCVUINTCState, hartid_base, 0),
    DEFINE_PROP_UINT32("num-harts", RISCVUINTCState, num_harts, 1),
    DEFINE_PROP_UINT32("num-receivers", RISCVUINTCState, num_receivers,
                       RISCV_UINTC_DEF_RECEIVERS),
};

static void uintc_class_init(ObjectClass *klass, void *data)
{
    DeviceClass *dc = DEVICE_CLASS(klass);
    ResettableClass *rc = RESETTABLE_CLASS(klass);
    InterruptStatsProviderClass *ic = INTERRUPT_STATS_PROVIDER_CLASS(klass);

    dc->desc = "RISC-V user-interrupt controller";
    dc->realize = uintc_realize;
    dc->vmsd = &vmstate_uintc;
    device_class_set_props(dc, uintc_properties);
    rc->phases.enter = uintc_reset_enter;
    rc->phases.hold = uintc_reset_hold;
    ic->print_info = uintc_print_info;
}

static const TypeInfo uintc_info = {
    .name = TYPE_RISCV_UINTC,
    .parent = TYPE_SYS_BUS_DEVICE,
    .instance_size = sizeof(RISCVUINTCState),
    .class_init = uintc_class_init,
    .interfaces = (InterfaceInfo[]) {
        { TYPE_INTERRUPT_STATS_PROVIDER },
        { },
    },
};

static void uintc_register_types(void)
{
    type_register_static(&uintc_info);
}

type_init(uintc_register_types)

DeviceState *riscv_uintc_create(hwaddr base, qemu_irq doorbell,
                                uint32_t hartid_base, uint32_t num_harts,
                                uint32_t num_receivers)
{
    DeviceState *dev = qdev_new(TYPE_RISCV_UINTC);

    qdev_prop_set_uint64(dev, "base", base);
    qdev_prop_set_uint32(dev, "hartid-base", hartid_base);
    qdev_prop_set_uint32(dev, "num-harts", num_harts);
    qdev_prop_set_uint32(dev, "num-receivers", num_receivers);
    sysbus_realize_and_unref(SYS_BUS_DEVICE(dev), &error_fatal);
    sysbus_mmio_map(SYS_BUS_DEVICE(dev), 0, base);
    sysbus_connect_irq(SYS_BUS_DEVICE(dev), 0, doorbell);

    for (uint32_t hart = 0; hart < num_harts; hart++) {
        DeviceState *cpu = DEVICE(cpu_by_arch_id(hartid_base + hart));

        qdev_connect_gpio_out(dev, hart, qdev_get_gpio_in(cpu, IRQ_U_SOFT));
        qdev_connect_gpio_out_named(dev, "post", hart,
                                    qdev_get_gpio_in_named(
                                        cpu, RISCV_UINTR_POST_GPIO, 0));
    }

    return dev;
}
