#ifndef SALLYPORT_POLICY_CHANNEL_BINDING_TYPES_H_
#define SALLYPORT_POLICY_CHANNEL_BINDING_TYPES_H_

#include <array>
#include <string_view>

namespace sallyport::policy {

// kChannelBindingTypes are those of RFC 9266 and RFC 5929, by their registered names.
inline constexpr std::array<std::string_view, 3> kChannelBindingTypes = {
    "tls-exporter", "tls-server-end-point", "tls-unique"};

}  // namespace sallyport::policy

#endif  // SALLYPORT_POLICY_CHANNEL_BINDING_TYPES_H_
