/* SPDX-License-Identifier: GPL-2.0 */
/* Tracepoints kmemcgd:*. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM kmemcgd

#if !defined(KMEMCGD_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define KMEMCGD_TRACE_H

#include <linux/tracepoint.h>

#include "source.h"
#include "stats.h"

TRACE_EVENT(kmemcgd_slice,
	TP_PROTO(const char *source, const struct kmemcgd_result *result,
		 u64 took_ns),
	TP_ARGS(source, result, took_ns),
	TP_STRUCT__entry(
		__array(char, source, 16)
		__field(u64, cgroup_id)
		__field(u32, pages)
		__field(u32, inodes)
		__field(u64, took_ns)
	),
	TP_fast_assign(
		strscpy(__entry->source, source, sizeof(__entry->source));
		__entry->cgroup_id = result->cgroup_id;
		__entry->pages = result->pages;
		__entry->inodes = result->inodes;
		__entry->took_ns = took_ns;
	),
	TP_printk("source=%s cgroup_id=%llu pages=%u inodes=%u took_ns=%llu",
		  __entry->source, __entry->cgroup_id, __entry->pages,
		  __entry->inodes, __entry->took_ns)
);

TRACE_EVENT(kmemcgd_freed,
	TP_PROTO(u64 cgroup_id),
	TP_ARGS(cgroup_id),
	TP_STRUCT__entry(
		__field(u64, cgroup_id)
	),
	TP_fast_assign(
		__entry->cgroup_id = cgroup_id;
	),
	TP_printk("cgroup_id=%llu", __entry->cgroup_id)
);

TRACE_EVENT(kmemcgd_pass_begin,
	TP_PROTO(const struct kmemcgd_pass *pass),
	TP_ARGS(pass),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u32, reason)
	),
	TP_fast_assign(
		__entry->id = pass->id;
		__entry->reason = pass->reason;
	),
	TP_printk("id=%llu reason=%s", __entry->id,
		  __print_symbolic(__entry->reason,
				   { KMEMCGD_REASON_RMDIR, "rmdir" },
				   { KMEMCGD_REASON_RETRY, "retry" },
				   { KMEMCGD_REASON_SCAN, "scan" },
				   { KMEMCGD_REASON_REAP, "reap" }))
);

TRACE_EVENT(kmemcgd_pass_end,
	TP_PROTO(const struct kmemcgd_pass *pass),
	TP_ARGS(pass),
	TP_STRUCT__entry(
		__field(u64, id)
		__field(u64, visited)
		__field(u64, freed)
		__field(u64, left)
		__field(u64, cpu_ns)
		__field(u64, duration_ns)
	),
	TP_fast_assign(
		__entry->id = pass->id;
		__entry->visited = pass->visited;
		__entry->freed = pass->freed;
		__entry->left = pass->left;
		__entry->cpu_ns = pass->cpu_ns;
		__entry->duration_ns = pass->duration_ns;
	),
	TP_printk("id=%llu visited=%llu freed=%llu left=%llu cpu_ns=%llu duration_ns=%llu",
		  __entry->id, __entry->visited, __entry->freed, __entry->left,
		  __entry->cpu_ns, __entry->duration_ns)
);

#endif /* KMEMCGD_TRACE_H */

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
