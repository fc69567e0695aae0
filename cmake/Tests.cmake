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

# cmocka_test(TARGET NAME SECONDS SOURCE); 77 is the status of a skipped test. One
# that says "Runs alone" in its first lines measures, and wants the machine.
function(cmocka_test target name seconds source)
  add_executable(${target} ${source})
  target_link_libraries(${target} PRIVATE test_support)
  link_named_libraries(${target} ${source})
  add_test(NAME ${name} COMMAND ${target})
  set_tests_properties(${name} PROPERTIES SKIP_RETURN_CODE 77
    TIMEOUT ${seconds})
  file(STRINGS ${source} alone REGEX "Runs alone" LIMIT_COUNT 1)
  if(alone)
    set_tests_properties(${name} PROPERTIES RUN_SERIAL TRUE)
  endif()
endfunction()
