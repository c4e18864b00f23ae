# SPDX-License-Identifier: Apache-2.0
# Rules of all targets: C11, strict warnings, hidden symbols; and layers that see only the layers below.

set(THAW_WARNINGS -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wstrict-prototypes
                  -Wmissing-prototypes -Wold-style-definition -Wpointer-arith -Wcast-qual -Wwrite-strings
                  -Wundef -Wvla -Wformat=2)

# Apply the rules to a target.
function(thaw_target_rules target)
  set_target_properties(${target} PROPERTIES C_STANDARD 11 C_STANDARD_REQUIRED ON C_EXTENSIONS OFF
                                             C_VISIBILITY_PRESET hidden POSITION_INDEPENDENT_CODE ON)
  target_compile_options(${target} PRIVATE ${THAW_WARNINGS} $<$<BOOL:${THAW_WERROR}>:-Werror> -ffp-contract=off
                                           -fno-math-errno -fno-trapping-math)
  if(THAW_FUZZ)
    target_compile_options(${target} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  if(THAW_SANITIZE)
    target_compile_options(${target} PRIVATE -fsanitize=${THAW_SANITIZE} -fno-omit-frame-pointer
                                             -fno-sanitize-recover=all)
    target_link_options(${target} PRIVATE -fsanitize=${THAW_SANITIZE})
  endif()
endfunction()

# thaw_layer(NAME SOURCES … SEES layer … [FOLDERS folder …]): an object target. Its include path has its own folders (by
# default the folder NAME), the public headers and the folders of the layers it sees, so a wrong include does not
# compile.
function(thaw_layer name)
  cmake_parse_arguments(LAYER "" "" "SOURCES;SEES;FOLDERS" ${ARGN})
  if(NOT LAYER_FOLDERS)
    set(LAYER_FOLDERS ${name})
  endif()
  list(TRANSFORM LAYER_FOLDERS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  add_library(thaw_${name} OBJECT ${LAYER_SOURCES})
  thaw_target_rules(thaw_${name})
  target_include_directories(thaw_${name} PRIVATE ${PROJECT_SOURCE_DIR}/include ${LAYER_FOLDERS})
  set_property(TARGET thaw_${name} PROPERTY THAW_FOLDER ${LAYER_FOLDERS})
  foreach(below IN LISTS LAYER_SEES)
    get_property(folders TARGET thaw_${below} PROPERTY THAW_FOLDER)
    target_include_directories(thaw_${name} PRIVATE ${folders})
  endforeach()
  set_property(GLOBAL APPEND PROPERTY THAW_LAYERS thaw_${name})
endfunction()
