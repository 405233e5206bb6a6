// SPDX-License-Identifier: MIT
/*
 * A channel between two processes, as docs/guide.md explains it: the child squares numbers.
 *
 *   squares [NUMBER...]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/channel.h"
#include "lib/process.h"
#include "lib/syscall.h"

#define END 3 /* the child's handle of its side */

/* The child: until its parent closes the other side. */
static int serve(void)
{
    struct channel_message message;
    struct channel channel;

    if (channel_open(&channel, END, CHANNEL_SERVER) < 0) {
        return 1;
    }
    while (channel_receive(&channel, &message, 0) == 0) {
        message.words[0] *= message.words[0];
        channel_send(&channel, &message, 0);
    }
    return 0; /* EPIPE */
}

/* All numbers are on their way before the first answer is waited for. */
static int ask(struct channel *channel, unsigned count, char **numbers)
{
    struct channel_message message;

    for (unsigned i = 0; i < count; i++) {
        message = (struct channel_message){ .words = { strtoul(numbers[i], NULL, 0) }, .token = i };
        if (channel_send(channel, &message, 0) < 0) {
            return 1;
        }
    }
    for (unsigned i = 0; i < count; i++) {
        if (channel_receive(channel, &message, 0) < 0) {
            return 1;
        }
        printf("%s squared is %lu\n", numbers[message.token], message.words[0]);
    }
    return 0;
}

int main(int argc, char **argv)
{
    const char *const child[] = { "squares", "--serve", NULL };
    struct process_options options = process_defaults;
    struct channel channel;
    int ends[2], process, failed;

    if (argc == 2 && strcmp(argv[1], "--serve") == 0) {
        return serve();
    }
    if (channel_create(ends) < 0) {
        perror("squares: channel_create");
        return 1;
    }
    options.handles = (int[]){ 0, 1, 2, ends[CHANNEL_SERVER] };
    options.handle_count = END + 1;
    process = process_start(child, &options);
    close(ends[CHANNEL_SERVER]); /* or we would never see that the child is gone */
    if (process < 0 || channel_open(&channel, ends[CHANNEL_CLIENT], CHANNEL_CLIENT) < 0) {
        perror("squares");
        return 1;
    }
    failed = ask(&channel, (unsigned)argc - 1, argv + 1);
    channel_close(&channel);
    close(ends[CHANNEL_CLIENT]);
    return process_finish(process) || failed;
}
