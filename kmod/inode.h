/* SPDX-License-Identifier: GPL-2.0 */
/* Inodes that hold zombies: may they go, and letting them go. */
#ifndef KMEMCGD_INODE_H
#define KMEMCGD_INODE_H

#include <linux/fs.h>
#include <linux/types.h>

/* An inode with more pages than this is not dropped at once with them. */
#define KMEMCGD_EVICT_MAX_PAGES 256

enum kmemcgd_inode_verdict {
	KMEMCGD_INODE_UNUSED,	/* may be evicted */
	KMEMCGD_INODE_USED,	/* open, mapped, or of a kind that must stay */
	KMEMCGD_INODE_DIRTY,	/* has pages that wait for writeback */
	KMEMCGD_INODE_STALE,	/* unused, but still marked dirty, without dirty pages */
	KMEMCGD_INODE_SHARED,	/* has pages of live memcgs */
};

/**
 * kmemcgd_super_hold - keep a filesystem mounted
 * @sb: which can't be freed during the call
 *
 * Never waits: it takes s_umount, shared, or fails.
 *
 * Context: under any lock.
 * Return: whether it is held; if so, kmemcgd_super_release() it soon.
 */
bool kmemcgd_super_hold(struct super_block *sb);
void kmemcgd_super_release(struct super_block *sb);

/**
 * kmemcgd_inode_hold - take an inode and keep its filesystem mounted
 * @inode: which can't be freed during the call (a page of it is locked, or it
 *         is on its superblock's list under the list's lock)
 *
 * Never waits: when the filesystem is being unmounted, it fails.
 *
 * Context: under any lock; takes inode->i_lock.
 * Return: whether it was taken; if so, kmemcgd_inode_release() it soon.
 */
bool kmemcgd_inode_hold(struct inode *inode);

/* Lets go of both. May sleep, when the inode is evicted. */
void kmemcgd_inode_release(struct inode *inode);

/**
 * kmemcgd_inode_judge - may this inode be evicted with all of its pages?
 * @inode: held
 * @max_pages: how many pages may be looked at
 *
 * An inode may go when nobody uses it, it is clean, it is not deleted, its
 * filesystem is a local one that does cgroup writeback, and every page of it
 * belongs to a zombie: nothing of a live memcg is lost with it. More than
 * @max_pages pages make it KMEMCGD_INODE_USED: take pages first.
 *
 * A file that its writer has synced stays marked dirty until the flusher comes
 * by, half a minute later, although a journal has it. If nothing else is in
 * the way it is written back here, by the flusher's own call, which waits for
 * nothing.
 *
 * Context: may sleep; takes inode->i_lock and RCU.
 */
enum kmemcgd_inode_verdict kmemcgd_inode_judge(struct inode *inode,
					       unsigned long max_pages);

/**
 * kmemcgd_inode_evict - drop its dentries, so that its last reference frees it
 * @inode: held, and judged KMEMCGD_INODE_UNUSED
 *
 * Context: may sleep.
 * Return: whether the release of the one reference left will evict it.
 */
bool kmemcgd_inode_evict(struct inode *inode);

/**
 * kmemcgd_inode_run - how many pages from here on belong to zombies
 * @inode: held
 * @index: the first page
 * @max_pages: not more than this many
 *
 * Context: takes RCU.
 * Return: pages in a row that are cached and belong to zombies.
 */
unsigned long kmemcgd_inode_run(struct inode *inode, pgoff_t index,
				unsigned long max_pages);

#endif
