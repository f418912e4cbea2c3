// SPDX-License-Identifier: GPL-2.0-only
/*
 * read-probe: reads from a device into a buffer with known content. Prints the result, and how many
 * bytes of the buffer after the data that was read are foreign.
 *
 * USAGE: read-probe DEVICE OFFSET LENGTH
 * Prints `<result> <foreign>`. The result is the number of bytes read, or the error's name.
 * Foreign is the number of bytes after the data that are neither zero nor their old value. If the
 * read fails, all bytes of the buffer are checked.
 *
 * Copyright (C) The zcblk authors
 */

#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATTERN 0xa5
#define ALIGNMENT 4096

static size_t count_foreign(const unsigned char *buffer, size_t from, size_t to)
{
	size_t foreign = 0;

	for (; from < to; from++)
		foreign += buffer[from] != PATTERN && buffer[from] != 0;
	return foreign;
}

int main(int argc, char **argv)
{
	unsigned char *buffer;
	size_t length;
	ssize_t got;
	int fd;

	if (argc != 4)
		errx(2, "usage: read-probe DEVICE OFFSET LENGTH");
	length = strtoul(argv[3], NULL, 0);
	buffer = aligned_alloc(ALIGNMENT, length);
	if (!buffer)
		err(1, "buffer of %zu bytes", length);
	memset(buffer, PATTERN, length);

	fd = open(argv[1], O_RDONLY | O_DIRECT);
	if (fd < 0)
		err(1, "open %s", argv[1]);
	got = pread(fd, buffer, length, strtoll(argv[2], NULL, 0));
	if (got < 0)
		printf("%s", strerrorname_np(errno));
	else
		printf("%zd", got);
	printf(" %zu\n", count_foreign(buffer, got < 0 ? 0 : got, length));
	return 0;
}
