#ifndef SALLYPORT_TESTS_AUDIT_AUDIT_SAMPLE_H_
#define SALLYPORT_TESTS_AUDIT_AUDIT_SAMPLE_H_

// Events to be kept, and what was kept of them. In tests only.

#include <gtest/gtest.h>

#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "audit/audit_event.h"
#include "audit/audit_reader.h"

namespace sallyport::audit {

// FullLogin has something else than the default in each field.
inline LoginRecord FullLogin() {
  return {.time = absl::FromUnixMicros(1'700'000'000'123'456),
          .handshake_id = "87bc2377f59a730c-1a",
          .tenant = "acme",
          .listener = "amqps",
          .broker = "brokers",
          .remote_address = "192.0.2.7:41234",
          .encrypted = true,
          .server_name = "amqp.acme.example",
          .hostname = "acme.example",
          .mechanism = "SCRAM-SHA-256-PLUS",
          .authentication_id = "alice",
          .authorization_id = "queue-admin",
          .store = "corp",
          .outcome = amqp::SaslCode::kAuth,
          .reason = FailureReason::kAuthzidNotAllowed,
          .detail = "alice may not act as queue-admin",
          .channel_bound = true,
          .resumed = true,
          .policy = std::make_shared<const PolicyStamp>(
              PolicyStamp{.version = "42", .hash = "e3b0c44298fc1c14"}),
          .duration = absl::Microseconds(1234),
          .truncated = true};
}

inline LoginRecord LoginOf(const std::string& handshake_id) {
  LoginRecord record = FullLogin();
  record.handshake_id = handshake_id;
  return record;
}

inline std::string ReadText(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  return {std::istreambuf_iterator<char>(file), {}};
}

// ReadLogins are the handshake ids in the log at `path`, each line of which must be whole.
inline std::vector<std::string> ReadLogins(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file) << path;
  AuditReader reader(file);
  std::vector<std::string> ids;
  while (true) {
    const auto record = reader.Next();
    EXPECT_TRUE(record.ok()) << record.status();
    if (!record.ok() || !record->has_value()) return ids;
    ids.push_back((*record)->handshake_id);
  }
}

// Eventually is whether `holds` comes true, which another thread sees to.
template <typename Holds>
bool Eventually(Holds holds) {
  const absl::Time limit = absl::Now() + absl::Seconds(60);
  while (!holds()) {
    if (absl::Now() > limit) return false;
    absl::SleepFor(absl::Milliseconds(1));
  }
  return true;
}

}  // namespace sallyport::audit

#endif  // SALLYPORT_TESTS_AUDIT_AUDIT_SAMPLE_H_
