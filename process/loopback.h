#ifndef SALLYPORT_PROCESS_LOOPBACK_H_
#define SALLYPORT_PROCESS_LOOPBACK_H_

// Whether what is said over a connection can be heard beyond this machine.

#include <string>
#include <string_view>

namespace sallyport::process {

// StaysOnThisMachine says whether a gRPC address ("host:port", "unix:/path", or
// a target such as "dns:///host:port") is a Unix socket or loopback. Of names
// only localhost is: another might be anybody's.
bool StaysOnThisMachine(std::string_view address);

// IsLoopbackHost says the same of a host alone: "localhost", an address of
// 127.0.0.0/8, "::1" or "[::1]".
bool IsLoopbackHost(const std::string& host);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_LOOPBACK_H_
