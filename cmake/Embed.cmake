# embed(ROOM SOURCE FILE...): files of a room become arrays of bytes in a source
# file of it, as SOURCE.h declares them: report.css is report_page_css. Made here
# and not by the build: analysers want every source to be there.
function(embed room source)
  set(made "/* Made by cmake/Embed.cmake. */\n#include \"${room}/${source}.h\"\n")
  foreach(file ${ARGN})
    set(path ${CMAKE_SOURCE_DIR}/src/${room}/${file})
    get_filename_component(kind ${file} LAST_EXT)
    string(SUBSTRING ${kind} 1 -1 kind)
    file(READ ${path} bytes HEX)
    file(SIZE ${path} size)
    string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
    string(APPEND made "const char ${source}_${kind}[] = {${bytes}};\n"
      "const size_t ${source}_${kind}_length = ${size};\n")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${path})
  endforeach()
  file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/embedded/${source}.c
    CONTENT "${made}" @ONLY)
  target_sources(room_${room} PRIVATE ${CMAKE_BINARY_DIR}/embedded/${source}.c)
endfunction()
