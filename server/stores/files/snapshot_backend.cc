#include "server/stores/files/snapshot_backend.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "process/log.h"
#include "process/read_steadily.h"

namespace sallyport::server {
namespace {

using process::Log;
using process::LogLevel;

void LogUsers(const std::string& store, const std::string& path, const UserSnapshot& users) {
  constexpr size_t kMaxLogged = 20;
  Log(LogLevel::kInfo, "users read",
      {{"store", store},
       {"path", path},
       {"users", users.size()},
       {"problems", users.problems.size()}});
  for (size_t i = 0; i < users.problems.size() && i < kMaxLogged; ++i) {
    const FileProblem& problem = users.problems[i];
    Log(LogLevel::kError, "entry of a users' file not taken as it is",
        {{"store", store}, {"place", problem.place}, {"error", problem.what}});
  }
  if (users.problems.size() > kMaxLogged) {
    Log(LogLevel::kError, "more entries of users' files not taken as they are",
        {{"store", store}, {"entries", users.problems.size() - kMaxLogged}});
  }
  if (users.open_files > 0) {
    Log(LogLevel::kWarning, "stored secrets are open to every user of this machine; chmod o-rw",
        {{"store", store}, {"path", users.open_file}, {"files", users.open_files}});
  }
}

}  // namespace

absl::StatusOr<std::unique_ptr<SnapshotBackend>> SnapshotBackend::Create(
    std::string store, std::unique_ptr<UserSource> source, absl::Duration period,
    StoreChanges& changes) {
  std::unique_ptr<SnapshotBackend> backend(
      new SnapshotBackend(std::move(store), std::move(source), changes));
  std::string look;
  auto users = backend->ReadSteadily(&look);
  if (!users.ok()) return users.status();
  backend->Use(*std::move(users));
  SnapshotBackend* const self = backend.get();
  backend->watcher_.emplace(
      std::move(look), [self] { return self->source_->Look(); }, period,
      [self] { return self->Reload(); });
  return backend;
}

SnapshotBackend::SnapshotBackend(std::string store, std::unique_ptr<UserSource> source,
                                 StoreChanges& changes)
    : store_(std::move(store)), source_(std::move(source)), changes_(changes) {}

void SnapshotBackend::Read(const UserKey& user, LookupDone done) {
  std::shared_ptr<const UserSnapshot> users;
  {
    absl::ReaderMutexLock lock(&mutex_);
    users = users_;
  }
  std::move(done)(users->Find(user));
}

void SnapshotBackend::Ping(absl::AnyInvocable<void(absl::Status) &&> done) {
  absl::Status status;
  {
    absl::ReaderMutexLock lock(&mutex_);
    status = status_;
  }
  if (!status.ok()) {
    status = absl::UnavailableError(
        absl::StrCat("the users are those from before a change: ", status.message()));
  }
  std::move(done)(std::move(status));
}

absl::StatusOr<std::shared_ptr<UserSnapshot>> SnapshotBackend::ReadSteadily(std::string* look) {
  return process::ReadSteadily(
      source_->path(), [this] { return source_->Look(); }, [this] { return source_->Read(); },
      look);
}

bool SnapshotBackend::Reload() {
  std::string look;
  auto users = ReadSteadily(&look);
  if (users.ok()) {
    Use(*std::move(users));
    return true;
  }
  bool is_news = false;
  {
    absl::MutexLock lock(&mutex_);
    is_news = status_ != users.status();
    status_ = users.status();
  }
  if (is_news) {
    Log(LogLevel::kError, "users not read: those from before stay in use",
        {{"store", store_}, {"path", source_->path()}, {"error", users.status().message()}});
  }
  return !absl::IsUnavailable(users.status());
}

void SnapshotBackend::Use(std::shared_ptr<UserSnapshot> users) {
  LogUsers(store_, source_->path(), *users);
  users->problems.clear();
  // The old ones are let go of under no lock: there may be many.
  std::shared_ptr<const UserSnapshot> replaced = std::move(users);
  {
    absl::MutexLock lock(&mutex_);
    replaced.swap(users_);
    status_ = absl::OkStatus();
  }
  changes_.AllChanged();
}

}  // namespace sallyport::server
