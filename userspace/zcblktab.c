// SPDX-License-Identifier: GPL-2.0-only
/*
 * Parses /etc/zcblktab, for the tool, the generator of systemd units and udev.
 */
#include "zcblktab.h"
#include "number.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define PREFIX		"zcblk"
#define DEV		"/dev/"
#define MAX_LOWER	1024
#define MAX_TIMEOUT	86400U
#define BLANKS		" \t\r\n\v\f"

enum { NAME, LOWER, ATTRIBUTES, OPTIONS, FIELDS };

static const char letters[] =
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
static const char digits[] = "0123456789";

static int __printf(2, 3) bad(char why[TAB_WHY_SIZE], const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(why, TAB_WHY_SIZE, fmt, args);
	va_end(args);
	return -1;
}

/* Stores a message about @word in @why. @text states the fault and a remedy. Return: -1 */
static int bad_word(char why[TAB_WHY_SIZE], const char *word, const char *text)
{
	return bad(why, "'%.128s' %s", word, text);
}

const char *tab_path(void)
{
	const char *path = getenv("ZCBLK_TAB");

	return path && *path ? path : "/etc/zcblktab";
}

static bool has_prefix(const char *word, const char *prefix)
{
	return !strncmp(word, prefix, strlen(prefix));
}

/* True if the name looks like that of a partition, as zcblk0p1 does. */
static bool is_partition_name(const char *name)
{
	const char *end = name + strlen(name), *c = end;

	while (c > name && isdigit((unsigned char)c[-1]))
		c--;
	return c < end && c > name + 1 && c[-1] == 'p' &&
	       isdigit((unsigned char)c[-2]);
}

static size_t span_name(const char *name)
{
	char accepted[sizeof(letters) + sizeof(digits) + 3];

	snprintf(accepted, sizeof(accepted), "%s%s._-", letters, digits);
	return strspn(name, accepted);
}

static int parse_name(struct tab_disk *disk, const char *name,
		      char why[TAB_WHY_SIZE])
{
	if (has_prefix(name, DEV PREFIX))
		return bad(why, "'%.64s' is a path; write the name alone, '%.64s'",
			   name, name + strlen(DEV));
	if (!has_prefix(name, PREFIX))
		return bad_word(why, name,
				"cannot be a zcblk disk; write a name as in zcblk0");
	if (strlen(name) >= TAB_NAME_SIZE)
		return bad(why, "'%.64s' is too long; write a name of at most %d characters",
			   name, TAB_NAME_SIZE - 1);
	if (name[span_name(name)])
		return bad_word(why, name,
				"is not a name; write letters, digits, '.', '_' and '-'");
	if (is_partition_name(name))
		return bad_word(why, name,
				"is the name of a partition; write another name");
	strcpy(disk->name, name);
	return 0;
}

/*
 * True if a path of a lower device may contain the character. udev keeps these characters in the
 * names of links, and neither units nor rules expand them.
 */
static bool is_device_character(unsigned char c)
{
	return isalnum(c) || c >= 0x80 || strchr("#+-.:=@_/\\", c);
}

static bool is_normal_path(const char *path)
{
	size_t length = strlen(path);

	return !strstr(path, "//") && !strstr(path, "/./") &&
	       !strstr(path, "/../") && path[length - 1] != '/' &&
	       strcmp(path + length - 2, "/.") && strcmp(path + length - 3, "/..");
}

static int check_lower(const char *lower, char why[TAB_WHY_SIZE])
{
	if (has_prefix(lower, "UUID=") || has_prefix(lower, "LABEL=") ||
	    has_prefix(lower, DEV "disk/by-uuid/") ||
	    has_prefix(lower, DEV "disk/by-label/"))
		return bad_word(why, lower,
				"names the disk on top, too; write a path in /dev/disk/by-id or by-path");
	if (has_prefix(lower, DEV "disk/by-diskseq/"))
		return bad_word(why, lower,
				"changes at each boot; write a path in /dev/disk/by-id");
	if (!has_prefix(lower, DEV) || !lower[strlen(DEV)])
		return bad_word(why, lower, "is not a device; write a path below /dev/");
	if (strlen(lower) > MAX_LOWER)
		return bad_word(why, lower, "is too long; write another path of the device");
	for (const char *c = lower; *c; c++)
		if (!is_device_character(*c))
			return bad_word(why, lower,
					"has a character that no device has; see /dev/disk/by-id");
	if (!is_normal_path(lower))
		return bad_word(why, lower,
				"has '//', '.', '..' or a '/' at its end; write it without");
	if (has_prefix(lower, DEV PREFIX) ||
	    has_prefix(lower, DEV "disk/by-id/" PREFIX "-"))
		return bad_word(why, lower,
				"is a zcblk disk, and no lower device; write the path of another device");
	return 0;
}

