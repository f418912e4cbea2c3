// SPDX-License-Identifier: GPL-2.0-only
/*
 * Variables and functions that kernel.h and test.h declare. Each thread simulates a CPU, and
 * signals of a timer simulate the interrupts of this CPU.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "kernel.h"
#include "test.h"

unsigned long jiffies;
__thread unsigned int test_cpu;
__thread bool test_parks;
__thread unsigned long test_irqs_off;
__thread bool test_irq_pending;
void (*test_conflict)(struct zcblk_range *range);
void (*test_interrupt)(void);
void (*test_resched)(void);

/* Runs the interrupt handler with interrupts off, and repeats this if a signal arrived meanwhile */
void test_irq_run(void)
{
	do {
		local_irq_disable();
		WRITE_ONCE(test_irq_pending, false);
		test_interrupt();
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
		WRITE_ONCE(test_irqs_off, 0);
		__atomic_signal_fence(__ATOMIC_SEQ_CST);
	} while (READ_ONCE(test_irq_pending));
}

static void on_signal(int signal)
{
	int err = errno;

	if (READ_ONCE(test_irqs_off))
		WRITE_ONCE(test_irq_pending, true);
	else
		test_irq_run();
	errno = err;
}

/* Starts to interrupt this thread periodically, if the program has set test_interrupt */
void test_irq_start(unsigned int period_us)
{
	struct itimerspec period = { .it_interval.tv_nsec = period_us * 1000L };
	struct sigaction action = { .sa_handler = on_signal, .sa_flags = SA_RESTART };
	struct sigevent event = { .sigev_notify = SIGEV_THREAD_ID, .sigev_signo = SIGRTMIN };
	timer_t timer;

	if (!test_interrupt)
		return;
	period.it_value = period.it_interval;
	event._sigev_un._tid = gettid();
	if (sigaction(SIGRTMIN, &action, NULL) ||
	    timer_create(CLOCK_MONOTONIC, &event, &timer) ||
	    timer_settime(timer, 0, &period, NULL))
		exit(2);
}

u64 test_random(u64 *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}
