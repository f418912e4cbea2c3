// SPDX-License-Identifier: GPL-2.0-only
/*
 * Loads modules by modprobe or insmod, and explains why this failed.
 */
#include "error.h"
#include "kernel.h"
#include "program.h"

#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

/*
 * Messages of modprobe and insmod if the kernel refuses a module because of its signature, or
 * refuses all modules
 */
static const char *const refusals[] = {
	"Key was rejected by service",
	"Required key not available",
	"Package not installed",
	"Operation not permitted",
};

static bool is_refused(const char *words)
{
	for (size_t i = 0; i < ARRAY_SIZE(refusals); i++)
		if (strstr(words, refusals[i]))
			return true;
	return false;
}

/* True if the sysctl kernel.modules_disabled is 1. It cannot be changed to 0 until reboot. */
static bool is_disabled(void)
{
	FILE *file = fopen("/proc/sys/kernel/modules_disabled", "r");
	int value = 0;

	if (!file)
		return false;
	value = fgetc(file);
	fclose(file);
	return value == '1';
}

static void explain_refusal(void)
{
	if (is_disabled()) {
		hint("the sysctl kernel.modules_disabled is 1: no module loads until reboot");
		return;
	}
	hint("the kernel loads signed modules only (Secure Boot or lockdown): sign it with a");
	hint("key that 'mokutil --import' has enrolled, or disable Secure Boot; see SECURE");
	hint("BOOT in zcblk(8)");
}

static void explain_build(void)
{
	struct utsname kernel;

	uname(&kernel);
	hint("it has to be built for the running kernel, %s (README.md says which are supported):",
	     kernel.release);
	hint("'make && make install' in zcblk's source, or name a built one with --module FILE;");
	hint("what the kernel said is in 'dmesg'");
}

static void explain(const char *module, const char *words)
{
	if (geteuid()) {
		error("cannot load module %s: needs root", module);
		return;
	}
	error("cannot load module %s: %s", module, words);
	if (is_refused(words))
		explain_refusal();
	else
		explain_build();
}

/* insmod does not load the modules that @file depends on, so modprobe loads @needs before it. */
int kernel_load_module(const char *name, const char *needs, const char *file)
{
	const char *const modprobe[] = { "modprobe", file ? needs : name, NULL };
	const char *const insmod[] = { "insmod", file, NULL };
	char words[WORDS_SIZE];
	int ret;

	ret = program_run(modprobe, words);
	if (file)
		ret = program_run(insmod, words);
	if (ret)
		explain(file ? file : name, words);
	return ret;
}
