#ifndef SALLYPORT_GATEWAY_READY_FILE_H_
#define SALLYPORT_GATEWAY_READY_FILE_H_

// Tells scripts that the gateway accepts clients, and where. Thread-safe.

#include <map>
#include <string>

#include "absl/status/status.h"
#include "gateway/endpoint.h"

namespace sallyport::gateway {

// WriteReadyFile writes {"listeners":{"amqps":"127.0.0.1:41234"}} to `path`,
// replacing what was there in one step: a reader sees all of it or nothing.
// Unavailable where it cannot be written.
absl::Status WriteReadyFile(const std::string& path,
                            const std::map<std::string, Endpoint>& addresses);

}  // namespace sallyport::gateway

#endif  // SALLYPORT_GATEWAY_READY_FILE_H_
