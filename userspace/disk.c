// SPDX-License-Identifier: GPL-2.0-only
/*
 * Checks names of disks, sets their attributes, and explains why a setting failed.
 */
#include "disk.h"
#include "error.h"
#include "reference.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DEV	"/dev/"
#define PREFIX	"zcblk"
#define NAME_MAX_LENGTH (LABEL_SIZE - 1)	/* the kernel's DISK_NAME_LEN, less a final 0 */
#define NODE_PAUSES	500			/* the most waits of 10 ms in disk_need_node() */

int setting_parse(struct setting *setting, char *assignment)
{
	char *equals = strchr(assignment, '=');

	if (!equals || equals == assignment) {
		error("invalid argument '%s': must be ATTR=VALUE", assignment);
		return STATUS_USAGE;
	}
	*equals = '\0';
	setting->attribute = assignment;
	setting->value = equals + 1;
	return STATUS_OK;
}

char *disk_name(char *argument)
{
	char *name = argument;

	if (!strncmp(name, DEV, strlen(DEV)))
		name += strlen(DEV);
	if (strncmp(name, PREFIX, strlen(PREFIX)))
		error("invalid name '%s': names begin with " PREFIX
		      ", as in zcblk0", argument);
	else if (strchr(name, '/'))
		error("invalid name '%s': a name has no slash",
		      argument);
	else if (strlen(name) > NAME_MAX_LENGTH)
		error("invalid name '%s': a name has at most %d characters",
		      argument, NAME_MAX_LENGTH);
	else
		return name;
	return NULL;
}

int disk_names(int count, char *arguments[])
{
	for (int i = 0; i < count; i++) {
		arguments[i] = disk_name(arguments[i]);
		if (!arguments[i])
			return STATUS_USAGE;
	}
	return STATUS_OK;
}

int device_path(char path[PATH_MAX], const char *device)
{
	char directory[PATH_MAX];
	int length;

	if (*device == '/')
		length = snprintf(path, PATH_MAX, "%s", device);
	else if (getcwd(directory, sizeof(directory)))
		length = snprintf(path, PATH_MAX, "%s/%s", directory, device);
	else
		return -errno;
	return length < PATH_MAX ? 0 : -ENAMETOOLONG;
}

int disk_need_configfs(void)
{
	if (kernel_has_configfs())
		return STATUS_OK;
	if (kernel_has_module("zcblk")) {
		error("the module is loaded, but configfs is not mounted");
		hint("run 'modprobe configfs; mount -t configfs none /sys/kernel/config' as root");
	} else {
		error("the module zcblk is not loaded; run 'zcblk add', or 'modprobe zcblk'");
	}
	return STATUS_FAILED;
}

int disk_need(const char *disk)
{
	if (kernel_has_disk(disk))
		return STATUS_OK;
	if (!disk_need_configfs())
		error("unknown disk %s; see 'zcblk list'", disk);
	return STATUS_FAILED;
}

enum name_use disk_name_use(const char *disk)
{
	char path[LABEL_SIZE + sizeof(DEV)];
	struct stat status;
	dev_t dev;

	snprintf(path, sizeof(path), DEV "%s", disk);
	if (!lstat(path, &status))
		return S_ISBLK(status.st_mode) ? NAME_DEVICE : NAME_FILE;
	return kernel_dev(disk, &dev) ? NAME_FREE : NAME_DEVICE;
}

int disk_need_node(const char *disk)
{
	static const struct timespec pause = { .tv_nsec = 10000000 };
	char path[LABEL_SIZE + sizeof(DEV)];
	struct stat status;
	int ret = -1;
	dev_t dev;

	if (kernel_dev(disk, &dev))
		return STATUS_OK;
	snprintf(path, sizeof(path), DEV "%s", disk);
	for (int i = 0; i < NODE_PAUSES && ret; i++) {
		ret = stat(path, &status);
		if (ret)
			nanosleep(&pause, NULL);
	}
	if (!ret && S_ISBLK(status.st_mode) && status.st_rdev == dev)
		return STATUS_OK;
	if (ret)
		error("%s came up, but %s does not appear; see 'systemctl status systemd-udevd'",
		      disk, path);
	else
		error("%s came up, but %s is another file; remove it, or use another --name",
		      disk, path);
	return STATUS_FAILED;
}

/*
 * If @lower is in use because a removed disk on it is still open, prints that @disk cannot come up.
 * Also prints the name of the removed disk, and what holds it open.
 * Return: false, without a message, if there is no such removed disk
 */
static bool explain_removed(const char *disk, const char *lower)
{
	char holder[VALUE_SIZE];
	struct removed removed;
	struct stat status;

	if (stat(lower, &status) || !kernel_removed_find(&removed, NULL, status.st_rdev))
		return false;
	kernel_removed_holder(&removed, holder);
	error("cannot bring up %s on %s: device is in use by %s, which is %s and open",
	      disk, lower, removed.name, removed.state);
	hint("until it is closed or unmounted; it is held by: %s", holder);
	return true;
}

