#include "core/io/embedded_sasl_server_io.h"

#include <new>

#include "core/amqp/frame_reader.h"
#include "core/io/embedded_handshake_driver.h"

namespace sallyport {
namespace {

absl::Status Check(const EmbeddedSaslServerIoConfig* config) {
  // SRS_SASL_SERVER_IO_01_003
  if (config == nullptr) return absl::InvalidArgumentError("there is no config");
  if (config->transport == nullptr)
    return absl::InvalidArgumentError("the config has no transport");
  if (config->credentials == nullptr || config->random == nullptr) {
    return absl::InvalidArgumentError("the config has no credentials, or nothing random");
  }
  if (config->settings == nullptr || config->settings->decoy_key.empty()) {
    return absl::InvalidArgumentError("the config has no decoy key");
  }
  // SRS_SASL_SERVER_IO_01_093 SRS_SASL_SERVER_IO_01_096 SRS_SASL_SERVER_IO_01_097
  if (config->mechanisms.data() == nullptr || config->mechanisms.empty()) {
    return absl::InvalidArgumentError("the config has no mechanisms");
  }
  // SRS_SASL_SERVER_IO_01_009 SRS_SASL_SERVER_IO_01_011: no codec can work with less.
  if (config->limits.max_frame_size < amqp::kMinMaxFrameSize) {
    return absl::InvalidArgumentError("max_frame_size is below the 512 bytes that AMQP asks for");
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<SaslServerIo> CreateEmbeddedSaslServerIo(const EmbeddedSaslServerIoConfig* config) {
  try {
    if (absl::Status status = Check(config); !status.ok()) return status;
    // SRS_SASL_SERVER_IO_01_002 SRS_SASL_SERVER_IO_01_004 SRS_SASL_SERVER_IO_01_005
    return SaslServerIo::Create(config->transport,
                                std::make_shared<EmbeddedHandshakeDriver>(*config));
  } catch (const std::bad_alloc&) {
    // SRS_SASL_SERVER_IO_01_006 SRS_SASL_SERVER_IO_01_007
    return absl::Status(absl::StatusCode::kResourceExhausted, "");
  }
}

}  // namespace sallyport
