#ifndef SALLYPORT_PROCESS_NEAREST_NAME_H_
#define SALLYPORT_PROCESS_NEAREST_NAME_H_

// Guesses what a mistyped name was meant to be.

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace sallyport::process {

// NearestName is the one of `candidates` that takes the fewest edits to come
// from `name`; nothing where even that is too far away to be meant.
std::optional<std::string> NearestName(std::string_view name,
                                       std::span<const std::string> candidates);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_NEAREST_NAME_H_
