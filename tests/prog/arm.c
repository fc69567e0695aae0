/*
 * Becomes a program of 32-bit arm, which aarch64 may run: it makes calls, one
 * with a number of its own kind (set_tls) and two that are none, and ends with
 * 7. Exits with 77 where no such program runs.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <sys/mman.h>

#if defined(__aarch64__)

#include <elf.h>

#define LOAD_ADDRESS 0x10000u

/* The instructions. A value of the pool is 8 bytes behind where pc says. */
static const uint32_t code[] = {
	0xe3a07014, /* mov r7, #20: getpid */
	0xef000000, /* svc 0 */
	0xe59f7024, /* ldr r7, =0x0f0005: set_tls */
	0xe3a00a01, /* mov r0, #0x1000 */
	0xef000000, /* svc 0 */
	0xe59f701c, /* ldr r7, =100000: none */
	0xef000000, /* svc 0 */
	0xe3e07000, /* mvn r7, #0: none, -1 */
	0xef000000, /* svc 0 */
	0xe3a07001, /* mov r7, #1: exit */
	0xe3a00007, /* mov r0, #7 */
	0xef000000, /* svc 0 */
	0xeafffffe, /* b . */
	0x000f0005, /* the pool */
	0x000186a0,
};

struct image {
	Elf32_Ehdr header;
	Elf32_Phdr segment;
	uint32_t code[sizeof(code) / sizeof(code[0])];
};

static void make_image(struct image *image)
{
	*image = (struct image){
		.header = {
			.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3,
				     ELFCLASS32, ELFDATA2LSB, EV_CURRENT },
			.e_type = ET_EXEC,
			.e_machine = EM_ARM,
			.e_version = EV_CURRENT,
			.e_entry = LOAD_ADDRESS + offsetof(struct image, code),
			.e_phoff = offsetof(struct image, segment),
			.e_flags = 0x05000000, /* EABI 5 */
			.e_ehsize = sizeof(image->header),
			.e_phentsize = sizeof(image->segment),
			.e_phnum = 1,
		},
		.segment = {
			.p_type = PT_LOAD,
			.p_vaddr = LOAD_ADDRESS,
			.p_filesz = sizeof(*image),
			.p_memsz = sizeof(*image),
			.p_flags = PF_R | PF_X,
			.p_align = 0x10000,
		},
	};
	memcpy(image->code, code, sizeof(code));
}

int main(void)
{
	char *const argv[] = { "arm", NULL };
	char *const envp[] = { NULL };
	struct image image;
	int fd = memfd_create("arm", MFD_CLOEXEC);

	make_image(&image);
	if (fd < 0 || write(fd, &image, sizeof(image)) != sizeof(image))
		return 1;
	fexecve(fd, argv, envp);
	return 77;
}

#else

int main(void)
{
	return 77;
}

#endif
