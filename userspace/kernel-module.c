// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loading the module.
 */
#include "error.h"
#include "kernel.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define WORDS_SIZE 1024

/* Users' PATH often has no sbin. */
static __noreturn void exec_program(const char *program, const char *argument,
				    int output)
{
	char path[PATH_MAX];

	dup2(output, STDOUT_FILENO);
	dup2(output, STDERR_FILENO);
	execlp(program, program, argument, NULL);
	snprintf(path, sizeof(path), "/sbin/%s", program);
	execl(path, program, argument, NULL);
	dprintf(STDERR_FILENO, "%s: %s\n", program, strerror(errno));
	_exit(127);
}

/* All that comes, the last newline dropped. */
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

/* 0 when @program succeeded; what it said is in @words. */
static int run_program(const char *program, const char *argument,
		       char words[WORDS_SIZE])
{
	int fds[2], status;
	pid_t pid;

	if (pipe(fds))
		return -errno;
	pid = fork();
	if (!pid) {
		close(fds[0]);
		exec_program(program, argument, fds[1]);
	}
	close(fds[1]);
	read_words(fds[0], words);
	close(fds[0]);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -errno;
	return status ? -EIO : 0;
}

static void explain(const char *module, const char *words)
{
	struct utsname kernel;

	if (geteuid()) {
		error("cannot load module %s: needs root", module);
		return;
	}
	uname(&kernel);
	error("cannot load module %s: %s", module, words);
	hint("it has to be built for the running kernel, %s (README.md says which are supported):",
	     kernel.release);
	hint("'make && make install' in zcblk's source, or name a built one with --module FILE;");
	hint("what the kernel said is in 'dmesg'");
}

/* modprobe brings what a module needs with it; insmod does not. */
int kernel_load_module(const char *name, const char *needs, const char *file)
{
	char words[WORDS_SIZE];
	int ret;

	ret = run_program("modprobe", file ? needs : name, words);
	if (file)
		ret = run_program("insmod", file, words);
	if (ret)
		explain(file ? file : name, words);
	return ret;
}
