/*
 * main() of a fuzz target where there is no libFuzzer: replays every file that
 * is named, or lies in a folder that is named. Words that start with '-' are
 * libFuzzer's and are ignored.
 */
#include <dirent.h>
#include <err.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* In a block of exactly its size, so that a sanitizer sees reads beyond it. */
static void replay_file(const char *path, size_t size)
{
	FILE *file = fopen(path, "rbe");
	uint8_t *data = malloc(size ? size : 1);

	if (!file || !data)
		err(1, "%s", path);
	if (fread(data, 1, size, file) != size)
		errx(1, "%s: cannot be read whole", path);
	fclose(file);
	LLVMFuzzerTestOneInput(data, size);
	free(data);
}

static size_t replay_path(const char *path);

/* What lies in the folder, in the order of names. */
static size_t replay_folder(const char *path)
{
	struct dirent **entries;
	int total = scandir(path, &entries, NULL, alphasort);
	size_t count = 0;
	char *below;

	if (total < 0)
		err(1, "%s", path);
	for (int i = 0; i < total; i++) {
		if (entries[i]->d_name[0] != '.') {
			if (asprintf(&below, "%s/%s", path,
				     entries[i]->d_name) < 0)
				err(1, "%s", path);
			count += replay_path(below);
			free(below);
		}
		free(entries[i]);
	}
	free(entries);
	return count;
}

/* The file of that name, or all below it: how many there are. */
static size_t replay_path(const char *path)
{
	struct stat status;

	if (stat(path, &status) < 0)
		err(1, "%s", path);
	if (S_ISDIR(status.st_mode))
		return replay_folder(path);
	replay_file(path, (size_t)status.st_size);
	return 1;
}

int main(int argc, char **argv)
{
	size_t total = 0;
	size_t count;

	for (int i = 1; i < argc; i++) {
		if (argv[i][0] == '-')
			continue;
		count = replay_path(argv[i]);
		if (count == 0)
			errx(1, "%s: holds no file", argv[i]);
		total += count;
	}
	printf("%zu inputs replayed\n", total);
	return 0;
}
