// Limits on time hold for optimised builds without sanitizers; elsewhere the figure is only printed.
#pragma once

namespace weft {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__) || !defined(__OPTIMIZE__)
constexpr double slow_build_factor = 1000.0;
#else
constexpr double slow_build_factor = 1.0;
#endif

}  // namespace weft
