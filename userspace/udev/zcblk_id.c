// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk_id: run by udev, prints the disk of /etc/zcblktab that has a device as its lower
 * device, and those of the device's links that do not come from its content.
 */
#include "../zcblktab.h"

#include <string.h>

#define DEV "/dev/"

static bool is_of_content(const char *link)
{
	return !strncmp(link, "disk/by-uuid/", 13) ||
	       !strncmp(link, "disk/by-label/", 14);
}

/* names[0] is the device's node, the others are links, with or without /dev/. */
/* cppcheck-suppress constParameter */
static bool has_name(const char *lower, int count, char *const names[])
{
	for (int i = 0; i < count; i++) {
		const char *name = names[i];

		if (!strncmp(name, DEV, strlen(DEV)))
			name += strlen(DEV);
		if (!strcmp(lower + strlen(DEV), name))
			return true;
	}
	return false;
}

static void print(const struct tab_disk *disk, int count, char *const links[])
{
	printf("ZCBLK_TAB_DISK=%s\nZCBLK_TAB_LINKS=", disk->name);
	for (int i = 0, printed = 0; i < count; i++)
		if (!is_of_content(links[i]))
			printf("%s%s", printed++ ? " " : "", links[i]);
	putchar('\n');
}

int main(int argc, char *argv[])
{
	struct tab tab;
	FILE *file;

	if (argc < 2) {
		fputs("Usage: zcblk_id NODE [LINK...]\n", stderr);
		return 2;
	}
	file = fopen(tab_path(), "re");
	if (!file || tab_read(file, &tab, NULL))
		return 1;
	fclose(file);
	for (unsigned int i = 0; i < tab.count; i++) {
		if (!has_name(tab.disk[i].lower, argc - 1, argv + 1))
			continue;
		print(&tab.disk[i], argc - 2, argv + 2);
		break;
	}
	tab_free(&tab);
	return 0;
}
