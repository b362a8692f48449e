// SPDX-License-Identifier: GPL-2.0
/*
 * Finding inodes that hold zombies through cgroup writeback only.
 *
 * Before 5.14 nothing leads from a writeback structure to its inodes, so all
 * inodes of all superblocks with cgroup writeback are looked at. Where the
 * kernel moves such inodes itself, this is not used.
 *
 * While a sweep is being worked on it holds one inode, as its cursor, with
 * s_umount shared. Before the thread sleeps both are let go of, and what is
 * kept is the inode's number, to look it up by, and how many were passed.
 *
 * An inode that is gone by then, or on a filesystem that does not use the
 * kernel's hash table (XFS), is not found, and as many are passed again. New
 * ones go to the head of the list, so that some may be looked at twice; removed
 * ones make it skip some, which the next sweep finds. At least as many are
 * looked at as were passed again: a sweep costs at most a few times what it
 * would without pauses, and not the square of it.
 */
#include <linux/backing-dev.h>
#include <linux/fs.h>
#include <linux/rcupdate.h>
#include <linux/sched.h>

#include "inode.h"
#include "memcg.h"
#include "source.h"
#include "sweep.h"
#include "symbols.h"

/* Inodes passed with s_inode_list_lock held, without looking at them. */
#define SKIP_BATCH 1024
/* Inodes looked at with it held. */
#define LOOK_BATCH 64

static struct {
	bool running;
	bool fresh;			/* no superblock was visited yet */
	dev_t dev;			/* the superblock that it is in */
	unsigned long passed;		/* inodes of it that were passed */
	u64 ino;			/* of the cursor before the pause */
	bool pending;			/* the cursor is to be judged */
	struct super_block *sb;		/* s_umount held; NULL: paused */
	struct inode *inode;		/* held cursor, NULL: at the head */
} sweep;

/*
 * Holds s_umount of the superblock @dev (@next: of the one after it), shared.
 * One that is gone or busy counts as swept.
 */
static struct super_block *hold_super(dev_t dev, bool next, bool from_first)
{
	struct super_block *sb, *held = NULL;
	bool reached = from_first;

	spin_lock(kmemcgd_sb_lock);
	list_for_each_entry(sb, kmemcgd_super_blocks, s_list) {
		if (!reached && (next || sb->s_dev != dev)) {
			reached = sb->s_dev == dev;
			continue;
		}
		if ((sb->s_iflags & SB_I_CGROUPWB) && kmemcgd_super_hold(sb)) {
			held = sb;
			break;
		}
	}
	spin_unlock(kmemcgd_sb_lock);
	return held;
}

/* Lets go of the cursor inode; may evict it. */
static void put_cursor(void)
{
	struct inode *inode = sweep.inode;

	sweep.inode = NULL;
	iput(inode);
}

void kmemcgd_sweep_pause(void)
{
	struct super_block *sb = sweep.sb;

	if (sweep.inode)
		sweep.ino = sweep.inode->i_ino;
	put_cursor();
	if (!sb)
		return;
	sweep.sb = NULL;
	kmemcgd_super_release(sb);
}

static void at_head(void)
{
	sweep.passed = 0;
	sweep.pending = false;
}

/* Gets to a superblock, the same as before the pause if it is still there. */
static bool resume(void)
{
	if (sweep.sb)
		return true;
	if (sweep.fresh)
		sweep.sb = hold_super(0, false, true);
	else
		sweep.sb = hold_super(sweep.dev, false, false);
	if (!sweep.sb && !sweep.fresh)
		sweep.sb = hold_super(sweep.dev, true, false);
	sweep.fresh = false;
	if (!sweep.sb)
		return false;
	if (sweep.sb->s_dev != sweep.dev)
		at_head();
	sweep.dev = sweep.sb->s_dev;
	return true;
}

static void next_super(void)
{
	dev_t dev = sweep.dev;

	kmemcgd_sweep_pause();
	at_head();
	sweep.sb = hold_super(dev, true, false);
	if (sweep.sb)
		sweep.dev = sweep.sb->s_dev;
	else
		sweep.running = false;
}

