// SPDX-License-Identifier: GPL-2.0
#include <linux/string.h>
#include <linux/tracepoint.h>

#include "tracepoints.h"

#ifdef CONFIG_TRACEPOINTS
struct search {
	const char *name;
	struct tracepoint *found;
};

static void look_at(struct tracepoint *point, void *data)
{
	struct search *search = data;

	if (!strcmp(point->name, search->name))
		search->found = point;
}

/* Of the kernel itself: they stay. */
static struct tracepoint *find(const struct wqlab_probe *probe)
{
	struct search search = { .name = probe->name };

	for_each_kernel_tracepoint(look_at, &search);
	return search.found;
}

static int attach(const struct wqlab_probe *probe, void *data)
{
	struct tracepoint *point = probe->name ? find(probe) : NULL;

	if (!probe->name)
		return 0;
	return point ? tracepoint_probe_register(point, probe->function, data) : -EOPNOTSUPP;
}

static void detach(const struct wqlab_probe *probe, void *data)
{
	if (probe->name)
		tracepoint_probe_unregister(find(probe), probe->function, data);
}

static void wait_for_callers(void)
{
	tracepoint_synchronize_unregister();
}
#else
static void *find(const struct wqlab_probe *probe)
{
	return NULL;
}

static int attach(const struct wqlab_probe *probe, void *data)
{
	return -EOPNOTSUPP;
}

static void detach(const struct wqlab_probe *probe, void *data)
{
}

static void wait_for_callers(void)
{
}
#endif

const char *wqlab_probes_lack(const struct wqlab_probe *probes, unsigned int count, unsigned int n)
{
	for (unsigned int i = 0; i < count; i++)
		if (probes[i].name && !find(&probes[i]) && !n--)
			return probes[i].name;
	return NULL;
}

void wqlab_probes_detach(const struct wqlab_probe *probes, unsigned int count, void *data)
{
	while (count--)
		detach(&probes[count], data);
	wait_for_callers();
}

int wqlab_probes_attach(const struct wqlab_probe *probes, unsigned int count, void *data)
{
	for (unsigned int i = 0; i < count; i++) {
		const int error = attach(&probes[i], data);

		if (error) {
			wqlab_probes_detach(probes, i, data);
			return error;
		}
	}
	return 0;
}
