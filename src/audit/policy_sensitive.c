/*
 * What no job has any business with, unless a policy says so: secrets of its
 * user, ways to act as somebody else, doors to daemons outside. Lines of a
 * policy like any other.
 */
#include <string.h>

#include "audit/policy.h"

#define FILES "read,list,write,create,delete,rename,link,change,exec,map "
#define KEPT  "write,create,delete,rename,link,change "
#define DOORS "connect,send "
/* Its threads have the same files. */
#define OF_OTHERS(file)                                                        \
	"deny " FILES "/proc/[0-9]*/" file "\n"                                \
	"deny " FILES "/proc/[0-9]*/task/*/" file "\n"

/* clang-format off */
static const char lines[] =
	/* Keys and tokens. */
	"deny " FILES "@home/.ssh/**\n"
	"deny " FILES "@home/.gnupg/**\n"
	"deny " FILES "@home/.aws/**\n"
	"deny " FILES "@home/.azure/**\n"
	"deny " FILES "@home/.config/gcloud/**\n"
	"deny " FILES "@home/.config/gh/**\n"
	"deny " FILES "@home/.kube/**\n"
	"deny " FILES "@home/.docker/config.json\n"
	"deny " FILES "@home/.netrc\n"
	"deny " FILES "@home/.git-credentials\n"
	"deny " FILES "@home/.npmrc\n"
	"deny " FILES "@home/.pypirc\n"
	"deny " FILES "@home/.cargo/credentials.toml\n"
	"deny " FILES "@home/.password-store/**\n"
	"deny " FILES "@home/.local/share/keyrings/**\n"
	"deny " FILES "@home/.mozilla/**\n"
	"deny " FILES "@home/.config/google-chrome/**\n"
	"deny " FILES "@home/.bash_history\n"
	"deny " FILES "/etc/shadow\n"
	"deny " FILES "/etc/gshadow\n"
	"deny " FILES "/etc/ssh/ssh_host_*\n"
	"deny " FILES "/run/secrets/**\n"
	"deny " FILES "/var/run/secrets/**\n"
	/* What others run with, and in. */
	OF_OTHERS("environ")
	OF_OTHERS("mem")
	OF_OTHERS("maps")
	OF_OTHERS("smaps")
	OF_OTHERS("smaps_rollup")
	OF_OTHERS("numa_maps")
	OF_OTHERS("pagemap")
	OF_OTHERS("map_files/**")
	OF_OTHERS("auxv")
	OF_OTHERS("stack")
	OF_OTHERS("syscall")
	"deny " FILES "/proc/kcore\n"
	"deny " FILES "/dev/mem\n"
	"deny " FILES "/dev/kmem\n"
	/* What runs later, or as somebody else. */
	"deny " KEPT "@home/.bashrc\n"
	"deny " KEPT "@home/.profile\n"
	"deny " KEPT "@home/.bash_profile\n"
	"deny " KEPT "@home/.zshrc\n"
	"deny " KEPT "@home/.config/autostart/**\n"
	"deny " KEPT "@home/.config/systemd/**\n"
	"deny " KEPT "/etc/sudoers\n"
	"deny " KEPT "/etc/sudoers.d/**\n"
	"deny " KEPT "/etc/passwd\n"
	"deny " KEPT "/etc/group\n"
	"deny " KEPT "/etc/ld.so.preload\n"
	"deny " KEPT "/etc/cron*/**\n"
	"deny " KEPT "/etc/crontab\n"
	"deny " KEPT "/etc/anacrontab\n"
	"deny " KEPT "/var/spool/cron/**\n"
	"deny " KEPT "/var/spool/at/**\n"
	"deny " KEPT "/var/spool/anacron/**\n"
	"deny " KEPT "/run/systemd/system/**\n"
	"deny " KEPT "/run/systemd/transient/**\n"
	"deny " KEPT "/etc/systemd/**\n"
	"deny " KEPT "/proc/sys/kernel/core_pattern\n"
	"deny " KEPT "/sys/fs/cgroup/**/release_agent\n"
	/* Daemons that act for who asks them. */
	"deny " DOORS "unix:/run/docker.sock\n"
	"deny " DOORS "unix:/var/run/docker.sock\n"
	"deny " DOORS "unix:/run/containerd/*\n"
	"deny " DOORS "unix:/run/podman/*\n"
	"deny " DOORS "unix:/run/user/*/podman/*\n"
	"deny " DOORS "unix:/run/user/*/docker.sock\n"
	"deny " DOORS "unix:/run/user/*/containerd*/**\n"
	"deny " DOORS "unix:/run/buildkit/*\n"
	"deny " DOORS "unix:/run/crio/*\n"
	"deny " DOORS "unix:/var/run/crio/*\n"
	"deny " DOORS "unix:/run/libvirt/**\n"
	"deny " DOORS "unix:/var/lib/lxd/unix.socket\n"
	"deny " DOORS "unix:/var/snap/lxd/common/lxd/unix.socket\n"
	"deny " DOORS "unix:/run/snapd*.socket\n"
	"deny " DOORS "inet::2375-2376\n"
	"deny " DOORS "unix:/run/systemd/private\n"
	"deny " DOORS "unix:/run/user/*/systemd/private\n"
	"deny " DOORS "unix:/run/dbus/system_bus_socket\n"
	"deny " DOORS "unix:/var/run/dbus/system_bus_socket\n"
	"deny " DOORS "unix:/run/user/*/bus\n"
	"deny " DOORS "unix:@/tmp/dbus-*\n"
	"deny " DOORS "unix:/tmp/dbus-*\n"
	"deny " DOORS "unix:/tmp/ssh-*/agent.*\n"
	"deny " DOORS "unix:/run/user/*/gnupg/**\n"
	"deny " DOORS "unix:**/S.gpg-agent*\n"
	"deny " DOORS "unix:/run/user/*/keyring/*\n"
	"deny " DOORS "unix:/run/user/*/*ssh*agent*\n"
	/* Screens, and what is typed before them. */
	"deny " DOORS "unix:/tmp/.X11-unix/*\n"
	"deny " DOORS "unix:@/tmp/.X11-unix/*\n"
	"deny " DOORS "unix:@/tmp/.ICE-unix/*\n"
	"deny " DOORS "unix:/tmp/.ICE-unix/*\n"
	"deny " DOORS "unix:/run/user/*/wayland-*\n"
	"deny " DOORS "unix:/run/user/*/pipewire-*\n"
	"deny " DOORS "unix:/run/user/*/pulse/*\n"
	/* What the environment named when the job started. */
	"deny " DOORS "door:*\n"
	/* Credentials of machines in clouds. */
	"deny " DOORS "inet:169.254.169.254\n"
	"deny " DOORS "inet:169.254.170.2\n"
	"deny " DOORS "inet:[fd00:ec2::254]\n"
	/* Those who run beside it, and the kernel. */
	"deny trace outside\n"
	"deny trace recorder\n"
	"deny signal recorder\n"
	"deny signal outside\n"
	"deny signal all\n"
	"deny kernel bpf\n"
	"deny kernel TIOCSTI\n"
	"deny kernel TIOCLINUX\n"
	"deny kernel *_module\n"
	"deny kernel kexec_*\n";
/* clang-format on */

int policy_add_sensitive(struct policy *policy, struct text *error)
{
	int r = policy_parse(policy, "built-in", lines, strlen(lines), NULL,
			     NULL, error);

	policy->sensitive = policy->count;
	for (unsigned i = 0; i < policy->count; i++)
		policy->rules[i].is_builtin = true;
	return r;
}
