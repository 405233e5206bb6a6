/* SPDX-License-Identifier: MIT */
/* Every mechanism of user/bench, for mechanisms.c. */
#ifndef BENCH_FAMILIES_H
#define BENCH_FAMILIES_H

#include "bench/bench.h"

extern const struct mechanism bench_call;                      /* call.c */
extern const struct mechanism bench_eventfd, bench_pipe;       /* pipe.c */
extern const struct mechanism bench_upipe, bench_lazy_upipe;   /* pipe.c */
extern const struct mechanism bench_queue;                     /* queue.c */
extern const struct mechanism bench_uqueue, bench_lazy_uqueue; /* queue.c */
extern const struct mechanism bench_signal, bench_usignal;     /* signal.c */
extern const struct mechanism bench_futex, bench_poll;         /* ring.c */
extern const struct mechanism bench_uipi, bench_handover;      /* uipi.c */
extern const struct mechanism bench_channel;                   /* channel.c */

#endif
