// SPDX-License-Identifier: GPL-2.0-only
/*
 * Runs other programs.
 */
#include "program.h"
#include "compiler.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define STATUS_NO_PROGRAM 127	/* shells use the same status */

/*
 * Replaces this process by the program argv[0], which writes its output and errors to @output. Also
 * searches /sbin, which the PATH of a user often lacks. If the program cannot be executed, exits
 * with STATUS_NO_PROGRAM, after a message.
 */
static __noreturn void exec_program(const char *const argv[], int output)
{
	char path[PATH_MAX];

	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	setenv("LC_ALL", "C", 1);
	setenv("LVM_SUPPRESS_FD_WARNINGS", "1", 1);
	execvp(argv[0], (char *const *)argv);
	snprintf(path, sizeof(path), "/sbin/%s", argv[0]);
	execv(path, (char *const *)argv);
	dprintf(STDERR_FILENO, "%s: %s\n", argv[0], strerror(errno));
	_exit(STATUS_NO_PROGRAM);
}

/* Reads @fd until its end, or until @words is full. Removes newlines at the end. */
static void read_words(int fd, char words[WORDS_SIZE])
{
	size_t used = 0;

	while (used < WORDS_SIZE - 1) {
		ssize_t n = read(fd, words + used, WORDS_SIZE - 1 - used);

		if (n <= 0)
			break;
		used += n;
	}
	while (used && words[used - 1] == '\n')
		used--;
	words[used] = '\0';
}

int program_run(const char *const argv[], char words[WORDS_SIZE])
{
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (!pid)
		exec_program(argv, fds[1]);
	close(fds[1]);
	read_words(fds[0], words);
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	if (WIFEXITED(status) && WEXITSTATUS(status) == STATUS_NO_PROGRAM)
		return -ENOENT;
	return status ? -EIO : 0;
}
