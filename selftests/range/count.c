// SPDX-License-Identifier: GPL-2.0-only
/*
 * The script count-instructions counts the instructions of this program. The program locks and
 * unlocks a range, and holds other ranges that do not overlap this range.
 *
 * USAGE: count ENGINE|off HELD LAYOUT ROUNDS
 *	LAYOUT: random (4 KiB, anywhere on a disk of 1 TiB) or adjacent (sequential)
 *
 * Prints in per mille how many of the ranges found a disjoint range in their slot.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "test.h"

static const int overlap = ZCBLK_OVERLAP_SERIALIZE;

#define BLOCK		8ULL
#define BLOCKS		(1ULL << 28)
#define MAX_HELD	4096

static struct zcblk_range held[MAX_HELD];
static struct zcblk_range range;

static u64 mix(u64 x)
{
	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ULL;
	x = (x ^ x >> 27) * 0x94d049bb133111ebULL;
	return x ^ x >> 31;
}

static u64 place(u64 i, bool adjacent)
{
	return (adjacent ? i : mix(i) % BLOCKS) * BLOCK;
}

static void granted(struct zcblk_range *range, int err)
{
	abort();
}

static void lock(struct zcblk_ranges *ranges, struct zcblk_range *range, u64 start)
{
	zcblk_range_init(range, start, start + BLOCK - 1, ZCBLK_RANGE_WRITE, false,
			 granted);
	if (ranges && zcblk_range_lock(ranges, range))
		abort();
}

/* This function is not inlined, so that valgrind can count its instructions separately */
noinline void measured(struct zcblk_ranges *ranges, u64 from, u64 to, bool adjacent);

noinline void measured(struct zcblk_ranges *ranges, u64 from, u64 to, bool adjacent)
{
	for (; from < to; from++) {
		lock(ranges, &range, place(from, adjacent));
		if (ranges)
			zcblk_range_unlock(ranges, &range);
	}
}

int main(int argc, char **argv)
{
	u64 i, nr_held, rounds, collided = 0;
	struct zcblk_ranges *ranges = NULL;
	const struct zcblk_range_ops *ops;
	bool adjacent;

	if (argc != 5)
		return 2;
	ops = test_engine(argv[1]);
	nr_held = strtoull(argv[2], NULL, 0);
	if (nr_held > MAX_HELD || (!ops && strcmp(argv[1], "off")))
		return 2;
	adjacent = !strcmp(argv[3], "adjacent");
	rounds = strtoull(argv[4], NULL, 0);
	if (ops)
		ranges = zcblk_ranges_create(ops, &overlap, NULL);
	for (i = 0; i < nr_held; i++)
		lock(ranges, &held[i], place(i, adjacent));
	measured(ranges, nr_held, nr_held + rounds, adjacent);
	if (ranges)
		collided = test_stat(ranges, collided);
	printf("%llu\n", collided * 1000 / (nr_held + rounds));
	return 0;
}
