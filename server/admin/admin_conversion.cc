#include "server/admin/admin_conversion.h"

#include "absl/status/status.h"

namespace sallyport::server {
namespace {

constexpr int64_t kFirstSecond = -62'135'596'800;  // 0001-01-01T00:00:00Z
constexpr int64_t kLastSecond = 253'402'300'799;   // 9999-12-31T23:59:59Z
constexpr int64_t kTenYears = int64_t{3653} * 24 * 3600;

void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp) {
  const int64_t seconds = absl::ToUnixSeconds(time);
  timestamp->set_seconds(seconds);
  timestamp->set_nanos(
      static_cast<int32_t>(absl::ToInt64Nanoseconds(time - absl::FromUnixSeconds(seconds))));
}

}  // namespace

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
