/* SPDX-License-Identifier: GPL-2.0 */
#ifndef KMEMCGD_FREELIST_H
#define KMEMCGD_FREELIST_H

#include <linux/mmzone.h>

/* Pages that may be freed in a row. */
#define KMEMCGD_FREELIST_PAGES 64

/**
 * kmemcgd_freelist_freed - keeps the page allocator from freeing in large batches
 * @zone: where pages were freed
 * @pages: how many, up to KMEMCGD_FREELIST_PAGES
 *
 * Allocates and frees a page once for every KMEMCGD_FREELIST_PAGES of them, if
 * there is one to spare. Process context, never sleeps; one thread only.
 */
void kmemcgd_freelist_freed(struct zone *zone, unsigned long pages);

#endif
