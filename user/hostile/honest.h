/* SPDX-License-Identifier: MIT */
/* Children of attackers that use the library's channels, pipes and queues as they should: honest.c. */
#ifndef HOSTILE_HONEST_H
#define HOSTILE_HONEST_H

#include <stdbool.h>
#include <stdint.h>

#define HONEST_END 3 /* handle: a channel's end, or the endpoint of a server */

/* Return 0 when all was right or was refused, and the other side has gone. The argument is a seed. */
int honest_server_side(unsigned seed);
int honest_client_side(unsigned seed);

/* Serves until nobody can come any more; calls it so many times and checks each reply. */
int honest_server(unsigned unused);
int honest_caller(unsigned number);

/* Use one end of a pipe or a queue: honest_pipe.c */
int honest_pipe_reader(unsigned seed);
int honest_pipe_writer(unsigned seed);
int honest_queue_receiver(unsigned seed);
int honest_queue_sender(unsigned seed);

#endif
