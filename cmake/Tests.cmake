# A test: an executable, the libraries that it names (as pkg-config does, in one
# of its first lines: "Libraries: a b"), and its entry in ctest.

function(link_named_libraries target source)
  file(STRINGS ${source} line REGEX "Libraries: " LIMIT_COUNT 1)
  string(REGEX MATCH "Libraries: ([a-z0-9 ]*[a-z0-9])" line "${line}")
  if(NOT line)
    return()
  endif()
  string(REPLACE " " ";" libraries "${CMAKE_MATCH_1}")
  foreach(library ${libraries})
    pkg_check_modules(${library} REQUIRED IMPORTED_TARGET ${library})
    target_link_libraries(${target} PRIVATE PkgConfig::${library})
  endforeach()
endfunction()

# add_program_test(NAME SECONDS TARGET [ARGUMENT...]): what was built is the test,
# and runs here; or, built for another machine, in a guest: see tests/guest.
function(add_program_test name seconds target)
  if(CMAKE_CROSSCOMPILING)
    list(JOIN ARGN " " arguments)
    set_property(GLOBAL APPEND_STRING PROPERTY GUEST_TESTS
      "${name} ${seconds} $<TARGET_FILE:${target}> ${arguments}\n")
    return()
  endif()
  add_test(NAME ${name} COMMAND ${target} ${ARGN})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77
    TIMEOUT ${seconds})
endfunction()

# cmocka_test(TARGET NAME SECONDS SOURCE); 77 is the status of a skipped test. One
# that says "Runs alone" in its first lines measures, and wants the machine.
function(cmocka_test target name seconds source)
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE test_support)
  link_named_libraries(${target} ${source})
  add_program_test(${name} ${seconds} ${target})
  file(STRINGS ${source} alone REGEX "Runs alone" LIMIT_COUNT 1)
  if(alone AND NOT CMAKE_CROSSCOMPILING)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
