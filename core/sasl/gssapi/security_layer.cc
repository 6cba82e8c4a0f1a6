#include "core/sasl/gssapi/security_layer.h"

#include <cstddef>
#include <cstdint>

namespace sallyport {
namespace {

constexpr size_t kHeaderSize = 4;
constexpr uint8_t kNoLayer = 1;
constexpr std::string_view kNoSize("\0\0\0", 3);

}  // namespace

std::optional<const char*> WhyLayersUnusable(std::string_view offer) {
  if (offer.size() != kHeaderSize) return "the server's offer of security layers is not 4 bytes";
  if ((static_cast<uint8_t>(offer.front()) & kNoLayer) == 0) {
    return "the server insists on a security layer";
  }
  return std::nullopt;
}

std::string NoLayerChoice(std::string_view authorization_id) {
  return std::string(kNoLayerOffer).append(authorization_id);
}

std::variant<LayerRefusal, std::string_view> ParseLayerChoice(std::string_view choice) {
  if (choice.size() < kHeaderSize) {
    return LayerRefusal{"the choice of a security layer is not whole"};
  }
  if (static_cast<uint8_t>(choice.front()) != kNoLayer) {
    return LayerRefusal{
        "the client chose a security layer that was not offered: it must be set to use none"};
  }
  if (choice.substr(1, kNoSize.size()) != kNoSize) {
    return LayerRefusal{"the client gives a size of messages for no security layer"};
  }
  return choice.substr(kHeaderSize);
}

}  // namespace sallyport
