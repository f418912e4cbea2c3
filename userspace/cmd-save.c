// SPDX-License-Identifier: GPL-2.0-only
/*
 * zcblk save: writes /etc/zcblktab from the disks that are up.
 */
#include "commands.h"
#include "disk.h"
#include "error.h"
#include "reference.h"
#include "stack.h"
#include "zcblktab.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const char usage[] =
	"Usage: zcblk save [OPTION...]\n"
	"\n"
	"Writes the disks that are up to /etc/zcblktab, from which they come up at boot.\n"
	"Options and comments that are there stay. The line of a disk that is not up becomes\n"
	"a comment. zcblktab(5) describes the table.\n"
	"\n"
	"Options:\n"
	"  -n, --dry-run    print the table, and write nothing\n"
	"  -h, --help       this help\n";

static const char heading[] =
	"# Disks of zcblk, see zcblktab(5)\n"
	"# name\tlower device\tattributes\toptions\n";

struct save {
	struct names disks;
	bool *saved;			/* saved[i]: save_disk() was called for disks.entry[i] */
	FILE *out;
	int status;
};

/*
 * True if @old, the disk's present line in the table, has the value "auto" for the attribute. The
 * kernel never reports this value, because the tool replaces it when it sets the attribute.
 */
static bool is_auto(const struct tab_disk *old, const char *attribute)
{
	char word[2 * LABEL_SIZE];

	snprintf(word, sizeof(word), "%s=" REFERENCE_AUTO, attribute);
	return old && tab_has_attribute(old, word);
}

/* Appends ATTR=VALUE to the line, if the attribute is a setting and has a value. */
static void print_attribute(FILE *out, const char *disk, const struct tab_disk *old,
			    const char *attribute, bool *first)
{
	char value[VALUE_SIZE];

	if (!kernel_is_setting(disk, attribute) ||
	    kernel_get(disk, attribute, value) || !value[0])
		return;
	fprintf(out, "%s%s=%s", *first ? "" : ",", attribute,
		is_auto(old, attribute) ? REFERENCE_AUTO : value);
	*first = false;
}

/*
 * Appends all settings of the disk. A disk without a range lock refuses the setting of `overlap`.
 * So `range_lock` is printed first, and `overlap` only if the disk has a range lock.
 */
static void print_attributes(FILE *out, const char *disk, const struct tab_disk *old)
{
	static const char lock[] = "range_lock", overlap[] = "overlap";
	bool first = true, locks;
	struct names names;
	char value[VALUE_SIZE];

	locks = !kernel_get(disk, lock, value) && strcmp(value, "off");
	print_attribute(out, disk, old, lock, &first);
	if (kernel_attributes(disk, &names))
		return;
	for (int i = 0; i < names.count; i++) {
		const char *name = names.entry[i]->d_name;

		if (strcmp(name, lock) && (locks || strcmp(name, overlap)))
			print_attribute(out, disk, old, name, &first);
	}
	names_free(&names);
}

/*
 * Makes the table's line for @disk, which is up. @old is the disk's present line, or NULL. Prints a
 * warning if the lower device has no path that is the same at each boot.
 * Return: the line, which the caller frees; NULL, after a message, if the line would be invalid
 */
static char *make_line(const char *disk, const struct tab_disk *old)
{
	char lower[VALUE_SIZE], path[PATH_MAX], why[TAB_WHY_SIZE];
	struct tab_disk parsed;
	char *line = NULL;
	size_t size;
	FILE *out;

	if (kernel_get(disk, "lower", lower))
		lower[0] = '\0';
	if (stack_stable_path(lower, path)) {
		error("%s is on %s, which has no name that stays from boot to boot:", disk,
		      lower);
		hint("check that it is the same device after the next boot");
	}
	out = open_memstream(&line, &size);
	if (!out)
		error_memory();
	fprintf(out, "%s\t%s\t", disk, path);
	print_attributes(out, disk, old);
	fprintf(out, "\t%s\n", old && *old->options ? old->options : "-");
	if (fclose(out))
		error_memory();
	if (tab_parse(line, strlen(line), &parsed, why) == 1) {
		tab_disk_free(&parsed);
		return line;
	}
	error("cannot save %s: %s", disk, why);
	free(line);
	return NULL;
}

static void save_disk(struct save *save, int i, const struct tab_disk *old)
{
	char *line = make_line(save->disks.entry[i]->d_name, old);

	save->saved[i] = true;
	if (!line) {
		save->status = STATUS_FAILED;
		return;
	}
	fputs(line, save->out);
	free(line);
}

