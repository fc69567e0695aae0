# libktrace-u: room lib, with what it needs of the rooms below, shared and as an
# archive. Programs see four names of it, whichever they link: the rooms' own
# are hidden, and in the archive, one object, they are made local.
room(lib base control)
foreach(name lib base control)
  set_target_properties(room_${name} PROPERTIES
    POSITION_INDEPENDENT_CODE ON C_VISIBILITY_PRESET hidden)
endforeach()
target_compile_definitions(room_lib PRIVATE
  KTRACE_U_PROGRAM="${CMAKE_INSTALL_FULL_BINDIR}/ktrace-u")

set(names ${CMAKE_SOURCE_DIR}/src/lib/ktrace-u.map)

# The archive. -r takes of the rooms what the first names need; the compiler
# knows which machine that is for.
set(whole ${CMAKE_CURRENT_BINARY_DIR}/ktrace-u-whole.o)
set(object ${CMAKE_CURRENT_BINARY_DIR}/ktrace-u.o)
add_custom_command(OUTPUT ${object}
  COMMAND ${CMAKE_C_COMPILER} -nostdlib -r -o ${whole}
    -Wl,-u,ktrace,-u,utrace
    $<TARGET_FILE:room_lib> $<TARGET_FILE:room_control>
    $<TARGET_FILE:room_base>
  COMMAND ${CMAKE_OBJCOPY} --localize-hidden ${whole} ${object}
  DEPENDS room_lib room_control room_base VERBATIM)
add_library(ktrace_u_archive STATIC ${object})
set_target_properties(ktrace_u_archive PROPERTIES OUTPUT_NAME ktrace-u
  LINKER_LANGUAGE C)
target_link_libraries(ktrace_u_archive INTERFACE Threads::Threads)
target_include_directories(ktrace_u_archive INTERFACE
  ${CMAKE_SOURCE_DIR}/include)
install(TARGETS ktrace_u_archive ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})

# A static build is for where there are no shared libraries.
if(NOT KTRACE_U_STATIC)
  add_library(ktrace_u SHARED $<TARGET_OBJECTS:room_lib>)
  target_link_libraries(ktrace_u PRIVATE room_control room_base
    INTERFACE Threads::Threads)
  target_include_directories(ktrace_u INTERFACE ${CMAKE_SOURCE_DIR}/include)
  set_target_properties(ktrace_u PROPERTIES OUTPUT_NAME ktrace-u
    SOVERSION 1 VERSION 1.0 LINKER_LANGUAGE C LINK_DEPENDS ${names})
  target_link_options(ktrace_u PRIVATE -Wl,--version-script=${names})
  if(NOT KTRACE_U_SANITIZE)
    target_link_options(ktrace_u PRIVATE -Wl,-z,defs)
  endif()
  install(TARGETS ktrace_u LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR})
endif()
