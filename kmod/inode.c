// SPDX-License-Identifier: GPL-2.0
/*
 * Inodes that hold zombies, by their pages or by cgroup writeback.
 *
 * A reference to an inode alone does not stop an unmount, which would then
 * find a busy inode. So s_umount is held as well, shared and by trylock only:
 * a hung or vanishing filesystem never makes the thread wait.
 */
#include <linux/dcache.h>
#include <linux/fs.h>
#include <linux/pagemap.h>
#include <linux/rcupdate.h>
#include <linux/writeback.h>
#include <linux/xarray.h>

#include "compat/folio.h"
#include "compat/inode.h"
#include "inode.h"
#include "memcg.h"

bool kmemcgd_super_hold(struct super_block *sb)
{
	if (!down_read_trylock(&sb->s_umount))
		return false;
	/*
	 * A freeze takes s_umount at first and lets go of it. To evict an inode
	 * may then wait for the thaw (XFS before 5.14), which wants s_umount.
	 */
	if (sb->s_root && (sb->s_flags & SB_BORN) &&
	    (sb->s_flags & SB_ACTIVE) && sb->s_writers.frozen == SB_UNFROZEN)
		return true;
	up_read(&sb->s_umount);
	return false;
}

void kmemcgd_super_release(struct super_block *sb)
{
	/* An unmount that waits may free sb as soon as it gets the lock. */
	rcu_read_lock();
	up_read(&sb->s_umount);
	rcu_read_unlock();
}

bool kmemcgd_inode_hold(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;

	/* Block devices' inodes live on a superblock without a root. */
	if (S_ISBLK(inode->i_mode))
		return igrab(inode);
	if (!kmemcgd_super_hold(sb))
		return false;
	if (igrab(inode))
		return true;
	kmemcgd_super_release(sb);
	return false;
}

void kmemcgd_inode_release(struct inode *inode)
{
	struct super_block *sb = inode->i_sb;
	bool block = S_ISBLK(inode->i_mode);

	iput(inode);
	if (!block)
		kmemcgd_super_release(sb);
}

/* Is a page in this range, up to max_pages of them, not a zombie's? */
static bool has_foreign_pages(struct address_space *mapping,
			      unsigned long max_pages)
{
	XA_STATE(xas, &mapping->i_pages, 0);
	struct folio *folio;
	bool foreign = false;

	rcu_read_lock();
	xas_for_each(&xas, folio, ULONG_MAX) {
		struct mem_cgroup *memcg;

		if (xas_retry(&xas, folio) || xa_is_value(folio))
			continue;
		memcg = kmemcgd_folio_memcg(folio);
		foreign = !memcg || !kmemcgd_memcg_is_zombie(memcg) ||
			  !max_pages--;
		if (foreign)
			break;
	}
	rcu_read_unlock();
	return foreign;
}

/* Only dentries that nobody uses hold it, and our own reference. */
static bool is_unused(struct inode *inode)
{
	struct dentry *dentry;
	bool used = false;
	int refs = 1;

	spin_lock(&inode->i_lock);
	kmemcgd_for_each_alias(dentry, inode) {
		refs++;
		used |= d_count(dentry) > 0;
	}
	used |= atomic_read(&inode->i_count) > refs;
	spin_unlock(&inode->i_lock);
	return !used;
}

static enum kmemcgd_inode_verdict judge(struct inode *inode,
					unsigned long max_pages)
{
	struct address_space *mapping = inode->i_mapping;
	unsigned long state = kmemcgd_inode_state(inode);

	if (!S_ISREG(inode->i_mode) && !S_ISLNK(inode->i_mode))
		return KMEMCGD_INODE_USED;
	if (!(inode->i_sb->s_iflags & SB_I_CGROUPWB) ||
	    mapping != &inode->i_data || !inode->i_nlink)
		return KMEMCGD_INODE_USED;
	if (state & (I_NEW | I_FREEING | I_WILL_FREE))
		return KMEMCGD_INODE_USED;
	if (!is_unused(inode) || mapping_mapped(mapping))
		return KMEMCGD_INODE_USED;
	if ((state & I_SYNC) ||
	    mapping_tagged(mapping, PAGECACHE_TAG_DIRTY) ||
	    mapping_tagged(mapping, PAGECACHE_TAG_WRITEBACK))
		return KMEMCGD_INODE_DIRTY;
	if (mapping->nrpages > max_pages)
		return KMEMCGD_INODE_USED;
	if (has_foreign_pages(mapping, max_pages))
		return KMEMCGD_INODE_SHARED;
	return state & I_DIRTY_ALL ? KMEMCGD_INODE_STALE : KMEMCGD_INODE_UNUSED;
}

enum kmemcgd_inode_verdict kmemcgd_inode_judge(struct inode *inode,
					       unsigned long max_pages)
{
	enum kmemcgd_inode_verdict verdict = judge(inode, max_pages);

	if (verdict != KMEMCGD_INODE_STALE)
		return verdict;
	write_inode_now(inode, 0);
	return judge(inode, max_pages);
}

bool kmemcgd_inode_evict(struct inode *inode)
{
	d_mark_dontcache(inode);
	d_prune_aliases(inode);
	return atomic_read(&inode->i_count) == 1;
}

unsigned long kmemcgd_inode_run(struct inode *inode, pgoff_t index,
				unsigned long max_pages)
{
	XA_STATE(xas, &inode->i_mapping->i_pages, index);
	struct folio *folio;
	pgoff_t next = index;

	rcu_read_lock();
	xas_for_each(&xas, folio, index + max_pages - 1) {
		struct mem_cgroup *memcg;

		if (xas_retry(&xas, folio))
			continue;
		if (xas.xa_index > next || xa_is_value(folio))
			break;
		memcg = kmemcgd_folio_memcg(folio);
		if (!memcg || !kmemcgd_memcg_is_zombie(memcg))
			break;
		/* A large folio's other pages are the same entry. */
		next = (xas.xa_index | ((1UL << xas.xa_shift) - 1)) + 1;
	}
	rcu_read_unlock();
	return next > index ? min_t(unsigned long, next - index, max_pages) : 0;
}
