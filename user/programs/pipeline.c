// SPDX-License-Identifier: MIT
/*
 * A pipeline of processes: bytes go through all of its stages, each of which adds its number to them. The same
 * program on the kernel's pipes and on those of user interrupts: a flag is all the difference.
 *
 *   pipeline [kernel|uintr] [STAGES] [KILOBYTES]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "demo/demo.h"
#include "lib/pipe.h"
#include "lib/process.h"
#include "lib/syscall.h"

#define MOST_STAGES 16
#define PIECE       1024 /* bytes in a call */

enum { IN = 3, OUT, HANDLES }; /* a stage's handles */

static int must(long result, const char *what)
{
    if (result < 0) {
        printf("pipeline: %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return (int)result;
}

/* All of it, however often the call is interrupted. */
static void write_all(int end, const unsigned char *data, size_t size)
{
    while (size > 0) {
        ssize_t done = pipe_write(end, data, size);

        if (done < 0 && errno == EINTR) {
            continue;
        }
        must(done, "pipe_write");
        data += done;
        size -= (size_t)done;
    }
}

/* As much as there is; 0: the end. */
static size_t read_some(int end, unsigned char *data, size_t size)
{
    ssize_t done;

    do {
        done = pipe_read(end, data, size);
    } while (done < 0 && errno == EINTR);
    return (size_t)must(done, "pipe_read");
}

static int be_stage(unsigned char number)
{
    static unsigned char data[PIECE];
    size_t size;

    ipc_set_lazy(true); /* it does nothing else but wait for the next piece */
    while ((size = read_some(IN, data, sizeof(data))) > 0) {
        for (size_t i = 0; i < size; i++) {
            data[i] += number;
        }
        write_all(OUT, data, size);
    }
    pipe_close(OUT);
    return 0;
}

/* Between `in` and a new pipe, whose other end is returned. */
static int add_stage(unsigned number, int in, unsigned flags, int *process)
{
    char word[12];
    const char *const arguments[] = { "pipeline", "--stage", word, NULL };
    struct process_options options = process_defaults;
    int ends[2];

    must(pipe_open(ends, flags), "pipe_open");
    snprintf(word, sizeof(word), "%u", number);
    options.handles = (int[]){ 0, 1, 2, in, ends[1] };
    options.handle_count = HANDLES;
    *process = must(process_start(arguments, &options), "process_start");
    pipe_close(in);
    pipe_close(ends[1]);
    return ends[0];
}

/* Writes a piece and reads what has come out, in turn: the pipeline never holds more than it has room for. */
static unsigned pump(int in, int out, size_t total, unsigned added)
{
    static unsigned char data[PIECE];
    size_t written = 0, got = 0;
    unsigned wrong = 0;

    while (got < total) {
        if (written < total) {
            for (size_t i = 0; i < PIECE; i++) {
                data[i] = (unsigned char)((written + i) * 7);
            }
            write_all(in, data, PIECE);
            written += PIECE;
        }
        for (size_t size, left = PIECE; left > 0; left -= size, got += size) {
            size = read_some(out, data, left);
            for (size_t i = 0; i < size; i++) {
                wrong += data[i] != (unsigned char)((got + i) * 7 + added);
            }
        }
    }
    return wrong;
}

static int run(const char *name, unsigned flags, unsigned stages, size_t total)
{
    int processes[MOST_STAGES], first[2], out;
    unsigned added = 0, wrong;
    unsigned char end;
    uint64_t instructions;

    must(pipe_open(first, flags), "pipe_open");
    out = first[0];
    for (unsigned i = 0; i < stages; i++) {
        out = add_stage(i + 1, out, flags, &processes[i]);
        added += i + 1;
    }
    ipc_set_lazy(true);
    instructions = count_now();
    wrong = pump(first[1], out, total, added);
    instructions = count_now() - instructions;
    pipe_close(first[1]); /* the end goes through, stage by stage */
    wrong += read_some(out, &end, 1) != 0;
    for (unsigned i = 0; i < stages; i++) {
        wrong += process_finish(processes[i]) != 0;
    }
    printf("pipeline: %s, %u stages, %lu bytes, %u wrong", name, stages, (unsigned long)total,
           wrong);
    if (count_works()) {
        printf(", %lu instructions a kilobyte", instructions / (total / PIECE));
    }
    printf("\n");
    return wrong != 0;
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "uintr";
    unsigned stages = argc > 2 ? (unsigned)atoi(argv[2]) : 4;
    unsigned kilobytes = argc > 3 ? (unsigned)atoi(argv[3]) : 64;

    if (argc == 3 && strcmp(name, "--stage") == 0) {
        return be_stage((unsigned char)stages);
    }
    if ((strcmp(name, "kernel") != 0 && strcmp(name, "uintr") != 0) || stages - 1 >= MOST_STAGES ||
        kilobytes == 0 || argc > 4) {
        printf("usage: pipeline [kernel|uintr] [STAGES, up to %u] [KILOBYTES]\n", MOST_STAGES);
        return 2;
    }
    count_init();
    return run(name, strcmp(name, "uintr") == 0 ? IPC_UINTR : 0, stages, (size_t)kilobytes * PIECE);
}
