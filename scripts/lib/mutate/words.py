# SPDX-License-Identifier: GPL-2.0
"""What the rules know of the kernel by name."""
import re

# Statements whose loss only a race, lockdep or a debugging kernel would show, or that only print.
NOT_REMOVED = re.compile(
    r"(lockdep_|lock_map|wq_lockdep|wq_init_lockdep|wq_unregister|wq_free_lockdep|touch_|might_|debug_|kmemleak"
    r"|kasan_|WARN|BUG|BUILD_BUG|static_assert|pr_|printk|dump_stack|print_|show_|data_race|prefetch|cond_resched"
    r"|(raw_)?spin_|mutex_|rcu_read_|preempt_|local_irq|local_bh|cpus_read|migrate_|apply_wqattrs_(un)?lock)")

# Functions that only print, check locks or are there for a debugger.
NO_MUTANTS = re.compile(
    r"(show_|print_|pr_cont|wq_lockdep|wq_init_lockdep|wq_unregister_lockdep|wq_free_lockdep|touch_"
    r"|work_debug|debug_work|mayday_cursor_func|panic_on)")

# Names of numbers that are not sizes, times or ratios.
NO_CONSTANT = re.compile(
    r"(E[A-Z]+|NULL|GFP_\w+|S_I\w+|[A-Z]+_SOFTIRQ|NR_CPUS|NUMA_NO_NODE|NR_STD_WORKER_POOLS|HZ|INT_MAX|PAGE_SIZE|\w+_LEN"
    r"|UNBOUND_POOL_HASH_ORDER|BUSY_WORKER_HASH_ORDER|PF_\w+|TASK_\w+|WORK_\w+|WQ_[A-EG-Z]\w+|POOL_\w+|WORKER_\w+"
    r"|TAINT_\w+|LOCKDEP_\w+)$")

# Names of enumerators that are no kinds.
NO_KIND = re.compile(r"_(BIT|BITS|SHIFT|MASK|COLORS|STATS|TYPES|LEN)$")

# What one may take for another.
NEIGHBOURS = {
    "list_add": ["list_add_tail"],
    "list_add_tail": ["list_add"],
    "list_add_rcu": ["list_add_tail_rcu"],
    "list_add_tail_rcu": ["list_add_rcu"],
    "list_move": ["list_move_tail"],
    "list_move_tail": ["list_move"],
    "list_first_entry": ["list_last_entry"],
    "list_last_entry": ["list_first_entry"],
    "list_del_init": ["list_del"],
    "list_splice_init": ["list_splice_tail_init"],
    "list_splice_tail_init": ["list_splice_init"],
    "list_empty": ["!list_empty"],
    "min": ["max"],
    "max": ["min"],
    "min_t": ["max_t"],
    "max_t": ["min_t"],
    "clamp_val": ["max3"],
    "in_interrupt": ["in_softirq", "in_hardirq"],
    "in_hardirq": ["in_interrupt"],
    "in_task": ["!in_interrupt"],
    "time_after": ["time_before"],
    "time_before": ["time_after"],
    "time_after_eq": ["time_after"],
    "cpumask_and": ["cpumask_or"],
    "cpumask_or": ["cpumask_and"],
    "cpumask_first": ["cpumask_last"],
    "cpumask_intersects": ["cpumask_subset"],
    "cpumask_subset": ["cpumask_intersects"],
    "cpumask_equal": ["cpumask_subset"],
    "cpumask_set_cpu": ["cpumask_clear_cpu"],
    "cpumask_clear_cpu": ["cpumask_set_cpu"],
    "cpumask_any_and_distribute": ["cpumask_first_and"],
    "cpumask_any_distribute": ["cpumask_first"],
    "cpumask_next_and": ["cpumask_any_and"],
    "set_bit": ["clear_bit"],
    "clear_bit": ["set_bit"],
    "test_and_set_bit": ["test_bit"],
    "atomic_inc": ["atomic_dec"],
    "atomic_dec": ["atomic_inc"],
    "atomic_inc_return": ["atomic_dec_return"],
    "msecs_to_jiffies": ["usecs_to_jiffies"],
    "usecs_to_jiffies": ["msecs_to_jiffies"],
    "mod_timer": ["timer_reduce"],
    "timer_delete": ["timer_delete_sync"],
    "smp_mb": ["barrier"],
    "smp_wmb": ["barrier"],
    "smp_rmb": ["barrier"],
    "complete": ["complete_all"],
    "complete_all": ["complete"],
    "for_each_online_cpu": ["for_each_possible_cpu"],
    "for_each_possible_cpu": ["for_each_online_cpu"],
}
