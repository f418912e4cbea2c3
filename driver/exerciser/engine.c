// SPDX-License-Identifier: GPL-2.0-only
/*
 * The list of engines. Each engine is a way to do I/O from a kernel buffer. An engine that
 * needs another driver is a separate module.
 *
 * Copyright (C) 2026 The zcblk authors
 */
#include <linux/kmod.h>
#include <linux/module.h>

#include "exerciser.h"

static LIST_HEAD(exerciser_engines);
static DEFINE_MUTEX(exerciser_engines_lock);

static struct exerciser_engine *exerciser_engine_find(const char *name)
{
	struct exerciser_engine *engine;

	lockdep_assert_held(&exerciser_engines_lock);
	list_for_each_entry(engine, &exerciser_engines, list)
		if (!strcmp(engine->name, name))
			return engine;
	return NULL;
}

/**
 * exerciser_engine_register() - add an engine to the list
 * @engine: the engine
 *
 * Context: process.
 * Return: 0, or -EEXIST if the list has an engine of that name.
 */
int exerciser_engine_register(struct exerciser_engine *engine)
{
	int err = 0;

	mutex_lock(&exerciser_engines_lock);
	if (exerciser_engine_find(engine->name))
		err = -EEXIST;
	else
		list_add_tail(&engine->list, &exerciser_engines);
	mutex_unlock(&exerciser_engines_lock);
	return err;
}
EXPORT_SYMBOL_GPL(exerciser_engine_register);

/**
 * exerciser_engine_unregister() - undo exerciser_engine_register()
 * @engine: the engine, which no job uses
 *
 * Context: process.
 */
void exerciser_engine_unregister(struct exerciser_engine *engine)
{
	mutex_lock(&exerciser_engines_lock);
	list_del(&engine->list);
	mutex_unlock(&exerciser_engines_lock);
}
EXPORT_SYMBOL_GPL(exerciser_engine_unregister);

static const struct exerciser_engine *exerciser_engine_try_get(const char *name)
{
	struct exerciser_engine *engine;

	mutex_lock(&exerciser_engines_lock);
	engine = exerciser_engine_find(name);
	if (engine && !try_module_get(engine->owner))
		engine = NULL;
	mutex_unlock(&exerciser_engines_lock);
	return engine;
}

/**
 * exerciser_engine_get() - find an engine, and acquire a reference to its module
 * @name: its name
 *
 * Context: process. If no such engine is in the list, this tries to load its module.
 * Return: the engine, to be released with exerciser_engine_put(), or NULL.
 */
const struct exerciser_engine *exerciser_engine_get(const char *name)
{
	const struct exerciser_engine *engine = exerciser_engine_try_get(name);

	if (engine)
		return engine;
	request_module(EXERCISER_NAME "-engine-%s", name);
	return exerciser_engine_try_get(name);
}

/**
 * exerciser_engine_put() - undo exerciser_engine_get()
 * @engine: the engine
 *
 * Context: process.
 */
void exerciser_engine_put(const struct exerciser_engine *engine)
{
	module_put(engine->owner);
}

/**
 * exerciser_engine_list() - write the names of all engines
 * @page: the page to write to
 * @len: length of the text that is already in @page
 * @prefix: text to write before each name
 *
 * Context: process.
 * Return: the length of all text in @page.
 */
ssize_t exerciser_engine_list(char *page, ssize_t len, const char *prefix)
{
	struct exerciser_engine *engine;

	mutex_lock(&exerciser_engines_lock);
	list_for_each_entry(engine, &exerciser_engines, list)
		len += sysfs_emit_at(page, len, "%s%s\n", prefix, engine->name);
	mutex_unlock(&exerciser_engines_lock);
	return len;
}
