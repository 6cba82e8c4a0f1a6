#ifndef SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_OPTIONS_H_
#define SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_OPTIONS_H_

// What a PostgreSQL store is given by the policy, checked and with every default.

#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "sallyport/v1/policy.pb.h"

namespace sallyport::server {

struct PostgresqlOptions {
  // libpq's keywords, which hold no secret.
  std::map<std::string, std::string> keywords;
  std::optional<v1::SecretReference> password;
  std::string schema;
  int connections = 2;
  bool migrate = true;
  // For each of the servers that the keywords name; from the connection string.
  absl::Duration connect_timeout = absl::Seconds(5);
  // How long a server may owe an answer before its connection is given up.
  absl::Duration query_timeout = absl::Seconds(5);
  // How long the connection that waits for changes may be silent before it is tried.
  absl::Duration heartbeat = absl::Seconds(10);
  // How long after a failure the next attempt to connect begins; doubled with each
  // further one.
  absl::Duration first_retry = absl::Milliseconds(100);
  absl::Duration last_retry = absl::Seconds(5);
  // How logs and errors name the database: "db1,db2/sallyport".
  std::string where;
};

// ReadPostgresqlOptions fails with InvalidArgument, also where the connection string
// has a password in it or names a certificate or key that cannot be read.
absl::StatusOr<PostgresqlOptions> ReadPostgresqlOptions(const v1::PostgresqlStore& settings);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_POSTGRESQL_POSTGRESQL_OPTIONS_H_
