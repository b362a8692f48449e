// SPDX-License-Identifier: GPL-2.0
/*
 * Which threads there are, and what they serve.
 *
 * Zombies have one thread of their own: a slice that waits inside a filesystem
 * delays nothing but zombies. Watermarks have one as well, and more of them
 * where the tunable "threads" asks for it. Nodes have one, so that whoever fills
 * the host does not make others hit their limits. These are started when they
 * are first wanted, and sleep when they are not any more.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/build_bug.h>
#include <linux/kernel.h>
#include <linux/mutex.h>
#include <linux/printk.h>

#include "engine.h"
#include "params.h"
#include "pressure.h"
#include "watermark.h"
#include "worker.h"
#include "zombie.h"

static const struct kmemcgd_source *const zombie_sources[] = {
	&kmemcgd_zombie_source,
	NULL,
};

static const struct kmemcgd_source *const watermark_sources[] = {
	&kmemcgd_watermark_source,
	&kmemcgd_policy_source,
	NULL,
};

static const struct kmemcgd_source *const watermark_shared[] = {
	&kmemcgd_watermark_source,
	NULL,
};

static const struct kmemcgd_source *const node_sources[] = {
	&kmemcgd_pressure_source,
	NULL,
};

static_assert(ARRAY_SIZE(zombie_sources) <= KMEMCGD_SOURCES_MAX + 1);
static_assert(ARRAY_SIZE(watermark_sources) <= KMEMCGD_SOURCES_MAX + 1);

static struct kmemcgd_crew crews[] = {
	[KMEMCGD_CREW_ZOMBIES] = {
		.name = "kmemcgd",
		.sources = zombie_sources,
	},
	[KMEMCGD_CREW_WATERMARKS] = {
		.name = "kmemcgd_wmark/%u",
		.sources = watermark_sources,
		.shared = watermark_shared,
	},
	[KMEMCGD_CREW_NODES] = {
		.name = "kmemcgd_node",
		.sources = node_sources,
	},
};

/* Guards that threads are started, against that all are stopped. */
static DEFINE_MUTEX(start_lock);
static bool running;

void kmemcgd_engine_kick(enum kmemcgd_crew_id id)
{
	struct kmemcgd_crew *crew = &crews[id];
	unsigned int i, active = READ_ONCE(crew->active);

	for (i = 0; i < active; i++)
		kmemcgd_worker_kick(&crew->workers[i]);
}

/* A thread that starts before it counts as active sleeps until the kick. */
static int start_crew(enum kmemcgd_crew_id id, unsigned int wanted)
{
	struct kmemcgd_crew *crew = &crews[id];
	unsigned int started = 0, i;
	int err = 0;

	while (started < wanted && !err) {
		err = kmemcgd_worker_start(crew, started);
		if (!err)
			started++;
	}
	WRITE_ONCE(crew->active, started);
	/* Those that are not wanted any more as well: they go to sleep then. */
	for (i = 0; i < KMEMCGD_THREADS_MAX; i++)
		kmemcgd_worker_kick(&crew->workers[i]);
	return err;
}

static int start_all(void)
{
	int err;

	err = start_crew(KMEMCGD_CREW_ZOMBIES, 1);
	err = err ?: start_crew(KMEMCGD_CREW_WATERMARKS,
				kmemcgd_param(KMEMCGD_A_CONFIG_THREADS));
	/* One that was started tells that there is no threshold any more. */
	return err ?: start_crew(KMEMCGD_CREW_NODES,
				 crews[KMEMCGD_CREW_NODES].active ||
				 kmemcgd_pressure_wanted());
}

void kmemcgd_engine_params_changed(void)
{
	int err = 0;

	mutex_lock(&start_lock);
	if (running)
		err = start_all();
	mutex_unlock(&start_lock);
	if (err)
		pr_warn("not all threads could be started (%d): %u for watermarks, %u for nodes\n",
			err, READ_ONCE(crews[KMEMCGD_CREW_WATERMARKS].active),
			READ_ONCE(crews[KMEMCGD_CREW_NODES].active));
}

static void stop_all(void)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(crews); i++)
		for (j = 0; j < KMEMCGD_THREADS_MAX; j++)
			kmemcgd_worker_stop(&crews[i].workers[j]);
}

int kmemcgd_engine_start(void)
{
	int err;

	mutex_lock(&start_lock);
	err = start_all();
	running = !err;
	mutex_unlock(&start_lock);
	if (!err)
		return 0;
	stop_all();
	return err;
}

void kmemcgd_engine_stop(void)
{
	mutex_lock(&start_lock);
	running = false;
	mutex_unlock(&start_lock);
	stop_all();
}

void kmemcgd_engine_exit(void)
{
	size_t i, j;

	for (i = 0; i < ARRAY_SIZE(crews); i++)
		for (j = 0; j < KMEMCGD_THREADS_MAX; j++)
			kmemcgd_worker_exit(&crews[i].workers[j]);
}
