#include "server/admin/admin_service.h"

#include <map>
#include <optional>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "core/credentials/secret.h"
#include "core/crypto/random_source.h"
#include "process/log.h"
#include "server/admin/admin_conversion.h"
#include "server/admin/user_input.h"
#include "server/rpc/grpc_status.h"

namespace sallyport::server {
namespace {

constexpr int kMaxPageSize = 1000;

void LogChange(std::string_view what, const CredentialStore& store, const UserKey& user) {
  process::Log(process::LogLevel::kInfo, what,
               {{"user", user.name},
                {"store", store.name()},
                {"tenant", user.tenant},
                {"by", "local socket"}});
}

grpc::Status Answer(absl::StatusOr<v1::User> user, v1::User* response) {
  if (!user.ok()) return ToGrpcStatus(user.status());
  *response = *std::move(user);
  return grpc::Status::OK;
}

// gRPC hands requests out as const, but keeps them, password included, until the call is over.
template <typename Request>
void WipePassword(const Request* request) {
  Wipe(const_cast<Request*>(request)->mutable_password());
}

}  // namespace

template <typename Request>
absl::StatusOr<AdminService::Place> AdminService::FindPlace(const Request& request) const {
  auto store = find_store_(request.store());
  if (!store.ok()) return store.status();
  if (absl::Status status = CheckTenant(request.tenant()); !status.ok()) return status;
  if ((*store)->per_tenant() && request.tenant().empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "the store '", (*store)->name(), "' keeps its users apart by tenant: name a tenant"));
  }
  if (!(*store)->per_tenant() && !request.tenant().empty()) {
    return absl::InvalidArgumentError(absl::StrCat("the users of the store '", (*store)->name(),
                                                   "' are those of all tenants: name none"));
  }
  return Place{*std::move(store), request.tenant()};
}

template <typename Request>
absl::StatusOr<AdminService::Subject> AdminService::FindSubject(const Request& request) const {
  absl::StatusOr<Place> place = FindPlace(request);
  if (!place.ok()) return place.status();
  absl::StatusOr<std::string> name = PrepareName(request.name());
  if (!name.ok()) return name.status();
  UserKey key{place->tenant, *std::move(name)};
  return Subject{*std::move(place), std::move(key)};
}

