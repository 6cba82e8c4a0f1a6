#ifndef SALLYPORT_PROCESS_FILE_STAMP_H_
#define SALLYPORT_PROCESS_FILE_STAMP_H_

// Tells whether a file is still what it was, without reading it. Thread-safe.

#include <string>

namespace sallyport::process {

// FileStamp is another text for each file that `path` leads to, and whenever that was
// written to; empty where there is none.
std::string FileStamp(const std::string& path);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_FILE_STAMP_H_
