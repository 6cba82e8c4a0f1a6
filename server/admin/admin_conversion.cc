#include "server/admin/admin_conversion.h"

#include <algorithm>

#include "absl/status/status.h"
#include "core/credentials/credential.h"

namespace sallyport::server {
namespace {

constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr int64_t kTenYears = int64_t{3653} * 24 * 3600;

}  // namespace

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp) {
  time = std::clamp(time, absl::FromUnixSeconds(kFirstSecond), absl::FromUnixSeconds(kLastSecond));
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

void SetDuration(absl::Duration duration, google::protobuf::Duration* message) {
  const int64_t seconds = absl::IDivDuration(duration, absl::Seconds(1), &duration);
  message->set_seconds(seconds);
  message->set_nanos(static_cast<int32_t>(absl::ToInt64Nanoseconds(duration)));
}

v1::User ToProto(const UserRecord& record, const std::string& store) {
  v1::User user;
  user.set_name(record.key.name);
  user.set_store(store);
  user.set_tenant(record.key.tenant);
  user.set_disabled(record.disabled);
  if (record.expires_at.has_value()) SetTimestamp(*record.expires_at, user.mutable_expires_at());
  SetTimestamp(record.created_at, user.mutable_created_at());
  SetTimestamp(record.updated_at, user.mutable_updated_at());
  for (const std::string& group : record.groups) user.add_groups(group);
  for (const auto& [name, value] : record.attributes) (*user.mutable_attributes())[name] = value;
  for (const CredentialRecord& credential : record.credentials) {
    v1::CredentialInfo* info = user.add_credentials();
    info->set_id(credential.id);
    info->set_scheme(credential.scheme);
    info->set_iterations(credential.iterations);
    SetTimestamp(credential.created_at, info->mutable_created_at());
    if (credential.expires_at.has_value()) {
      SetTimestamp(*credential.expires_at, info->mutable_expires_at());
    }
  }
  return user;
}

v1::LookUpUserResponse ToProto(const Account& account) {
  v1::LookUpUserResponse response;
  response.set_found(true);
  response.set_disabled(account.disabled);
  if (account.expires_at.has_value()) {
    SetTimestamp(*account.expires_at, response.mutable_expires_at());
  }
  for (const std::string& group : account.groups) response.add_groups(group);
  for (const auto& [name, value] : account.attributes) {
    (*response.mutable_attributes())[name] = value;
  }
  for (const StoredCredential& stored : account.credentials) {
    v1::CredentialInfo* info = response.add_credentials();
    info->set_scheme(std::string(SchemeName(stored.secret)));
    info->set_iterations(CredentialIterations(stored.secret));
    if (stored.created_at.has_value()) {
      SetTimestamp(*stored.created_at, info->mutable_created_at());
    }
    if (stored.expires_at.has_value()) {
      SetTimestamp(*stored.expires_at, info->mutable_expires_at());
    }
  }
  response.set_checks_passwords(account.password_verifier != nullptr);
  return response;
}

absl::StatusOr<absl::Time> ToTime(const google::protobuf::Timestamp& timestamp) {
  if (timestamp.seconds() < kFirstSecond || timestamp.seconds() > kLastSecond ||
      timestamp.nanos() < 0 || timestamp.nanos() > 999'999'999) {
    return absl::InvalidArgumentError("the time must lie in the years 1 to 9999");
  }
  return absl::FromUnixSeconds(timestamp.seconds()) + absl::Nanoseconds(timestamp.nanos());
}

absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration) {
  if (duration.seconds() < 0 || duration.seconds() > kTenYears || duration.nanos() < 0 ||
      duration.nanos() > 999'999'999) {
    return absl::InvalidArgumentError("the duration must be from 0 to ten years");
  }
  return absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
}

}  // namespace sallyport::server
