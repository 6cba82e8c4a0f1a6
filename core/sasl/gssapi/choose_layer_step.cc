#include "core/sasl/gssapi/choose_layer_step.h"

#include <optional>

#include "core/sasl/gssapi/kerberos_context.h"
#include "core/sasl/gssapi/security_layer.h"

namespace sallyport {

std::variant<ServerFault, std::string> ChooseLayerStep::Choose() const {
  const GssContext context = ReadContext(context_token_);
  if (context.get() == nullptr) return ServerFault{"the Kerberos context cannot be gone on with"};
  const std::optional<std::string> offer = UnwrapMessage(context, offer_);
  if (!offer.has_value()) return ServerFault{"the offer of security layers is not well wrapped"};
  if (const auto why = WhyLayersUnusable(*offer)) return ServerFault{*why};
  std::optional<std::string> choice = WrapMessage(context, NoLayerChoice(authorization_id_));
  if (!choice.has_value()) return ServerFault{"the Kerberos library did not wrap our message"};
  return *std::move(choice);
}

}  // namespace sallyport
