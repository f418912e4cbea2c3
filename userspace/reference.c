// SPDX-License-Identifier: GPL-2.0-only
/*
 * Finds out whether writes to a disk reach a driver that sends their pages over a network by
 * reference. sysfs shows the devices below the disk and their drivers. A write may reach all of
 * these devices.
 *
 * Some pages have no reference count of their own. See References in driver/api/README.md for what
 * such drivers do with these pages. If it is unknown what a driver does, the policy is to copy such
 * pages, because a copy is safe with any driver.
 */
#include "kernel.h"
#include "reference.h"
#include "stack.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEPTH	32

#define BY_REFERENCE	"which sends pages by reference"
#define CHECKS_PAGES	"which copies pages that it cannot send by reference"

struct verdict {
	bool copy;
	const char *words;		/* the driver, for the message; NULL: nothing to report */
};

static const struct driver {
	const char *name;
	struct verdict verdict;
} by_name[] = {				/* the name is the prefix of the devices' names */
	{ "nbd",	{ false, "NBD, which copies what it sends" } },
	{ "drbd",	{ false, "DRBD, " CHECKS_PAGES } },
	{ "rbd",	{ false, "Ceph, " CHECKS_PAGES } },
	{ "etherd!",	{ true, "ATA over Ethernet, " BY_REFERENCE } },
}, by_host[] = {			/* the name is the proc_name of the SCSI host */
	{ "iscsi_tcp",	{ true, "iSCSI over TCP, " BY_REFERENCE } },
	{ "cxgb3i",	{ true, "iSCSI by cxgb3i, " BY_REFERENCE } },
	{ "cxgb4i",	{ true, "iSCSI by cxgb4i, " BY_REFERENCE } },
	{ "fcoe",	{ true, "FCoE, " BY_REFERENCE } },
}, by_transport[] = {			/* the name is the transport of an NVMe controller */
	{ "tcp",	{ true, "NVMe/TCP, " BY_REFERENCE } },
	{ "loop",	{ true, "an NVMe loop target, whose device sysfs does not show" } },
};

/*
 * Prefixes of the names of virtual devices that send no data over a network. They keep their data
 * in memory, or are devices of device-mapper with no device below.
 */
static const char * const memory[] = { "dm-", "null", "ram", "zram" };

static const struct verdict local = { false, NULL };
static const struct verdict unknown = { true, "a driver that sysfs does not describe" };

/* Stores the first word of a file in @word, or "" if @file is empty or NULL. Closes the file. */
static void read_word(char word[LABEL_SIZE], FILE *file)
{
	word[0] = '\0';
	if (!file)
		return;
	if (fscanf(file, "%31s", word) != 1)
		word[0] = '\0';
	fclose(file);
}

static bool has_prefix(const char *word, const char *prefix)
{
	return !strncmp(word, prefix, strlen(prefix));
}

static struct verdict look_up(const struct driver *table, size_t count, const char *word)
{
	for (size_t i = 0; i < count; i++)
		if (!strcmp(table[i].name, word))
			return table[i].verdict;
	return local;
}

static int is_controller(const struct dirent *entry)
{
	return has_prefix(entry->d_name, "nvme");
}

static struct verdict controller_verdict(const char *device, const char *controller)
{
	char transport[LABEL_SIZE];

	read_word(transport, kernel_open("class/block/%s/device/%s/transport", device, controller));
	return look_up(by_transport, ARRAY_SIZE(by_transport), transport);
}

/*
 * Return: the verdict for an NVMe device. Its parent in sysfs is a controller, or a subsystem that
 * links to each controller.
 */
static struct verdict nvme_verdict(const char *device)
{
	struct verdict verdict = controller_verdict(device, ".");
	struct names controllers;
	char path[PATH_MAX];

	if (verdict.words || kernel_path(path, "class/block/%s/device", device))
		return verdict;
	controllers.count = scandir(path, &controllers.entry, is_controller, alphasort);
	if (controllers.count < 0)
		return verdict;
	for (int i = 0; i < controllers.count && !verdict.copy; i++)
		verdict = controller_verdict(device, controllers.entry[i]->d_name);
	names_free(&controllers);
	return verdict;
}

/* @host: the end of a path in sysfs, as in /host2/session1/target2:0:0/2:0:0:0 */
static struct verdict scsi_verdict(const char *host)
{
	char name[LABEL_SIZE];

	read_word(name, kernel_open("class/scsi_host/host%lu/proc_name",
				    strtoul(host + strlen("/host"), NULL, 10)));
	return look_up(by_host, ARRAY_SIZE(by_host), name);
}

static struct verdict virtual_verdict(const char *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(memory); i++)
		if (has_prefix(device, memory[i]))
			return local;
	return unknown;
}

/* Return: the verdict for a device with no other device below it. @path is its sysfs directory. */
static struct verdict leaf_verdict(const char *device, const char *path)
{
	const char *host = strstr(path, "/host");

	if (has_prefix(device, "nvme"))
		return nvme_verdict(device);
	if (strstr(path, "/devices/virtual/"))
		return virtual_verdict(device);
	if (host && isdigit((unsigned char)host[strlen("/host")]))
		return scsi_verdict(host);
	return local;
}

struct search {
	unsigned int levels;		/* how many more levels may be searched */
	bool found;			/* look() was called for a device */
	struct verdict verdict;
	char device[LABEL_SIZE];	/* the device that caused the verdict */
};

/*
 * Adds a device's verdict to the search. search->verdict becomes the verdict of the first device
 * that needs copies. If no device needs copies, it becomes the first verdict that has a message.
 */
static void add(struct search *search, const char *device, struct verdict verdict)
{
	if (!verdict.words || search->verdict.copy || (search->verdict.words && !verdict.copy))
		return;
	search->verdict = verdict;
	snprintf(search->device, LABEL_SIZE, "%s", device);
}

static struct verdict name_verdict(const char *device)
{
	for (size_t i = 0; i < ARRAY_SIZE(by_name); i++)
		if (has_prefix(device, by_name[i].name))
			return by_name[i].verdict;
	return local;
}

static void look(void *data, const char *device)
{
	struct search *search = data, below = { .levels = search->levels - 1 };
	struct verdict verdict = name_verdict(device);
	char path[PATH_MAX], real[PATH_MAX];

	search->found = true;
	if (!search->levels || kernel_path(path, "class/block/%s", device) ||
	    !realpath(path, real)) {
		add(search, device, unknown);
		return;
	}

	add(search, device, verdict);
	stack_each_below(device, look, &below);
	if (below.found)
		add(search, below.device, below.verdict);
	else if (!verdict.words)
		add(search, device, leaf_verdict(device, real));
}

const char *reference_policy(const char *lower, char why[REFERENCE_WHY])
{
	struct search search = { .levels = MAX_DEPTH };
	char device[LABEL_SIZE];

	if (stack_name(lower, device))
		return NULL;
	look(&search, device);
	if (search.verdict.words)
		snprintf(why, REFERENCE_WHY, "%s uses %s", search.device, search.verdict.words);
	else
		snprintf(why, REFERENCE_WHY, "no driver below it sends pages by reference");
	return search.verdict.copy ? "copy" : "map";
}
