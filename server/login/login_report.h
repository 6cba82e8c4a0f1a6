#ifndef SALLYPORT_SERVER_LOGIN_LOGIN_REPORT_H_
#define SALLYPORT_SERVER_LOGIN_LOGIN_REPORT_H_

// What is told of each login that ends: who, from where, by which mechanism and, where
// it failed, why. Never a secret, never raw bytes of the client's.

#include <chrono>
#include <string_view>

#include "core/handshake/server_handshake.h"
#include "server/login/admission.h"
#include "server/login/handshake_host.h"

namespace sallyport::server {

// LoginReport views what it tells of.
struct LoginReport {
  std::string_view id;
  // As far as it was admitted. Its place in the audit log is used up.
  AdmittedConnection& connection;
  // Null where the client chose none that was offered.
  const MechanismDescriptor* mechanism = nullptr;
  // Who the client said it is; empty where it did not come to that.
  std::string_view authentication_id = {};
  // What the client named in sasl-init.
  std::string_view hostname = {};
  std::chrono::steady_clock::duration duration = {};
  const HandshakeOutcome& outcome;
};

// ReportLogin counts the login, records it in the audit log, and logs it: a warning where the code
// says that something of ours is at fault, and else an info where there is no audit log.
// Thread-safe.
void ReportLogin(HandshakeHost& host, const LoginReport& report);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_LOGIN_REPORT_H_
