#ifndef SALLYPORT_PROCESS_READ_STEADILY_H_
#define SALLYPORT_PROCESS_READ_STEADILY_H_

// Reads files that others may be changing meanwhile, and never takes what it read while
// they were. Thread-safe.

#include <cstddef>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace sallyport::process {

// ReadSteadily is what `read` gives, an absl::StatusOr, where `look` gave the same text,
// which is put in `seen`, before and behind it. Unavailable where it did not a few times in
// a row; the message names `path`.
template <typename Look, typename Read>
auto ReadSteadily(const std::string& path, const Look& look, const Read& read, std::string* seen)
    -> decltype(read()) {
  constexpr int kAttempts = 3;
  for (int i = 0; i < kAttempts; ++i) {
    *seen = look();
    auto content = read();
    if (look() == *seen) return content;
  }
  return absl::UnavailableError(
      absl::StrCat("cannot use ", path,
                   ": it was changed each time while it was read; put another into its place by "
                   "renaming"));
}

// ReadStillFile reads a file as ReadFile does, and steadily; one that was changed, or is gone,
// since less than `still_for` only after nothing was done to it for so long. It waits by
// `pause`, which returns true to have it give up: then it fails with Cancelled.
absl::StatusOr<std::string> ReadStillFile(const std::string& path, size_t max_bytes,
                                          absl::Duration still_for,
                                          const std::function<bool(absl::Duration)>& pause);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_READ_STEADILY_H_
