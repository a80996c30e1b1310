# What every library, program and test of the tree has in common: warnings, sanitizers, the include root.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# weft_precompile(TARGET HEADERS...): without ccache each source reads them anew, a third of its time and more. Not
# nlohmann/json.hpp: what it instantiates would cost every source more than it spares a few.
function(weft_precompile target)
  if(WEFT_UNCACHED)
    target_precompile_headers(${target} PRIVATE <algorithm> <array> <cmath> <cstdint> <functional> <map> <memory>
                              <optional> <set> <span> <string> <utility> <vector> ${ARGN})
    get_target_property(sources ${target} SOURCES)
    foreach(source IN LISTS sources)  # compiled by flags of its own, it can't share what was compiled by others
      get_source_file_property(flags ${source} COMPILE_OPTIONS)
      if(flags)
        set_source_files_properties(${source} PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
      endif()
    endforeach()
    # GCC 12 misreads std::string's operator+ in more ways then, PR 105651
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow)
  endif()
endfunction()

# For what a build without sanitizers and with LibTorch compiles too. That one reads each source by itself, with every
# warning, so that a forgotten include is found on any machine.
function(weft_precompile_again target)
  if(WEFT_SANITIZE OR NOT WEFT_TORCH)
    weft_precompile(${target} ${ARGN})
  endif()
endfunction()

function(weft_target target)
  target_include_directories(${target} PUBLIC ${CMAKE_SOURCE_DIR})
  target_compile_options(${target} PRIVATE -Wall -Wextra -Wshadow -Wconversion -Wno-sign-conversion -Werror
                         -Wno-restrict)  # GCC 12 misreads "literal" + std::string, PR 105651
  target_link_libraries(${target} PUBLIC Threads::Threads)
  if(WEFT_SANITIZE)
    list(JOIN WEFT_SANITIZE "," sanitizers)
    target_compile_options(${target} PUBLIC -fsanitize=${sanitizers} -fno-omit-frame-pointer
                                            -fno-sanitize-recover=all)
    # GCC 12 sees uninitialised std::function in <regex> and <optional> once checks are added, PR 105562
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    target_link_options(${target} PUBLIC -fsanitize=${sanitizers})
  endif()
endfunction()

# weft_test(NAME LIBRARIES...): one Catch2 program of all *_test.cpp in the current folder. tests/CMakeLists.txt says
# which labels there are.
function(weft_test name)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*_test.cpp)
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  weft_target(${name})
  list(LENGTH sources count)
  if(count GREATER 4)
    weft_precompile(${name} <catch2/catch.hpp> <chrono> <fstream> <glm/glm.hpp> <random>)
  endif()
  if(WEFT_UNCACHED)  # what it tests is optimised as ever; of its own code, assertions are most
    target_compile_options(${name} PRIVATE $<IF:$<BOOL:${WEFT_SANITIZE}>,-O0,$<$<CONFIG:Release>:-O1>>)
  endif()
  target_link_libraries(${name} PRIVATE ${ARGN} weft_test_main)
  target_compile_definitions(${name} PRIVATE WEFT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} --order lex)
endfunction()
