#include "client/remote_sasl_server_io.h"

#include <memory>
#include <new>

#include "absl/status/status.h"
#include "client/remote_handshake_driver.h"

namespace sallyport::client {

absl::StatusOr<SaslServerIo> CreateRemoteSaslServerIo(const RemoteSaslServerIoConfig* config) {
  // SRS_SASL_SERVER_IO_01_003
  if (config == nullptr) return absl::InvalidArgumentError("there is no config");
  if (config->transport == nullptr || config->authenticator == nullptr) {
    return absl::InvalidArgumentError("the config has no transport, or no authenticator");
  }
  try {
    // SRS_SASL_SERVER_IO_01_002 SRS_SASL_SERVER_IO_01_004
    return SaslServerIo::Create(config->transport,
                                std::make_shared<RemoteHandshakeDriver>(*config));
  } catch (const std::bad_alloc&) {
    // SRS_SASL_SERVER_IO_01_007
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  }
}

}  // namespace sallyport::client
