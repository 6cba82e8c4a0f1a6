#ifndef SALLYPORT_CTL_LOGIN_OPTIONS_H_
#define SALLYPORT_CTL_LOGIN_OPTIONS_H_

// What `sallyportctl login` was told, and what that makes of the two sides it plays.

#include <string>

#include "absl/status/statusor.h"
#include "client/authenticator.h"
#include "core/handshake/client_handshake.h"
#include "ctl/client_flags.h"

namespace sallyport::ctl {

struct LoginOptions {
  client::AuthenticatorOptions service;
  client::AuthenticatorTls tls;
  bool use_tls = false;
  std::string listener;
  std::string user;
  // One line; empty: asked for, if a mechanism needs one.
  std::string token_file;
  ClientFlags client;
};

// LoginSides are the client and what its broker knows of it.
struct LoginSides {
  client::ConnectionFacts connection;
  ClientHandshake::Options client;
};

// PrepareLogin chooses the mechanisms where none was named, and asks for the secrets
// that they need. It fails as ApplyClientFlags and ReadPassword do.
absl::StatusOr<LoginSides> PrepareLogin(const LoginOptions& options);

}  // namespace sallyport::ctl

#endif  // SALLYPORT_CTL_LOGIN_OPTIONS_H_
