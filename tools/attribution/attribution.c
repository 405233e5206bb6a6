// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A TCG plugin that says whose instructions a guest executes: programs', their user-interrupt
 * handlers', the kernel's or the firmware's, and how often it does what costs much. arguments.py
 * prints its arguments:
 *
 *   out=FILE         where a line of JSON goes at the end of each window (user/bench/window.h)
 *   trap=ADDRESS     the kernel's entry from user mode, trap_entry
 *   return=ADDRESS   its way back, user_return
 *   end=ADDRESS      the first instruction behind that
 *   copy=FROM-TO     instructions whose stores are bytes copied; any number of times
 *   entry=ADDRESS:CODE  where user interrupts arrive in a program, with the first bytes of its code
 *                    in hexadecimal, since another program has something else there; any number
 *                    of times
 *   mmio=kernel|all|off  whose accesses to devices are counted: kernel if nothing is said. Every
 *                    load and store is then looked at, which is most of what the plugin costs
 *
 * Instructions are counted one by one as they begin, so those that trap count and those behind
 * them in the translated block don't. The counters are inline in translated code; only what is
 * rare is a call. A block can be cut short to repeat a device's access (-icount); QEMU then asks
 * for the memory callbacks only, so nothing is counted twice.
 */
#include <stdio.h>
#include <string.h>

#include "counts.h"
#include "decode.h"
#include "handler.h"

QEMU_PLUGIN_EXPORT int qemu_plugin_version = QEMU_PLUGIN_VERSION;

#define KERNEL_OFFSET  0xffffffc000000000 /* guest-kernel/arch/layout.h: all that is above */
#define ROM_END        0x10000            /* QEMU's reset code; programs start there */
#define FIRMWARE_START 0x80000000         /* OpenSBI, and the kernel behind it */
#define FIRMWARE_END   0x80200000
#define BOOT_END       0x100000000 /* of the kernel's first instructions, without paging */

#define ENTRY_CODE     16 /* bytes of an entry that are compared */

struct range {
    uint64_t from, to;
};

struct entry {
    uint64_t address;
    uint8_t code[ENTRY_CODE];
};

enum owner { USER, KERNEL, FIRMWARE };
enum mmio { MMIO_KERNEL, MMIO_ALL, MMIO_OFF };

struct qemu_plugin_scoreboard *harts;

/* Arguments, read only once the guest runs. */
static uint64_t trap_address, return_address, return_end;
static GArray *copies;  /* struct range */
static GArray *entries; /* struct entry */
static enum mmio mmio = MMIO_KERNEL;

#define COUNT(name) qemu_plugin_scoreboard_u64_in_struct(harts, struct hart, counts.name)

static enum owner owner_of(uint64_t pc)
{
    if (pc >= KERNEL_OFFSET || (pc >= FIRMWARE_END && pc < BOOT_END)) {
        return KERNEL;
    }
    return pc < ROM_END || (pc >= FIRMWARE_START && pc < FIRMWARE_END) ? FIRMWARE : USER;
}

static void count(struct qemu_plugin_insn *insn, qemu_plugin_u64 counter)
{
    qemu_plugin_register_vcpu_insn_exec_inline_per_vcpu(insn, QEMU_PLUGIN_INLINE_ADD_U64, counter,
                                                        1);
}

static void call(struct qemu_plugin_insn *insn, qemu_plugin_vcpu_udata_cb_t function, unsigned data)
{
    qemu_plugin_register_vcpu_insn_exec_cb(insn, function, QEMU_PLUGIN_CB_NO_REGS,
                                           GUINT_TO_POINTER(data));
}

static void access_device(unsigned hart, qemu_plugin_meminfo_t info, uint64_t address, void *unused)
{
    const struct qemu_plugin_hwaddr *physical = qemu_plugin_get_hwaddr(info, address);

    (void)unused;
    if (physical && qemu_plugin_hwaddr_is_io(physical)) {
        qemu_plugin_u64_add(COUNT(mmio), hart, 1);
    }
}

