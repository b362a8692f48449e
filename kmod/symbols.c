// SPDX-License-Identifier: GPL-2.0
/*
 * The one table of kernel symbols that are not exported.
 *
 * kallsyms_lookup_name() is found with a kprobe that is registered disabled,
 * so that nothing is armed; everything else is looked up by name with it.
 * Functions are called through static calls: on x86-64 these are direct calls
 * in the module's text, which IBT and kCFI don't check. An indirect call
 * would be fatal there, because the kernel seals functions whose address it
 * never takes.
 */
#define pr_fmt(fmt) KBUILD_MODNAME ": " fmt

#include <linux/cgroup.h>
#include <linux/fs.h>
#include <linux/kprobes.h>
#include <linux/string.h>

#include "symbols.h"

#define NOT_RESOLVED "not looked up"

KMEMCGD_DEFINE_CALL(kmemcgd_try_to_free_pages, try_to_free_mem_cgroup_pages);
#ifdef HAVE_CLEANUP_OFFLINE_CGWB
KMEMCGD_DEFINE_CALL(kmemcgd_cleanup_cgwb, cleanup_offline_cgwb);
#endif
KMEMCGD_DEFINE_CALL(kmemcgd_drain_all_stock, kmemcgd_drain_all_stock_proto);
KMEMCGD_DEFINE_CALL(kmemcgd_lookup_name, kmemcgd_lookup_name_proto);

struct work_struct *kmemcgd_wb_cleanup_work;
struct list_head *kmemcgd_bdi_list;
struct list_head *kmemcgd_shrinker_list;
struct rw_semaphore *kmemcgd_shrinker_rwsem;
unsigned long kmemcgd_journal_scan;
struct list_head *kmemcgd_super_blocks;
/* Guards kmemcgd_super_blocks. */
spinlock_t *kmemcgd_sb_lock;

struct kmemcgd_capability_info kmemcgd_capabilities[KMEMCGD_CAP_MAX] = {
	[KMEMCGD_CAP_RECLAIM] = {
		.name = "reclaim",
		.purpose = "take pages that cannot be evicted with their inode",
		.reason = NOT_RESOLVED,
		.required = true,
	},
	[KMEMCGD_CAP_RMDIR_EVENTS] = {
		.name = "rmdir-events",
		.purpose = "be woken when a cgroup is removed, without polling",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_RELEASE_EVENTS] = {
		.name = "release-events",
		.purpose = "count freed zombies when they are freed",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_WB_CLEANUP] = {
		.name = "writeback-cleanup",
		.purpose = "have inodes moved from zombies to their parents",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_WB_LOOKUP] = {
		.name = "writeback-lookup",
		.purpose = "tell zombies held by inodes from those held otherwise",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_WB_DETACH] = {
		.name = "writeback-detach",
		.purpose = "have that done for a few zombies at a time",
#ifdef HAVE_CLEANUP_OFFLINE_CGWB
		.reason = NOT_RESOLVED,
#else
		.reason = "this kernel's headers have no cleanup_offline_cgwb() (before 5.14)",
#endif
	},
	[KMEMCGD_CAP_INODE_SWEEP] = {
		.name = "inode-sweep",
		.purpose = "find inodes without pages that hold zombies",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_STOCK_DRAIN] = {
		.name = "stock-drain",
		.purpose = "return charges that CPUs keep in stock for zombies",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_JOURNAL_SHRINK] = {
		.name = "journal-shrink",
		.purpose = "let go of journal buffers on filesystems that are idle",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_CREATE_EVENTS] = {
		.name = "create-events",
		.purpose = "watch a memcg with a watermark from its beginning",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_ATTACH_EVENTS] = {
		.name = "attach-events",
		.purpose = "look at an idle memcg when a task is moved into it",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_STALL_EVENTS] = {
		.name = "stall-events",
		.purpose = "look at a memcg at once when it hits its limit",
		.reason = NOT_RESOLVED,
	},
	[KMEMCGD_CAP_WATERMARK_EVENTS] = {
		.name = "watermark-events",
		.purpose = "tell administrators of reclaim by watermarks",
#ifndef HAVE_GENL_GROUP_FLAGS
		.reason = "this kernel can't keep others out of a multicast group",
#endif
	},
	[KMEMCGD_CAP_SWAPPINESS] = {
		.name = "swappiness",
		.purpose = "reclaim with another swappiness than the memcg's own",
#ifndef HAVE_RECLAIM_SWAPPINESS
		.reason = "this kernel's try_to_free_mem_cgroup_pages() does not take one",
#endif
	},
};

/**
 * struct symbol - one kernel symbol that is not exported
 * @name: its name
 * @cap: the capability that needs it
 * @why_absent: what to say when there is none
 * @set: where the address goes
 */
struct symbol {
	const char *name;
	enum kmemcgd_capability cap;
	const char *why_absent;
	void (*set)(unsigned long address);
};

static void set_try_to_free(unsigned long address)
{
	KMEMCGD_UPDATE_CALL(kmemcgd_try_to_free_pages, address);
}

static void set_drain_all_stock(unsigned long address)
{
	KMEMCGD_UPDATE_CALL(kmemcgd_drain_all_stock, address);
}

#ifdef HAVE_CLEANUP_OFFLINE_CGWB
static void set_cleanup_cgwb(unsigned long address)
{
	KMEMCGD_UPDATE_CALL(kmemcgd_cleanup_cgwb, address);
}
#endif

static void set_wb_cleanup(unsigned long address)
{
	kmemcgd_wb_cleanup_work = (struct work_struct *)address;
}

static void set_bdi_list(unsigned long address)
{
	kmemcgd_bdi_list = (struct list_head *)address;
}

