// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk_id: udev runs this program with a device and its links. If the device is the lower device
 * of a disk in /etc/zcblktab, the program prints the name of this disk. It also prints those links
 * of the device that do not depend on the device's content. With --partition-of DISK, the device is
 * a partition of DISK's lower device. Then the program prints the same for DISK, without the table.
 */
#include "../zcblktab.h"

#include <string.h>

#define DEV "/dev/"

/*
 * True if the link depends on the content of the lower device. For a partition, this also holds for
 * by-part* links, because the zcblk disk has a partition with the same UUID and label.
 */
static bool is_of_content(const char *link, bool partition)
{
	return !strncmp(link, "disk/by-uuid/", 13) ||
	       !strncmp(link, "disk/by-label/", 14) ||
	       (partition && !strncmp(link, "disk/by-part", 12));
}

/* True if @names contains @lower. names[0] is the device's node, and the others are its links. */
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

static void print(const char *disk, bool partition, int count, char *const links[])
{
	printf("ZCBLK_TAB_DISK=%s\nZCBLK_TAB_LINKS=", disk);
	for (int i = 0, printed = 0; i < count; i++)
		if (!is_of_content(links[i], partition))
			printf("%s%s", printed++ ? " " : "", links[i]);
	putchar('\n');
}

static int look_up(int count, char *const names[])
{
	FILE *file = fopen(tab_path(), "re");
	struct tab tab;

	if (!file || tab_read(file, &tab, NULL))
		return 1;
	fclose(file);
	for (unsigned int i = 0; i < tab.count; i++) {
		if (!has_name(tab.disk[i].lower, count, names))
			continue;
		print(tab.disk[i].name, false, count - 1, names + 1);
		break;
	}
	tab_free(&tab);
	return 0;
}

/* cppcheck-suppress constParameter */
int main(int argc, char *argv[])
{
	bool partition = argc > 3 && !strcmp(argv[1], "--partition-of");

	if (argc < 2 || (!partition && *argv[1] == '-')) {
		fputs("Usage: zcblk_id NODE [LINK...]\n"
		      "       zcblk_id --partition-of DISK NODE [LINK...]\n", stderr);
		return 2;
	}
	if (!partition)
		return look_up(argc - 1, argv + 1);
	print(argv[2], true, argc - 4, argv + 4);
	return 0;
}
