/* SPDX-License-Identifier: MIT */
/* Pauses at random; for stress and channelstress. */
#ifndef STRESS_PAUSE_H
#define STRESS_PAUSE_H

enum pause {
    PAUSE_STAYED,
    PAUSE_MOVED,    /* to another hart, or may have */
    PAUSE_PRIORITY, /* another one */
};

/* Some time: yields, sleeps, goes to other ones of so many harts or to another priority, or mostly does nothing. */
enum pause pause_among(unsigned harts);

#endif
