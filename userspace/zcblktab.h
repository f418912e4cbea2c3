/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * /etc/zcblktab: the disks that come up at boot, one a line. zcblktab(5) has the format.
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
	char *lower;			/* below /dev */
	char *attributes;		/* "ATTR=VALUE,ATTR=VALUE", or "" */
	char *options;			/* as they stand in the table, or "" */
	bool nofail;
	bool noauto;
	bool netdev;
	unsigned int timeout;		/* seconds to wait for @lower; 0: systemd's default */
	unsigned int line;
};

struct tab {
	struct tab_disk *disk;
	unsigned int count;
	unsigned int bad;		/* lines */
};

/* $ZCBLK_TAB, or /etc/zcblktab */
const char *tab_path(void);

/*
 * 1: @line, of @length bytes, is that of a disk, which tab_disk_free() frees; 0: it is
 * blank or a comment; -1: it is bad, and @why says why and what to do.
 */
int tab_parse(const char *line, size_t length, struct tab_disk *disk,
	      char why[TAB_WHY_SIZE]);
void tab_disk_free(struct tab_disk *disk);
/* Is @word, as in ATTR=VALUE, among the attributes of @disk? */
bool tab_has_attribute(const struct tab_disk *disk, const char *word);

/*
 * Reads all of @file. @report is called for each bad line, and may be NULL; the other lines
 * are in @tab, which tab_free() frees. A table that does not exist has no disks: @file may
 * be NULL. 0, or a negative errno.
 */
int tab_read(FILE *file, struct tab *tab,
	     void (*report)(unsigned int line, const char *why));
void tab_free(struct tab *tab);

#endif
