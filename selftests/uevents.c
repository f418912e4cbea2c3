// SPDX-License-Identifier: GPL-2.0-only
/*
 * uevents: prints the kernel's uevents, like `udevadm monitor --kernel`, but does not need udev.
 * Prints `ready` when it starts to listen.
 *
 * Copyright (C) The zcblk authors
 */

#include <err.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <linux/netlink.h>

static int open_uevents(void)
{
	struct sockaddr_nl address = {
		.nl_family = AF_NETLINK,
		.nl_groups = 1,
	};
	int fd = socket(AF_NETLINK, SOCK_RAW, NETLINK_KOBJECT_UEVENT);

	if (fd < 0)
		err(1, "netlink socket for uevents");
	if (bind(fd, (struct sockaddr *)&address, sizeof(address)))
		err(1, "bind to the uevent group");
	return fd;
}

/* Prints an event as one line. NULs separate the strings of an event, and spaces replace them. */
static void print_event(const char *message, size_t length)
{
	size_t at;

	for (at = 0; at < length; at += strlen(message + at) + 1)
		printf("%s ", message + at);
	printf("\n");
	fflush(stdout);
}

int main(void)
{
	int fd = open_uevents();
	char message[8192];
	ssize_t length;

	printf("ready\n");
	fflush(stdout);
	for (;;) {
		length = recv(fd, message, sizeof(message) - 1, 0);
		if (length < 0)
			err(1, "receive a uevent");
		message[length] = '\0';
		print_event(message, length);
	}
}
