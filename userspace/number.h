/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses numbers in command lines and files.
 */
#ifndef ZCBLK_NUMBER_H
#define ZCBLK_NUMBER_H

#include "compiler.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * Parses the decimal number at the start of @text, and sets *@end to the first character after the
 * number. False if @text begins with no digit, or if the number is too large. strtoull() alone
 * would accept signs and blanks.
 */
static inline bool number_parse(const char *text, u64 *number, char **end)
{
	errno = 0;
	*number = strtoull(text, end, 10);
	return isdigit((unsigned char)*text) && !errno;
}

#endif
