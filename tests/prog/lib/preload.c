/* Loaded before all else, by LD_PRELOAD: removes a file. */
#include <unistd.h>

__attribute__((constructor)) static void act(void)
{
	unlink("secret");
}