static void explain_power(const char *disk, const char *value, int err)
{
	char lower[VALUE_SIZE] = "";

	if (strcmp(value, "1")) {
		char device[LABEL_SIZE + sizeof(DEV)];

		snprintf(device, sizeof(device), DEV "%s", disk);
		error_action(ACTION_POWER_DOWN, err, disk, device,
			     "shut down %s", disk);
		return;
	}
	if (kernel_get(disk, "lower", lower) || !lower[0])
		error_action(ACTION_POWER_UP, err, disk, "", "bring up %s",
			     disk);
	else if (err != -EBUSY || !explain_removed(disk, lower))
		error_action(ACTION_POWER_UP, err, disk, lower,
			     "bring up %s on %s", disk, lower);
}

static bool takes_auto(const char *attribute)
{
	return !strcmp(attribute, "unreferenced");
}

static bool is_power(const struct setting *setting)
{
	return !strcmp(setting->attribute, "power") &&
	       (!strcmp(setting->value, "0") || !strcmp(setting->value, "1") ||
		!strcmp(setting->value, "force") || !strcmp(setting->value, "deferred"));
}

/* True if @disk refused a setting of `overlap` with @err because it has no range lock. */
static bool needs_range_lock(const char *disk, const struct setting *setting, int err)
{
	char lock[VALUE_SIZE];

	return err == -EINVAL && !strcmp(setting->attribute, "overlap") &&
	       !kernel_get(disk, "range_lock", lock) && !strcmp(lock, "off");
}

void disk_explain(const char *disk, const struct setting *setting, int err)
{
	char accepted[BUFSIZ];

	if (is_power(setting))
		explain_power(disk, setting->value, err);
	else if (needs_range_lock(disk, setting, err))
		error_action(ACTION_SET_OVERLAP, err, disk, "",
			     "set overlap of %s to '%s'", disk, setting->value);
	else if (err == -EINVAL &&
		 !kernel_accepted("zcblk", setting->attribute, accepted,
				  sizeof(accepted)))
		error("invalid value '%s' for %s of %s: must be one of %s%s",
		      setting->value, setting->attribute, disk, accepted,
		      takes_auto(setting->attribute) ? ", " REFERENCE_AUTO : "");
	else
		error_action(ACTION_SET, err, disk, "", "set %s of %s to '%s'",
			     setting->attribute, disk, setting->value);
}

int disk_need_attribute(const char *disk, const char *attribute)
{
	struct names names;

	if (kernel_has_attribute(disk, attribute))
		return STATUS_OK;
	error("unknown attribute %s of %s", attribute, disk);
	if (kernel_attributes(disk, &names))
		return STATUS_FAILED;
	fprintf(stderr, "       attributes are:");
	for (int i = 0; i < names.count; i++)
		fprintf(stderr, " %s", names.entry[i]->d_name);
	fputc('\n', stderr);
	names_free(&names);
	return STATUS_FAILED;
}

/*
 * Chooses a value of `unreferenced` that suits the drivers below the disk, and prints the reason.
 * Return: the value; NULL, after a message, on failure
 */
static const char *resolve_auto(const char *disk)
{
	char lower[VALUE_SIZE], why[REFERENCE_WHY];
	const char *policy;

	if (kernel_get(disk, "lower", lower) || !lower[0]) {
		error("%s has no lower device to look at; run 'zcblk set %s lower=DEVICE'",
		      disk, disk);
		return NULL;
	}
	policy = reference_policy(lower, why);
	if (policy)
		error("%s: unreferenced=%s: %s", disk, policy, why);
	else
		error("cannot look below %s: not a block device; set unreferenced to map or copy",
		      lower);
	return policy;
}

int disk_set(const char *disk, const struct setting *setting)
{
	const char *value = setting->value;
	char path[PATH_MAX];
	int ret = 0;

	if (disk_need_attribute(disk, setting->attribute))
		return STATUS_FAILED;
	if (takes_auto(setting->attribute) && !strcmp(value, REFERENCE_AUTO))
		value = resolve_auto(disk);
	if (!value)
		return STATUS_FAILED;
	if (!strcmp(setting->attribute, "lower") && *value) {
		ret = device_path(path, value);
		value = path;
	}
	if (!ret)
		ret = kernel_set(disk, setting->attribute, value);
	if (!ret)
		return STATUS_OK;
	disk_explain(disk, setting, ret);
	return STATUS_FAILED;
}

/*
 * Makes the result of disk_stats() or disk_ranges() from @ret, which is 0 or a negative errno.
 * Return: 0; 1 if the disk is down; otherwise @ret, after a message
 */
static int stats_result(const char *disk, int ret)
{
	if (!ret)
		return 0;
	if (ret == -ENOENT && kernel_has_stats())
		return 1;
	error_action(ACTION_STATS, ret, disk, "", "read the statistics of %s",
		     disk);
	return ret;
}

int disk_stats(const char *disk, struct stats *stats)
{
	return stats_result(disk, kernel_stats(disk, stats));
}

int disk_ranges(const char *disk, struct ranges *ranges)
{
	return stats_result(disk, kernel_ranges(disk, ranges));
}
