# What `cmake --install` puts beside programs and library: manual pages, the
# schema of kdump-u's JSON, the contracts in include/ktrace-u, and a pkg-config
# file that leads to them.

file(GLOB sections RELATIVE ${CMAKE_SOURCE_DIR}/man CONFIGURE_DEPENDS
  ${CMAKE_SOURCE_DIR}/man/*.[1-9])
foreach(page ${sections})
  string(REGEX MATCH "[1-9]$" section ${page})
  install(FILES man/${page}
    DESTINATION ${CMAKE_INSTALL_MANDIR}/man${section})
endforeach()

install(FILES man/kdump-u.schema.json
  DESTINATION ${CMAKE_INSTALL_DATADIR}/ktrace-u)

install(DIRECTORY include/ktrace-u DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
  FILES_MATCHING PATTERN "*.h")

configure_file(cmake/ktrace-u.pc.in ktrace-u.pc @ONLY)
install(FILES ${CMAKE_BINARY_DIR}/ktrace-u.pc
  DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
install(FILES LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR})
install(DIRECTORY examples DESTINATION ${CMAKE_INSTALL_DOCDIR})
