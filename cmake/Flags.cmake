# Compiler and linker flags that hold for every target.
add_compile_options(-Wall -Wextra -Wshadow
  $<$<COMPILE_LANGUAGE:C>:-Wstrict-prototypes>
  $<$<COMPILE_LANGUAGE:C>:-Wmissing-prototypes>
  -Wpointer-arith -Wundef -Wvla -Werror)
add_compile_definitions(_GNU_SOURCE _FILE_OFFSET_BITS=64)

if(KTRACE_U_SANITIZE)
  add_compile_options(-fsanitize=${KTRACE_U_SANITIZE} -fno-omit-frame-pointer
    -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${KTRACE_U_SANITIZE})
else()
  add_compile_options($<$<CONFIG:Release>:-D_FORTIFY_SOURCE=2>
    -fstack-protector-strong)
endif()

option(KTRACE_U_LIBFUZZER "Build the fuzz targets with libFuzzer (clang)" OFF)
if(KTRACE_U_LIBFUZZER)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
