// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets a mark for functions.c, which counts what comes between two of them.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include "mark.h"

#define STRING_OF(...)	#__VA_ARGS__
#define STRING(...)	STRING_OF(__VA_ARGS__)

int main(void)
{
	__asm__ volatile (".byte " STRING(ZCBLK_MARK));
	return 0;
}
