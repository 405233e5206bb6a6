// SPDX-License-Identifier: MIT
/* One case: starts victims and attacker, watches, ends them and compares what is in use. */
#include "hostile/hostile.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "hostile/victim.h"
#include "lib/clock.h"
#include "lib/ipc.h"
#include "lib/process.h"
#include "lib/signals.h"
#include "lib/syscall.h"

#define ROUNDS   20                  /* that the victims must do before, during and after */
#define LOOK     300000              /* nanoseconds */
#define PATIENCE (120 * NANOSECONDS) /* for each of these */

/* Everything of a case; -1: none. */
struct scene {
    const struct attack *attack;
    int server, client, innocent, attacker; /* processes */
    int endpoint, desk, echo_in[2], echo_out[2], peak[2], release[2], vector;
    bool failed;
};

static struct board *board;
static int board_handle;

/* ---- Judging ---- */

static void failed(struct scene *scene, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void failed(struct scene *scene, const char *format, ...)
{
    va_list arguments;

    if (!scene->failed) {
        va_start(arguments, format);
        printf("hostile: failed %s: ", scene->attack->name);
        vprintf(format, arguments);
        printf("\n");
        va_end(arguments);
    }
    scene->failed = true;
}

/* The runner's own calls. */
static int must(int result, const char *what)
{
    if (result < 0) {
        printf("hostile: the runner's %s failed: %s\n", what, strerror(errno));
        exit(1);
    }
    return result;
}

static void get_info(struct system_info *info)
{
    must(system_info(info), "system_info");
}

/* Counts from a moment on, until the victims have done their rounds. */
struct watch {
    uint32_t rounds, innocent;
    uint64_t start;
};

static struct watch watch_start(void)
{
    return (struct watch){ GET(board->rounds), GET(board->innocent), clock_nanoseconds() };
}

static bool victims_went_on(const struct watch *watch)
{
    return GET(board->rounds) - watch->rounds >= ROUNDS && GET(board->innocent) != watch->innocent;
}

/* Sleeps a moment; false when there is nothing to wait for any more. */
static bool keep_waiting(struct scene *scene, const struct watch *watch, const char *what)
{
    thread_sleep(LOOK);
    if (GET(board->failed)) {
        failed(scene, "a victim has failed");
    } else if (clock_nanoseconds() - watch->start > PATIENCE) {
        failed(scene, "%s: the victims did %u rounds", what, board->rounds - watch->rounds);
    }
    return !scene->failed;
}

static void let_victims_go_on(struct scene *scene, const char *when)
{
    struct watch watch = watch_start();

    while (!victims_went_on(&watch) && keep_waiting(scene, &watch, when)) {
    }
}

/* ---- Setting the scene ---- */

static int start(const char *what, const char *argument, const int *handles, unsigned count,
                 uint32_t priority)
{
    struct process_options options = { handles, count, priority, 0 };
    const char *number = strcmp(what, "attack") == 0 ? "0" : NULL;

    return must(
        process_start((const char *[]){ "hostile", what, argument, number, NULL }, &options),
        "spawn");
}

static int copy(int handle, unsigned rights, uint32_t badge)
{
    return must(handle_duplicate(handle, rights | RIGHT_TRANSFER, badge), "dup");
}

static void start_victims(struct scene *scene)
{
    struct message message = { .handle = -1 };
    int calls = copy(scene->endpoint, RIGHT_WRITE, VICTIM_BADGE);

    scene->server = start(
        "victim", "server",
        (int[]){ 0, 1, 2, board_handle, scene->endpoint, scene->echo_in[0], scene->echo_out[1] }, 7,
        DEFAULT_PRIORITY);
    scene->client = start(
        "victim", "client",
        (int[]){ 0, 1, 2, board_handle, calls, scene->echo_in[1], scene->echo_out[0], scene->desk },
        8, DEFAULT_PRIORITY);
    scene->innocent =
        start("victim", "innocent", (int[]){ 0, 1, 2, board_handle }, 4, DEFAULT_PRIORITY);
    must(handle_close(calls), "close");
    must(ipc_receive(scene->desk, &message, NULL), "ipc_receive");
    scene->vector = must(message.handle, "vector");
    message.handle = -1;
    must(ipc_reply(&message), "ipc_reply");
    let_victims_go_on(scene, "before");
}

static struct scene set_scene(const struct attack *attack)
{
    struct scene scene = { .attack = attack, .attacker = -1, .vector = -1 };

    memset(board, 0, sizeof(*board));
    board->allowed = attack->flags;
    scene.endpoint = must(endpoint_create(), "endpoint_create");
    scene.desk = must(endpoint_create(), "endpoint_create");
    must(pipe_create(scene.echo_in, 0), "pipe");
    must(pipe_create(scene.echo_out, 0), "pipe");
    must(pipe_create(scene.peak, HANDLE_NONBLOCK), "pipe");
    must(pipe_create(scene.release, 0), "pipe");
    start_victims(&scene);
    return scene;
}

static void start_attacker(struct scene *scene)
{
    unsigned flags = scene->attack->flags;
    int calls = copy(scene->endpoint, RIGHT_WRITE, ATTACK_BADGE);
    int read = copy(scene->client, RIGHT_READ, 0);
    int handles[9] = { -1,
                       1,
                       2,
                       [PEAK_HANDLE] = scene->peak[1],
                       [RELEASE_HANDLE] = scene->release[0],
                       [VECTOR_HANDLE] = flags & GRANT_VECTOR ? scene->vector : -1,
                       [CALL_HANDLE] = flags & GRANT_CALL ? calls : -1,
                       [READ_HANDLE] = read,
                       [SIGNAL_HANDLE] = flags & GRANT_SIGNAL ? scene->client : -1 };

    scene->attacker = start("attack", scene->attack->name, handles, 9,
                            flags & GRANT_WORSE ? DEFAULT_PRIORITY + 1 : DEFAULT_PRIORITY);
    must(handle_close(calls), "close");
    must(handle_close(read), "close");
    must(handle_close(scene->vector), "close"); /* the attacker's is the only one now */
    scene->vector = -1;
}

/* ---- The attack ---- */

static bool has_ended(int process, int *status)
{
    return process_wait(process, status, WAIT_NOHANG) == 0;
}

/* At its height, the victims have gone on: it may end, or does by force. */
static void end_attack(struct scene *scene)
{
    if (scene->attack->status == ENDLESS) {
        must(process_kill(scene->attacker, SIGNAL_KILL), "kill");
    } else if (scene->release[1] >= 0) {
        must(handle_close(scene->release[1]), "close");
        scene->release[1] = -1;
    }
}

static void revoke_vector(struct scene *scene)
{
    struct watch watch = watch_start();

    SET(board->revoke, 1);
    while (!GET(board->revoked) && keep_waiting(scene, &watch, "revoking")) {
    }
    SET(board->allowed, 0);
}

static void check_status(struct scene *scene, int status, bool killed)
{
    int expected =
        scene->attack->status == ENDLESS ? STATUS_SIGNAL(SIGNAL_KILL) : scene->attack->status;

    if (status != expected || (scene->attack->status == ENDLESS && !killed)) {
        failed(scene, "the attacker ended with status %d, expected %d", status, expected);
    }
}

static void watch_attack(struct scene *scene)
{
    struct watch watch = watch_start();
    bool peak = false, over = false;
    int status = -1;
    char c;

    while (!has_ended(scene->attacker, &status)) {
        if (!peak && handle_read(scene->peak[0], &c, 1) == 1) {
            peak = true;
            if (scene->attack->flags & GRANT_REVOKED) {
                revoke_vector(scene);
            }
            watch = watch_start();
        }
        if (peak && !over && victims_went_on(&watch)) {
            over = true;
            end_attack(scene);
        }
        if (!keep_waiting(scene, &watch, over ? "ending" : "during the attack")) {
            return;
        }
    }
    check_status(scene, status, over);
}

/* What was allowed must have come, or the attack was none. */
static void check_arrivals(struct scene *scene)
{
    unsigned flags = scene->attack->flags;

    if ((flags & GRANT_VECTOR && !board->vectors_from_attacker) ||
        (flags & GRANT_CALL && !board->calls_from_attacker) ||
        (flags & GRANT_SIGNAL && !board->signals_from_attacker)) {
        failed(scene, "nothing came from the attacker");
    }
}

/* ---- Striking the scene ---- */

static void close_all(struct scene *scene)
{
    const int handles[] = { scene->server,      scene->client,     scene->innocent,
                            scene->attacker,    scene->endpoint,   scene->desk,
                            scene->echo_in[0],  scene->echo_in[1], scene->echo_out[0],
                            scene->echo_out[1], scene->peak[0],    scene->peak[1],
                            scene->release[0],  scene->release[1], scene->vector };

    for (unsigned i = 0; i < sizeof(handles) / sizeof(handles[0]); i++) {
        if (handles[i] >= 0) {
            must(handle_close(handles[i]), "close");
        }
    }
}

static void expect_status(struct scene *scene, int process, int expected, const char *what)
{
    struct watch watch = watch_start();
    int status = 0;

    while (!has_ended(process, &status)) {
        if (!keep_waiting(scene, &watch, what)) {
            return;
        }
    }
    if (status != expected) {
        failed(scene, "%s ended with status %d, expected %d", what, status, expected);
    }
}

static void strike_scene(struct scene *scene)
{
    SET(board->stop, 1);
    if (scene->failed) {
        process_kill(scene->client, SIGNAL_KILL);
        process_kill(scene->innocent, SIGNAL_KILL);
        if (scene->attacker >= 0) {
            process_kill(scene->attacker, SIGNAL_KILL);
        }
    } else {
        expect_status(scene, scene->client, 0, "the client");
        expect_status(scene, scene->innocent, 0, "the innocent");
    }
    process_kill(scene->server, SIGNAL_KILL);
    expect_status(scene, scene->server, STATUS_SIGNAL(SIGNAL_KILL), "the server");
    close_all(scene);
}

static bool is_same(const struct system_info *a, const struct system_info *b)
{
    return a->processes == b->processes && a->threads == b->threads && a->objects == b->objects &&
           a->handles == b->handles && a->receivers == b->receivers &&
           a->free_pages == b->free_pages && a->uintr.blocked_now == b->uintr.blocked_now;
}

/* An attacker's children end after it. */
static void check_leaks(struct scene *scene, const struct system_info *before)
{
    uint64_t start = clock_nanoseconds();
    struct system_info after;

    do {
        get_info(&after);
        if (is_same(before, &after)) {
            return;
        }
        thread_sleep(LOOK);
    } while (clock_nanoseconds() - start < PATIENCE / 4);
    failed(scene,
           "leaked: %d processes, %d threads, %d objects, %d handles, %d receivers, %ld pages, "
           "%ld asleep",
           (int)(after.processes - before->processes), (int)(after.threads - before->threads),
           (int)(after.objects - before->objects), (int)(after.handles - before->handles),
           (int)(after.receivers - before->receivers),
           (long)(before->free_pages - after.free_pages),
           (long)(after.uintr.blocked_now - before->uintr.blocked_now));
}

static void make_board(void)
{
    if (!board) {
        board_handle = must(memory_create(sizeof(*board)), "memory_create");
        board = memory_map(NULL, sizeof(*board), MAP_READ | MAP_WRITE, board_handle);
        must(board ? 0 : -1, "memory_map");
    }
}

bool run_case(const struct attack *attack)
{
    struct system_info before;
    struct scene scene;

    make_board();
    get_info(&before);
    scene = set_scene(attack);
    if (!scene.failed) {
        start_attacker(&scene);
        watch_attack(&scene);
    }
    if (!scene.failed) {
        let_victims_go_on(&scene, "afterwards");
        check_arrivals(&scene);
    }
    strike_scene(&scene);
    check_leaks(&scene, &before);
    if (!scene.failed) {
        printf("hostile: passed %s\n", attack->name);
    }
    return !scene.failed;
}
