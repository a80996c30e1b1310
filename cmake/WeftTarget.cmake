# What every library, program and test of the tree has in common: warnings, sanitizers, the include root.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

# weft_precompile(TARGET HEADERS...): each source would read them anew, a third of its time and more. Not
# nlohmann/json.hpp: what it instantiates would cost every source more than it spares a few.
function(weft_precompile target)
  if(WEFT_PRECOMPILE)
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
    target_compile_options(${target} PRIVATE -Wno-array-bounds -Wno-stringop-overflow -Wno-stringop-overread)
    target_compile_options(${target} PRIVATE -fpch-preprocess)  # ccache asks for it
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
    if("undefined" IN_LIST WEFT_SANITIZE)
      # Checked at every access to a member, which doubles the compiling. A null pointer ends the program anyway, and an
      # access beyond an object is for "address"; wrong alignment and wrong dynamic types go unseen.
      target_compile_options(${target} PUBLIC -fno-sanitize=null,alignment,object-size,vptr)
    endif()
    # GCC 12 sees uninitialised std::function in <regex> and <optional> once checks are added, PR 105562
    target_compile_options(${target} PRIVATE -Wno-maybe-uninitialized)
    target_link_options(${target} PUBLIC -fsanitize=${sanitizers})
  endif()
endfunction()

# weft_test(NAME LIBRARIES... [THREADS STEMS...]): one Catch2 program of all *_test.cpp in the current folder; those
# named by THREADS run under ThreadSanitizer too, and are all that is compiled for it.
function(weft_test name)
  cmake_parse_arguments(PARSE_ARGV 1 test "" "" THREADS)
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*_test.cpp ${CMAKE_CURRENT_SOURCE_DIR}/*/*_test.cpp)
  if(test_THREADS AND WEFT_SANITIZE STREQUAL "thread")
    list(TRANSFORM test_THREADS REPLACE "(.+)" "${CMAKE_CURRENT_SOURCE_DIR}/\\1_test.cpp")
    set(sources ${test_THREADS})
  endif()
  if(NOT sources)
    return()
  endif()
  add_executable(${name} ${sources})
  weft_target(${name})
  list(LENGTH sources count)
  if(count GREATER 4)
    weft_precompile(${name} <catch2/catch.hpp> <chrono> <fstream> <glm/glm.hpp> <random>)
  endif()
  if(WEFT_PRECOMPILE)  # of its own code, assertions are most
    target_compile_options(${name} PRIVATE $<IF:$<BOOL:${WEFT_SANITIZE}>,-O0,$<$<CONFIG:Release>:-O1>>)
  endif()
  target_link_libraries(${name} PRIVATE ${test_UNPARSED_ARGUMENTS} weft_test_main)
  target_compile_definitions(${name} PRIVATE WEFT_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
  add_test(NAME ${name} COMMAND ${name} --order lex)
  if(test_THREADS)
    set_tests_properties(${name} PROPERTIES LABELS "threads")
  endif()
endfunction()
