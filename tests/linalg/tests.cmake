# SPDX-License-Identifier: Apache-2.0
set(linalg_tests)
foreach(file test_linalg test_kernels test_threads)
  thaw_add_test(linalg/${file} linalg platform)
  list(APPEND linalg_tests $<TARGET_FILE:${file}>)
endforeach()

if(THAW_BACKEND STREQUAL "blas")
  add_executable(bench_kernels bench/bench_kernels.c $<TARGET_OBJECTS:thaw_linalg> $<TARGET_OBJECTS:thaw_platform>)
  thaw_target_rules(bench_kernels)
  foreach(layer linalg platform)
    get_property(layer_folder TARGET thaw_${layer} PROPERTY THAW_FOLDER)
    target_include_directories(bench_kernels PRIVATE ${layer_folder})
  endforeach()
  target_include_directories(bench_kernels PRIVATE ${PROJECT_SOURCE_DIR}/include)
  target_include_directories(bench_kernels SYSTEM PRIVATE ${THAW_CBLAS_INCLUDE})
  target_link_libraries(bench_kernels PRIVATE ${THAW_BLAS_LIBRARIES} ${CMAKE_DL_LIBS} Threads::Threads m)

  # The same programs with every BLAS that lies beside the system's default; the loader does the swapping.
  function(linalg_with_blas vendor folders)
    foreach(file test_linalg test_threads)
      string(REGEX REPLACE "^test_" "" short ${file})
      add_test(NAME thaw.linalg.${short}@${vendor} COMMAND ${file})
      set_tests_properties(thaw.linalg.${short}@${vendor} PROPERTIES TIMEOUT 300
                           ENVIRONMENT "CK_FORK=no;OPENBLAS_NUM_THREADS=1;LD_LIBRARY_PATH=${folders}")
    endforeach()
  endfunction()
  set(libraries /usr/lib/${CMAKE_LIBRARY_ARCHITECTURE})
  foreach(vendor openblas-pthread openblas-serial blis-serial)
    if(EXISTS ${libraries}/${vendor}/libblas.so.3)
      linalg_with_blas(${vendor} ${libraries}/${vendor})
    endif()
  endforeach()
  if(EXISTS ${libraries}/blas/libblas.so.3 AND EXISTS ${libraries}/lapack/liblapack.so.3)
    linalg_with_blas(reference ${libraries}/blas:${libraries}/lapack)
  endif()

  # Those that are not installed: downloaded and unpacked into the build folder, not into the system.
  add_custom_target(blas_matrix
    COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/blas_matrix.sh ${CMAKE_CURRENT_BINARY_DIR}/blas_matrix ${linalg_tests}
    DEPENDS ${linalg_tests} VERBATIM)
endif()
