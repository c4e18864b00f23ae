# SPDX-License-Identifier: Apache-2.0
# Installation of headers, libraries, the command line, a CMake package and pkg-config files. Must be included last.
#
# The dependencies of a static libthaw are in the package as targets that thawConfig.cmake finds, so that no path of the
# build machine is in it, and in thaw.pc as Libs.private. A shared libthaw does not export them.
include(CMakePackageConfigHelpers)

set(THAW_PACKAGE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/thaw)
set(thaw_libraries thaw)
set(thaw_headers include/thaw/thaw.h include/thaw/thaw_status.h)
if(TARGET thaw_sqlite)
  list(APPEND thaw_libraries thaw_sqlite)
  list(APPEND thaw_headers include/thaw/thaw_sqlite.h)
  set_target_properties(thaw_sqlite PROPERTIES INSTALL_RPATH "$ORIGIN")
endif()

# -lNAME for each library, which may be a path.
function(thaw_link_flags out)
  set(flags)
  foreach(library IN LISTS ARGN)
    get_filename_component(name "${library}" NAME)
    string(REGEX REPLACE "^lib(.+)\\.(so|a)$" "-l\\1" name "${name}")
    if(NOT name MATCHES "^-")
      set(name "-l${name}")
    endif()
    list(APPEND flags ${name})
  endforeach()
  list(REMOVE_DUPLICATES flags)
  list(JOIN flags " " flags)
  set(${out} "${flags}" PARENT_SCOPE)
endfunction()
thaw_link_flags(THAW_PC_LIBS_PRIVATE ${THAW_JANSSON_LIBRARY} ${THAW_BLAS_LIBRARIES} ${CMAKE_DL_LIBS} z pthread m)
if(NOT THAW_CBLAS_IN_BLAS)
  set(THAW_PACKAGE_CBLAS ${THAW_CBLAS_LIBRARY})
endif()

if(NOT BUILD_SHARED_LIBS)
  set(outside $<LINK_ONLY:thaw::jansson>)
  if(THAW_BACKEND STREQUAL "blas")
    list(APPEND outside $<LINK_ONLY:LAPACK::LAPACK> $<LINK_ONLY:BLAS::BLAS>)
    if(THAW_PACKAGE_CBLAS)
      list(APPEND outside $<LINK_ONLY:cblas>)
    endif()
  endif()
  list(APPEND outside $<LINK_ONLY:ZLIB::ZLIB> $<LINK_ONLY:Threads::Threads> $<LINK_ONLY:${CMAKE_DL_LIBS}> $<LINK_ONLY:m>)
  get_target_property(inside thaw INTERFACE_LINK_LIBRARIES)
  set(links)
  foreach(item IN LISTS inside)
    list(APPEND links $<BUILD_INTERFACE:${item}>)
  endforeach()
  foreach(item IN LISTS outside)
    list(APPEND links $<INSTALL_INTERFACE:${item}>)
  endforeach()
  set_target_properties(thaw PROPERTIES INTERFACE_LINK_LIBRARIES "${links}")
endif()

install(TARGETS ${thaw_libraries} EXPORT thawTargets
  LIBRARY DESTINATION ${CMAKE_INSTALL_LIBDIR}
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR})
install(FILES ${thaw_headers} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/thaw)
if(TARGET thaw-cli)
  install(TARGETS thaw-cli RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

install(EXPORT thawTargets NAMESPACE thaw:: DESTINATION ${THAW_PACKAGE_DIR})
configure_package_config_file(cmake/thawConfig.cmake.in thawConfig.cmake INSTALL_DESTINATION ${THAW_PACKAGE_DIR})
write_basic_package_version_file(thawConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/thawConfig.cmake ${CMAKE_CURRENT_BINARY_DIR}/thawConfigVersion.cmake
        DESTINATION ${THAW_PACKAGE_DIR})

# pkg-config files, with paths relative to the file, so that the installed tree can be moved.
file(RELATIVE_PATH THAW_PC_UP /${CMAKE_INSTALL_LIBDIR}/pkgconfig /)
string(REGEX REPLACE "/$" "" THAW_PC_UP "${THAW_PC_UP}")
foreach(library IN LISTS thaw_libraries)
  configure_file(cmake/${library}.pc.in ${library}.pc @ONLY)
  install(FILES ${CMAKE_CURRENT_BINARY_DIR}/${library}.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
endforeach()
