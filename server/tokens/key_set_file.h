#ifndef SALLYPORT_SERVER_TOKENS_KEY_SET_FILE_H_
#define SALLYPORT_SERVER_TOKENS_KEY_SET_FILE_H_

// A key set in a file, which is watched: another content is used without a
// restart. A file that cannot be read any more, or is no key set, is reported to
// the log, and changes nothing; one without keys withdraws all.

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "process/file_watcher.h"
#include "server/tokens/key_set_source.h"

namespace sallyport::server {

// ReadKeySet reads the file at `path`. It fails as process::ReadFile and
// KeySet::Parse do; the message names the path.
absl::StatusOr<std::shared_ptr<const KeySet>> ReadKeySet(const std::string& path);

class KeySetFile : public KeySetSource {
 public:
  // Open reads the file, and looks for another content every `period`. It fails as
  // ReadKeySet does.
  static absl::StatusOr<std::unique_ptr<KeySetFile>> Open(const std::string& path,
                                                          absl::Duration period = absl::Seconds(1));

  std::shared_ptr<const KeySet> Current() override;

  // What the file holds is in use already: nobody waits.
  std::optional<KeySetAnswer> Newest() override { return Current(); }
  void Refresh(KeySetDone done) override { std::move(done)(Current()); }

 private:
  KeySetFile(const std::string& path, absl::Duration period, std::shared_ptr<const KeySet> keys);

  void Reload(const std::string& path);

  absl::Mutex mutex_;
  std::shared_ptr<const KeySet> keys_ ABSL_GUARDED_BY(mutex_);
  // Calls Reload, and so must end before what that uses.
  process::FileWatcher watcher_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_KEY_SET_FILE_H_
