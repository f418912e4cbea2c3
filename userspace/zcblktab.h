/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Parses /etc/zcblktab, which has a line for each disk that is brought up at boot. zcblktab(5)
 * describes the format.
 */
#ifndef ZCBLK_ZCBLKTAB_H
#define ZCBLK_ZCBLKTAB_H

#include "compiler.h"

#include <stdbool.h>
#include <stdio.h>

#define TAB_NAME_SIZE	32		/* the kernel's DISK_NAME_LEN */
#define TAB_WHY_SIZE	512

struct tab_disk {
	char name[TAB_NAME_SIZE];
	char *lower;			/* path of the lower device in /dev */
	char *attributes;		/* "ATTR=VALUE,ATTR=VALUE", or "" */
	char *options;			/* the text of the field, or "" */
	bool nofail;
	bool noauto;
	bool netdev;
	unsigned int timeout;		/* seconds to wait for @lower; 0: systemd's default */
	unsigned int line;
};

struct tab {
	struct tab_disk *disk;
	unsigned int count;
	unsigned int bad;		/* number of invalid lines */
};

/* Return: $ZCBLK_TAB, or /etc/zcblktab if this variable is not set or empty */
const char *tab_path(void);

/*
 * Parses @line, which has @length bytes.
 * Return: 1 for a disk, which the caller frees with tab_disk_free(); 0 for a blank line or a
 * comment; -1 for an invalid line, after storing the reason and a remedy in @why
 */
int tab_parse(const char *line, size_t length, struct tab_disk *disk,
	      char why[TAB_WHY_SIZE]);
void tab_disk_free(struct tab_disk *disk);
/* True if the attributes of @disk contain @word, which is ATTR=VALUE. */
bool tab_has_attribute(const struct tab_disk *disk, const char *word);

/*
 * Reads all disks from @file into @tab, which tab_free() frees. If @file is NULL, @tab is empty.
 * Calls @report for each invalid line, unless @report is NULL. A line is also invalid if an earlier
 * line has its name or its lower device. Return: 0, or a negative errno
 */
int tab_read(FILE *file, struct tab *tab,
	     void (*report)(unsigned int line, const char *why));
void tab_free(struct tab *tab);

#endif
