#ifndef SALLYPORT_PROCESS_VERSION_H_
#define SALLYPORT_PROCESS_VERSION_H_

// The version of every program here: they are released together.

#include <string_view>

namespace sallyport::process {

// kVersion is in the form of semver.org.
inline constexpr std::string_view kVersion = "0.1.0";

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_VERSION_H_
