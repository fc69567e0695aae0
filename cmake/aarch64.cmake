# Toolchain: Debian's compiler and libraries for aarch64, on another machine.
# What is built runs in a guest (tests/aarch64) or over there.
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_LIBRARY_ARCHITECTURE aarch64-linux-gnu)
set(CMAKE_C_COMPILER aarch64-linux-gnu-gcc)

# Multiarch keeps both machines' libraries under one root, so that pkg-config
# need only be told which of its files to read.
set(ENV{PKG_CONFIG_LIBDIR}
  /usr/lib/aarch64-linux-gnu/pkgconfig:/usr/share/pkgconfig)
