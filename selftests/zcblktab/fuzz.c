// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses any bytes as /etc/zcblktab. If the parser accepts a disk, its name and lower device must
 * be safe in a unit for systemd and in properties for udev. The disk is then written as a new
 * line. The parser must accept this line, too.
 */
#include "../../userspace/zcblktab.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(int right)
{
	if (!right)
		abort();
}

static void check_disk(const struct tab_disk *disk)
{
	char line[4096], why[TAB_WHY_SIZE];
	struct tab_disk again;
	int length;

	check(!strncmp(disk->name, "zcblk", 5));
	check(!strncmp(disk->lower, "/dev/", 5) && !strstr(disk->lower, "/../"));
	check(!disk->lower[strcspn(disk->lower, "%\"'$\n*?[ ")]);
	check(strncmp(disk->lower, "/dev/disk/by-uuid/", 18));

	length = snprintf(line, sizeof(line), "%s %s %s %s\n", disk->name, disk->lower,
			  *disk->attributes ? disk->attributes : "-",
			  *disk->options ? disk->options : "-");
	if (length >= (int)sizeof(line))
		return;
	check(tab_parse(line, length, &again, why) == 1);
	check(!strcmp(again.name, disk->name) && !strcmp(again.lower, disk->lower));
	check(!strcmp(again.options, disk->options) && again.timeout == disk->timeout);
	tab_disk_free(&again);
}

static void report(unsigned int line, const char *why)
{
	check(line && *why && strlen(why) < TAB_WHY_SIZE);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	FILE *file = size ? fmemopen((void *)data, size, "r") : NULL;
	struct tab tab;

	check(!tab_read(file, &tab, report));
	for (unsigned int i = 0; i < tab.count; i++)
		check_disk(&tab.disk[i]);
	tab_free(&tab);
	if (file)
		fclose(file);
	return 0;
}