static void set_shrinker_list(unsigned long address)
{
	kmemcgd_shrinker_list = (struct list_head *)address;
}

#ifndef HAVE_SHRINKER_TRY_GET
static void set_shrinker_rwsem(unsigned long address)
{
	kmemcgd_shrinker_rwsem = (struct rw_semaphore *)address;
}
#endif

static void set_journal_scan(unsigned long address)
{
	kmemcgd_journal_scan = address;
}

static void set_super_blocks(unsigned long address)
{
	kmemcgd_super_blocks = (struct list_head *)address;
}

static void set_sb_lock(unsigned long address)
{
	kmemcgd_sb_lock = (spinlock_t *)address;
}

static const struct symbol symbols[] = {
	/* Reclaims from one memcg; what memory.reclaim calls. */
	{ "try_to_free_mem_cgroup_pages", KMEMCGD_CAP_RECLAIM,
	  "try_to_free_mem_cgroup_pages is not in this kernel's symbols",
	  set_try_to_free },
	/* Its callers are the kernel's own charge paths, offlining included. */
	{ "drain_all_stock", KMEMCGD_CAP_STOCK_DRAIN,
	  "drain_all_stock is not in this kernel's symbols (inlined)",
	  set_drain_all_stock },
	/* 5.14 and later queue it only when another memcg goes offline. */
	{ "cleanup_offline_cgwbs_work", KMEMCGD_CAP_WB_CLEANUP,
	  "no cleanup_offline_cgwbs_work in this kernel's symbols (before 5.14, or no KALLSYMS_ALL): the inode sweep does it",
	  set_wb_cleanup },
#ifdef HAVE_CLEANUP_OFFLINE_CGWB
	/* What that does for each; it takes all of them in one go. */
	{ "cleanup_offline_cgwb", KMEMCGD_CAP_WB_DETACH,
	  "cleanup_offline_cgwb is not in this kernel's symbols",
	  set_cleanup_cgwb },
#endif
	/* All devices' writeback structures, of offline memcgs too. */
	{ "bdi_list", KMEMCGD_CAP_WB_LOOKUP,
	  "bdi_list is not in this kernel's symbols (no KALLSYMS_ALL)",
	  set_bdi_list },
	/* To find the journals' shrinkers, by their function. */
	{ "shrinker_list", KMEMCGD_CAP_JOURNAL_SHRINK,
	  "shrinker_list is not in this kernel's symbols (no KALLSYMS_ALL)",
	  set_shrinker_list },
#ifndef HAVE_SHRINKER_TRY_GET
	{ "shrinker_rwsem", KMEMCGD_CAP_JOURNAL_SHRINK,
	  "shrinker_rwsem is not in this kernel's symbols (no KALLSYMS_ALL)",
	  set_shrinker_rwsem },
#endif
	{ "jbd2_journal_shrink_scan", KMEMCGD_CAP_JOURNAL_SHRINK,
	  "no jbd2_journal_shrink_scan: before 5.14 (not needed there), or jbd2 was not loaded before kmemcgd",
	  set_journal_scan },
	/* iterate_supers() would wait for a hung filesystem's s_umount. */
	{ "super_blocks", KMEMCGD_CAP_INODE_SWEEP,
	  "super_blocks is not in this kernel's symbols (no KALLSYMS_ALL)",
	  set_super_blocks },
	{ "sb_lock", KMEMCGD_CAP_INODE_SWEEP,
	  "sb_lock is not in this kernel's symbols (no KALLSYMS_ALL)",
	  set_sb_lock },
};

/* The address of a function, up to 4 bytes past its entry (IBT's ENDBR). */
static unsigned long probe_address(const char *name)
{
	struct kprobe kp = {
		.symbol_name = name,
		.flags = KPROBE_FLAG_DISABLED,
	};
	unsigned long address;

	if (register_kprobe(&kp))
		return 0;
	address = (unsigned long)kp.addr;
	unregister_kprobe(&kp);
	return address;
}

/*
 * Trust comes from two answers that are known before: the lookup must find
 * itself where the kprobe was, and an exported symbol where the module's
 * loader put it.
 */
static bool lookup_works(unsigned long probed)
{
	unsigned long self, known;

	self = static_call(kmemcgd_lookup_name)("kallsyms_lookup_name");
	known = static_call(kmemcgd_lookup_name)("memory_cgrp_subsys");
	return self && probed - self <= 4 &&
	       known == (unsigned long)&memory_cgrp_subsys;
}

static int refuse(const char *what)
{
	pr_err("cannot load: %s\n", what);
	return -EOPNOTSUPP;
}

int kmemcgd_symbols_init(void)
{
	unsigned long address;
	size_t i;

	address = probe_address("kallsyms_lookup_name");
	if (!address)
		return refuse("no kprobe on kallsyms_lookup_name (needs KPROBES and KALLSYMS)");
	KMEMCGD_UPDATE_CALL(kmemcgd_lookup_name, address);
	if (!lookup_works(address))
		return refuse("kallsyms_lookup_name does not find what is known");

	/* Present, unless one of their symbols is missing. */
	for (i = 0; i < ARRAY_SIZE(symbols); i++)
		kmemcgd_capabilities[symbols[i].cap].reason = NULL;
	for (i = 0; i < ARRAY_SIZE(symbols); i++) {
		const struct symbol *symbol = &symbols[i];
		struct kmemcgd_capability_info *cap;

		cap = &kmemcgd_capabilities[symbol->cap];
		address = static_call(kmemcgd_lookup_name)(symbol->name);
		if (address) {
			symbol->set(address);
			continue;
		}
		cap->reason = symbol->why_absent;
		if (cap->required) {
			pr_err("cannot load: %s\n", cap->reason);
			return -ENOENT;
		}
	}
	return 0;
}
