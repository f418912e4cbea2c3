// SPDX-License-Identifier: GPL-2.0-only
/*
 * Sets a mark for functions.c, which counts what comes between two of them: an
 * instruction that does nothing and is in no other program.
 *
 * Copyright (C) 2026 The zcblk authors
 */
int main(void)
{
	__asm__ volatile ("nopl 0x6b6c627a(%rax)");
	return 0;
}
