#ifndef SALLYPORT_CORE_SASL_CHANNEL_BINDING_H_
#define SALLYPORT_CORE_SASL_CHANNEL_BINDING_H_

// Channel bindings (RFC 5056): what ties an authentication to its TLS channel.

#include <string>

namespace sallyport {

struct ChannelBinding {
  // "tls-exporter" (RFC 9266), "tls-server-end-point" or "tls-unique" (RFC 5929).
  std::string type;
  std::string data;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_CHANNEL_BINDING_H_
