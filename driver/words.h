/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Declares the parser of words that users write to configfs attributes and module parameters. The
 * driver and the exerciser use this parser.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#ifndef _ZCBLK_WORDS_H
#define _ZCBLK_WORDS_H

int zcblk_parse_word(const char *who, const char *what,
		     const char *const *words, const char *word);

#endif /* _ZCBLK_WORDS_H */
