/* Where the program that runs is installed. Must run nothing itself. */
#include "base/beside.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

void beside_find(char ret[PATH_MAX], const char *name)
{
	char self[PATH_MAX];
	ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
	char *slash;

	if (length > 0) {
		self[length] = 0;
		slash = strrchr(self, '/');
		if (slash &&
		    snprintf(ret, PATH_MAX, "%.*s/%s", (int)(slash - self),
			     self, name) < PATH_MAX &&
		    access(ret, X_OK) == 0)
			return;
	}
	snprintf(ret, PATH_MAX, "%s", name);
}
