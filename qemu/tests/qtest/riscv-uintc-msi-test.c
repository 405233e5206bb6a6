/*
 * QTest cases for PCI devices that post user interrupts: a register SEND of
 * the RISC-V user-interrupt controller as the target of MSI and MSI-X
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "libqos/pci.h"
#include "libqos/generic-pcihost.h"
#include "hw/pci/pci_regs.h"
#include "standard-headers/linux/virtio_config.h"
#include "standard-headers/linux/virtio_pci.h"
#include "riscv-uintc-common.h"

/* The PCIe host of the virt board */
#define VIRT_PIO_BASE           0x3000000
#define VIRT_ECAM_BASE          0x30000000
#define VIRT_PCI_MMIO_BASE      0x40000000
#define VIRT_PCI_MMIO_END       0x80000000

#define TEST_DEVFN              QPCI_DEVFN(1, 0)

/* A virtio-net device has its common configuration at the start of BAR 4. */
#define VIRTIO_MODERN_BAR       4

/* Writing a cause here makes the edu device raise its interrupt, 0x64 ends. */
#define EDU_RAISE               0x60
#define EDU_ACKNOWLEDGE         0x64

static QPCIDevice *find_device(QTestState *qts, QGenericPCIBus *pci)
{
    QPCIDevice *dev;

    qpci_init_generic(pci, qts, NULL, false);
    pci->gpex_pio_base = VIRT_PIO_BASE;
    pci->ecam_alloc_ptr = VIRT_ECAM_BASE;
    pci->bus.mmio_alloc_ptr = VIRT_PCI_MMIO_BASE;
    pci->bus.mmio_limit = VIRT_PCI_MMIO_END;

    dev = qpci_device_find(&pci->bus, TEST_DEVFN);
    g_assert_nonnull(dev);
    qpci_device_enable(dev);
    return dev;
}

/* Sets MSI-X table entry @entry to post @vector to @receiver. */
static void msix_target(QPCIDevice *dev, unsigned entry, unsigned receiver,
                        uint32_t vector)
{
    uint64_t offset = dev->msix_table_off + entry * PCI_MSIX_ENTRY_SIZE;
    uint64_t target = uintc_slot(receiver, UINTC_SEND);

    qpci_io_writel(dev, dev->msix_table_bar,
                   offset + PCI_MSIX_ENTRY_LOWER_ADDR, target);
    qpci_io_writel(dev, dev->msix_table_bar,
                   offset + PCI_MSIX_ENTRY_UPPER_ADDR, target >> 32);
    qpci_io_writel(dev, dev->msix_table_bar,
                   offset + PCI_MSIX_ENTRY_DATA, vector);
    qpci_io_writel(dev, dev->msix_table_bar,
                   offset + PCI_MSIX_ENTRY_VECTOR_CTRL, 0);
}

/* A virtio-net device, ready to send interrupts when its link changes */
static QTestState *virtio_init(const char *more_args, QGenericPCIBus *pci,
                               QPCIDevice **dev, QPCIBar *common)
{
    g_autofree char *args = g_strdup_printf(
        "-smp 2 -device virtio-net-pci,id=net,addr=1.0,disable-legacy=on,"
        "romfile= %s", more_args);
    QTestState *qts = uintc_init(args);

    *dev = find_device(qts, pci);
    qpci_msix_enable(*dev);
    *common = qpci_iomap(*dev, VIRTIO_MODERN_BAR, NULL);
    qpci_io_writeb(*dev, *common, VIRTIO_PCI_COMMON_STATUS,
                   VIRTIO_CONFIG_S_ACKNOWLEDGE | VIRTIO_CONFIG_S_DRIVER |
                   VIRTIO_CONFIG_S_DRIVER_OK);
    return qts;
}

static void set_link(QTestState *qts, bool up)
{
    qtest_qmp_assert_success(qts,
        "{ 'execute': 'set_link',"
        "  'arguments': { 'name': 'net', 'up': %i } }", up);
}

/* The configuration interrupt goes to MSI-X table entry @entry. */
static void virtio_config_entry(QPCIDevice *dev, QPCIBar common,
                                unsigned entry)
{
    qpci_io_writew(dev, common, VIRTIO_PCI_COMMON_MSIX, entry);
    g_assert_cmpint(qpci_io_readw(dev, common, VIRTIO_PCI_COMMON_MSIX), ==,
                    entry);
}

/* Rules: UREG-21 UREG-4 UDLV-3 on @machine's interrupt controller */
static void check_msix(const char *args)
{
    QGenericPCIBus pci;
    QPCIDevice *dev;
    QPCIBar common;
    QTestState *qts = virtio_init(args, &pci, &dev, &common);

    run_receiver(qts, 1, 200);
    slot_write(qts, 200, UINTC_LOW, LOW_ACTIVE | LOW_MODE64 | LOW_HART(1));
    slot_write(qts, 5, UINTC_LOW, LOW_MODE64);
    msix_target(dev, 0, 200, 63);
    msix_target(dev, 1, 5, 17);

    virtio_config_entry(dev, common, 0);
    set_link(qts, false);
    g_assert_true(usip(qts, 1));
    g_assert_false(usip(qts, 0));
    g_assert_cmphex(slot_read(qts, 200, UINTC_HIGH), ==, BIT64(63));
    g_assert_cmphex(slot_read(qts, 5, UINTC_HIGH), ==, 0);
    clear_usip(qts, 1);
    g_assert_false(usip(qts, 1));

    virtio_config_entry(dev, common, 1);
    set_link(qts, true);
    g_assert_cmphex(slot_read(qts, 5, UINTC_HIGH), ==, BIT64(17));
    g_assert_cmphex(slot_read(qts, 200, UINTC_HIGH), ==, 0);
    g_assert_false(usip(qts, 1));

    g_free(dev);
    qtest_quit(qts);
}