static bool is_up(const char *disk)
{
	char state[VALUE_SIZE];

	return !kernel_get(disk, "state", state) && !strcmp(state, "live");
}

/* Return: index of @disk in save->disks; -1 if it is not up, or save_disk() was called for it */
static int find_disk(const struct save *save, const char *disk)
{
	for (int i = 0; i < save->disks.count; i++)
		if (!save->saved[i] && !strcmp(save->disks.entry[i]->d_name, disk))
			return is_up(disk) ? i : -1;
	return -1;
}

static void save_line(struct save *save, const char *line, size_t length,
		      unsigned int number)
{
	char why[TAB_WHY_SIZE];
	struct tab_disk disk;
	int i, found = tab_parse(line, length, &disk, why);

	if (found <= 0) {
		fwrite(line, length, 1, save->out);
		if (line[length - 1] != '\n')
			fputc('\n', save->out);
		if (found < 0)
			error("%s:%u: %s; the line stays", tab_path(), number, why);
		return;
	}
	i = find_disk(save, disk.name);
	if (i >= 0) {
		save_disk(save, i, &disk);
	} else {
		error("%s:%u: %s is not up, and its line becomes a comment",
		      tab_path(), number, disk.name);
		fprintf(save->out, "# %.*s\n", (int)strcspn(line, "\n"), line);
	}
	tab_disk_free(&disk);
}

/*
 * Writes the new table: the lines of the old table @old, which save_line() updates, and then a line
 * for each other disk that is up. If @old is NULL, the new table begins with a heading.
 * Return: 0; -EIO if the old table cannot be read
 */
static int save_table(struct save *save, FILE *old)
{
	unsigned int number = 0;
	char *line = NULL;
	ssize_t length;
	size_t size = 0;

	if (!old)
		fputs(heading, save->out);
	while (old && (length = getline(&line, &size, old)) > 0)
		save_line(save, line, length, ++number);
	free(line);
	if (old && ferror(old))
		return -EIO;
	for (int i = 0; i < save->disks.count; i++)
		if (!save->saved[i] && is_up(save->disks.entry[i]->d_name))
			save_disk(save, i, NULL);
	return 0;
}

/* Creates a file in the table's directory. replace() renames the complete file to the table. */
static FILE *open_new(char name[PATH_MAX])
{
	int fd;

	snprintf(name, PATH_MAX, "%s.XXXXXX", tab_path());
	fd = mkstemp(name);
	if (fd < 0)
		return NULL;
	fchmod(fd, 0644);
	return fdopen(fd, "w");
}

static int replace(FILE *out, const char *name)
{
	int ret = 0;

	if (fflush(out) || fsync(fileno(out)) || rename(name, tab_path()))
		ret = -errno;
	fclose(out);
	return ret;
}

static int write_table(struct save *save, bool dry_run)
{
	FILE *old = fopen(tab_path(), "re");
	char name[PATH_MAX] = "";
	int ret;

	if (!old && errno != ENOENT)
		return -errno;
	save->out = dry_run ? stdout : open_new(name);
	ret = save->out ? save_table(save, old) : -errno;
	if (save->out && !dry_run && !ret)
		ret = replace(save->out, name);
	if (ret && *name)
		unlink(name);
	if (old)
		fclose(old);
	return ret;
}

static int save(bool dry_run)
{
	struct save save = { 0 };
	int ret;

	if (disk_need_configfs())
		return STATUS_FAILED;
	ret = kernel_disks(&save.disks);
	if (ret) {
		error("cannot list disks: %s", strerror(-ret));
		return STATUS_FAILED;
	}
	save.saved = calloc(save.disks.count + 1, sizeof(*save.saved));
	if (!save.saved)
		error_memory();
	ret = write_table(&save, dry_run);
	if (ret) {
		error("cannot write %s: %s", tab_path(), strerror(-ret));
		save.status = STATUS_FAILED;
	}
	free(save.saved);
	names_free(&save.disks);
	return save.status;
}

int cmd_save(int argc, char *argv[])
{
	bool dry_run = false;

	if (command_dry_run(argc, argv, usage, &dry_run))
		return error_usage("save");
	if (optind < argc) {
		error("unexpected argument '%s': save writes all disks that are up", argv[optind]);
		return error_usage("save");
	}
	return save(dry_run);
}