/* Parses the second field. As in fstab, PARTUUID= and PARTLABEL= stand for links of udev. */
static int parse_lower(struct tab_disk *disk, const char *lower,
		       char why[TAB_WHY_SIZE])
{
	const char *directory = "", *rest = lower;
	bool is_uuid = has_prefix(lower, "PARTUUID=");

	if (is_uuid)
		directory = DEV "disk/by-partuuid/";
	else if (has_prefix(lower, "PARTLABEL="))
		directory = DEV "disk/by-partlabel/";
	if (*directory)
		rest = strchr(lower, '=') + 1;
	if (*directory && (!*rest || strchr(rest, '/')))
		return bad_word(why, lower,
				"names no partition; see 'lsblk -o NAME,PARTUUID,PARTLABEL'");
	if (asprintf(&disk->lower, "%s%s", directory, rest) < 0) {
		disk->lower = NULL;
		return bad(why, "out of memory");
	}
	for (char *c = disk->lower + strlen(directory); is_uuid && *c; c++)
		*c = tolower((unsigned char)*c);
	return check_lower(disk->lower, why);
}

static int check_attribute(const char *word, char why[TAB_WHY_SIZE])
{
	static const char * const not_kept[] = {
		"lower", "power", "state", "reset_stats", "features"
	};
	char accepted[sizeof(letters) + sizeof(digits) + 1];
	size_t length;

	snprintf(accepted, sizeof(accepted), "%s%s_", letters, digits);
	length = strspn(word, accepted);
	if (!strcmp(word, "nofail") || !strcmp(word, "noauto"))
		return bad_word(why, word,
				"belongs to the fourth field; write '-' for no attributes");
	if (!length || word[length] != '=' || !word[length + 1])
		return bad_word(why, word,
				"is not ATTR=VALUE; write attributes as in path=copy,stats=off");
	for (size_t i = 0; i < ARRAY_SIZE(not_kept); i++)
		if (strlen(not_kept[i]) == length &&
		    !strncmp(word, not_kept[i], length))
			return bad_word(why, not_kept[i],
					"cannot stand in the table; remove it");
	for (const char *c = word; *c; c++)
		if (!isgraph((unsigned char)*c))
			return bad_word(why, word,
					"has a character that no value has; see 'zcblk set --help'");
	return 0;
}

/*
 * Parses a time as in "90", "90s", "2min" or "1h". Other formats of systemd.time(7), such as
 * "1min 30s", are invalid.
 */
static int parse_timeout(struct tab_disk *disk, const char *span,
			 char why[TAB_WHY_SIZE])
{
	static const struct unit {
		const char *name;
		unsigned int seconds;
	} units[] = {
		{ "", 1 }, { "s", 1 }, { "sec", 1 }, { "m", 60 }, { "min", 60 }, { "h", 3600 },
	};
	char *end;
	u64 number;

	if (number_parse(span, &number, &end)) {
		for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
			if (strcmp(end, units[i].name) || !number ||
			    number > MAX_TIMEOUT / units[i].seconds)
				continue;
			disk->timeout = number * units[i].seconds;
			return 0;
		}
	}
	return bad_word(why, span,
			"is not a time to wait; write 1s to 24h, as in x-systemd.device-timeout=30s");
}

static int parse_option(struct tab_disk *disk, const char *word,
			char why[TAB_WHY_SIZE])
{
	static const char timeout[] = "x-systemd.device-timeout=";

	if (!strcmp(word, "nofail"))
		disk->nofail = true;
	else if (!strcmp(word, "noauto"))
		disk->noauto = true;
	else if (!strcmp(word, "_netdev"))
		disk->netdev = true;
	else if (has_prefix(word, timeout))
		return parse_timeout(disk, word + strlen(timeout), why);
	else if (!has_prefix(word, "x-") || has_prefix(word, "x-systemd.") ||
		 has_prefix(word, "x-initrd."))
		return bad_word(why, word,
				"is not an option; see OPTIONS in zcblktab(5)");
	return 0;
}

/* Calls @parse for each word of @list that is not empty. The words are separated by commas. */
static int parse_list(struct tab_disk *disk, const char *list,
		      int (*parse)(struct tab_disk *disk, const char *word,
				   char why[TAB_WHY_SIZE]),
		      char why[TAB_WHY_SIZE])
{
	char *copy = strdup(list), *rest = copy, *word;
	int ret = copy ? 0 : bad(why, "out of memory");

	while (!ret && (word = strsep(&rest, ",")))
		if (*word)
			ret = parse(disk, word, why);
	free(copy);
	return ret;
}

