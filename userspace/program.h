/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Running other programs.
 */
#ifndef ZCBLK_PROGRAM_H
#define ZCBLK_PROGRAM_H

#define WORDS_SIZE 16384

/*
 * Runs argv[0], in English, and puts its output and errors into @words, without the last
 * newline. Returns 0, or a negative errno: -ENOENT if there is no such program, -EIO if it
 * failed.
 */
int program_run(const char *const argv[], char words[WORDS_SIZE]);

#endif
