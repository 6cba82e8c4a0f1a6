#ifndef SALLYPORT_TESTS_SERVER_STORES_FILES_USER_FILES_H_
#define SALLYPORT_TESTS_SERVER_STORES_FILES_USER_FILES_H_

// A folder for users' files, and a backend that reads them. In tests only.

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/credentials/key_derivation.h"
#include "gtest/gtest.h"
#include "server/stores/store_backend.h"
#include "tests/server/stores/files/recording_changes.h"

namespace sallyport::server {

class UserFiles : public testing::Test {
 protected:
  UserFiles() {
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directories(folder_);
  }
  ~UserFiles() override {
    backend_.reset();
    std::filesystem::remove_all(folder_);
  }

  std::string Path(const std::string& name) const { return folder_ + "/" + name; }

  // Puts a file into its place by renaming, readable for its owner only.
  void Put(const std::string& name, const std::string& content) const {
    const std::string fresh = Path("." + std::to_string(getpid()) + ".new");
    std::ofstream(fresh) << content;
    using std::filesystem::perms;
    std::filesystem::permissions(fresh, perms::owner_read | perms::owner_write);
    std::filesystem::rename(fresh, Path(name));
  }

  // Writes into the file that is there.
  void Overwrite(const std::string& name, const std::string& content) const {
    std::ofstream(Path(name)) << content;
  }

  std::shared_ptr<const Account> Find(const std::string& name,
                                      const std::string& tenant = "") const {
    std::optional<LookupResult> answer;
    backend_->Read({tenant, name}, [&](LookupResult result) { answer = std::move(result); });
    // On the caller's thread: there is nothing to wait for.
    EXPECT_TRUE(answer.has_value() && answer->ok());
    return **answer;
  }

  // Whether the user may log in, and with this password.
  bool Takes(const std::string& name, std::string_view password,
             const std::string& tenant = "") const {
    const auto account = Find(name, tenant);
    if (account == nullptr || account->disabled) return false;
    PasswordCheck check{Secret(password), {}};
    for (const StoredCredential& stored : account->credentials) {
      check.credentials.push_back(stored.secret);
    }
    const DerivationAnswer answer = Derive(check);
    const auto* const verdict = std::get_if<PasswordVerdict>(&answer);
    return verdict != nullptr && verdict->matches;
  }

  // A user who is known, may log in as far as that is known, and has no credential.
  bool HasNoCredential(const std::string& name) const {
    const auto account = Find(name);
    return account != nullptr && !account->disabled && account->credentials.empty();
  }

  absl::Status Ping() const {
    std::optional<absl::Status> answer;
    backend_->Ping([&](absl::Status status) { answer = std::move(status); });
    EXPECT_TRUE(answer.has_value());
    return *answer;
  }

  const std::string folder_ = testing::TempDir() + "/user_files";
  RecordingChanges changes_;
  std::unique_ptr<StoreBackend> backend_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_FILES_USER_FILES_H_
