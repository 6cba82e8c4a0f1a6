#ifndef SALLYPORT_SERVER_STORES_FILES_FILE_STAMP_H_
#define SALLYPORT_SERVER_STORES_FILES_FILE_STAMP_H_

// What tells one state of a file from another without reading it. Thread-safe.

#include <sys/stat.h>

#include <string>

namespace sallyport::server {

// FileStamp differs when the file that symbolic links lead to is another, or was changed.
// Of a file that was changed just now it says so: the clock of a file system is coarse,
// and could give a second change the time of the first.
std::string FileStamp(const std::string& path);

// IsOpenToOthers tells whether any user of this machine may read or change the file.
bool IsOpenToOthers(const struct stat& file);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_FILES_FILE_STAMP_H_
