/* SPDX-License-Identifier: MIT */
/* A worker: the process on a seat. Its first thread sends, calls and dies; the others receive. */
#ifndef STRESS_WORKER_H
#define STRESS_WORKER_H

#include "stress/objects.h"
#include "stress/stress.h"

extern _Thread_local enum role own_role;

int work(unsigned number);

/* For the watchdog's report: what the calling thread is about to wait for; NULL: it doesn't. */
void doing(const char *what);

/* Dies, in one of many ways; sometimes. */
_Noreturn void die(void);
void maybe_die(unsigned one_of);

/* A handle for a channel of a seat, from the coordinator. Any thread. */
int fetch(enum object object, unsigned seat);

/* The same, kept from call to call and sometimes given back. Main thread only. */
int sending_handle(enum object object, unsigned seat);

/* receive.c, serve.c: functions of the other threads. */
void read_pipe(void *unused);
void read_queue(void *unused);
void read_event(void *unused);
void read_ring(void *unused);
void listen(void *unused);
void serve(void *unused);

/*
 * receive.c: a call that may wait has ended without its message, and errno says why: it was interrupted, or wasn't
 * to wait, which the next one is. Any other reason ends the test.
 */
void waited_in_vain(int handle, const char *what);

/* talk.c: the server's part of a talk that somebody asked for. */
void talk_serve(enum request request, unsigned from, uint32_t nonce, int handle);

/* ---- receiver.c: user interrupts of the threads that receive ---- */

void receiver_register(void);

/* Sometimes ends or begins being a receiver, or turns interrupts off for a while. */
void receiver_change(void);

/* Handlers that have run in this thread. */
extern _Thread_local volatile uint32_t handled;

/*
 * For the server, which passes it: the handle of a vector and its epoch; -1: not registered.
 * They are good until unlocked.
 */
int vector_lock(enum role role, unsigned vector, uint32_t *epoch);
void vector_unlock(void);

/* A post has been met by its handler, which is of this epoch. */
void meet(struct post *post, uint32_t epoch, const char *what, unsigned number);

/* A handler ends: sometimes with the process. */
void handler_dies(void);

/* The sender's side of the same: post.c. */
void post_connected(struct post *post, uint32_t epoch);
bool post_is_under_way(const struct post *post);

/* signals.c */
void signals_begin(void);
void signals_block(void); /* in the calling thread */
void send_signal(unsigned to);

/* post.c, send.c, call.c, talk.c, local.c: operations of the main thread, on a random seat */
void post(unsigned to);
void send_pipe(unsigned to);
void send_queue(unsigned to);
void send_event(unsigned to);
void send_ring(unsigned to);
void call_words(unsigned to);
void call_data(unsigned to);
void call_event(unsigned to);
void call_memory(unsigned to);
void call_silence(unsigned to);
void talk_by_pipe(unsigned to);
void talk_by_queue(unsigned to);
void use_threads(unsigned to);
void use_memory(unsigned to);
void sleep_until_posted(unsigned to);
void sleep_until_signalled(unsigned to);

#endif
