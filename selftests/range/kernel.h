/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The functions of the kernel that the range locks need, in user space. Atomic operations are those
 * of the compiler. For the explorer (explore.c), which must see each access, explore.h replaces
 * them. Signals simulate interrupts; see kernel.c. The code of trees, lists and hashes is the
 * kernel's.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_KERNEL_H
#define _ZCBLK_TEST_KERNEL_H

#include <errno.h>
#include <limits.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef uint8_t u8;
typedef uint32_t u32;
typedef unsigned long long u64;
typedef uint32_t __u32;
typedef long long s64;

#define BIT(n)			(1UL << (n))
#define U64_MAX			(~0ULL)
#define BITS_PER_LONG		64
#define CONFIG_64BIT		1

#define likely(x)		__builtin_expect(!!(x), 1)
#define unlikely(x)		__builtin_expect(!!(x), 0)
#define noinline		__attribute__((noinline))
#define __maybe_unused		__attribute__((unused))
#define __percpu
#define __rcu
#define ____cacheline_aligned_in_smp	__attribute__((aligned(64)))

#define ARRAY_SIZE(a)		(sizeof(a) / sizeof((a)[0]))
#define BUILD_BUG_ON(x)		_Static_assert(!(x), #x)
#define container_of(ptr, type, member) \
	((type *)((char *)(ptr) - offsetof(type, member)))
#define min(a, b)		({ typeof(a) _a = (a), _b = (b); _a < _b ? _a : _b; })
#define max(a, b)		({ typeof(a) _a = (a), _b = (b); _a > _b ? _a : _b; })
#define min_t(type, a, b)	min((type)(a), (type)(b))
#define max_t(type, a, b)	max((type)(a), (type)(b))
#define swap(a, b)		do { typeof(a) _t = (a); (a) = (b); (b) = _t; } while (0)
#define ilog2(n)		(63 - __builtin_clzll(n))
#define EXPORT_SYMBOL(x)
#define WARN_ON_ONCE(x)		({ if (x) abort(); })

struct list_head {
	struct list_head *next, *prev;
};

struct hlist_node {
	struct hlist_node *next, **pprev;
};

struct hlist_head {
	struct hlist_node *first;
};

#define LIST_POISON1		((void *)0x100)
#define LIST_POISON2		((void *)0x122)

typedef struct { int counter; } atomic_t;
typedef struct { long long counter; } atomic64_t;
typedef struct { int locked; } spinlock_t;
typedef spinlock_t raw_spinlock_t;

#ifdef ZCBLK_EXPLORE
#define cpu_relax()		explore_relax()
#else
/* Pauses, and sometimes yields the CPU, because another thread may need this CPU */
static inline void cpu_relax(void)
{
	static __thread unsigned int n;

	__builtin_ia32_pause();
	if (!(++n & 0xff))
		sched_yield();
}
#endif

#ifdef ZCBLK_EXPLORE
#include "explore.h"
#else
#define READ_ONCE(x)		__atomic_load_n(&(x), __ATOMIC_RELAXED)
#define WRITE_ONCE(x, v)	__atomic_store_n(&(x), v, __ATOMIC_RELAXED)
#define smp_load_acquire(p)	__atomic_load_n(p, __ATOMIC_ACQUIRE)
/*
 * True while this thread may be parking a range. With ThreadSanitizer, smp_store_release() then
 * pauses at times, so that other threads can unlock the range meanwhile.
 */
extern __thread bool test_parks;
void test_linger(void);
#ifdef __SANITIZE_THREAD__
#define smp_store_release(p, v)						\
do {									\
	__atomic_store_n(p, v, __ATOMIC_RELEASE);			\
	if (test_parks)							\
		test_linger();						\
} while (0)
/* ThreadSanitizer does not support fences, and does not simulate store buffers */
#define smp_mb()		do { } while (0)
/*
 * ThreadSanitizer does not support control dependencies, either. The engines need one between a
 * successful cmpxchg_release() and the stores that follow. So use acquire here instead.
 */
#define CMPXCHG_RELEASE		__ATOMIC_ACQ_REL
#else
#define smp_store_release(p, v)	__atomic_store_n(p, v, __ATOMIC_RELEASE)
#define smp_mb()		__atomic_thread_fence(__ATOMIC_SEQ_CST)
#define CMPXCHG_RELEASE		__ATOMIC_RELEASE
#endif
#define smp_cond_load_relaxed(p, cond)					\
({									\
	typeof(*(p)) VAL;						\
									\
	while (VAL = READ_ONCE(*(p)), !(cond))				\
		cpu_relax();						\
	VAL;								\
})

