/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomics for the explorer: before each access the thread stops, and the explorer
 * decides who goes on. Stores go to a store buffer of the thread, and to memory
 * when the explorer likes, in order; full barriers, and updates with release, wait
 * until it is empty. That is how x86 does it, but for updates without release (taking
 * a spinlock), which do not wait. What else weaker machines may do is covered by
 * following who knows of whose end, through acquire and release.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_TEST_EXPLORE_H
#define _ZCBLK_TEST_EXPLORE_H

#define RELAXED		0
#define ACQUIRE		1
#define RELEASE		2
#define FULL		(ACQUIRE | RELEASE | 4)

u64 explore_load(const void *p, size_t size, int order);
void explore_store(void *p, size_t size, u64 value, int order);
u64 explore_cmpxchg(void *p, size_t size, u64 old, u64 new, int order);
s64 explore_add(void *p, size_t size, s64 add, s64 unless);
void explore_mb(void);
void explore_wait_change(const void *p, size_t size, u64 value);
void explore_wait_zero(const void *p, size_t size);
void *explore_alloc(size_t size);
void explore_switch(void **save, void *sp);

#define __load(x, order)						\
	((typeof(x))(uintptr_t)explore_load(&(x), sizeof(x), order))
#define __store(x, v, order)						\
	explore_store(&(x), sizeof(x), (u64)(uintptr_t)(typeof(x))(v), order)
#define READ_ONCE(x)		__load(x, RELAXED)
#define WRITE_ONCE(x, v)	__store(x, v, RELAXED)
#define smp_load_acquire(p)	__load(*(p), ACQUIRE)
#define smp_store_release(p, v)	__store(*(p), v, RELEASE)
#define smp_mb()		explore_mb()
#define smp_cond_load_relaxed(p, cond)					\
({									\
	typeof(*(p)) VAL;						\
									\
	while (VAL = READ_ONCE(*(p)), !(cond))				\
		explore_wait_change(p, sizeof(VAL), VAL);		\
	VAL;								\
})
#define __cmpxchg(p, old, new, order)					\
	((typeof(*(p)))explore_cmpxchg(p, sizeof(*(p)), old, new, order))
#define cmpxchg(p, old, new)		__cmpxchg(p, old, new, FULL)
#define cmpxchg_release(p, old, new)	__cmpxchg(p, old, new, RELEASE)
#define cmpxchg_relaxed(p, old, new)	__cmpxchg(p, old, new, RELAXED)

#define EXPLORE_NEVER		INT_MIN
#define atomic_set(a, v)	WRITE_ONCE((a)->counter, v)
#define atomic_dec_and_test(a)	\
	(explore_add(&(a)->counter, sizeof(int), -1, EXPLORE_NEVER) == 1)
#define atomic_add_unless(a, add, unless)	\
	(explore_add(&(a)->counter, sizeof(int), add, unless) != (unless))
#define atomic64_inc_return(a)	\
	(explore_add(&(a)->counter, sizeof(long long), 1, EXPLORE_NEVER) + 1)

static inline void spin_lock(spinlock_t *lock)
{
	do {
		explore_wait_zero(&lock->locked, sizeof(lock->locked));
	} while (explore_cmpxchg(&lock->locked, sizeof(lock->locked), 0, 1, ACQUIRE));
}

static inline void spin_unlock(spinlock_t *lock)
{
	explore_store(&lock->locked, sizeof(lock->locked), 0, RELEASE);
}

#endif /* _ZCBLK_TEST_EXPLORE_H */
