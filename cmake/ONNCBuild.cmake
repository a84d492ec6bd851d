# How our libraries and programs are built: one OBJECT library per layer
# (lib/<Layer>), all linked into the one shared library libONNC.

set_property(GLOBAL PROPERTY ONNC_LAYERS "")

# Flags that every target of ours shares.
add_library(onnc_flags INTERFACE)
target_include_directories(onnc_flags INTERFACE
  $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
  $<BUILD_INTERFACE:${PROJECT_BINARY_DIR}/include>)
target_include_directories(onnc_flags SYSTEM INTERFACE ${LLVM_INCLUDE_DIRS})
separate_arguments(_llvm_defs NATIVE_COMMAND "${LLVM_DEFINITIONS}")
target_compile_definitions(onnc_flags INTERFACE ${_llvm_defs})
target_compile_options(onnc_flags INTERFACE
  -Wall -Wextra -Wno-unused-parameter -Wno-missing-field-initializers
  -fno-exceptions -fPIC
  $<$<BOOL:${ONNC_WERROR}>:-Werror>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # GCC 12 at -O3 moves a vector out of LLVM 19's Expected into a SmallVector
  # without clearing the source, which is then freed twice.
  target_compile_options(onnc_flags INTERFACE -fno-strict-aliasing)
  # GCC 12 reports these inside inlined LLVM and libstdc++ headers.
  target_compile_options(onnc_flags INTERFACE
    -Wno-maybe-uninitialized -Wno-dangling-pointer -Wno-array-bounds
    -Wno-stringop-overflow -Wno-stringop-overread -Wno-restrict)
elseif(CMAKE_CXX_COMPILER_ID MATCHES "Clang")
  # Clang forgets, behind a precompiled header, that libstdc++'s own use of
  # get_temporary_buffer (in stable_sort) is in a system header.
  target_compile_options(onnc_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(ONNC_SANITIZE)
  target_compile_options(onnc_flags INTERFACE
    -fsanitize=address,undefined -fno-sanitize-recover=undefined
    -fno-sanitize=vptr,function -fno-omit-frame-pointer)
  target_link_options(onnc_flags INTERFACE -fsanitize=address,undefined)
endif()
if(ONNC_FUZZERS)
  target_compile_options(onnc_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

# ccache, where there is one; precompiled headers need the two sloppinesses.
find_program(ONNC_CCACHE ccache)
mark_as_advanced(ONNC_CCACHE)
if(ONNC_CCACHE)
  set(_launcher ${CMAKE_COMMAND} -E env
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
      ${ONNC_CCACHE})
  set(CMAKE_C_COMPILER_LAUNCHER ${_launcher})
  set(CMAKE_CXX_COMPILER_LAUNCHER ${_launcher})
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(onnc_flags INTERFACE -fpch-preprocess)
  endif()
endif()

# One precompiled header (LLVM's ADT and Support) serves every layer.
add_library(onnc_pch OBJECT "${PROJECT_SOURCE_DIR}/cmake/pch.cpp")
target_link_libraries(onnc_pch PRIVATE onnc_flags)
target_precompile_headers(onnc_pch PRIVATE "${PROJECT_SOURCE_DIR}/cmake/pch.h")

# onnc_add_layer(<name> SOURCES <file>... [DEPENDS <layer or library>...]
#                [NO_PCH])
# Declares lib/<name> as a part of libONNC. DEPENDS orders the build after the
# files that those layers generate.
function(onnc_add_layer name)
  cmake_parse_arguments(ARG "NO_PCH" "" "SOURCES;DEPENDS" ${ARGN})
  add_library(ONNC${name} OBJECT ${ARG_SOURCES})
  target_link_libraries(ONNC${name} PRIVATE onnc_flags ${ARG_DEPENDS})
  add_dependencies(ONNC${name} onnc-headers)
  if(NOT ARG_NO_PCH)
    target_precompile_headers(ONNC${name} REUSE_FROM onnc_pch)
  endif()
  set_property(GLOBAL APPEND PROPERTY ONNC_LAYERS ONNC${name})
endfunction()

# onnc_add_tool(<name> SOURCES <file>...): a program over libONNC.
function(onnc_add_tool name)
  cmake_parse_arguments(ARG "" "" "SOURCES" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE onnc_flags ONNC LLVM)
  target_precompile_headers(${name} REUSE_FROM onnc_pch)
  add_dependencies(${name} onnc-headers)
  set_target_properties(${name} PROPERTIES
    INSTALL_RPATH "$ORIGIN/../${CMAKE_INSTALL_LIBDIR}")
  install(TARGETS ${name} EXPORT ONNCTargets
          RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endfunction()
