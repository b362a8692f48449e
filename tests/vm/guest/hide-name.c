// SPDX-License-Identifier: GPL-2.0
/*
 * usage: hide-name MODULE COPY NAME[=OTHER]...
 *
 * Copies a module's file with each NAME in its data changed in one letter, so that
 * it looks for symbols and tracepoints that no kernel has; or changed to OTHER,
 * which is as long.
 */
#include "guest.h"

/* Whole strings only: messages have these names in them as well. */
static bool hide(char *data, size_t size, const char *name)
{
	const char *equals = strchr(name, '=');
	size_t length = equals ? (size_t)(equals - name) : strlen(name);
	bool found = false;

	if (equals && strlen(equals + 1) != length)
		errx(2, "%s: of different length", name);
	for (size_t i = 0; i + length + 2 <= size; i++) {
		if (data[i] || memcmp(data + i + 1, name, length) || data[i + 1 + length])
			continue;
		if (equals)
			memcpy(data + i + 1, equals + 1, length);
		else
			data[i + 1] = '?';
		found = true;
	}
	return found;
}

int main(int argc, char **argv)
{
	struct stat status;
	char *data;
	int fd;

	if (argc < 4)
		errx(2, "usage: hide-name MODULE COPY NAME[=OTHER]...");
	fd = open(argv[1], O_RDONLY);
	if (fd < 0 || fstat(fd, &status))
		err(1, "%s", argv[1]);
	data = malloc(status.st_size);
	if (!data || read(fd, data, status.st_size) != status.st_size)
		err(1, "%s", argv[1]);
	close(fd);
	for (int i = 3; i < argc; i++)
		if (!hide(data, status.st_size, argv[i]))
			errx(1, "%s has no %s", argv[1], argv[i]);
	fd = open(argv[2], O_WRONLY | O_CREAT | O_TRUNC, 0644);
	if (fd < 0 || write(fd, data, status.st_size) != status.st_size)
		err(1, "%s", argv[2]);
	return 0;
}
