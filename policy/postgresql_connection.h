#ifndef SALLYPORT_POLICY_POSTGRESQL_CONNECTION_H_
#define SALLYPORT_POLICY_POSTGRESQL_CONNECTION_H_

// A PostgreSQL connection string, read as libpq reads it. Nothing is asked. Thread-safe.

#include <map>
#include <string>

#include "absl/status/statusor.h"

namespace sallyport::policy {

// ReadPostgresqlConnection is what the string gives each keyword of libpq's, empty values
// left out. InvalidArgument where it cannot be read, or has a secret in it, of which
// nothing is told.
absl::StatusOr<std::map<std::string, std::string>> ReadPostgresqlConnection(
    const std::string& connection);

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_POSTGRESQL_CONNECTION_H_
