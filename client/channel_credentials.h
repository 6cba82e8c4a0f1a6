#ifndef SALLYPORT_CLIENT_CHANNEL_CREDENTIALS_H_
#define SALLYPORT_CLIENT_CHANNEL_CREDENTIALS_H_

// How the SDK proves itself to the service and checks who it talks to: TLS
// credentials from PEM files. Each new channel reads them again, so that
// certificates rotate without a restart. Thread-safe.

#include <grpcpp/security/credentials.h>

#include <memory>
#include <optional>

#include "absl/status/statusor.h"
#include "client/authenticator.h"

namespace sallyport::client {

// MakeChannelCredentials reads and checks every file that `tls` names. It fails
// with InvalidArgument, naming the path and what is wrong with it: unreadable,
// not PEM, a key that needs a passphrase, a key that is not the certificate's.
// Absent `tls` gives credentials without encryption.
absl::StatusOr<std::shared_ptr<grpc::ChannelCredentials>> MakeChannelCredentials(
    const std::optional<AuthenticatorTls>& tls);

}  // namespace sallyport::client

#endif  // SALLYPORT_CLIENT_CHANNEL_CREDENTIALS_H_
