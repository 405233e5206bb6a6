// SPDX-License-Identifier: MIT
#include "hostile/scribble.h"

#include "hostile/hostile.h"
#include "lib/events.h"
#include "lib/link.h"
#include "lib/process.h"
#include "lib/syscall.h"
#include "lib/uintr.h"

uint32_t hostile_number(uint64_t *state, uint32_t now)
{
    static const uint32_t extremes[] = { 0, 1, 31, 32, 33, 63, 4096, 4097, 1u << 31, UINT32_MAX };
    uint64_t random = chance(state);

    switch (random >> 8 & 3) {
    case 0:
        return extremes[(random >> 16) % (sizeof(extremes) / sizeof(extremes[0]))];
    case 1:
        return now + (uint32_t)(random >> 16) % 40;
    case 2:
        return now - (uint32_t)(random >> 16) % 40;
    default:
        return (uint32_t)(random >> 16);
    }
}

bool hostile_has_ended(int process)
{
    int status;

    return process_wait(process, &status, WAIT_NOHANG) == 0;
}

static void interrupt(int end, unsigned side)
{
    int index = link_connect(end, side);

    if (index >= 0) {
        uipi_send((uint64_t)index);
        uintr_unregister_sender(index, 0);
    }
}

static void scribble_round(const char *honest, unsigned side, const struct scribbler *scribbler,
                           unsigned round)
{
    uint64_t state = round * 77 + 5;
    struct link_info info;
    void *memory, *other;
    int ends[2], child;

    scribbler->open(ends);
    EXPECT(events_start() == 0 && link_info(ends[side], &info) == 0);
    memory = link_map(ends[side], side);
    other = link_map(ends[side], !side);
    EXPECT(memory && other);
    child = start_child(honest, round, (int[]){ -1, 1, 2, ends[!side] }, 4);
    EXPECT(child >= 0 && handle_close(ends[!side]) == 0);
    EXPECT(link_attach(ends[side], side, EVENT_WAKE, EVENT_GONE) == 0);
    for (unsigned i = 0; i < scribbler->turns && !hostile_has_ended(child); i++) {
        scribbler->scribble(memory, info.size[side], other, round, &state);
        interrupt(ends[side], !side);
        if (i % 16 == 0) {
            thread_sleep(20000);
        }
    }
    EXPECT(handle_close(ends[side]) == 0);
    EXPECT(process_finish(child) == 0);
    EXPECT(memory_unmap(memory, info.size[side]) == 0);
    EXPECT(memory_unmap(other, info.size[!side]) == 0);
}

void scribble_at(const char *honest, unsigned side, const struct scribbler *scribbler)
{
    tell_peak();
    for (unsigned round = 0; round < scribbler->rounds; round++) {
        scribble_round(honest, side, scribbler, round);
    }
}