#define __cmpxchg(p, old, new, order)					\
({									\
	typeof(*(p)) _old = (old);					\
									\
	__atomic_compare_exchange_n(p, &_old, new, false, order,	\
				    __ATOMIC_RELAXED);			\
	_old;								\
})
#define cmpxchg(p, old, new)		__cmpxchg(p, old, new, __ATOMIC_SEQ_CST)
#define cmpxchg_release(p, old, new)	__cmpxchg(p, old, new, CMPXCHG_RELEASE)
#define cmpxchg_acquire(p, old, new)	__cmpxchg(p, old, new, __ATOMIC_ACQUIRE)
#define cmpxchg_relaxed(p, old, new)	__cmpxchg(p, old, new, __ATOMIC_RELAXED)

#define atomic_set(a, v)		WRITE_ONCE((a)->counter, v)
#define atomic_dec_and_test(a)		\
	(!__atomic_sub_fetch(&(a)->counter, 1, __ATOMIC_SEQ_CST))
#define atomic64_inc_return(a)		\
	__atomic_add_fetch(&(a)->counter, 1, __ATOMIC_SEQ_CST)

static inline bool atomic_add_unless(atomic_t *a, int add, int unless)
{
	int old = READ_ONCE(a->counter);

	do {
		if (old == unless)
			return false;
	} while (!__atomic_compare_exchange_n(&a->counter, &old, old + add, false,
					      __ATOMIC_SEQ_CST, __ATOMIC_RELAXED));
	return true;
}

static inline void spin_lock(spinlock_t *lock)
{
	while (__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE))
		while (READ_ONCE(lock->locked))
			cpu_relax();
}

static inline bool spin_trylock(spinlock_t *lock)
{
	return !__atomic_exchange_n(&lock->locked, 1, __ATOMIC_ACQUIRE);
}

static inline void spin_unlock(spinlock_t *lock)
{
	smp_store_release(&lock->locked, 0);
}
#endif

#define atomic_read(a)			READ_ONCE((a)->counter)
#ifdef ZCBLK_EXPLORE
#define atomic_inc(a)		explore_add(&(a)->counter, sizeof(int), 1)
#define atomic_dec(a)		explore_add(&(a)->counter, sizeof(int), -1)
#else
#define atomic_inc(a)	((void)__atomic_add_fetch(&(a)->counter, 1, __ATOMIC_RELAXED))
#define atomic_dec(a)	((void)__atomic_sub_fetch(&(a)->counter, 1, __ATOMIC_RELAXED))
#endif
#define smp_store_mb(x, v)		do { WRITE_ONCE(x, v); smp_mb(); } while (0)
#define rcu_assign_pointer(p, v)	smp_store_release(&(p), v)

#define spin_lock_init(l)		((l)->locked = 0)
#ifdef ZCBLK_EXPLORE
#define local_irq_save(flags)		((flags) = 0)
#define local_irq_restore(flags)	((void)(flags))
#define local_irq_disable()		do { } while (0)
#define local_irq_enable()		do { } while (0)
#define might_sleep()			do { } while (0)
#else
/* An interrupt that arrives while interrupts are off is delivered when they are on again */
extern __thread unsigned long test_irqs_off;
extern __thread bool test_irq_pending;
void test_irq_run(void);

static inline unsigned long test_irq_save(void)
{
	unsigned long flags = READ_ONCE(test_irqs_off);

	WRITE_ONCE(test_irqs_off, 1);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	return flags;
}

static inline void test_irq_restore(unsigned long flags)
{
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	WRITE_ONCE(test_irqs_off, flags);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	if (!flags && unlikely(READ_ONCE(test_irq_pending)))
		test_irq_run();
}

#define local_irq_save(flags)		((flags) = test_irq_save())
#define local_irq_restore(flags)	test_irq_restore(flags)
#define local_irq_disable()		((void)test_irq_save())
#define local_irq_enable()		test_irq_restore(0)
#define might_sleep()			WARN_ON_ONCE(test_irqs_off)
#endif
#ifdef ZCBLK_EXPLORE
#define cond_resched()			do { } while (0)
#else
/* cond_resched() calls this function, in which a program with one thread simulates others */
extern void (*test_resched)(void);

#define cond_resched()							\
do {									\
	might_sleep();							\
	if (test_resched)						\
		test_resched();						\
} while (0)
#endif
#define spin_lock_irqsave(l, flags)	do { local_irq_save(flags); spin_lock(l); } while (0)
#define spin_unlock_irqrestore(l, flags)				\
	do { spin_unlock(l); local_irq_restore(flags); } while (0)
#define spin_lock_irq(l)		do { local_irq_disable(); spin_lock(l); } while (0)
#define spin_unlock_irq(l)		do { spin_unlock(l); local_irq_enable(); } while (0)
#define raw_spin_lock_init		spin_lock_init
#define raw_spin_lock			spin_lock
#define raw_spin_unlock			spin_unlock
#ifdef ZCBLK_EXPLORE
/*
 * False for hot_lock, which the explorer does not lock. The explorer runs no other thread while a
 * thread holds hot_lock. True for all other locks.
 */
#define zcblk_stops(l)		__builtin_strcmp(#l, "&ranges->hot_lock")
#define raw_spin_lock_irqsave(l, flags)					\
	do { (flags) = 0; if (zcblk_stops(l)) spin_lock(l); } while (0)
