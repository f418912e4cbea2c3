/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbers as users write them.
 */
#ifndef ZCBLK_NUMBER_H
#define ZCBLK_NUMBER_H

#include "compiler.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

/*
 * The number of decimal digits at the start of @text; *@end is what follows. False: there
 * is none, or it is too large. strtoull() alone accepts signs and blanks.
 */
static inline bool number_parse(const char *text, u64 *number, char **end)
{
	errno = 0;
	*number = strtoull(text, end, 10);
	return isdigit((unsigned char)*text) && !errno;
}

#endif
