# SPDX-License-Identifier: Apache-2.0
find_package(PkgConfig REQUIRED)
pkg_check_modules(CHECK REQUIRED IMPORTED_TARGET check)
find_package(Threads REQUIRED)

# thaw_add_test(file [LAYERS layer …] [WITHOUT layer …] [LIBS target …] [SOURCES extra.c …]): build file.c of the current
# folder with the objects of the layers (all: of every layer) and extra sources, which see the folders of the layers.
# WITHOUT: layers whose folders are seen but whose objects are left out, because an extra source defines the same names.
# The name of the test is thaw.<folder>.<file>, its label unit.
function(thaw_add_test file)
  cmake_parse_arguments(TEST "" "" "LAYERS;WITHOUT;LIBS;SOURCES" ${ARGN})
  if(TEST_LAYERS STREQUAL "all")
    get_property(TEST_LAYERS GLOBAL PROPERTY THAW_LAYERS)
    list(TRANSFORM TEST_LAYERS REPLACE "^thaw_" "")
  endif()
  get_filename_component(folder ${CMAKE_CURRENT_SOURCE_DIR} NAME)
  set(target ${folder}_${file})
  add_executable(${target} ${file}.c ${TEST_SOURCES})
  thaw_target_rules(${target})
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/tests/support)
  foreach(layer IN LISTS TEST_LAYERS)
    get_property(layer_folder TARGET thaw_${layer} PROPERTY THAW_FOLDER)
    target_include_directories(${target} PRIVATE ${layer_folder})
    if(NOT layer IN_LIST TEST_WITHOUT)
      target_sources(${target} PRIVATE $<TARGET_OBJECTS:thaw_${layer}>)
    endif()
  endforeach()
  target_link_libraries(${target} PRIVATE ${TEST_LIBS} PkgConfig::CHECK ZLIB::ZLIB Threads::Threads m)
  target_compile_definitions(${target} PRIVATE THAW_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  add_test(NAME thaw.${folder}.${file} COMMAND ${target})
  set_tests_properties(thaw.${folder}.${file} PROPERTIES ENVIRONMENT "CK_FORK=no;OPENBLAS_NUM_THREADS=1" TIMEOUT 300
                       LABELS unit)
endfunction()
