/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs other programs.
 */
#ifndef ZCBLK_PROGRAM_H
#define ZCBLK_PROGRAM_H

#define WORDS_SIZE 16384

/*
 * Runs argv[0] in the C locale. Stores its output and error messages in @words, without newlines
 * at the end.
 * Return: 0; -ENOENT if the program cannot be executed; -EIO if the program failed; or another
 * negative errno
 */
int program_run(const char *const argv[], char words[WORDS_SIZE]);

#endif
