#include "server/admin/import_user.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "core/credentials/credential.h"
#include "server/admin/admin_conversion.h"
#include "server/admin/user_input.h"
#include "server/admin/user_place.h"

namespace sallyport::server {
namespace {

absl::StatusOr<std::vector<Credential>> ReadCredentials(const v1::ImportUserRequest& request) {
  if (static_cast<size_t>(request.credentials_size()) > kMaxImportedCredentials) {
    return absl::InvalidArgumentError(
        absl::StrCat("more than ", kMaxImportedCredentials, " credentials"));
  }
  std::vector<Credential> credentials;
  for (const std::string& text : request.credentials()) {
    absl::StatusOr<Credential> credential = ParseCredential(text);
    if (!credential.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("credential ", credentials.size() + 1, ": ", credential.status().message()));
    }
    credentials.push_back(*std::move(credential));
  }
  return credentials;
}

absl::StatusOr<NewUser> ReadUser(const v1::ImportUserRequest& request, const UserKey& key) {
  NewUser user{.key = key,
               .groups = {request.groups().begin(), request.groups().end()},
               .attributes = {request.attributes().begin(), request.attributes().end()},
               .disabled = request.disabled()};
  if (absl::Status status = CheckGroups(user.groups); !status.ok()) return status;
  if (absl::Status status = CheckAttributes(user.attributes); !status.ok()) return status;
  auto credentials = ReadCredentials(request);
  if (!credentials.ok()) return credentials.status();
  user.credentials = *std::move(credentials);
  return user;
}

absl::StatusOr<UserRecord> Replace(UserDirectory& directory, const NewUser& user) {
  absl::StatusOr<UserRecord> replaced = directory.ReplaceUser(user);
  if (!absl::IsNotFound(replaced.status())) return replaced;
  return absl::AbortedError(absl::StrCat("nothing was changed: the user '", user.key.name,
                                         "' was deleted meanwhile, try again"));
}

}  // namespace

absl::Status ImportUser(const AdminCall& call, const v1::ImportUserRequest& request,
                        audit::ChangeRecord* record, v1::ImportUserResponse* response) {
  const absl::StatusOr<UserSubject> subject =
      FindSubject(*call.active, request.store(), request.tenant(), request.name(), record);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  if (!v1::OnConflict_IsValid(request.on_conflict())) {
    return absl::InvalidArgumentError("on_conflict is none of fail, skip and replace");
  }
  const absl::StatusOr<NewUser> user = ReadUser(request, key);
  if (!user.ok()) return user.status();
  UserDirectory& directory = place.directory();
  absl::StatusOr<UserRecord> stored = directory.AddUser(*user);
  v1::ImportResult result = v1::IMPORT_RESULT_ADDED;
  record->detail = "added";
  if (absl::IsAlreadyExists(stored.status())) {
    if (request.on_conflict() == v1::ON_CONFLICT_SKIP) {
      result = v1::IMPORT_RESULT_SKIPPED;
      record->detail = "skipped: there is such a user";
      stored = directory.GetUser(key);
    } else if (request.on_conflict() == v1::ON_CONFLICT_REPLACE) {
      result = v1::IMPORT_RESULT_REPLACED;
      record->detail = "replaced";
      stored = Replace(directory, *user);
    }
  }
  if (!stored.ok()) return stored.status();
  response->set_result(result);
  *response->mutable_user() = ToProto(*stored, place.store->name());
  return absl::OkStatus();
}

}  // namespace sallyport::server