absl::StatusOr<std::vector<Credential>> AdminService::MakeCredentials(
    const std::string& password, const Schemes& requested) const {
  if (requested.size() > kMaxSchemes) {
    return absl::InvalidArgumentError(absl::StrCat("more than ", kMaxSchemes, " schemes"));
  }
  absl::StatusOr<std::string> prepared = PreparePassword(password);
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

absl::StatusOr<v1::User> AdminService::Add(const v1::AddUserRequest& request) {
  absl::StatusOr<Subject> subject = FindSubject(request);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  NewUser user{.key = key,
               .groups = {request.groups().begin(), request.groups().end()},
               .attributes = {request.attributes().begin(), request.attributes().end()}};
  if (absl::Status status = CheckGroups(user.groups); !status.ok()) return status;
  if (absl::Status status = CheckAttributes(user.attributes); !status.ok()) return status;
  if (request.has_expires_at()) {
    absl::StatusOr<absl::Time> expires_at = ToTime(request.expires_at());
    if (!expires_at.ok()) return expires_at.status();
    user.expires_at = *expires_at;
  }
  auto credentials = MakeCredentials(request.password(), request.schemes());
  if (!credentials.ok()) return credentials.status();
  user.credentials = *std::move(credentials);
  const absl::StatusOr<UserRecord> record = place.directory().AddUser(user);
  if (!record.ok()) return record.status();
  LogChange("user added", *place.store, key);
  return ToProto(*record, place.store->name());
}

grpc::Status AdminService::AddUser(grpc::ServerContext*, const v1::AddUserRequest* request,
                                   v1::User* response) {
  absl::StatusOr<v1::User> user = Add(*request);
  WipePassword(request);
  return Answer(std::move(user), response);
}

absl::StatusOr<v1::User> AdminService::Replace(const v1::SetPasswordRequest& request) {
  absl::StatusOr<Subject> subject = FindSubject(request);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  NewCredentials change;
  if (request.has_keep_old_for()) {
    const absl::StatusOr<absl::Duration> keep = ToDuration(request.keep_old_for());
    if (!keep.ok()) return keep.status();
    change.old_valid_until = absl::Now() + *keep;
  }
  auto credentials = MakeCredentials(request.password(), request.schemes());
  if (!credentials.ok()) return credentials.status();
  change.credentials = *std::move(credentials);
  const absl::StatusOr<UserRecord> record = place.directory().ReplaceCredentials(key, change);
  if (!record.ok()) return record.status();
  LogChange(change.old_valid_until.has_value() ? "user's password set, and the old one kept"
                                               : "user's password set",
            *place.store, key);
  return ToProto(*record, place.store->name());
}

grpc::Status AdminService::SetPassword(grpc::ServerContext*, const v1::SetPasswordRequest* request,
                                       v1::User* response) {
  absl::StatusOr<v1::User> user = Replace(*request);
  WipePassword(request);
  return Answer(std::move(user), response);
}

absl::StatusOr<v1::User> AdminService::SetState(const v1::SetUserStateRequest& request) {
  absl::StatusOr<Subject> subject = FindSubject(request);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  const absl::StatusOr<UserRecord> record =
      place.directory().UpdateUser(key, {.disabled = request.disabled()});
  if (!record.ok()) return record.status();
  LogChange(record->disabled ? "user disabled" : "user enabled", *place.store, key);
  return ToProto(*record, place.store->name());
}

grpc::Status AdminService::SetUserState(grpc::ServerContext*,
                                        const v1::SetUserStateRequest* request,
                                        v1::User* response) {
  return Answer(SetState(*request), response);
}

absl::StatusOr<v1::User> AdminService::Update(const v1::UpdateUserRequest& request) {
  absl::StatusOr<Subject> subject = FindSubject(request);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  UserChange change;
  if (request.has_groups()) {
    const auto& names = request.groups().names();
    change.groups.emplace(names.begin(), names.end());
    if (absl::Status status = CheckGroups(*change.groups); !status.ok()) return status;
  }
  if (request.has_expires_at()) {
    absl::StatusOr<absl::Time> expires_at = ToTime(request.expires_at());
    if (!expires_at.ok()) return expires_at.status();
    change.expires_at = *expires_at;
  } else if (request.never_expires()) {
    change.expires_at = absl::InfiniteFuture();
  }
  absl::MutexLock lock(&update_mutex_);
  if (!request.set_attributes().empty() || !request.remove_attributes().empty()) {
    absl::StatusOr<UserRecord> now = place.directory().GetUser(key);
    if (!now.ok()) return now.status();
    change.attributes = std::move(now->attributes);
    for (const std::string& name : request.remove_attributes()) change.attributes->erase(name);
    for (const auto& [name, value] : request.set_attributes()) {
      change.attributes->insert_or_assign(name, value);
    }
    if (absl::Status status = CheckAttributes(*change.attributes); !status.ok()) return status;
  }
  const absl::StatusOr<UserRecord> record = place.directory().UpdateUser(key, change);
  if (!record.ok()) return record.status();
  LogChange("user changed", *place.store, key);
  return ToProto(*record, place.store->name());
}

grpc::Status AdminService::UpdateUser(grpc::ServerContext*, const v1::UpdateUserRequest* request,
                                      v1::User* response) {
  return Answer(Update(*request), response);
}

absl::Status AdminService::Delete(const v1::DeleteUserRequest& request) {
  absl::StatusOr<Subject> subject = FindSubject(request);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  const absl::Status status = place.directory().DeleteUser(key);
  if (status.ok()) LogChange("user deleted", *place.store, key);
  return status;
}

grpc::Status AdminService::DeleteUser(grpc::ServerContext*, const v1::DeleteUserRequest* request,
                                      v1::DeleteUserResponse*) {
  return ToGrpcStatus(Delete(*request));
}

absl::StatusOr<v1::User> AdminService::Get(const v1::GetUserRequest& request) {
  absl::StatusOr<Subject> subject = FindSubject(request);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  const absl::StatusOr<UserRecord> record = place.directory().GetUser(key);
  if (!record.ok()) return record.status();
  return ToProto(*record, place.store->name());
}

grpc::Status AdminService::GetUser(grpc::ServerContext*, const v1::GetUserRequest* request,
                                   v1::User* response) {
  return Answer(Get(*request), response);
}

absl::Status AdminService::List(const v1::ListUsersRequest& request,
                                v1::ListUsersResponse* response) {
  const absl::StatusOr<Place> place = FindPlace(request);
  if (!place.ok()) return place.status();
  const int page_size = request.page_size() == 0 ? kMaxPageSize : request.page_size();
  const absl::StatusOr<UserPage> page =
      place->directory().ListUsers(place->tenant, page_size, request.page_token());
  if (!page.ok()) return page.status();
  for (const UserRecord& record : page->users) {
    *response->add_users() = ToProto(record, place->store->name());
  }
  response->set_next_page_token(page->next_page_token);
  return absl::OkStatus();
}

grpc::Status AdminService::ListUsers(grpc::ServerContext*, const v1::ListUsersRequest* request,
                                     v1::ListUsersResponse* response) {
  return ToGrpcStatus(List(*request, response));
}

}  // namespace sallyport::server
