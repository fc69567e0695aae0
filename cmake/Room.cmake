# A room is one folder of src/ and one static library of all in it but main.c.
# Its headers can be included as "room/header.h" by the targets that name it, and
# by nobody else: each room has an include directory of its own that holds just a
# link to it.

function(room name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/src/${name}/*.c)
  list(FILTER sources EXCLUDE REGEX "/main\\.c$")
  set(shelf ${CMAKE_BINARY_DIR}/rooms/${name})
  file(MAKE_DIRECTORY ${shelf})
  file(CREATE_LINK ${CMAKE_SOURCE_DIR}/src/${name} ${shelf}/${name} SYMBOLIC)
  add_library(room_${name} STATIC ${sources})
  target_include_directories(room_${name} PUBLIC ${shelf}
    ${CMAKE_SOURCE_DIR}/include)
  if(KTRACE_U_COVERAGE)
    target_compile_options(room_${name} PRIVATE --coverage)
    target_link_options(room_${name} PUBLIC --coverage)
  endif()
  foreach(lower ${ARGN})
    target_link_libraries(room_${name} PUBLIC room_${lower})
  endforeach()
endfunction()

# A program is a room with a main.c, so that its other files can be tested. Its
# name, its folder in src/, then the rooms it uses.
function(program name folder)
  room(${folder} ${ARGN})
  add_executable(${name} ${CMAKE_SOURCE_DIR}/src/${folder}/main.c)
  target_link_libraries(${name} PRIVATE room_${folder})
  target_compile_definitions(room_${folder} PUBLIC
    KTRACE_U_VERSION="${PROJECT_VERSION}")
  if(KTRACE_U_STATIC)
    target_link_options(${name} PRIVATE -static)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
