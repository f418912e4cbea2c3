// SPDX-License-Identifier: GPL-2.0-only
/*
 * A plugin of QEMU's: counts the instructions that a guest executes, by the
 * address of the block that they are in, between marks that the guest sets.
 *
 * A mark is the instruction that mark.c executes. At each the counts since the
 * one before are written to OUT.1, OUT.2 ..., a line "ADDRESS INSTRUCTIONS" for
 * each block, and begin again at 0.
 *
 *	-plugin functions.so,out=OUT
 *
 * QEMU's header for plugins is in no package of Debian 12; what is used of its
 * interface, version 1, is declared here.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mark.h"

struct qemu_plugin_tb;
struct qemu_plugin_insn;
struct qemu_info_t;

typedef uint64_t qemu_plugin_id_t;
typedef void (*tb_trans_cb)(qemu_plugin_id_t id, struct qemu_plugin_tb *tb);
typedef void (*exec_cb)(unsigned int vcpu, void *data);

enum { QEMU_PLUGIN_INLINE_ADD_U64 };
enum { QEMU_PLUGIN_CB_NO_REGS };

void qemu_plugin_register_vcpu_tb_trans_cb(qemu_plugin_id_t id, tb_trans_cb cb);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *tb, int op,
					      void *ptr, uint64_t imm);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
					    exec_cb cb, int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
uint64_t qemu_plugin_tb_vaddr(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t idx);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);

int qemu_plugin_version = 1;
int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			int argc, char **argv);

#define NR_BUCKETS	(1 << 16)

/* Never freed, so that translated code may point to @insns */
struct block {
	struct block *next;
	uint64_t vaddr;
	uint64_t insns;
};

static struct block *blocks[NR_BUCKETS];
static const unsigned char mark[] = { ZCBLK_MARK };
static const char *out;
static unsigned int nr_marks;

static struct block *block_get(uint64_t vaddr)
{
	struct block **bucket = &blocks[(vaddr ^ vaddr >> 16) % NR_BUCKETS];
	struct block *block;

	for (block = *bucket; block; block = block->next)
		if (block->vaddr == vaddr)
			return block;
	block = calloc(1, sizeof(*block));
	if (!block)
		abort();
	block->vaddr = vaddr;
	block->next = *bucket;
	*bucket = block;
	return block;
}

static void write_counts(FILE *file)
{
	struct block *block;
	unsigned int i;

	for (i = 0; i < NR_BUCKETS; i++) {
		for (block = blocks[i]; block; block = block->next) {
			if (block->insns)
				fprintf(file, "%016" PRIx64 " %" PRIu64 "\n",
					block->vaddr, block->insns);
			block->insns = 0;
		}
	}
}

static void marked(unsigned int vcpu, void *data)
{
	char path[4096];
	FILE *file;

	(void)vcpu;
	(void)data;
	snprintf(path, sizeof(path), "%s.%u", out, nr_marks++);
	file = fopen(path, "w");
	if (!file) {
		perror(path);
		exit(1);
	}
	write_counts(file);
	fclose(file);
}

static bool is_mark(const struct qemu_plugin_insn *insn)
{
	return qemu_plugin_insn_size(insn) == sizeof(mark) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(mark));
}

static void translated(qemu_plugin_id_t id, struct qemu_plugin_tb *tb)
{
	struct block *block = block_get(qemu_plugin_tb_vaddr(tb));
	size_t n = qemu_plugin_tb_n_insns(tb), i;

	(void)id;
	qemu_plugin_register_vcpu_tb_exec_inline(tb, QEMU_PLUGIN_INLINE_ADD_U64,
						 &block->insns, n);
	for (i = 0; i < n; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);

		if (is_mark(insn))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, marked,
							       QEMU_PLUGIN_CB_NO_REGS,
							       NULL);
	}
}

int qemu_plugin_install(qemu_plugin_id_t id, const struct qemu_info_t *info,
			int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "out=", 4)) {
		fputs("functions.so: out=PATH is missing\n", stderr);
		return 1;
	}
	out = strdup(argv[0] + 4);
	qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
	return 0;
}
