/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMEMCGD_FREELIST_H
#define KMEMCGD_FREELIST_H

#include <linux/mmzone.h>

/* Pages freed between two calls of kmemcgd_freelist_calm(). */
#define KMEMCGD_FREELIST_PAGES 64

/**
 * kmemcgd_freelist_calm - keeps the page allocator from freeing in large batches
 * @zone: where pages are being freed
 *
 * To be called for every KMEMCGD_FREELIST_PAGES of them. Does nothing if there
 * is no memory to spare. Process context, never sleeps.
 */
void kmemcgd_freelist_calm(struct zone *zone);

#endif
