# cmake -DFILES=<list of files> -DOUT=<file> -P embed.cmake
# Writes a line RUNTIME_FILE("name", R"(text)") for each of the files.
set(text "")
foreach(file IN LISTS FILES)
  get_filename_component(name ${file} NAME)
  file(READ ${file} contents)
  string(APPEND text "RUNTIME_FILE(\"${name}\", R\"onnc(${contents})onnc\")\n")
endforeach()
file(WRITE ${OUT} "${text}#undef RUNTIME_FILE\n")
