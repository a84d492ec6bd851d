# TableGen rules, in the tree and (through find_package(ONNC)) outside it.
# Generated headers land under <build>/include, at the path that mirrors
# include/onnc, and all of them belong to the target onnc-headers.
#
# Before: ONNC_INCLUDE_DIRS, where onnc's records are, and ONNC_TBLGEN, the
# target onnc-tblgen.

# Targets are global: one find_package in a project creates them for all.
include_guard(GLOBAL)

add_custom_target(onnc-headers)

# onnc_tablegen(<out> <file.td> <generator flag>... )
# Runs onnc-tblgen. <out> is relative to <build>/include.
function(onnc_tablegen out td)
  _onnc_tblgen_rule($<TARGET_FILE:${ONNC_TBLGEN}> ${ONNC_TBLGEN} ${out} ${td}
                    ${ARGN})
endfunction()

# onnc_llvm_tablegen(...): the same with LLVM's generators (option tables).
find_program(ONNC_LLVM_TBLGEN NAMES llvm-tblgen
             PATHS ${LLVM_TOOLS_BINARY_DIR} NO_DEFAULT_PATH REQUIRED)
mark_as_advanced(ONNC_LLVM_TBLGEN)
function(onnc_llvm_tablegen out td)
  _onnc_tblgen_rule(${ONNC_LLVM_TBLGEN} "" ${out} ${td} ${ARGN})
endfunction()

function(_onnc_tblgen_rule program dep out td)
  get_filename_component(td ${td} ABSOLUTE)
  set(dest "${PROJECT_BINARY_DIR}/include/${out}")
  get_filename_component(dir ${dest} DIRECTORY)
  file(MAKE_DIRECTORY ${dir})
  # To Ninja a depfile that names nothing is missing, and its rule never done.
  set(depfile DEPFILE ${dest}.d)
  file(STRINGS ${td} includes REGEX "^include ")
  if(NOT includes)
    set(depfile "")
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${td})
  endif()
  add_custom_command(OUTPUT ${dest}
    COMMAND ${program} ${ARGN} --write-if-changed
            -I ${ONNC_INCLUDE_DIRS} -I ${LLVM_INCLUDE_DIRS}
            -I ${CMAKE_CURRENT_SOURCE_DIR}
            -d ${dest}.d -o ${dest} ${td}
    DEPENDS ${td} ${dep} ${depfile}
    COMMENT "TableGen ${out}" VERBATIM)
  string(MAKE_C_IDENTIFIER "gen_${out}" target)
  add_custom_target(${target} DEPENDS ${dest})
  add_dependencies(onnc-headers ${target})
endfunction()

# The references that are generated from records; they land in <build>/docs.
add_custom_target(onnc-docs)

# onnc_tablegen_doc(<out.md> <file.td> <generator flag>...)
function(onnc_tablegen_doc out td)
  get_filename_component(td ${td} ABSOLUTE)
  set(dest "${PROJECT_BINARY_DIR}/docs/${out}")
  file(MAKE_DIRECTORY "${PROJECT_BINARY_DIR}/docs")
  add_custom_command(OUTPUT ${dest}
    COMMAND ${ONNC_TBLGEN} ${ARGN} --write-if-changed
            -I ${ONNC_INCLUDE_DIRS} -d ${dest}.d -o ${dest} ${td}
    DEPENDS ${td} ${ONNC_TBLGEN} DEPFILE ${dest}.d
    COMMENT "TableGen ${out}" VERBATIM)
  string(MAKE_C_IDENTIFIER "doc_${out}" target)
  add_custom_target(${target} DEPENDS ${dest})
  add_dependencies(onnc-docs ${target})
endfunction()

# onnc_passes(<Layer>): generates onnc/<Layer>/Passes.{h,cpp}.inc from the
# Passes.td of this directory and enters its passes in the reference.
function(onnc_passes layer)
  onnc_tablegen(onnc/${layer}/Passes.h.inc Passes.td --gen-pass-decls)
  onnc_tablegen(onnc/${layer}/Passes.cpp.inc Passes.td --gen-pass-defs)
  set_property(GLOBAL APPEND PROPERTY ONNC_PASS_FILES onnc/${layer}/Passes.td)
endfunction()