/* Whether a block begins at an entry: as much of its code as the block has, compared. */
static bool begins_handler(const struct qemu_plugin_tb *tb)
{
    uint64_t address = qemu_plugin_tb_vaddr(tb);

    for (guint i = 0; i < entries->len; i++) {
        const struct entry *entry = &g_array_index(entries, struct entry, i);
        size_t done = 0;
        bool same = entry->address == address;

        for (size_t j = 0; same && j < qemu_plugin_tb_n_insns(tb) && done < ENTRY_CODE; j++) {
            uint8_t code[4];
            size_t size = qemu_plugin_insn_data(qemu_plugin_tb_get_insn(tb, j), code, sizeof(code));

            size = MIN(size, ENTRY_CODE - done);
            same = memcmp(code, entry->code + done, size) == 0;
            done += size;
        }
        if (same) {
            return true;
        }
    }
    return false;
}

static void instrument_user(struct qemu_plugin_insn *insn, uint32_t word, bool first_of_handler)
{
    if (first_of_handler) {
        call(insn, handler_enter, 0);
        count(insn, COUNT(interrupts_taken));
    }
    if (insn_ends_window(word)) {
        call(insn, window_end, insn_window(word));
    }
    count(insn, COUNT(user));
    if (insn_begins_window(word)) {
        call(insn, window_begin, insn_window(word));
    }
    if (word == INSN_ECALL) {
        count(insn, COUNT(system_calls));
    } else if (word == INSN_URET) {
        count(insn, COUNT(urets));
        call(insn, handler_leave, 0);
    }
}

static bool copies_at(uint64_t pc)
{
    for (guint i = 0; i < copies->len; i++) {
        const struct range *range = &g_array_index(copies, struct range, i);

        if (pc >= range->from && pc < range->to) {
            return true;
        }
    }
    return false;
}

static void instrument_kernel(struct qemu_plugin_insn *insn, uint32_t word, uint64_t pc)
{
    unsigned size = copies_at(pc) ? insn_copies(word) : 0;

    count(insn, COUNT(kernel));
    if (pc == trap_address) {
        count(insn, COUNT(traps));
    }
    if (word == INSN_ECALL) {
        count(insn, COUNT(sbi_calls));
    } else if (insn_writes_satp(word)) {
        count(insn, COUNT(space_switches));
    }
    if (size) {
        qemu_plugin_register_vcpu_mem_inline_per_vcpu(
            insn, QEMU_PLUGIN_MEM_W, QEMU_PLUGIN_INLINE_ADD_U64, COUNT(bytes_copied), size);
    }
    if (pc >= trap_address && pc < return_address && (word == INSN_SD_RA || word == INSN_C_SDRA)) {
        qemu_plugin_register_vcpu_mem_cb(insn, handler_stop, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_W, NULL);
    }
    if (pc >= return_address && pc < return_end && (word == INSN_LD_RA || word == INSN_C_LDRA)) {
        qemu_plugin_register_vcpu_mem_cb(insn, handler_resume, QEMU_PLUGIN_CB_NO_REGS,
                                         QEMU_PLUGIN_MEM_R, NULL);
    }
}

static void instrument(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
    enum owner owner = owner_of(qemu_plugin_tb_vaddr(tb));
    bool handler = owner == USER && begins_handler(tb);

    (void)id;
    for (size_t i = 0; i < qemu_plugin_tb_n_insns(tb); i++) {
        struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
        uint32_t word = 0;

        qemu_plugin_insn_data(insn, &word, sizeof(word));
        if (owner == USER) {
            instrument_user(insn, word, handler && i == 0);
        } else if (owner == KERNEL) {
            instrument_kernel(insn, word, qemu_plugin_insn_vaddr(insn));
        } else {
            count(insn, COUNT(firmware));
        }
        if (insn_is_uipi_send(word)) {
            count(insn, COUNT(uipi_sent));
        }
        if (mmio == MMIO_ALL || (mmio == MMIO_KERNEL && owner == KERNEL)) {
            qemu_plugin_register_vcpu_mem_cb(insn, access_device, QEMU_PLUGIN_CB_NO_REGS,
                                             QEMU_PLUGIN_MEM_RW, NULL);
        }
    }
}

