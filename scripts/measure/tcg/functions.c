// SPDX-License-Identifier: GPL-2.0-only
/*
 * This QEMU plugin counts the instructions that a guest executes between two marks. It has a
 * counter for each translated block.
 *
 * A mark is the instruction that mark.c executes. At mark N, the plugin writes the counts since
 * the previous mark to OUT.N. The first N is 0. The file has a line "ADDRESS INSTRUCTIONS" for
 * each block. Then the plugin resets the counts to 0.
 *
 *	-plugin functions.so,out=OUT
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "qemu-plugin.h"

#define NR_BUCKETS	(1 << 16)

/* A block and its counter @insns. Translated code points to @insns, so a block is never freed. */
struct block {
	struct block *next;
	uint64_t vaddr;
	uint64_t insns;
};

int qemu_plugin_version = 1;

static struct block *blocks[NR_BUCKETS];
/* The bytes of the instruction that mark.c executes: nopl 0x6b6c627a(%rax) */
static const unsigned char mark[] = { 0x0f, 0x1f, 0x80, 0x7a, 0x62, 0x6c, 0x6b };
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
