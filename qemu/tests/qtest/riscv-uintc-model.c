/*
 * A model of the RISC-V user-interrupt controller
 *
 * SPDX-License-Identifier: GPL-2.0-or-later
 */

#include "qemu/osdep.h"
#include "riscv-uintc-model.h"

enum {
    SLOT_SEND = 0x00,
    SLOT_LOW = 0x08,
    SLOT_HIGH = 0x10,
    SLOT_ACTIVE = 0x18,
    SLOT_SIZE = 32,
};

enum {
    CONTROL_PAGE = 0x80000,
    CONTROL_ID = CONTROL_PAGE + 0x00,
    CONTROL_CAPS = CONTROL_PAGE + 0x08,
    CONTROL_DOORBELL = CONTROL_PAGE + 0x10,
    CONTROL_COUNT = CONTROL_PAGE + 0x18,
    DEVICE_SIZE = CONTROL_PAGE + 0x1000,
};

typedef enum PostResult {
    POST_ACTIVE = 0,
    POST_NOTHING = 1,
    POST_INACTIVE = 2,
} PostResult;

static uint64_t field(uint64_t value, unsigned high, unsigned low)
{
    uint64_t shifted = value >> low;

    return high - low == 63 ? shifted : shifted % (1ULL << (high - low + 1));
}

void uintc_model_init(UintcModel *m, unsigned receivers, unsigned harts,
                      uint64_t table_ppn)
{
    g_assert(harts <= MODEL_MAX_HARTS);
    memset(m, 0, sizeof(*m));
    m->receivers = receivers;
    m->receiver = g_new0(ModelReceiver, receivers);
    m->harts = harts;
    m->table_ppn = table_ppn;
}

void uintc_model_free(UintcModel *m)
{
    g_free(m->receiver);
}

/* USTATE-1 USTATE-2 */
void uintc_model_reset(UintcModel *m)
{
    memset(m->receiver, 0, m->receivers * sizeof(*m->receiver));
    memset(m->hart, 0, sizeof(m->hart));
    m->outstanding = 0;
}

/* Section 5.2 and, for what is too large, UREG-5 UREG-6 */
static PostResult post(UintcModel *m, ModelReceiver *r, uint64_t vector)
{
    if (vector > (r->mode64 ? 63 : 31)) {
        return POST_NOTHING;
    }
    r->pending |= 1ULL << vector;
    if (r->active) {
        if (vector >= r->threshold && r->hartid < m->harts) {
            m->hart[r->hartid].latch = true;
        }
        return POST_ACTIVE;
    }
    if (r->kernel_notify && !r->doorbell) {
        r->doorbell = true;
        m->outstanding++;
    }
    return POST_INACTIVE;
}

/* UREG-10 UIPI-25 */
static void or_into_pending(ModelReceiver *r, uint64_t vectors)
{
    r->pending |= r->mode64 ? vectors : field(vectors, 31, 0);
}

static uint64_t take_pending(ModelReceiver *r)
{
    uint64_t vectors = r->pending;

    r->pending = 0;
    return vectors;
}

static uint64_t read_low(const ModelReceiver *r)
{
    return (uint64_t)r->active | (uint64_t)r->mode64 << 1 |
           (uint64_t)r->kernel_notify << 2 | (uint64_t)r->hartid << 16 |
           (uint64_t)r->threshold << 32 | (uint64_t)r->tag << 48;
}

static void write_low(ModelReceiver *r, uint64_t value)
{
    r->active = field(value, 0, 0);
    r->mode64 = field(value, 1, 1);
    r->kernel_notify = field(value, 2, 2);
    r->hartid = field(value, 31, 16);
    r->threshold = field(value, 37, 32);
    r->tag = field(value, 63, 48);
}

/* UREG-15 */
static uint64_t claim_doorbell(UintcModel *m)
{
    unsigned i;

    for (i = 0; i < m->receivers; i++) {
        if (m->receiver[i].doorbell) {
            m->receiver[i].doorbell = false;
            m->outstanding--;
            return i;
        }
    }
    return UINT64_MAX;
}

/* The receiver whose slot holds @offset; NULL: none does (UREG-20). */
static ModelReceiver *receiver_at(UintcModel *m, uint64_t offset)
{
    uint64_t i = offset / SLOT_SIZE;

    return i < m->receivers ? &m->receiver[i] : NULL;
}

static uint64_t read_control(UintcModel *m, uint64_t offset)
{
    switch (offset) {
    case CONTROL_ID:
        return 0x55494301;
    case CONTROL_CAPS:
        return m->receivers | 64 << 16;
    case CONTROL_DOORBELL:
        return claim_doorbell(m);
    case CONTROL_COUNT:
        return m->outstanding;
    default:
        return 0;
    }
}

