# SPDX-License-Identifier: Apache-2.0 BLAS and LAPACK of any vendor. Generic links libblas.so.3 and liblapack.so.3,
# which are alternatives of the system; set BLA_VENDOR for a fixed vendor. LAPACK is called by its Fortran names: not
# every vendor has LAPACKE.
if(NOT BLA_VENDOR)
  set(BLA_VENDOR Generic)
endif()
find_package(BLAS REQUIRED)
find_package(LAPACK REQUIRED)
find_path(THAW_CBLAS_INCLUDE cblas.h PATH_SUFFIXES x86_64-linux-gnu openblas blis REQUIRED)

include(CheckSymbolExists)
set(CMAKE_REQUIRED_INCLUDES ${THAW_CBLAS_INCLUDE})
set(CMAKE_REQUIRED_LIBRARIES ${BLAS_LIBRARIES})
check_symbol_exists(cblas_sgemm cblas.h THAW_CBLAS_IN_BLAS)
unset(CMAKE_REQUIRED_INCLUDES)
unset(CMAKE_REQUIRED_LIBRARIES)
if(NOT THAW_CBLAS_IN_BLAS)
  find_library(THAW_CBLAS_LIBRARY cblas REQUIRED)
endif()
set(THAW_BLAS_LIBRARIES ${LAPACK_LIBRARIES} ${BLAS_LIBRARIES} ${THAW_CBLAS_LIBRARY})
list(REMOVE_DUPLICATES THAW_BLAS_LIBRARIES)
