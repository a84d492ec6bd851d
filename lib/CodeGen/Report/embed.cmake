# cmake -DDIRECTORY=<directory of page.*> -DOUT=<file> -P embed.cmake
# Joins the page of reports to one text and writes it as a C++ string literal.
foreach(part html css js)
  file(READ ${DIRECTORY}/page.${part} ${part})
endforeach()
string(REPLACE "@STYLE@" "${css}" html "${html}")
string(REPLACE "@SCRIPT@" "${js}" html "${html}")
file(WRITE ${OUT} "R\"onnc(${html})onnc\"\n")
