/*
 * Executes a script on a file system that a child of its serves (FUSE), which
 * nothing is remembered of: each look at the file asks the child. In a user and
 * mount namespace of its own, so that anybody may mount. Ends as the script
 * does, with 5; with 77 where it cannot be mounted. An argument is another
 * /dev/fuse.
 */
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <linux/fuse.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>

#define SCRIPT  "#!/bin/sh\nexit 5\n"
#define FILE_ID 2

static struct fuse_attr attributes(unsigned long id)
{
	return (struct fuse_attr){
		.ino = id,
		.mode = id == FILE_ID ? S_IFREG | 0755 : S_IFDIR | 0755,
		.size = id == FILE_ID ? strlen(SCRIPT) : 0,
		.nlink = 1,
	};
}

/* The answer's length, or a negative error. */
static int answer(const struct fuse_in_header *in, const void *body, void *out)
{
	struct fuse_init_out *init = out;
	struct fuse_entry_out *entry = out;
	struct fuse_attr_out *attr = out;

	switch (in->opcode) {
	case FUSE_INIT:
		init->major = FUSE_KERNEL_VERSION;
		init->minor = FUSE_KERNEL_MINOR_VERSION;
		init->max_write = 4096;
		return sizeof(*init);
	case FUSE_LOOKUP:
		if (strcmp(body, "script") != 0)
			return -ENOENT;
		entry->nodeid = FILE_ID;
		entry->attr = attributes(FILE_ID);
		return sizeof(*entry);
	case FUSE_GETATTR:
		attr->attr = attributes(in->nodeid);
		return sizeof(*attr);
	case FUSE_OPEN:
		return sizeof(struct fuse_open_out);
	case FUSE_READ:
		memcpy(out, SCRIPT, strlen(SCRIPT));
		return strlen(SCRIPT);
	case FUSE_RELEASE:
	case FUSE_FLUSH:
		return 0;
	default:
		return -ENOSYS;
	}
}

static void serve(int device)
{
	static char in[1 << 17], out[8192];
	const struct fuse_in_header *question = (const void *)in;
	struct fuse_out_header *header = (void *)out;

	while (read(device, in, sizeof(in)) > 0) {
		int length;

		if (question->opcode == FUSE_FORGET ||
		    question->opcode == FUSE_BATCH_FORGET ||
		    question->opcode == FUSE_INTERRUPT)
			continue;
		memset(out, 0, sizeof(out));
		length = answer(question, question + 1, header + 1);
		header->unique = question->unique;
		header->error = length < 0 ? length : 0;
		header->len = sizeof(*header) +
			      (length > 0 ? (unsigned)length : 0);
		if (write(device, out, header->len) < 0 && errno != ENOENT)
			break;
	}
}

static int write_file(const char *name, const char *text)
{
	int fd = open(name, O_WRONLY);

	return fd >= 0 && write(fd, text, strlen(text)) > 0 ? close(fd) : -1;
}

static int enter_namespaces(void)
{
	uid_t uid = getuid();
	gid_t gid = getgid();
	char text[64];

	if (unshare(CLONE_NEWUSER | CLONE_NEWNS) < 0)
		return -1;
	snprintf(text, sizeof(text), "0 %u 1", uid);
	if (write_file("/proc/self/uid_map", text) < 0 ||
	    write_file("/proc/self/setgroups", "deny") < 0)
		return -1;
	snprintf(text, sizeof(text), "0 %u 1", gid);
	return write_file("/proc/self/gid_map", text);
}

/* The device, opened by who mounts. */
static int mount_here(const char *name)
{
	int device = open(name, O_RDWR | O_CLOEXEC);
	char options[128];

	if (device < 0 || (mkdir("mounted", 0700) < 0 && errno != EEXIST))
		return -1;
	snprintf(options, sizeof(options),
		 "fd=%d,rootmode=40000,user_id=0,group_id=0", device);
	return mount("served", "mounted", "fuse", MS_NODEV, options) < 0
		   ? -1
		   : device;
}

int main(int argc, char **argv)
{
	int device = -1;

	if (!enter_namespaces())
		device = mount_here(argc > 1 ? argv[1] : "/dev/fuse");
	if (device < 0)
		return 77;
	if (fork() == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		serve(device);
		_exit(0);
	}
	close(device);
	execl("mounted/script", "mounted/script", NULL);
	perror("mounted/script");
	return 1;
}
