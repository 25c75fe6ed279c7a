# Warnings, sanitizers and optimisation, private to our own targets.
add_library(waymark_options INTERFACE)
target_compile_options(waymark_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  -Wold-style-cast -Woverloaded-virtual -Wcast-align -Wimplicit-fallthrough
  # g++ 12 sees overlaps in `"text" + std::to_string(n)` (GCC bug 105651).
  $<$<CXX_COMPILER_ID:GNU>:-Wno-restrict>
  $<$<BOOL:${WAYMARK_WERROR}>:-Werror>)
target_compile_definitions(waymark_options INTERFACE
  # Asio and Beast are compiled once, in common/asio.cpp.
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION
  BOOST_ASIO_NO_DEPRECATED)

if(WAYMARK_SANITIZE)
  add_compile_options(-fsanitize=${WAYMARK_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${WAYMARK_SANITIZE})
endif()

# Headers that most files include are parsed once. The library exists for its precompiled header.
file(WRITE ${PROJECT_BINARY_DIR}/precompiled.cpp "")
add_library(waymark_precompiled OBJECT ${PROJECT_BINARY_DIR}/precompiled.cpp)
target_include_directories(waymark_precompiled PRIVATE ${PROJECT_SOURCE_DIR})
target_link_libraries(waymark_precompiled PRIVATE
  waymark_options Boost::headers Boost::json Boost::url fmt::fmt PkgConfig::hiredis Threads::Threads)
target_precompile_headers(waymark_precompiled PRIVATE ${PROJECT_SOURCE_DIR}/cmake/precompiled.hpp)

# A program of few lines; `waymark_library` is where the code is.
function(waymark_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE waymark_options)
  target_precompile_headers(${name} REUSE_FROM waymark_precompiled)
endfunction()

# Every part adds its sources by target_sources() from its own folder.
function(waymark_library name)
  add_library(${name} STATIC)
  target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
  target_link_libraries(${name} PRIVATE waymark_options)
  target_precompile_headers(${name} REUSE_FROM waymark_precompiled)
endfunction()