static bool pins_zombie(struct inode *inode)
{
#ifdef CONFIG_CGROUP_WRITEBACK
	bool pins = false;

	spin_lock(&inode->i_lock);
	/* i_lock keeps i_wb from being switched, and that its css alive. */
	if (inode->i_wb && inode->i_wb->memcg_css)
		pins = kmemcgd_memcg_is_zombie(mem_cgroup_from_css(inode->i_wb->memcg_css));
	spin_unlock(&inode->i_lock);
	return pins;
#else
	return false;
#endif
}

/*
 * Moves the cursor over up to @batch inodes; stops early, if it looks at them,
 * at one that pins a zombie.
 *
 * Return: false at the end of the list.
 */
static bool advance(unsigned int batch, bool look, bool *found)
{
	struct super_block *sb = sweep.sb;
	struct inode *inode, *old = sweep.inode;
	bool more = true;

	*found = false;
	spin_lock(&sb->s_inode_list_lock);
	inode = old ? old : list_entry(&sb->s_inodes, struct inode, i_sb_list);
	for (;;) {
		inode = list_next_entry(inode, i_sb_list);
		if (&inode->i_sb_list == &sb->s_inodes) {
			more = false;
			inode = NULL;
			break;
		}
		sweep.passed++;
		if (look && S_ISREG(inode->i_mode) && pins_zombie(inode))
			*found = true;
		/* The cursor must be one that can be held. */
		if ((*found || batch <= 1) && igrab(inode))
			break;
		*found = false;
		if (batch)
			batch--;
	}
	spin_unlock(&sb->s_inode_list_lock);
	sweep.inode = inode;
	iput(old);
	return more;
}

/* Never waits for an inode that is being read or evicted: it is not found. */
static bool look_up_cursor(void)
{
	struct inode *inode;

	rcu_read_lock();
	inode = find_inode_by_ino_rcu(sweep.sb, sweep.ino);
	if (inode)
		inode = igrab(inode);
	rcu_read_unlock();
	if (inode && list_empty(&inode->i_sb_list)) {
		iput(inode);
		inode = NULL;
	}
	sweep.inode = inode;
	return inode;
}

/* Passes as many inodes as before the pause. False: there are not so many. */
static bool skip_passed(void)
{
	unsigned long target = sweep.passed;
	bool found;

	sweep.passed = 0;
	while (sweep.passed < target) {
		unsigned long left = target - sweep.passed;

		if (!advance(min_t(unsigned long, left, SKIP_BATCH), false,
			     &found))
			return false;
		cond_resched();
	}
	return true;
}

void kmemcgd_sweep_start(void)
{
	if (sweep.running || !kmemcgd_capable(KMEMCGD_CAP_INODE_SWEEP))
		return;
	sweep.running = true;
	sweep.fresh = true;
	at_head();
}

bool kmemcgd_sweep_running(void)
{
	return sweep.running;
}

/* Evicts the cursor if nothing but the zombie needs it; true: it is going. */
static bool evict_cursor(struct kmemcgd_result *result)
{
	unsigned long pages;

	sweep.pending = false;
	if (kmemcgd_inode_judge(sweep.inode, KMEMCGD_EVICT_MAX_PAGES) !=
	    KMEMCGD_INODE_UNUSED)
		return false;
	pages = sweep.inode->i_mapping->nrpages;
	if (!kmemcgd_inode_evict(sweep.inode))
		return false;
	result->pages += pages;
	result->inodes++;
	/* It leaves the list with the cursor. */
	sweep.passed--;
	return true;
}

void kmemcgd_sweep_run(const struct kmemcgd_budget *budget,
		       struct kmemcgd_result *result)
{
	unsigned long look_until = 0;

	if (!sweep.sb) {
		if (!resume()) {
			sweep.running = false;
			return;
		}
		if (sweep.passed && !look_up_cursor()) {
			/* One that was to be judged still is. */
			sweep.passed -= sweep.pending;
			sweep.pending = false;
			look_until = 2 * sweep.passed;
			if (!skip_passed())
				return next_super();
		}
	}
	do {
		/* Past an inode that is going, which is no cursor for a pause. */
		if ((!sweep.pending || evict_cursor(result)) &&
		    !advance(LOOK_BATCH, true, &sweep.pending))
			return next_super();
		cond_resched();
	} while (sweep.passed < look_until ||
		 !kmemcgd_budget_used(budget, result));
}
