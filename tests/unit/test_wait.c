// SPDX-License-Identifier: MIT
#include "core/wait.h"

#include <errno.h>

#include "fixture.h"

#define THREADS 12
#define NEVER   UINT64_MAX

static struct process *process;
static struct thread *threads[THREADS], *idle;
static struct wait_queue queue, other;

static void set_up(void)
{
    kernel_up(2);
    idle = thread_current();
    process = new_process();
    for (int i = 0; i < THREADS; i++) {
        threads[i] = new_thread(process);
        threads[i]->affinity = 1;
        sched_changed(threads[i], DEFAULT_PRIORITY);
    }
    wait_queue_init(&queue);
    wait_queue_init(&other);
}

/* A thread waits, and the hart goes on with another one. */
static void wait(int i, struct wait_queue *in, uint64_t deadline, long timed_out)
{
    run(threads[i]);
    CHECK_IS(wait_on_until(in, deadline, timed_out), SYSCALL_WAITS);
    CHECK(is_waiting(threads[i]));
    run(idle);
}

static long result_of(int i)
{
    return (long)FRAME_X(&threads[i]->frame, 10);
}

/* It is ready, and in nothing that it waited in. */
static void check_ended(int i, long result)
{
    CHECK_IS(threads[i]->state, THREAD_READY);
    CHECK_IS(result_of(i), result);
    CHECK(list_is_empty(&threads[i]->wait.timeout));
    CHECK_IS(threads[i]->attention & ATTENTION_RESTART, 0);
}

static void first_come_first_served(void)
{
    set_up();
    CHECK(!wait_queue_first(&queue));
    for (int i = 0; i < 4; i++) {
        wait(i, &queue, NEVER, 0);
        CHECK(wait_queue_first(&queue) == threads[0]);
    }
    for (int i = 0; i < 4; i++) {
        CHECK(wait_queue_first(&queue) == threads[i]);
        wait_end(threads[i], 100 + i);
        check_ended(i, 100 + i);
    }
    CHECK(!wait_queue_first(&queue));
}

static void end_all(void)
{
    set_up();
    wait(0, &queue, NEVER, 0);
    wait(1, &other, NEVER, 0);
    wait(2, &queue, 1000, 0);
    wait_queue_end_all(&queue, -EPIPE);
    check_ended(0, -EPIPE);
    check_ended(2, -EPIPE);
    CHECK(is_waiting(threads[1]));
    CHECK(!wait_queue_first(&queue));
    CHECK(wait_queue_first(&other) == threads[1]);
    CHECK(list_is_empty(&cpus[0].timeouts));
}

static void restart_all(void)
{
    set_up();
    FRAME_X(&threads[0]->frame, 10) = 5;
    wait(0, &queue, NEVER, 0);
    wait(1, &queue, 1000, -ETIMEDOUT);
    wait_queue_restart_all(&queue);
    for (int i = 0; i < 2; i++) {
        CHECK_IS(threads[i]->state, THREAD_READY);
        CHECK(threads[i]->attention & ATTENTION_RESTART);
        CHECK(list_is_empty(&threads[i]->wait.timeout));
    }
    CHECK_IS(result_of(0), 5); /* its argument is still there */
    CHECK(!wait_queue_first(&queue));
}

static void something_to_be_taken_first(void)
{
    static const uint8_t attention[] = { ATTENTION_SIGNAL, ATTENTION_KILLED,
                                         ATTENTION_SIGNAL | ATTENTION_RESTART };

    set_up();
    run(threads[0]);
    for (int i = 0; i < 3; i++) {
        threads[0]->attention = attention[i];
        threads[0]->interrupted = false;
        CHECK_IS(wait_on(&queue), -EINTR);
        CHECK_IS(threads[0]->state, THREAD_RUNNING);
        CHECK(threads[0]->interrupted);
        CHECK(!wait_queue_first(&queue));
    }
    threads[0]->attention = ATTENTION_RESTART;
    CHECK_IS(wait_on(&queue), SYSCALL_WAITS);
    CHECK(!threads[0]->interrupted);
    threads[0]->attention = 0;
}

static void pending_user_interrupt(void)
{
    set_up();
    mock_uintr_pending = true;
    wait(0, &queue, NEVER, 0); /* it has no receiver */
    run(threads[1]);
    threads[1]->uintr.receiver = mock_receiver();
    CHECK_IS(wait_on(&queue), -EINTR);
    CHECK_IS(threads[1]->state, THREAD_RUNNING);
    CHECK(threads[1]->interrupted);
    mock_uintr_pending = false;
    CHECK_IS(wait_on(&queue), SYSCALL_WAITS);
    CHECK(!threads[1]->interrupted);
}

