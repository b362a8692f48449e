/* SPDX-License-Identifier: GPL-2.0 */
/* The one place where the version of module and controller is written. */
#ifndef KMEMCGD_VERSION_H
#define KMEMCGD_VERSION_H

#define KMEMCGD_VERSION "0.1.0"

#endif
