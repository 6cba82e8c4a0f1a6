#include "process/read_steadily.h"

#include "process/file.h"
#include "process/file_stamp.h"

namespace sallyport::process {

absl::StatusOr<std::string> ReadStillFile(const std::string& path, size_t max_bytes,
                                          absl::Duration still_for,
                                          const std::function<bool(absl::Duration)>& pause) {
  std::string seen;
  const auto look = [&path] { return FileStamp(path, absl::ZeroDuration()); };
  const auto read = [&]() -> absl::StatusOr<std::string> {
    // Also where a clock that is wrong says that it will be changed: what is waited for is
    // that it looks the same afterwards.
    const bool still = !IsOfNoFile(seen) && FileStamp(path, still_for) == seen;
    if (!still && pause(still_for)) {
      return absl::CancelledError(absl::StrCat("cannot read ", path, ": nobody waits any more"));
    }
    return ReadFile(path, max_bytes);
  };
  return ReadSteadily(path, look, read, &seen);
}

}  // namespace sallyport::process
