#ifndef SALLYPORT_CORE_SASL_GSSAPI_SECURITY_LAYER_H_
#define SALLYPORT_CORE_SASL_GSSAPI_SECURITY_LAYER_H_

// The last two messages of GSSAPI (RFC 4752 section 3), as they are inside of
// their wrapping: the server's offer of security layers, and the client's choice
// with its authorization id. Pure.

#include <optional>
#include <string>
#include <string_view>
#include <variant>

namespace sallyport {

// kNoLayerOffer offers no layer, and so no size of message.
inline constexpr std::string_view kNoLayerOffer("\x01\x00\x00\x00", 4);

// WhyLayersUnusable says why a client that wants no layer cannot take `offer`: a
// static sentence, or nullopt. The size is of no use without a layer, and not
// looked at: GNU SASL's server gives one even so.
std::optional<const char*> WhyLayersUnusable(std::string_view offer);

// NoLayerChoice chooses no layer, and asks for `authorization_id`.
std::string NoLayerChoice(std::string_view authorization_id);

// LayerRefusal says what is wrong with a choice, in a static sentence.
struct LayerRefusal {
  const char* what = nullptr;
};

// ParseLayerChoice is the authorization id in `choice`, valid as long as that.
// Whether the id is UTF-8 is not looked at.
std::variant<LayerRefusal, std::string_view> ParseLayerChoice(std::string_view choice);

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_GSSAPI_SECURITY_LAYER_H_
