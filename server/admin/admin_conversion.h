#ifndef SALLYPORT_SERVER_ADMIN_ADMIN_CONVERSION_H_
#define SALLYPORT_SERVER_ADMIN_ADMIN_CONVERSION_H_

// Between admin.proto's messages and the stores' types. Thread-safe.

#include <google/protobuf/duration.pb.h>
#include <google/protobuf/timestamp.pb.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/account.h"
#include "sallyport/v1/admin.pb.h"
#include "server/stores/user_directory.h"

namespace sallyport::server {

// ToProto is a user of `store`. It never carries a secret: the record has none.
v1::User ToProto(const UserRecord& record, const std::string& store);

// ToProto is what a store says of a user to a login, without the secrets.
v1::LookUpUserResponse ToProto(const Account& account);

// SetTimestamp sets the time, or what is next to it in the years 1 to 9999.
void SetTimestamp(absl::Time time, google::protobuf::Timestamp* timestamp);

// SetDuration takes what is not infinite.
void SetDuration(absl::Duration duration, google::protobuf::Duration* message);

// ToTime is InvalidArgument for what is no valid Timestamp (years 1 to 9999).
absl::StatusOr<absl::Time> ToTime(const google::protobuf::Timestamp& timestamp);

// ToDuration is InvalidArgument for what is no valid Duration, negative, or longer than
// ten years.
absl::StatusOr<absl::Duration> ToDuration(const google::protobuf::Duration& duration);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_ADMIN_ADMIN_CONVERSION_H_
