// SPDX-License-Identifier: GPL-2.0
/*
 * Runs a command with its output in a file, and prints how long it took, from
 * before it was made to its end, in nanoseconds, and its peak RSS in KiB.
 * Usage: timed [-c] FILE COMMAND [ARGUMENT...]
 * -c: how much CPU time it took instead.
 *
 * Small and static: what is measured should not be the fork of a shell.
 */
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>

extern char **environ;

int main(int argc, char **argv)
{
	posix_spawn_file_actions_t actions;
	struct timespec begin, end;
	struct rusage usage;
	int status;
	pid_t pid;

	const int cpu = argc > 1 && !strcmp(argv[1], "-c");

	argc -= cpu;
	argv += cpu;
	if (argc < 3)
		return 2;
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, 1, argv[1], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (posix_spawnp(&pid, argv[2], &actions, NULL, argv + 2, environ) || wait4(pid, &status, 0, &usage) < 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (cpu)
		printf("%lld %ld\n",
		       (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000000LL +
			       (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000LL,
		       usage.ru_maxrss);
	else
		printf("%lld %ld\n",
		       (end.tv_sec - begin.tv_sec) * 1000000000LL + (end.tv_nsec - begin.tv_nsec), usage.ru_maxrss);
	return status != 0;
}