bool uintc_model_read(UintcModel *m, uint64_t offset, unsigned size,
                      uint64_t *value)
{
    ModelReceiver *r = receiver_at(m, offset);

    *value = 0;
    if (size != 8 || offset % 8 != 0 || offset >= DEVICE_SIZE) {
        return false;
    }
    if (!r) {
        *value = read_control(m, offset);
        return true;
    }
    switch (offset % SLOT_SIZE) {
    case SLOT_LOW:
        *value = read_low(r);
        break;
    case SLOT_HIGH:
        *value = take_pending(r);
        break;
    case SLOT_ACTIVE:
        *value = r->active;
        break;
    }
    return true;
}

bool uintc_model_write(UintcModel *m, uint64_t offset, unsigned size,
                       uint64_t value)
{
    ModelReceiver *r = receiver_at(m, offset);

    if (size == 4 && r && offset % SLOT_SIZE == SLOT_SEND) {
        post(m, r, field(value, 31, 0));
        return true;
    }
    if (size != 8 || offset % 8 != 0 || offset >= DEVICE_SIZE) {
        return false;
    }
    if (!r) {
        return true;
    }
    switch (offset % SLOT_SIZE) {
    case SLOT_SEND:
        post(m, r, value);
        break;
    case SLOT_LOW:
        write_low(r, value);
        break;
    case SLOT_HIGH:
        or_into_pending(r, value);
        break;
    case SLOT_ACTIVE:
        if (field(value, 0, 0)) {
            r->active = true;
        }
        break;
    }
    return true;
}

/* UCSR-2 */
uint64_t uintc_model_suirs(UintcModel *m, unsigned hart, uint64_t value)
{
    uint64_t old = m->hart[hart].suirs;

    m->hart[hart].suirs = field(value, 63, 63) << 63 | field(value, 15, 0);
    return old;
}

/* UCSR-1 */
uint64_t uintc_model_suist(UintcModel *m, unsigned hart, uint64_t value)
{
    uint64_t old = m->hart[hart].suist;

    m->hart[hart].suist = field(value, 63, 63) << 63 | field(value, 55, 0);
    return old;
}

/* Section 4.2, "Send step by step" */
bool uintc_model_send(UintcModel *m, unsigned hart, uint64_t index,
                      uint64_t *result)
{
    uint64_t suist = m->hart[hart].suist;
    uint64_t entry;
    ModelReceiver *r;

    *result = POST_NOTHING;
    if (!field(suist, 63, 63) || index >= field(suist, 55, 44) * 512) {
        return true;
    }
    if (field(suist, 43, 0) != m->table_ppn) {
        return false;
    }
    g_assert(index < MODEL_TABLE_ENTRIES);
    entry = m->table[index];
    if (!field(entry, 0, 0) || field(entry, 63, 48) >= m->receivers) {
        return true;
    }
    r = &m->receiver[field(entry, 63, 48)];
    if (field(entry, 47, 32) == r->tag) {
        *result = post(m, r, field(entry, 31, 16));
    }
    return true;
}

/* The receiver that @hart has selected; NULL: none (UIPI-30 UIPI-31). */
static ModelReceiver *selected(const UintcModel *m, unsigned hart)
{
    uint64_t suirs = m->hart[hart].suirs;
    uint64_t i = field(suirs, 15, 0);

    return field(suirs, 63, 63) && i < m->receivers ? &m->receiver[i] : NULL;
}

uint64_t uintc_model_take(UintcModel *m, unsigned hart)
{
    ModelReceiver *r = selected(m, hart);

    return r ? take_pending(r) : 0;
}

void uintc_model_put(UintcModel *m, unsigned hart, uint64_t vectors)
{
    ModelReceiver *r = selected(m, hart);

    if (r) {
        or_into_pending(r, vectors);
    }
}

void uintc_model_set_active(UintcModel *m, unsigned hart, bool active)
{
    ModelReceiver *r = selected(m, hart);

    if (r) {
        r->active = active;
    }
}

/* UIPI-27 UIPI-28 */
uint64_t uintc_model_claim(UintcModel *m, unsigned hart)
{
    ModelReceiver *r = selected(m, hart);
    int vector;

    for (vector = 63; r && vector >= (int)r->threshold; vector--) {
        if (field(r->pending, vector, vector)) {
            r->pending &= ~(1ULL << vector);
            return vector;
        }
    }
    return UINT64_MAX;
}

/* UIPI-29 */
uint64_t uintc_model_threshold(UintcModel *m, unsigned hart, uint64_t value)
{
    ModelReceiver *r = selected(m, hart);
    uint64_t old = 0;

    if (r) {
        old = r->threshold;
        r->threshold = field(value, 5, 0);
    }
    return old;
}

/* UDLV-1 UDLV-2 */
bool uintc_model_usip(const UintcModel *m, unsigned hart)
{
    const ModelReceiver *r = selected(m, hart);
    bool level = r && r->hartid == hart && r->active &&
                 (r->pending >> r->threshold) != 0;

    return m->hart[hart].latch || level;
}
