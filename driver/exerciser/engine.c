// SPDX-License-Identifier: GPL-2.0-only
/*
 * The engines: the ways from a buffer to a device that are compared. Those that
 * need another driver are in modules of their own.
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
 * exerciser_engine_register() - make an engine known
 * @engine: the engine
 *
 * Context: process.
 * Return: 0, or -EEXIST when there is one of that name.
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
 * @engine: the engine; its module is not in use, so neither is it
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
 * exerciser_engine_get() - look an engine up, and keep it from going away
 * @name: its name
 *
 * Context: process; loads the engine's module where it has one.
 * Return: the engine, to be released by exerciser_engine_put(); or NULL.
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
 * @page: where to, a page
 * @len: what is already written there
 * @prefix: what goes before each name
 *
 * Context: process.
 * Return: the length of the text, with what was there before.
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
