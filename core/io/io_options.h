#ifndef SALLYPORT_CORE_IO_IO_OPTIONS_H_
#define SALLYPORT_CORE_IO_IO_OPTIONS_H_

// The options of an io, by name. Plain data.

#include <cstdint>
#include <map>
#include <string>
#include <variant>

namespace sallyport {

// IoOptionValue is what an option is set to.
using IoOptionValue = std::variant<bool, int64_t, std::string>;

// IoOptions are options that were retrieved from an io, to be set on another.
using IoOptions = std::map<std::string, IoOptionValue>;

}  // namespace sallyport

#endif  // SALLYPORT_CORE_IO_IO_OPTIONS_H_
