/* Socket addresses of each family, whole and cut. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/netlink.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "base/array.h"
#include "base/cleanup.h"
#include "base/text.h"
#include "decode/address.h"
#include "decode/data.h"

static void expect(const void *data, size_t length, const char *wanted)
{
	_cleanup_(text_done) struct text text = TEXT_INIT;
	struct data_style style = { .width = 80 };
	struct address address;

	assert_true(address_parse(data, length, &address));
	address_put(&text, &address, &style);
	assert_string_equal(text_string(&text), wanted);
}

static void test_inet(void **state)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
				  .sin_port = htons(8080) };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6,
				    .sin6_port = htons(80),
				    .sin6_addr = IN6ADDR_LOOPBACK_INIT };

	(void)state;
	inet_pton(AF_INET, "10.1.2.3", &in.sin_addr);
	expect(&in, sizeof(in), "AF_INET, 10.1.2.3:8080");
	expect(&in6, sizeof(in6), "AF_INET6, [::1]:80");
	in6.sin6_scope_id = 4;
	expect(&in6, sizeof(in6), "AF_INET6, [::1%4]:80");
	expect(&in6, sizeof(in6) - 4, "AF_INET6, [::1]:80");
	memset(&in6.sin6_addr, 0xfe, sizeof(in6.sin6_addr));
	in6.sin6_scope_id = UINT32_MAX;
	expect(&in6, sizeof(in6),
	       "AF_INET6, [fefe:fefe:fefe:fefe:fefe:fefe:fefe:fefe%4294967295]"
	       ":80");
	/* Too short to be one: the bytes that are there. */
	expect(&in, 4, "AF_INET, \\037\\220");
}

static void test_unix(void **state)
{
	struct sockaddr_un un = { .sun_family = AF_UNIX };

	(void)state;
	expect(&un, 2, "AF_UNIX");
	/* A name, though of no bytes. */
	expect(&un, 3, "AF_UNIX, @");
	expect(&un, sizeof(un),
	       "AF_UNIX, @\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0"
	       "\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0\\0");
	memcpy(un.sun_path, "/tmp/s\033", 7);
	expect(&un, sizeof(un), "AF_UNIX, /tmp/s\\033");
	expect(&un, 6, "AF_UNIX, /tmp");
	memcpy(un.sun_path, "\0name", 5);
	expect(&un, 7, "AF_UNIX, @name");
}

static void test_others(void **state)
{
	struct sockaddr_nl netlink = { .nl_family = AF_NETLINK,
				       .nl_pid = 77,
				       .nl_groups = 5 };
	struct sockaddr_ll link = { .sll_family = AF_PACKET,
				    .sll_protocol = htons(3),
				    .sll_ifindex = 2,
				    .sll_halen = 200,
				    .sll_addr = { 1, 2, 3, 4, 5, 6, 7, 255 } };
	struct sockaddr_vm vm = { .svm_family = AF_VSOCK,
				  .svm_cid = 2,
				  .svm_port = 1024 };
	static const uint8_t none[4] = { 0xff, 0xff, 1, 2 };

	(void)state;
	expect(&netlink, sizeof(netlink), "AF_NETLINK, pid=77, groups=0x5");
	expect(&link, sizeof(link),
	       "AF_PACKET, 01:02:03:04:05:06:07:ff, protocol=0x3, ifindex=2");
	link.sll_halen = 0;
	expect(&link, sizeof(link), "AF_PACKET, protocol=0x3, ifindex=2");
	expect(&vm, sizeof(vm), "AF_VSOCK, 2:1024");
	expect(none, sizeof(none), "family 65535, \\001\\002");
	expect("\0", 2, "AF_UNSPEC");
}

/* Every length up to the whole, of every family: nothing behind is read. */
static void test_cut(void **state)
{
	struct data_style style = { .width = 80 };
	uint8_t bytes[128];
	struct address address;

	(void)state;
	memset(bytes, 0x41, sizeof(bytes));
	for (unsigned family = 0; family < 256; family++)
		for (size_t length = 0; length <= sizeof(bytes); length++) {
			_cleanup_(text_done) struct text text = TEXT_INIT;
			uint8_t *copy = malloc(length + !length);

			bytes[0] = (uint8_t)family;
			bytes[1] = 0;
			memcpy(copy, bytes, length);
			assert_int_equal(address_parse(copy, length, &address),
					 length >= 2);
			address_put(&text, &address, &style);
			free(copy);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_inet),
		cmocka_unit_test(test_unix),
		cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
