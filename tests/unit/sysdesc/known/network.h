/* Headers of the kernel that want the C library's struct sockaddr. */
/* clang-format off */
#include <sys/socket.h>
#include <sys/time.h>

#include <linux/vm_sockets.h>
#include <linux/wireless.h>
#include <linux/icmp.h>
#include <linux/auto_fs.h>
