/*
 * Has a file opened by a name that lies in a page which nobody ever fills: who
 * reads it waits. 77 where that may not be had.
 */
#include <fcntl.h>
#include <unistd.h>

#include <linux/userfaultfd.h>

#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE 4096

int main(void)
{
	int fd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register all = { .mode = UFFDIO_REGISTER_MODE_MISSING };
	char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE,
			  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	all.range.start = (__u64)page;
	all.range.len = PAGE;
	if (fd < 0 || page == MAP_FAILED || ioctl(fd, UFFDIO_API, &api) < 0 ||
	    ioctl(fd, UFFDIO_REGISTER, &all) < 0)
		return 77;
	return open(page, O_RDONLY) < 0;
}
