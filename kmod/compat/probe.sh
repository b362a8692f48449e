#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# Prints a -D flag for each thing that the headers under $1 have. Distributions
# backport, so version numbers lie; the headers don't.
inc=$1

# has FLAG HEADER REGEX: the header has a line like this
has() {
	grep -qsE "$3" "$inc/$2" && echo "-D$1"
}

# has_in FLAG HEADER FIRST LAST REGEX: it does between these two lines
has_in() {
	sed -n "/$3/,/$4/p" "$inc/$2" 2>/dev/null | grep -qE "$5" && echo "-D$1"
}

has HAVE_FOLIO linux/mm_types.h '^struct folio \{'
has HAVE_PAGE_MEMCG_CHECK linux/memcontrol.h 'page_memcg_check\(struct page'
has_in HAVE_LRUVEC_LOCK linux/mmzone.h '^struct lruvec {' '^}' 'lru_lock'
has HAVE_LRUGEN_LISTS linux/mmzone.h 'list_head[[:space:]]+lists\[MAX_NR_GENS\]'
has HAVE_LRUGEN_FOLIOS linux/mmzone.h 'list_head[[:space:]]+folios\[MAX_NR_GENS\]'
has_in HAVE_PCP_FREE_FACTOR linux/mmzone.h '^struct per_cpu_pages {' '^}' \
	'short (free_factor|free_count);'
has HAVE_INODE_STATE_READ linux/fs.h 'inode_state_read_once\('
has HAVE_FOR_EACH_ALIAS linux/dcache.h 'define for_each_alias\('
has HAVE_SHRINKER_TRY_GET linux/shrinker.h 'shrinker_try_get\('
has HAVE_CLEANUP_OFFLINE_CGWB linux/writeback.h '^bool cleanup_offline_cgwb\('
has HAVE_SYSTEM_DFL_WQ linux/workqueue.h 'extern .*\*system_dfl_wq;'
has_in HAVE_GENL_GROUP_FLAGS net/genetlink.h '^struct genl_multicast_group {' \
	'^}' 'flags;'
has HAVE_GENL_SPLIT_OPS net/genetlink.h '\(\*pre_doit\)\(const struct genl_split_ops'
has HAVE_GENL_INFO_DUMP net/genetlink.h '^genl_info_dump\('
has_in HAVE_RECLAIM_TRACE_MEMCG trace/events/vmscan.h \
	'mm_vmscan_memcg_reclaim_begin' '^);' 'struct mem_cgroup \*'
reclaim='try_to_free_mem_cgroup_pages('
has_in HAVE_RECLAIM_MAY_SWAP linux/swap.h "$reclaim" ';' 'bool may_swap'
has_in HAVE_RECLAIM_SWAPPINESS linux/swap.h "$reclaim" ';' 'swappiness'
exit 0