#define raw_spin_unlock_irqrestore(l, flags)				\
	do { (void)(flags); if (zcblk_stops(l)) spin_unlock(l); } while (0)
#else
#define raw_spin_lock_irqsave		spin_lock_irqsave
#define raw_spin_unlock_irqrestore	spin_unlock_irqrestore
#endif
#define raw_spin_lock_irq		spin_lock_irq
#define raw_spin_unlock_irq		spin_unlock_irq

/* A mutex is a spinlock here, but only process context may lock it */
struct mutex { spinlock_t lock; };
#define mutex_init(m)			spin_lock_init(&(m)->lock)
#define mutex_lock(m)			do { might_sleep(); spin_lock(&(m)->lock); } while (0)
#define mutex_unlock(m)			spin_unlock(&(m)->lock)

/* Each program implements test_queue_work() and test_flush_works() for its own worker */
struct workqueue_struct;
struct work_struct {
	void (*func)(struct work_struct *work);
	int pending;
};

bool test_queue_work(struct work_struct *work);
void test_flush_works(void);

#define INIT_WORK(w, f)			((w)->func = (f), (w)->pending = 0)
#define queue_work(wq, w)		test_queue_work(w)
#define flush_workqueue(wq)		test_flush_works()
/* Runs a work that is pending, instead of removing it. The engines do its work afterwards, too. */
#define cancel_work_sync(w)		test_flush_works()

struct lock_class_key { };
struct lockdep_map { };
#define lockdep_init_map_wait(map, name, key, subclass, inner)	((void)(key))
#define spin_acquire(map, subclass, trylock, ip)	((void)(map))
#define spin_release(map, ip)				((void)(map))
#define _THIS_IP_			0
#define lockdep_set_class(lock, key)	((void)(key))
#define lockdep_assert_held(lock)	((void)(lock))
#define __acquire(lock)			((void)(lock))
#define __release(lock)			((void)(lock))

/* Threads simulate CPUs. A per-CPU variable is an array with a copy for each thread. */
#define NR_CPUS			8
#define PERCPU_BYTES		1024
extern __thread unsigned int test_cpu;

#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < NR_CPUS; (cpu)++)
#define per_cpu_ptr(p, cpu)	((typeof(p))((char *)(p) + (cpu) * PERCPU_BYTES))
#ifdef ZCBLK_EXPLORE
/* The explorer's counters are outside of the memory that its search saves and compares */
extern char test_percpu[];
#define alloc_percpu(type)						\
	((type *)test_percpu)
#else
#define alloc_percpu(type)						\
({									\
	BUILD_BUG_ON(sizeof(type) > PERCPU_BYTES);			\
	type *_p = kzalloc(NR_CPUS * PERCPU_BYTES, GFP_KERNEL);		\
									\
	_p;								\
})
#endif
#define this_cpu_read(x)	(*per_cpu_ptr(&(x), test_cpu))
#define this_cpu_write(x, v)	(*per_cpu_ptr(&(x), test_cpu) = (v))
#if defined(__x86_64__) && !defined(ZCBLK_EXPLORE)
/* This increments with one instruction, which a signal cannot interrupt */
#define this_cpu_inc(x)		asm("incq %0" : "+m"(*per_cpu_ptr(&(x), test_cpu)))
#else
#define this_cpu_inc(x)		((void)++*per_cpu_ptr(&(x), test_cpu))
#endif

#define GFP_KERNEL		0

#ifdef ZCBLK_EXPLORE
#define kzalloc(size, gfp)	explore_alloc(size)
#define kfree(p)		((void)(p))
#define free_percpu		kfree
#else
static inline void *kzalloc(size_t size, int gfp)
{
	void *p = aligned_alloc(64, (size + 63) & ~63UL);

	(void)gfp;
	return p ? memset(p, 0, size) : NULL;
}

#define kfree(p)		free(p)
#define free_percpu		kfree
#endif
#define kvzalloc		kzalloc
#define kvfree			kfree

extern unsigned long jiffies;

struct zcblk_range;

static inline u64 ktime_get_ns(void)
{
#ifdef ZCBLK_EXPLORE
	return 0;
#else
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000000000ULL + ts.tv_nsec;
#endif
}

#ifdef ZCBLK_EXPLORE
#define trace_zcblk_range_wait(ranges, range, n)	((void)(n))
#else
/* Called when a new range conflicts with an earlier one, before it is parked, refused or granted */
extern void (*test_conflict)(struct zcblk_range *range);
#define trace_zcblk_range_wait(ranges, range, n)			\
do {									\
	(void)(n);							\
	if (test_conflict)						\
		test_conflict(range);					\
} while (0)
#endif
#define trace_zcblk_range_grant(ranges, range, ns)	((void)(ns))
#define trace_zcblk_range_release(ranges, range)	((void)(ranges))

#endif /* _ZCBLK_TEST_KERNEL_H */
