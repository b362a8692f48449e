/* SPDX-License-Identifier: GPL-2.0 */
/* What a probe of mm_vmscan_memcg_reclaim_begin is called with. */
#ifndef KMEMCGD_COMPAT_TRACE_H
#define KMEMCGD_COMPAT_TRACE_H

#include <linux/gfp.h>

#ifdef HAVE_RECLAIM_TRACE_MEMCG
#define KMEMCGD_TRACE_RECLAIM_BEGIN_ARGS \
	void *data, gfp_t gfp, int order, struct mem_cgroup *for_memcg
#else
#define KMEMCGD_TRACE_RECLAIM_BEGIN_ARGS void *data, int order, gfp_t gfp
#endif

#endif
