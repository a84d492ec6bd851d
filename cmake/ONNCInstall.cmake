# Installation: the shared library, the public headers (ours and the generated
# ones), the TableGen records and generator that an out-of-tree target needs,
# and the package files for find_package(ONNC).

include(CMakePackageConfigHelpers)
set(ONNC_CMAKEDIR ${CMAKE_INSTALL_LIBDIR}/cmake/ONNC)

install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/onnc
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.h" PATTERN "*.td" PATTERN "*.def")
install(DIRECTORY ${PROJECT_BINARY_DIR}/include/onnc
        DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        FILES_MATCHING PATTERN "*.inc" PATTERN "*.h" PATTERN "*.def")
install(TARGETS onnc-tblgen EXPORT ONNCTargets
        RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(EXPORT ONNCTargets NAMESPACE ONNC:: DESTINATION ${ONNC_CMAKEDIR})
configure_package_config_file(
  ${PROJECT_SOURCE_DIR}/cmake/ONNCConfig.cmake.in
  ${PROJECT_BINARY_DIR}/ONNCConfig.cmake
  INSTALL_DESTINATION ${ONNC_CMAKEDIR})
write_basic_package_version_file(
  ${PROJECT_BINARY_DIR}/ONNCConfigVersion.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_SOURCE_DIR}/cmake/ONNCTableGen.cmake
              ${PROJECT_BINARY_DIR}/ONNCConfig.cmake
              ${PROJECT_BINARY_DIR}/ONNCConfigVersion.cmake
        DESTINATION ${ONNC_CMAKEDIR})