static void test_msix_plic(void)
{
    check_msix("");
}

static void test_msix_aplic(void)
{
    check_msix("-M aia=aplic");
}

static void test_msix_imsic(void)
{
    check_msix("-M aia=aplic-imsic");
}

/* Rules: UREG-21 UDLV-10: a device wakes a receiver that is blocked */
static void test_msix_doorbell(void)
{
    QGenericPCIBus pci;
    QPCIDevice *dev;
    QPCIBar common;
    QTestState *qts = virtio_init("", &pci, &dev, &common);

    slot_write(qts, 5, UINTC_LOW, LOW_MODE64 | LOW_KN);
    msix_target(dev, 0, 5, 0);
    virtio_config_entry(dev, common, 0);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);
    set_link(qts, false);
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 1);
    g_assert_cmphex(control_read(qts, UINTC_DOORBELL), ==, 5);
    g_assert_cmphex(slot_read(qts, 5, UINTC_HIGH), ==, BIT64(0));

    g_free(dev);
    qtest_quit(qts);
}

/* Rules: UREG-5 UREG-20: a wrong entry in the table harms nobody */
static void test_msix_refused(void)
{
    QGenericPCIBus pci;
    QPCIDevice *dev;
    QPCIBar common;
    QTestState *qts = virtio_init("-M uintc-receivers=6", &pci, &dev,
                                  &common);
    int i;

    for (i = 0; i < 6; i++) {
        slot_write(qts, i, UINTC_LOW, LOW_MODE64 | LOW_KN);
    }
    msix_target(dev, 0, 5, 64);
    msix_target(dev, 1, 6, 1);
    virtio_config_entry(dev, common, 0);
    set_link(qts, false);
    virtio_config_entry(dev, common, 1);
    set_link(qts, true);
    for (i = 0; i < 6; i++) {
        g_assert_cmphex(slot_read(qts, i, UINTC_HIGH), ==, 0);
    }
    g_assert_cmphex(control_read(qts, UINTC_OUTSTANDING), ==, 0);

    g_free(dev);
    qtest_quit(qts);
}

/* Rules: UREG-21 UREG-4 with plain MSI, which has one message per device */
static void test_msi(void)
{
    QTestState *qts = uintc_init("-device edu,addr=1.0");
    QGenericPCIBus pci;
    QPCIDevice *dev = find_device(qts, &pci);
    QPCIBar bar = qpci_iomap(dev, 0, NULL);
    uint8_t msi = qpci_find_capability(dev, PCI_CAP_ID_MSI, 0);
    uint64_t target = uintc_slot(11, UINTC_SEND);

    g_assert_cmphex(msi, !=, 0);
    qpci_config_writel(dev, msi + PCI_MSI_ADDRESS_LO, target);
    qpci_config_writel(dev, msi + PCI_MSI_ADDRESS_HI, target >> 32);
    qpci_config_writew(dev, msi + PCI_MSI_DATA_64, 33);
    qpci_config_writew(dev, msi + PCI_MSI_FLAGS,
                       qpci_config_readw(dev, msi + PCI_MSI_FLAGS) |
                       PCI_MSI_FLAGS_ENABLE);

    slot_write(qts, 11, UINTC_LOW, LOW_MODE64);
    qpci_io_writel(dev, bar, EDU_RAISE, 1);
    g_assert_cmphex(slot_read(qts, 11, UINTC_HIGH), ==, BIT64(33));
    qpci_io_writel(dev, bar, EDU_ACKNOWLEDGE, 1);
    g_assert_cmphex(slot_read(qts, 11, UINTC_HIGH), ==, 0);
    qpci_io_writel(dev, bar, EDU_RAISE, 1);
    g_assert_cmphex(slot_read(qts, 11, UINTC_HIGH), ==, BIT64(33));

    g_free(dev);
    qtest_quit(qts);
}

int main(int argc, char **argv)
{
    g_test_init(&argc, &argv, NULL);

    g_test_add_func("/uintc/msix/plic", test_msix_plic);
    g_test_add_func("/uintc/msix/aplic", test_msix_aplic);
    g_test_add_func("/uintc/msix/imsic", test_msix_imsic);
    g_test_add_func("/uintc/msix/doorbell", test_msix_doorbell);
    g_test_add_func("/uintc/msix/refused", test_msix_refused);
    if (qtest_has_device("edu")) {
        g_test_add_func("/uintc/msi/edu", test_msi);
    }

    return g_test_run();
}
