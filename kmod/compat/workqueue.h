/* SPDX-License-Identifier: GPL-2.0 */
/* The unbound workqueue, called system_dfl_wq from 6.18 on. */
#ifndef KMEMCGD_COMPAT_WORKQUEUE_H
#define KMEMCGD_COMPAT_WORKQUEUE_H

#include <linux/workqueue.h>

static inline struct workqueue_struct *kmemcgd_unbound_wq(void)
{
#ifdef HAVE_SYSTEM_DFL_WQ
	return system_dfl_wq;
#else
	return system_unbound_wq;
#endif
}

#endif
