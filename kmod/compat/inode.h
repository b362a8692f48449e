/* SPDX-License-Identifier: GPL-2.0 */
/* Inodes: their state word (accessors since 6.19) and their dentries. */
#ifndef KMEMCGD_COMPAT_INODE_H
#define KMEMCGD_COMPAT_INODE_H

#include <linux/dcache.h>
#include <linux/fs.h>

static inline unsigned long kmemcgd_inode_state(struct inode *inode)
{
#ifdef HAVE_INODE_STATE_READ
	return inode_state_read_once(inode);
#else
	return READ_ONCE(inode->i_state);
#endif
}

/* Under inode->i_lock. */
#ifdef HAVE_FOR_EACH_ALIAS
#define kmemcgd_for_each_alias(dentry, inode) for_each_alias(dentry, inode)
#else
#define kmemcgd_for_each_alias(dentry, inode) \
	hlist_for_each_entry(dentry, &(inode)->i_dentry, d_u.d_alias)
#endif

#endif