static void interruption(void)
{
    set_up();
    wait(0, &queue, 1000, -ETIMEDOUT);
    wait_interrupt(threads[0]);
    check_ended(0, -EINTR);
    CHECK(threads[0]->interrupted);
    CHECK(!wait_queue_first(&queue));
    CHECK(list_is_empty(&cpus[0].timeouts));
    wait_interrupt(threads[0]); /* it doesn't wait any more */
    CHECK_IS(threads[0]->state, THREAD_READY);
    FRAME_X(&threads[1]->frame, 10) = 5;
    wait_interrupt(threads[1]);
    CHECK_IS(result_of(1), 5);
    CHECK(!threads[1]->interrupted);
}

static int cancelled[THREADS];

static void cancel(struct thread *thread)
{
    for (int i = 0; i < THREADS; i++) {
        cancelled[i] += thread == threads[i];
    }
}

/* Whatever ends the wait, and once. */
static void cancel_is_called(void)
{
    set_up();
    for (int i = 0; i < 5; i++) {
        wait(i, i == 4 ? &other : &queue, i == 3 ? 50 : NEVER, 0);
        threads[i]->wait.cancel = cancel;
    }
    wait_end(threads[0], 1);
    wait_restart(threads[1]);
    wait_interrupt(threads[2]);
    wait_expire(&cpus[0], 50);
    wait_queue_end_all(&other, 2);
    for (int i = 0; i < 5; i++) {
        CHECK_IS(cancelled[i], 1);
        CHECK(!threads[i]->wait.cancel);
    }
    threads[1]->attention = 0;
    wait(0, &queue, NEVER, 0); /* another wait, which has nothing to undo */
    wait_end(threads[0], 1);
    CHECK_IS(cancelled[0], 1);
}

static void deadline(void)
{
    set_up();
    CHECK_IS(wait_expire(&cpus[0], 1000), NEVER);
    wait(0, &queue, 200, -ETIMEDOUT);
    wait(1, NULL, 300, 0);
    wait(2, &queue, NEVER, 0);
    CHECK_IS(wait_expire(&cpus[0], 199), 200);
    CHECK(is_waiting(threads[0]));
    CHECK_IS(wait_expire(&cpus[0], 200), 300);
    check_ended(0, -ETIMEDOUT);
    CHECK(wait_queue_first(&queue) == threads[2]);
    CHECK_IS(wait_expire(&cpus[0], 100000), NEVER);
    check_ended(1, 0);
    CHECK(is_waiting(threads[2]));
}

static void deadline_of_a_wait_that_ends(void)
{
    set_up();
    wait(0, &queue, 200, -ETIMEDOUT);
    wait(1, &queue, 300, -ETIMEDOUT);
    wait_end(threads[0], 7);
    CHECK_IS(wait_expire(&cpus[0], 250), 300);
    check_ended(0, 7);
}

/* The run queue tells in which order they became ready. */
static void check_ready_order(const int *order, int count)
{
    struct list *node = cpus[0].queue.level[DEFAULT_PRIORITY].previous;

    for (int i = count - 1; i >= 0; i--, node = node->previous) {
        CHECK(node == &threads[order[i]]->node);
    }
}

static void deadlines_in_order(void)
{
    static const uint64_t deadlines[] = { 500, 100, 300, 100, 700, 300, 50 };
    static const int order[] = { 6, 1, 3, 2, 5, 0, 4 }; /* equal ones as they came */

    set_up();
    for (int i = 0; i < 7; i++) {
        wait(i, NULL, deadlines[i], 0);
    }
    CHECK_IS(wait_expire(&cpus[0], 49), 50);
    CHECK_IS(wait_expire(&cpus[0], 700), NEVER);
    check_ready_order(order, 7);
}

static void each_hart_has_its_own(void)
{
    set_up();
    wait(0, NULL, 500, 0);
    threads[1]->affinity = 2;
    sched_changed(threads[1], DEFAULT_PRIORITY);
    on_hart(1);
    run(threads[1]);
    CHECK_IS(wait_on_until(NULL, 400, 0), SYSCALL_WAITS);
    CHECK_IS(wait_expire(&cpus[1], 100), 400);
    CHECK_IS(wait_expire(&cpus[0], 100), 500);
    CHECK_IS(wait_expire(&cpus[0], 1000), NEVER);
    CHECK(is_waiting(threads[1]));
    CHECK_IS(wait_expire(&cpus[1], 1000), NEVER);
    CHECK_IS(threads[1]->state, THREAD_READY);
}

