// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk-generator: makes units of systemd from /etc/zcblktab. Each disk is an instance of
 * zcblk@.service. For each disk, the generator writes drop-in files with the settings that depend
 * on its line. It also writes links by which other units start the instance.
 */
#include "../zcblktab.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define TEMPLATE	"/lib/systemd/system/zcblk@.service"
#define UNIT_NAME_MAX	255
#define PATH_SIZE	4096
#define DISK_TIMEOUT	30	/* seconds that a disk may need after its lower device appeared */

static const char *destination;
static FILE *messages;
static int status;

/*
 * Prints an error about a line. If systemd runs the generator, the error is in the kernel log,
 * because no other log exists that early at boot.
 */
static void __printf(2, 3) report_line(unsigned int line, const char *fmt, ...)
{
	va_list args;

	fprintf(messages, "%szcblk-generator: %s:%u: ",
		messages == stderr ? "" : "<3>", tab_path(), line);
	va_start(args, fmt);
	vfprintf(messages, fmt, args);
	va_end(args);
	fputc('\n', messages);
	fflush(messages);
}

static void report_bad(unsigned int line, const char *why)
{
	report_line(line, "%s", why);
	status = 1;
}

/* Escapes @path like systemd-escape(1), and appends @suffix. @path has no slash at its start. */
static void escape(char *out, size_t size, const char *path, const char *suffix)
{
	size_t used = 0;

	for (const char *c = path; *c && used + 5 < size; c++) {
		if (*c == '/')
			out[used++] = '-';
		else if ((isalnum((unsigned char)*c) || strchr(":_.", *c)) &&
			 (*c != '.' || c != path))
			out[used++] = *c;
		else
			used += sprintf(out + used, "\\x%02x", (unsigned char)*c);
	}
	snprintf(out + used, size - used, "%s", suffix);
}

static int make_directory(const char *name)
{
	char path[PATH_SIZE];

	snprintf(path, sizeof(path), "%s/%s", destination, name);
	return mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
}

/* Creates a drop-in file for @unit. The caller closes it with finish(). */
static FILE *drop_in(const char *unit, const char *name)
{
	char directory[UNIT_NAME_MAX + 8], path[PATH_SIZE];
	FILE *file;

	snprintf(directory, sizeof(directory), "%s.d", unit);
	if (make_directory(directory))
		return NULL;
	snprintf(path, sizeof(path), "%s/%s/%s", destination, directory, name);
	file = fopen(path, "we");
	if (file)
		fputs("# Written by zcblk-generator\n\n[Unit]\n", file);
	return file;
}

static int finish(FILE *file)
{
	int failed;

	if (!file)
		return -1;
	failed = ferror(file);
	return fclose(file) || failed ? -1 : 0;
}

/* Adds a link by which the unit @by wants or requires @unit. @how is "wants" or "requires". */
static int pull_in(const char *unit, const char *by, const char *how)
{
	char directory[UNIT_NAME_MAX + 16], path[PATH_SIZE];

	snprintf(directory, sizeof(directory), "%s.%s", by, how);
	if (make_directory(directory))
		return -1;
	snprintf(path, sizeof(path), "%s/%s/%s", destination, directory, unit);
	return symlink(TEMPLATE, path) && errno != EEXIST ? -1 : 0;
}

static int write_service(const struct tab_disk *disk, const char *service,
			 const char *lower, const char *target)
{
	FILE *file = drop_in(service, "50-zcblktab.conf");

	if (!file)
		return -1;
	fprintf(file, "Description=zcblk disk %s on %s (%s:%u)\n", disk->name,
		disk->lower, tab_path(), disk->line);
	fprintf(file, "SourcePath=%s\nRequires=%s\nAfter=%s\n", tab_path(), lower,
		lower);
	if (disk->netdev)
		fputs("After=remote-fs-pre.target\n", file);
	if (!disk->nofail)
		fprintf(file, "Before=%s\n", target);
	return finish(file);
}

static int write_timeout(const char *unit, unsigned int seconds)
{
	FILE *file = drop_in(unit, "50-zcblk-timeout.conf");

	if (!file)
		return -1;
	fprintf(file, "JobRunningTimeoutSec=%us\n", seconds);
	return finish(file);
}

static int write_units(const struct tab_disk *disk, const char *lower)
{
	const char *target = disk->netdev ? "remote-fs.target" : "local-fs.target";
	char name[PATH_SIZE], service[PATH_SIZE], device[PATH_SIZE];

	escape(name, sizeof(name), disk->name, ".service");
	snprintf(service, sizeof(service), "zcblk@%.200s", name);
	snprintf(name, sizeof(name), "dev/%s", disk->name);
	escape(device, sizeof(device), name, ".device");
	if (write_service(disk, service, lower, target) ||
	    pull_in(service, device, "requires"))
		return -1;
	if (!disk->noauto &&
	    pull_in(service, target, disk->nofail ? "wants" : "requires"))
		return -1;
	if (!disk->timeout)
		return 0;
	return write_timeout(lower, disk->timeout) ?:
	       write_timeout(device, disk->timeout + DISK_TIMEOUT);
}

static void generate(const struct tab_disk *disk)
{
	char lower[PATH_SIZE * 2];

	escape(lower, sizeof(lower), disk->lower + 1, ".device");
	if (strlen(lower) > UNIT_NAME_MAX) {
		report_bad(disk->line,
			   "the lower device's path is too long for systemd; write another path");
		return;
	}
	if (write_units(disk, lower)) {
		report_line(disk->line, "cannot write units to %s: %s; see 'df -i /run'",
			    destination, strerror(errno));
		status = 1;
	}
}

/* cppcheck-suppress constParameter */
int main(int argc, char *argv[])
{
	struct tab tab;
	FILE *file;
	int ret;

	if (argc != 2 && argc != 4) {
		fputs("Usage: zcblk-generator NORMAL-DIR [EARLY-DIR LATE-DIR]\n\n"
		      "Makes units of systemd from /etc/zcblktab; see zcblktab(5).\n", stderr);
		return 2;
	}
	destination = argv[1];
	messages = getenv("SYSTEMD_SCOPE") ? fopen("/dev/kmsg", "we") : stderr;
	if (!messages)
		messages = stderr;

	file = fopen(tab_path(), "re");
	if (!file && errno == ENOENT)
		return 0;
	ret = file ? tab_read(file, &tab, report_bad) : -errno;
	if (ret) {
		report_line(0, "cannot read the table: %s", strerror(-ret));
		return 1;
	}
	fclose(file);
	for (unsigned int i = 0; i < tab.count; i++)
		generate(&tab.disk[i]);
	tab_free(&tab);
	return status;
}