static int parse_attribute(struct tab_disk *disk, const char *word,
			   char why[TAB_WHY_SIZE])
{
	(void)disk;
	return check_attribute(word, why);
}

static int parse_fields(struct tab_disk *disk, char *field[FIELDS],
			char why[TAB_WHY_SIZE])
{
	if (parse_name(disk, field[NAME], why))
		return -1;
	if (!field[LOWER])
		return bad(why, "%s has no lower device; write its path after the name",
			   disk->name);
	for (int i = ATTRIBUTES; i < FIELDS; i++)
		if (!field[i] || !strcmp(field[i], "-"))
			field[i] = "";
	disk->attributes = strdup(field[ATTRIBUTES]);
	disk->options = strdup(field[OPTIONS]);
	if (!disk->attributes || !disk->options)
		return bad(why, "out of memory");
	if (parse_lower(disk, field[LOWER], why) ||
	    parse_list(disk, disk->attributes, parse_attribute, why))
		return -1;
	return parse_list(disk, disk->options, parse_option, why);
}

/* Splits @line into fields, in place. Return: 1; 0 if the line has no field; -1 if too many */
static int split(char *line, char *field[FIELDS], char why[TAB_WHY_SIZE])
{
	char *rest = NULL, *word = strtok_r(line, BLANKS, &rest);
	int count = 0;

	while (word && *word != '#') {
		if (count == FIELDS)
			return bad_word(why, word,
					"is a fifth field; write attributes and options without blanks");
		field[count++] = word;
		word = strtok_r(NULL, BLANKS, &rest);
	}
	return count > 0;
}

int tab_parse(const char *line, size_t length, struct tab_disk *disk,
	      char why[TAB_WHY_SIZE])
{
	char *field[FIELDS] = { NULL };
	char *copy;
	int ret;

	memset(disk, 0, sizeof(*disk));
	if (memchr(line, '\0', length))
		return bad(why, "the line has a byte of 0; write it anew");
	copy = strndup(line, length);
	if (!copy)
		return bad(why, "out of memory");
	ret = split(copy, field, why);
	if (ret > 0 && parse_fields(disk, field, why)) {
		tab_disk_free(disk);
		ret = -1;
	}
	free(copy);
	return ret;
}

void tab_disk_free(struct tab_disk *disk)
{
	free(disk->lower);
	free(disk->attributes);
	free(disk->options);
	memset(disk, 0, sizeof(*disk));
}

bool tab_has_attribute(const struct tab_disk *disk, const char *word)
{
	size_t length = strlen(word);
	const char *found = disk->attributes;

	while ((found = strstr(found, word))) {
		if ((found == disk->attributes || found[-1] == ',') &&
		    (found[length] == ',' || !found[length]))
			return true;
		found += length;
	}
	return false;
}

static int check_unique(const struct tab *tab, const struct tab_disk *disk,
			char why[TAB_WHY_SIZE])
{
	for (unsigned int i = 0; i < tab->count; i++) {
		const struct tab_disk *other = &tab->disk[i];

		if (!strcmp(other->name, disk->name))
			return bad(why, "line %u has %s already; write another name",
				   other->line, disk->name);
		if (!strcmp(other->lower, disk->lower))
			return bad(why, "line %u has a disk on %.128s already; remove one",
				   other->line, disk->lower);
	}
	return 0;
}

/* Appends @disk to the table, which then owns the strings of @disk. */
static int append(struct tab *tab, const struct tab_disk *disk)
{
	struct tab_disk *more = reallocarray(tab->disk, tab->count + 1,
					     sizeof(*more));

	if (!more)
		return -ENOMEM;
	tab->disk = more;
	tab->disk[tab->count++] = *disk;
	return 0;
}

int tab_read(FILE *file, struct tab *tab,
	     void (*report)(unsigned int line, const char *why))
{
	char why[TAB_WHY_SIZE], *line = NULL;
	unsigned int number = 0;
	ssize_t length;
	size_t size = 0;
	int ret = 0;

	memset(tab, 0, sizeof(*tab));
	while (file && !ret && (length = getline(&line, &size, file)) >= 0) {
		struct tab_disk disk;
		int found = tab_parse(line, length, &disk, why);

		number++;
		disk.line = number;
		if (found > 0 && check_unique(tab, &disk, why))
			found = -1;
		if (found > 0)
			ret = append(tab, &disk);
		if (found < 0 || ret)
			tab_disk_free(&disk);
		if (found < 0)
			tab->bad++;
		if (found < 0 && report)
			report(number, why);
	}
	if (file && !ret && ferror(file))
		ret = -EIO;
	free(line);
	return ret;
}

void tab_free(struct tab *tab)
{
	for (unsigned int i = 0; i < tab->count; i++)
		tab_disk_free(&tab->disk[i]);
	free(tab->disk);
}
