// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out whether LVM would see a physical volume twice: on the lower device and on the disk.
 */
#include "lvm.h"
#include "error.h"
#include "kernel.h"
#include "program.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#define DEV "/dev/"
#define DEVICES_FILE "/etc/lvm/devices/system.devices"
#define TWICE "LVM would see a physical volume on %s twice: "

enum content { CONTENT_BLANK, CONTENT_PV, CONTENT_OTHER };

static enum content content(const char *device)
{
	const char *const blkid[] = { "blkid", "-p", "-o", "export", device, NULL };
	char words[WORDS_SIZE];
	int ret = program_run(blkid, words);

	if (strstr(words, "TYPE=LVM2_member"))
		return CONTENT_PV;
	return ret == -EIO && !*words ? CONTENT_BLANK : CONTENT_OTHER;
}

/*
 * True if LVM is installed and does not exclude the device. LVM excludes devices by filters, by its
 * devices file, and by device type. The device may be blank. `lvm pvs` lists a blank device only
 * with --all, and only if a field of the volume group is requested, here vg_name.
 */
static bool is_visible(const char *device)
{
	const char *const pvs[] = { "lvm", "pvs", "--all", "--noheadings", "--separator", ":",
				    "--options", "pv_major,pv_minor,vg_name", NULL };
	char row[32], words[WORDS_SIZE];
	struct stat st;

	if (stat(device, &st))
		return false;
	snprintf(row, sizeof(row), " %u:%u:", major(st.st_rdev), minor(st.st_rdev));
	return !program_run(pvs, words) && strstr(words, row);
}

static bool has_visible_pv(const char *partition)
{
	return content(partition) == CONTENT_PV && is_visible(partition);
}

static bool partitions_have_pv(const char *name)
{
	char device[PATH_MAX];
	struct names names;
	bool found = false;

	if (kernel_partitions(name, &names))
		return false;
	for (int i = 0; i < names.count && !found; i++) {
		snprintf(device, sizeof(device), DEV "%s", names.entry[i]->d_name);
		found = has_visible_pv(device);
	}
	names_free(&names);
	return found;
}

bool lvm_sees(const char *lower, char filter[FILTER_SIZE])
{
	const char *name, *partitions = "";
	char device[PATH_MAX];

	if (!realpath(lower, device) || strncmp(device, DEV, strlen(DEV)))
		return false;
	name = device + strlen(DEV);
	if (!kernel_has_block(name))
		return false;

	if (!kernel_is_partition(name))
		partitions = isdigit(name[strlen(name) - 1]) ? "(p[0-9]+)?" : "[0-9]*";
	snprintf(filter, FILTER_SIZE, "r|^%s%s$|", device, partitions);

	if (content(device) == CONTENT_OTHER)
		return partitions_have_pv(name);
	return is_visible(device);
}

void lvm_warn(const char *disk, const char *lower, const char *filter)
{
	if (access(DEVICES_FILE, F_OK))
		error(TWICE "in /etc/lvm/lvm.conf, set devices/global_filter=[\"%s\"]",
		      disk, filter);
	else
		error(TWICE "run 'lvmdevices --deldev %s; lvmdevices --adddev /dev/%s'",
		      disk, lower, disk);
}