/* The call, with the timer that ends it. */
static void sleep_call(void)
{
    set_up();
    mock_machine.now = 5000;
    run(threads[0]);
    for (int i = 1; i < THREADS; i++) {
        threads[i]->affinity = 2; /* nobody to share the hart with */
        sched_changed(threads[i], DEFAULT_PRIORITY);
    }
    CHECK_IS(call(SYS_sleep, 1000), SYSCALL_WAITS);
    CHECK_IS(mock_machine.timer, 5010);
    mock_machine.now = 5009;
    sched_timer(&cpus[0]);
    CHECK(is_waiting(threads[0]));
    mock_machine.now = 5010;
    sched_timer(&cpus[0]);
    CHECK_IS(resume(threads[0]), 0);
    CHECK_IS(call(SYS_sleep, WAIT_FOREVER), SYSCALL_WAITS);
    CHECK_IS(mock_machine.timer, NEVER);
    mock_machine.now = NEVER - 1;
    sched_timer(&cpus[0]);
    CHECK(is_waiting(threads[0]));
}

/* Against what each thread is known to wait for. */
static void random_waits(void)
{
    struct wait_queue *queues[] = { &queue, &other, NULL };
    struct wait_queue *in[THREADS];
    uint64_t deadlines[THREADS], since[THREADS], now = 0, time = 0;
    bool waiting[THREADS] = { false };

    set_up();
    for (int round = 0; round < 20000; round++) {
        int i = (int)unit_random(THREADS);
        uint64_t next = NEVER;

        if (!waiting[i]) {
            in[i] = queues[unit_random(3)];
            deadlines[i] = unit_one_in(3) ? NEVER : now + unit_random(100);
            since[i] = time++;
            threads[i]->attention = 0;
            wait(i, in[i], deadlines[i], 1);
            waiting[i] = true;
        } else if (unit_one_in(2)) {
            wait_end(threads[i], 2);
            check_ended(i, 2);
            waiting[i] = false;
        } else if (unit_one_in(10)) {
            struct wait_queue *which = queues[unit_random(2)];

            wait_queue_restart_all(which);
            for (int j = 0; j < THREADS; j++) {
                CHECK(!waiting[j] || (in[j] == which) == (threads[j]->state == THREAD_READY));
                waiting[j] = waiting[j] && in[j] != which;
            }
        }
        now += unit_random(10);
        for (int j = 0; j < THREADS; j++) {
            bool expires = waiting[j] && deadlines[j] <= now;

            waiting[j] = waiting[j] && !expires;
            next = waiting[j] && deadlines[j] < next ? deadlines[j] : next;
        }
        CHECK_IS(wait_expire(&cpus[0], now), next);
        for (int j = 0; j < 2; j++) {
            struct thread *first = NULL;
            uint64_t longest = NEVER;

            for (int k = 0; k < THREADS; k++) {
                CHECK_IS(is_waiting(threads[k]), waiting[k]);
                if (waiting[k] && in[k] == queues[j] && since[k] < longest) {
                    first = threads[k];
                    longest = since[k];
                }
            }
            CHECK(wait_queue_first(queues[j]) == first);
        }
    }
    for (int i = 0; i < THREADS; i++) {
        threads[i]->attention = 0;
    }
}

static const struct unit_case cases[] = {
    {"first-come-first-served",       first_come_first_served     },
    { "end-all",                      end_all                     },
    { "restart-all",                  restart_all                 },
    { "something-to-be-taken-first",  something_to_be_taken_first },
    { "pending-user-interrupt",       pending_user_interrupt      },
    { "interruption",                 interruption                },
    { "cancel-is-called-once",        cancel_is_called            },
    { "deadline",                     deadline                    },
    { "deadline-of-a-wait-that-ends", deadline_of_a_wait_that_ends},
    { "deadlines-in-order",           deadlines_in_order          },
    { "each-hart-has-its-own",        each_hart_has_its_own       },
    { "sleep",                        sleep_call                  },
    { "random-against-array",         random_waits                },
};

UNIT("wait", cases)
