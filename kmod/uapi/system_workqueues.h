/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The workqueues that the kernel exports, and which of enum wqlab_wq_flag each
 * has: X(variable, flags, have). The module takes those that its kernel has
 * (features.h says of each "have" what it means), wqctl knows them all by name.
 * Where several variables point to one workqueue, the first is its name.
 */
#ifndef WQLAB_SYSTEM_WORKQUEUES_H
#define WQLAB_SYSTEM_WORKQUEUES_H

#define WQLAB_SYSTEM_WORKQUEUES(X)								\
	X(system_wq, 0, 1)									\
	X(system_highpri_wq, WQLAB_WQ_HIGHPRI, 1)						\
	X(system_long_wq, 0, 1)									\
	X(system_unbound_wq, WQLAB_WQ_UNBOUND, 1)						\
	X(system_freezable_wq, WQLAB_WQ_FREEZABLE, 1)						\
	X(system_power_efficient_wq, WQLAB_WQ_POWER_EFFICIENT, 1)				\
	X(system_freezable_power_efficient_wq, WQLAB_WQ_FREEZABLE | WQLAB_WQ_POWER_EFFICIENT, 1)\
	X(system_bh_wq, WQLAB_WQ_BH, WQLAB_HAVE_BH)						\
	X(system_bh_highpri_wq, WQLAB_WQ_BH | WQLAB_WQ_HIGHPRI, WQLAB_HAVE_BH)			\
	X(system_percpu_wq, 0, WQLAB_HAVE_SYSTEM_PERCPU_WQ)					\
	X(system_dfl_wq, WQLAB_WQ_UNBOUND, WQLAB_HAVE_SYSTEM_PERCPU_WQ)				\
	X(system_dfl_long_wq, WQLAB_WQ_UNBOUND, WQLAB_HAVE_SYSTEM_DFL_LONG_WQ)

#endif
