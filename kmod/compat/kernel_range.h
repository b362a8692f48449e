/* SPDX-License-Identifier: GPL-2.0 */
/* Refuses to build for kernels older than dkms/kernel-range says. */
#ifndef KMEMCGD_COMPAT_KERNEL_RANGE_H
#define KMEMCGD_COMPAT_KERNEL_RANGE_H

#include <linux/kconfig.h>
#include <linux/version.h>

#if LINUX_VERSION_CODE < \
	KERNEL_VERSION(KMEMCGD_KERNEL_MIN_MAJOR, KMEMCGD_KERNEL_MIN_MINOR, 0)
#error "kmemcgd: this kernel is older than the oldest supported one, see dkms/kernel-range"
#endif

#if !defined(CONFIG_MEMCG) || !defined(CONFIG_64BIT) || \
	!defined(CONFIG_KPROBES) || !defined(CONFIG_TRACEPOINTS)
#error "kmemcgd: needs a 64-bit kernel with MEMCG, KPROBES and TRACEPOINTS"
#endif

#endif
