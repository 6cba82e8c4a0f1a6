#ifndef SALLYPORT_TESTS_CORE_HANDSHAKE_HANDSHAKE_PAIR_H_
#define SALLYPORT_TESTS_CORE_HANDSHAKE_HANDSHAKE_PAIR_H_

// A server with every mechanism, and our own client to talk to it. In tests only.

#include <memory>
#include <string>
#include <string_view>

#include "core/handshake/client_handshake.h"
#include "tests/core/handshake/server_session.h"

namespace sallyport {

// The accounts of EveryMechanism: one with SCRAM keys of each hash, for the mechanisms
// that cannot use those also with the password as it is, and one with nothing but that.
// EXTERNAL's certificate is that of kKeysUser. Each has a token.
inline constexpr std::string_view kKeysUser = "alice";
inline constexpr std::string_view kCleartextUser = "bob";
inline constexpr std::string_view kPassword = "correct horse battery";

// UserFor is whom a test lets log in by `mechanism`: kCleartextUser where the password is
// checked as it was sent, which takes long against kKeysUser's keys.
std::string_view UserFor(std::string_view mechanism);

// EveryMechanism offers all of LocalMechanisms(), over TLS with a client certificate.
ServerSetup EveryMechanism();

// CertificateFor is a self-signed certificate, in DER, of that common name.
std::string CertificateFor(std::string_view common_name);

// LoginBy are the options of a client that knows `mechanism` only, on the connection of
// EveryMechanism. Its token is right where the password is.
ClientHandshake::Options LoginBy(std::string_view mechanism, std::string_view user,
                                 std::string_view password = kPassword);

// Talk is what a client sent to a server, and where it ended.
struct Talk {
  std::string client_bytes;
  // WaitForServer where the server fell silent first.
  ClientHandshake::Progress end;
  // What of the server's bytes the client left.
  std::string left;
};

// TalkToEnd carries bytes between the two, and does the client's derivations.
Talk TalkToEnd(ServerSession& server, ClientHandshake& client);

// ClientTalk is how a client that is freshly made answers `server_bytes`, given at once.
Talk ClientTalk(const ClientHandshake::Options& options, std::string_view server_bytes);

}  // namespace sallyport

#endif  // SALLYPORT_TESTS_CORE_HANDSHAKE_HANDSHAKE_PAIR_H_
