#ifndef SALLYPORT_GATEWAY_BROKER_CONFIG_H_
#define SALLYPORT_GATEWAY_BROKER_CONFIG_H_

// The part of the gateway's configuration that is about the broker. Pure.

#include "gateway/gateway_config.h"
#include "process/yaml_reader.h"

namespace sallyport::gateway {

// ReadBrokerConfig reads the mapping 'broker', and refuses in it what is wrong.
BrokerConfig ReadBrokerConfig(process::YamlMapping mapping);

// ReadAccountConfig reads the mapping 'account' of the broker's, whose address and
// 'tls' are in `broker`.
AccountLoginConfig ReadAccountConfig(process::YamlMapping mapping, const BrokerConfig& broker);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_BROKER_CONFIG_H_
