# What every library, program and test of the tree has in common: warnings, sanitizers, the include root.
find_package(Threads REQUIRED)
find_package(PkgConfig REQUIRED)

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
  add_executable(${name} ${CMAKE_SOURCE_DIR}/tests/main.cpp ${sources})
  weft_target(${name})
  target_link_libraries(${name} PRIVATE ${ARGN} Catch2::Catch2)
  target_compile_definitions(${name} PRIVATE WEFT_SOURCE_DIR="${CMAKE_SOURCE_DIR}"
                                             WEFT_BINARY_DIR="${CMAKE_BINARY_DIR}")
  add_test(NAME ${name} COMMAND ${name} --order lex)
endfunction()
