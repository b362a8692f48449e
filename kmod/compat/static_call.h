/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Static calls to functions that are not exported. Without inline static calls
 * they fall back to an indirect call, which CFI may refuse: see symbols.c.
 */
#ifndef KMEMCGD_COMPAT_STATIC_CALL_H
#define KMEMCGD_COMPAT_STATIC_CALL_H

#include <linux/static_call.h>

/* Until it is updated the call returns 0; 5.10 has NULL only, never called. */
#ifdef DEFINE_STATIC_CALL_RET0
#define KMEMCGD_DEFINE_CALL(name, prototype) \
	DEFINE_STATIC_CALL_RET0(name, prototype)
#else
#define KMEMCGD_DEFINE_CALL(name, prototype) \
	DEFINE_STATIC_CALL_NULL(name, prototype)
#endif

/* An address without a type is given that of the call; 5.10 checks it. */
#define KMEMCGD_UPDATE_CALL(name, address) ({				\
	typeof(STATIC_CALL_TRAMP(name)) *_target = (void *)(address);	\
									\
	static_call_update(name, _target);				\
})

#endif
