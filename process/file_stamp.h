#ifndef SALLYPORT_PROCESS_FILE_STAMP_H_
#define SALLYPORT_PROCESS_FILE_STAMP_H_

// What tells one state of a file from another without reading it. Thread-safe.

#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace sallyport::process {

// kCoarsestClock bounds the steps of a file system's clock, which could give a second
// change the time of the first.
inline constexpr absl::Duration kCoarsestClock = absl::Milliseconds(100);

// FileStamp differs when the file that symbolic links lead to is another, or was changed.
// Of a file that was changed less than `fresh_for` ago it says so, and so differs once more
// when that time has passed.
std::string FileStamp(const std::string& path, absl::Duration fresh_for = kCoarsestClock);

// IsOfNoFile tells whether a FileStamp says only why there is none.
bool IsOfNoFile(std::string_view stamp);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_FILE_STAMP_H_
