#include "core/amqp/utf8.h"
#include "core/sasl/anonymous/anonymous.h"
#include "core/sasl/anonymous/trace.h"
#include "core/sasl/single_message_client.h"

namespace sallyport {

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateAnonymousClient(
    const ClientMechanismContext& context) {
  const std::string_view trace = context.credentials->authentication_id;
  if (!amqp::IsUtf8(trace) || !IsShortEnoughTrace(trace)) {
    return absl::InvalidArgumentError("ANONYMOUS: the trace must be UTF-8, up to 255 characters");
  }
  if (trace.find('\0') != std::string_view::npos) {
    return absl::InvalidArgumentError("ANONYMOUS: the trace must not contain NUL");
  }
  return std::make_unique<SingleMessageClient>(Secret(trace));
}

}  // namespace sallyport
