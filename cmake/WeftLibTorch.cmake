# LibTorch from the folder of a PyPI wheel, as the imported target weft_libtorch: CPU part only. Its own find_package
# needs nvcc at configure time on a CUDA wheel, and a program that links the CUDA part starts 0.7 s later even where
# there is no GPU; so CUDA is opened at run time (analysis/torch/device.cpp).
if(DEFINED ENV{XDG_DATA_HOME})
  set(_weft_data_home "$ENV{XDG_DATA_HOME}")
else()
  set(_weft_data_home "$ENV{HOME}/.local/share")
endif()
set(WEFT_LIBTORCH "${_weft_data_home}/weft/libtorch-2.11.0" CACHE PATH "Folder that holds the wheel's torch/ and nvidia/")

foreach(_needed torch/lib/libtorch_cpu.so torch/lib/libc10.so torch/include/ATen/core/Tensor.h
                nvidia/cu13/lib/libcudart.so.13)
  if(NOT EXISTS "${WEFT_LIBTORCH}/${_needed}")
    message(FATAL_ERROR
            "LibTorch is not complete: \"${WEFT_LIBTORCH}/${_needed}\" is missing.\n"
            "Run scripts/run, which installs it; or pass -DWEFT_LIBTORCH=FOLDER (the folder that holds torch/ and "
            "nvidia/), or -DWEFT_TORCH=OFF to build without live analysis.")
  endif()
endforeach()

set(_weft_torch_lib "${WEFT_LIBTORCH}/torch/lib")
add_library(weft_libtorch INTERFACE IMPORTED GLOBAL)
target_include_directories(weft_libtorch INTERFACE "${WEFT_LIBTORCH}/torch/include")  # imported: SYSTEM
target_link_libraries(weft_libtorch INTERFACE "${_weft_torch_lib}/libtorch_cpu.so" "${_weft_torch_lib}/libc10.so")
# Its folder is in the run path of what links it because CMake puts that of every library named by its path there.
target_link_options(weft_libtorch INTERFACE "LINKER:-rpath-link,${WEFT_LIBTORCH}/nvidia/cu13/lib")
