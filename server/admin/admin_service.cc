#include "server/admin/admin_service.h"

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"
#include "core/sasl/saslprep/saslprep.h"
#include "process/log.h"
#include "server/admin/admin_conversion.h"
#include "server/rpc/grpc_status.h"

namespace sallyport::server {
namespace {

constexpr int kMaxPageSize = 1000;

// `what` is "name" or "password"; the text itself is never told.
absl::StatusOr<std::string> Prepare(std::string_view what, size_t limit, const std::string& text) {
  std::optional<std::string> prepared = SaslPrepStored(text);
  if (!prepared.has_value()) {
    return absl::InvalidArgumentError(
        absl::StrCat("the ", std::string(what),
                     " has a character that RFC 4013 does not allow in what is stored"));
  }
  if (prepared->empty() || prepared->size() > limit) {
    const bool empty = prepared->empty();
    Wipe(&*prepared);
    return absl::InvalidArgumentError(
        absl::StrCat("the ", std::string(what),
                     empty ? " is empty" : absl::StrCat(" is longer than ", limit, " bytes")));
  }
  return *std::move(prepared);
}

absl::StatusOr<std::string> PrepareName(const std::string& name) {
  return Prepare("name", kMaxUserNameSize, name);
}

absl::Status CheckGroups(const google::protobuf::RepeatedPtrField<std::string>& groups) {
  if (groups.size() > kMaxGroups) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxGroups, " groups"));
  }
  for (const std::string& group : groups) {
    if (group.empty() || group.size() > kMaxGroupSize) {
      return absl::InvalidArgumentError(
          absl::StrCat("a group's name must have from 1 to ", kMaxGroupSize, " bytes"));
    }
  }
  return absl::OkStatus();
}

void LogChange(std::string_view what, std::string_view name) {
  process::Log(process::LogLevel::kInfo, what, {{"user", name}, {"by", "local socket"}});
}

grpc::Status Answer(const absl::StatusOr<UserRecord>& record, v1::User* response) {
  if (!record.ok()) return ToGrpcStatus(record.status());
  *response = ToProto(*record);
  return grpc::Status::OK;
}

// gRPC hands requests out as const, but keeps them, password included, until the call is over.
template <typename Request>
void WipePassword(const Request* request) {
  Wipe(const_cast<Request*>(request)->mutable_password());
}

}  // namespace

absl::StatusOr<std::vector<Credential>> AdminService::NewCredentials(
    const std::string& password, const Schemes& requested) const {
  if (requested.size() > kMaxSchemes) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxSchemes, " schemes"));
  }
  absl::StatusOr<std::string> prepared = Prepare("password", kMaxPasswordSize, password);
  if (!prepared.ok()) return prepared.status();
  std::vector<std::string> schemes(requested.begin(), requested.end());
  if (schemes.empty()) schemes = schemes_;
  absl::StatusOr<std::vector<Credential>> credentials = std::vector<Credential>();
  for (const std::string& scheme : schemes) {
    absl::StatusOr<Credential> credential =
        NewCredential(scheme, *prepared, costs_, SystemRandom());
    if (!credential.ok()) {
      credentials = credential.status();
      break;
    }
    credentials->push_back(*std::move(credential));
  }
  Wipe(&*prepared);
  return credentials;
}

absl::StatusOr<UserRecord> AdminService::Add(const v1::AddUserRequest& request) {
  absl::StatusOr<std::string> name = PrepareName(request.name());
  if (!name.ok()) return name.status();
  if (absl::Status status = CheckGroups(request.groups()); !status.ok()) return status;
  NewUser user{.name = *std::move(name),
               .groups = {request.groups().begin(), request.groups().end()}};
  if (request.has_expires_at()) {
    absl::StatusOr<absl::Time> expires_at = ToTime(request.expires_at());
    if (!expires_at.ok()) return expires_at.status();
    user.expires_at = *expires_at;
  }
  auto credentials = NewCredentials(request.password(), request.schemes());
  if (!credentials.ok()) return credentials.status();
  user.credentials = *std::move(credentials);
  absl::StatusOr<UserRecord> record = directory_.AddUser(user);
  if (record.ok()) LogChange("user added", record->name);
  return record;
}

grpc::Status AdminService::AddUser(grpc::ServerContext*, const v1::AddUserRequest* request,
                                   v1::User* response) {
  const absl::StatusOr<UserRecord> record = Add(*request);
  WipePassword(request);
  return Answer(record, response);
}

absl::StatusOr<UserRecord> AdminService::Replace(const v1::SetPasswordRequest& request) {
  absl::StatusOr<std::string> name = PrepareName(request.name());
  if (!name.ok()) return name.status();
  auto credentials = NewCredentials(request.password(), request.schemes());
  if (!credentials.ok()) return credentials.status();
  absl::StatusOr<UserRecord> record = directory_.ReplaceCredentials(*name, *credentials);
  if (record.ok()) LogChange("user's password set", record->name);
  return record;
}

grpc::Status AdminService::SetPassword(grpc::ServerContext*, const v1::SetPasswordRequest* request,
                                       v1::User* response) {
  const absl::StatusOr<UserRecord> record = Replace(*request);
  WipePassword(request);
  return Answer(record, response);
}

grpc::Status AdminService::SetUserState(grpc::ServerContext*,
                                        const v1::SetUserStateRequest* request,
                                        v1::User* response) {
  absl::StatusOr<std::string> name = PrepareName(request->name());
  if (!name.ok()) return ToGrpcStatus(name.status());
  const absl::StatusOr<UserRecord> record = directory_.SetDisabled(*name, request->disabled());
  if (record.ok()) LogChange(record->disabled ? "user disabled" : "user enabled", record->name);
  return Answer(record, response);
}

grpc::Status AdminService::DeleteUser(grpc::ServerContext*, const v1::DeleteUserRequest* request,
                                      v1::DeleteUserResponse*) {
  absl::StatusOr<std::string> name = PrepareName(request->name());
  if (!name.ok()) return ToGrpcStatus(name.status());
  const absl::Status status = directory_.DeleteUser(*name);
  if (status.ok()) LogChange("user deleted", *name);
  return ToGrpcStatus(status);
}

grpc::Status AdminService::GetUser(grpc::ServerContext*, const v1::GetUserRequest* request,
                                   v1::User* response) {
  absl::StatusOr<std::string> name = PrepareName(request->name());
  if (!name.ok()) return ToGrpcStatus(name.status());
  return Answer(directory_.GetUser(*name), response);
}

grpc::Status AdminService::ListUsers(grpc::ServerContext*, const v1::ListUsersRequest* request,
                                     v1::ListUsersResponse* response) {
  const int page_size = request->page_size() == 0 ? kMaxPageSize : request->page_size();
  const absl::StatusOr<UserPage> page = directory_.ListUsers(page_size, request->page_token());
  if (!page.ok()) return ToGrpcStatus(page.status());
  for (const UserRecord& record : page->users) *response->add_users() = ToProto(record);
  response->set_next_page_token(page->next_page_token);
  return grpc::Status::OK;
}

}  // namespace sallyport::server
