/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Atomic operations for the explorer (explore.c). explore-memory.c implements them. The explorer
 * may run another thread before each atomic operation.
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
u64 explore_xchg(void *p, size_t size, u64 new, int order);
void explore_add(void *p, size_t size, s64 add);
void explore_mb(void);
void explore_relax(void);
void explore_wait_change(const void *p, size_t size, u64 value);
void explore_lock(void *p, size_t size);
void *explore_alloc(size_t size);

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
#define cmpxchg_acquire(p, old, new)	__cmpxchg(p, old, new, ACQUIRE)
#define cmpxchg_release(p, old, new)	__cmpxchg(p, old, new, RELEASE)
#define cmpxchg_relaxed(p, old, new)	__cmpxchg(p, old, new, RELAXED)
#define __xchg(p, new, order)						\
	((typeof(*(p)))explore_xchg(p, sizeof(*(p)), (u64)(uintptr_t)(new), order))
#define xchg(p, new)			__xchg(p, new, FULL)

static inline void spin_lock(spinlock_t *lock)
{
	explore_lock(&lock->locked, sizeof(lock->locked));
}

static inline void spin_unlock(spinlock_t *lock)
{
	explore_store(&lock->locked, sizeof(lock->locked), 0, RELEASE);
}

#endif /* _ZCBLK_TEST_EXPLORE_H */
