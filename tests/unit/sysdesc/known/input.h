/* Headers of the kernel that want the C library's struct timeval. */
/* clang-format off */
#include <sys/time.h>

#include <linux/input.h>
#include <linux/joystick.h>
#include <linux/uinput.h>
#include <linux/videodev2.h>
#include <sound/asound.h>