/* ---- Arguments ---- */

static bool parse_address(const char *text, uint64_t *address)
{
    return g_ascii_string_to_unsigned(text, 16, 0, UINT64_MAX, address, NULL);
}

static bool parse_copy(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, "-", 2);
    struct range range;

    if (g_strv_length(words) != 2 || !parse_address(words[0], &range.from) ||
        !parse_address(words[1], &range.to)) {
        return false;
    }
    g_array_append_val(copies, range);
    return true;
}

static bool parse_entry(const char *text)
{
    g_auto(GStrv) words = g_strsplit(text, ":", 2);
    struct entry entry;

    if (g_strv_length(words) != 2 || !parse_address(words[0], &entry.address) ||
        strlen(words[1]) != 2 * ENTRY_CODE) {
        return false;
    }
    for (size_t i = 0; i < ENTRY_CODE; i++) {
        int high = g_ascii_xdigit_value(words[1][2 * i]);
        int low = g_ascii_xdigit_value(words[1][2 * i + 1]);

        if (high < 0 || low < 0) {
            return false;
        }
        entry.code[i] = (uint8_t)(high << 4 | low);
    }
    g_array_append_val(entries, entry);
    return true;
}

static bool parse_mmio(const char *text)
{
    static const char *const words[] = {
        [MMIO_KERNEL] = "kernel", [MMIO_ALL] = "all", [MMIO_OFF] = "off"
    };

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        if (strcmp(text, words[i]) == 0) {
            mmio = (enum mmio)i;
            return true;
        }
    }
    return false;
}

static bool parse(const char *name, const char *value, const char **path)
{
    if (strcmp(name, "out") == 0) {
        *path = value;
        return true;
    }
    return strcmp(name, "trap") == 0     ? parse_address(value, &trap_address)
           : strcmp(name, "return") == 0 ? parse_address(value, &return_address)
           : strcmp(name, "end") == 0    ? parse_address(value, &return_end)
           : strcmp(name, "copy") == 0   ? parse_copy(value)
           : strcmp(name, "entry") == 0  ? parse_entry(value)
           : strcmp(name, "mmio") == 0   ? parse_mmio(value)
                                         : false;
}

QEMU_PLUGIN_EXPORT int qemu_plugin_install(qemu_plugin_id_t id, const qemu_info_t *info, int argc,
                                           char **argv)
{
    const char *path = NULL;

    if (!info->system_emulation || strcmp(info->target_name, "riscv64") != 0) {
        fputs("attribution: for qemu-system-riscv64 only\n", stderr);
        return 1;
    }
    copies = g_array_new(FALSE, FALSE, sizeof(struct range));
    entries = g_array_new(FALSE, FALSE, sizeof(struct entry));
    for (int i = 0; i < argc; i++) {
        char *value = strchr(argv[i], '=');

        if (value) {
            *value++ = '\0';
        }
        if (!value || !parse(argv[i], value, &path)) {
            fprintf(stderr, "attribution: wrong argument %s=%s\n", argv[i], value ? value : "");
            return 1;
        }
    }
    if (!path || !trap_address || !return_address || !return_end) {
        fputs("attribution: needs out=, trap=, return= and end=\n", stderr);
        return 1;
    }
    if (!windows_init(path, (unsigned)info->system.max_vcpus)) {
        perror(path);
        return 1;
    }
    harts = qemu_plugin_scoreboard_new(sizeof(struct hart));
    handler_init();
    qemu_plugin_register_vcpu_tb_trans_cb(id, instrument);
    return 0;
}
