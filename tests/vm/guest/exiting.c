// SPDX-License-Identifier: GPL-2.0
/*
 * Leaves a task in CGROUP that hangs in its exit until this program ends, and
 * says "ready" then. The cgroup can be removed meanwhile.
 *
 * usage: exiting CGROUP FILE
 *
 * The task is the first one of a PID namespace, which waits for all others there
 * to be gone. One is dead, but its tracer, who is outside, has not waited for it.
 * FILE is written from inside.
 */
#include <sched.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>

#include "guest.h"

static void wait_for_state(pid_t task, char wanted)
{
	char path[64], text[256];

	snprintf(path, sizeof(path), "/proc/%d/stat", task);
	for (;;) {
		int fd = open(path, O_RDONLY);
		ssize_t size = fd < 0 ? -1 : read(fd, text, sizeof(text) - 1);
		const char *name_end;

		if (size < 0)
			err(1, "%s", path);
		close(fd);
		text[size] = 0;
		name_end = strrchr(text, ')');
		if (name_end && name_end[1] && name_end[2] == wanted)
			return;
		usleep(1000);
	}
}

/* The namespace's first task: makes the other one, and says who that is. */
static void first(const char *cgroup, const char *file, int out)
{
	pid_t other;
	int fd;

	join(cgroup);
	fd = open(file, O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, cgroup, strlen(cgroup)) < 0)
		err(1, "%s", file);
	close(fd);
	other = fork();
	if (other < 0)
		err(1, "fork");
	if (other && write(out, "x", 1) != 1)
		err(1, "write");
	for (;;)
		pause();
}

/* The id that a child of @task has outside of its namespace. */
static pid_t child_of(pid_t task)
{
	char path[64];
	FILE *in;
	int child;

	snprintf(path, sizeof(path), "/proc/%d/task/%d/children", task, task);
	in = fopen(path, "r");
	if (!in || fscanf(in, "%d", &child) != 1)
		err(1, "%s", path);
	fclose(in);
	return child;
}

int main(int argc, char **argv)
{
	int pipes[2];
	pid_t task, other;
	char byte;

	if (argc != 3)
		errx(2, "usage: exiting CGROUP FILE");
	if (pipe(pipes) || unshare(CLONE_NEWPID))
		err(1, "a PID namespace");
	task = fork();
	if (task < 0)
		err(1, "fork");
	if (!task)
		first(argv[1], argv[2], pipes[1]);
	if (read(pipes[0], &byte, 1) != 1)
		err(1, "read");
	other = child_of(task);
	if (ptrace(PTRACE_SEIZE, other, NULL, NULL))
		err(1, "ptrace");
	if (kill(task, SIGKILL))
		err(1, "kill");
	wait_for_state(other, 'Z');
	puts("ready");
	fflush(stdout);
	for (;;)
		pause();
}
