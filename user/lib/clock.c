// SPDX-License-Identifier: MIT
#include "lib/clock.h"

#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "lib/syscall.h"

uint64_t clock_frequency(void)
{
    static uint64_t frequency; /* every thread would store the same */
    struct system_info info;

    if (frequency == 0 && system_info(&info) == 0) {
        frequency = info.timebase;
    }
    return frequency;
}

uint64_t clock_to_nanoseconds(uint64_t ticks)
{
    uint64_t frequency = clock_frequency();

    return ticks / frequency * NANOSECONDS + ticks % frequency * NANOSECONDS / frequency;
}

void clock_sleep(uint64_t nanoseconds)
{
    uint64_t end = clock_nanoseconds() + nanoseconds;
    uint64_t now;

    while (now = clock_nanoseconds(), now < end) {
        thread_sleep(end - now);
    }
}

int usleep(useconds_t microseconds)
{
    return thread_sleep((uint64_t)microseconds * 1000);
}

int nanosleep(const struct timespec *wanted, struct timespec *left)
{
    uint64_t end =
        clock_nanoseconds() + (uint64_t)wanted->tv_sec * NANOSECONDS + (uint64_t)wanted->tv_nsec;
    uint64_t now = clock_nanoseconds();
    int result = 0;

    if (now < end && thread_sleep(end - now) < 0) {
        result = -1;
        now = clock_nanoseconds();
        if (left) {
            uint64_t rest = now < end ? end - now : 0;

            left->tv_sec = (time_t)(rest / NANOSECONDS);
            left->tv_nsec = (long)(rest % NANOSECONDS);
        }
    }
    return result;
}

int clock_gettime(clockid_t clock, struct timespec *time)
{
    uint64_t now = clock_nanoseconds();

    (void)clock;
    time->tv_sec = (time_t)(now / NANOSECONDS);
    time->tv_nsec = (long)(now % NANOSECONDS);
    return 0;
}

clock_t clock(void)
{
    return (clock_t)(clock_nanoseconds() / (NANOSECONDS / CLOCKS_PER_SEC));
}
