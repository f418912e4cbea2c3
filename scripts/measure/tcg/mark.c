// SPDX-License-Identifier: GPL-2.0-only
/*
 * This program sets a mark for functions.c, which counts the instructions between two marks.
 * The mark is an instruction that does nothing, and that other programs do not contain.
 *
 * Copyright (C) 2026 The zcblk authors
 */
int main(void)
{
	__asm__ volatile ("nopl 0x6b6c627a(%rax)");
	return 0;
}
