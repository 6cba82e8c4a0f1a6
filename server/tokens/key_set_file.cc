#include "server/tokens/key_set_file.h"

#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "process/file.h"
#include "process/log.h"

namespace sallyport::server {

absl::StatusOr<std::shared_ptr<const KeySet>> ReadKeySet(const std::string& path) {
  auto text = process::ReadFile(path, kMaxKeySetSize);
  if (!text.ok()) return text.status();
  // It may hold a secret.
  const absl::Cleanup wipe = [&text] { Wipe(&*text); };
  auto keys = KeySet::Parse(*text);
  if (keys.ok()) return keys;
  return absl::Status(keys.status().code(), absl::StrCat(path, ": ", keys.status().message()));
}

absl::StatusOr<std::unique_ptr<KeySetFile>> KeySetFile::Open(const std::string& path,
                                                             absl::Duration period) {
  auto keys = ReadKeySet(path);
  if (!keys.ok()) return keys.status();
  return std::unique_ptr<KeySetFile>(new KeySetFile(path, period, *std::move(keys)));
}

KeySetFile::KeySetFile(const std::string& path, absl::Duration period,
                       std::shared_ptr<const KeySet> keys)
    : keys_(std::move(keys)), watcher_(path, period, [this, path] { Reload(path); }) {}

std::shared_ptr<const KeySet> KeySetFile::Current() {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

void KeySetFile::Reload(const std::string& path) {
  auto keys = ReadKeySet(path);
  if (keys.ok()) {
    LogKeySet(path, **keys);
    absl::MutexLock lock(&mutex_);
    keys_ = *std::move(keys);
  } else {
    process::Log(process::LogLevel::kError, "key set not loaded: the old one stays in use",
                 {{"source", path}, {"error", keys.status().message()}});
  }
}

}  // namespace sallyport::server
