#include "server/admin/user_calls.h"

#include <map>
#include <string>
#include <utility>

#include "server/admin/admin_conversion.h"
#include "server/admin/new_secrets.h"
#include "server/admin/user_input.h"
#include "server/admin/user_place.h"

namespace sallyport::server {
namespace {

constexpr int kMaxPageSize = 1000;

template <typename Request>
absl::StatusOr<UserSubject> Find(const AdminCall& call, const Request& request,
                                 audit::ChangeRecord* record) {
  return FindSubject(*call.active, request.store(), request.tenant(), request.name(), record);
}

absl::Status Answer(const absl::StatusOr<UserRecord>& record, const UserPlace& place,
                    v1::User* response) {
  if (record.ok()) *response = ToProto(*record, place.store->name());
  return record.status();
}

// Without the attributes: what they will be depends on what they are.
absl::StatusOr<UserChange> ReadChange(const v1::UpdateUserRequest& request) {
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
  return change;
}

absl::StatusOr<std::map<std::string, std::string>> ChangeAttributes(
    const v1::UpdateUserRequest& request, std::map<std::string, std::string> attributes) {
  for (const std::string& name : request.remove_attributes()) attributes.erase(name);
  for (const auto& [name, value] : request.set_attributes()) {
    attributes.insert_or_assign(name, value);
  }
  if (absl::Status status = CheckAttributes(attributes); !status.ok()) return status;
  return attributes;
}

}  // namespace

absl::Status UserCalls::Add(const AdminCall& call, const v1::AddUserRequest& request,
                            audit::ChangeRecord* record, v1::User* response) const {
  absl::StatusOr<UserSubject> subject = Find(call, request, record);
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
  auto credentials =
      MakeCredentials(request.password(), {request.schemes().begin(), request.schemes().end()},
                      call.active->policy->CredentialRulesOf(place.tenant), nullptr, slots_);
  if (!credentials.ok()) return credentials.status();
  user.credentials = *std::move(credentials);
  return Answer(place.directory().AddUser(user), place, response);
}

absl::Status UserCalls::SetState(const AdminCall& call, const v1::SetUserStateRequest& request,
                                 audit::ChangeRecord* record, v1::User* response) const {
  absl::StatusOr<UserSubject> subject = Find(call, request, record);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  return Answer(place.directory().UpdateUser(key, {.disabled = request.disabled()}), place,
                response);
}

absl::Status UserCalls::Update(const AdminCall& call, const v1::UpdateUserRequest& request,
                               audit::ChangeRecord* record, v1::User* response) const {
  absl::StatusOr<UserSubject> subject = Find(call, request, record);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  const absl::StatusOr<UserChange> change = ReadChange(request);
  if (!change.ok()) return change.status();
  const auto edit = [&](const UserRecord& now) -> absl::StatusOr<UserChange> {
    UserChange all = *change;
    if (request.set_attributes().empty() && request.remove_attributes().empty()) return all;
    auto attributes = ChangeAttributes(request, now.attributes);
    if (!attributes.ok()) return attributes.status();
    all.attributes = *std::move(attributes);
    return all;
  };
  return Answer(place.directory().EditUser(key, edit), place, response);
}

absl::Status UserCalls::Delete(const AdminCall& call, const v1::DeleteUserRequest& request,
                               audit::ChangeRecord* record) const {
  absl::StatusOr<UserSubject> subject = Find(call, request, record);
  if (!subject.ok()) return subject.status();
  return subject->place.directory().DeleteUser(subject->key);
}

absl::Status UserCalls::Get(const AdminCall& call, const v1::GetUserRequest& request,
                            v1::User* response) const {
  absl::StatusOr<UserSubject> subject = Find(call, request, nullptr);
  if (!subject.ok()) return subject.status();
  const auto& [place, key] = *subject;
  return Answer(place.directory().GetUser(key), place, response);
}

absl::Status UserCalls::List(const AdminCall& call, const v1::ListUsersRequest& request,
                             v1::ListUsersResponse* response) const {
  const absl::StatusOr<UserPlace> place =
      FindPlace(*call.active, request.store(), request.tenant());
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

}  // namespace sallyport::server
