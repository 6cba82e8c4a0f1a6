#ifndef SALLYPORT_PROCESS_LOOPBACK_H_
#define SALLYPORT_PROCESS_LOOPBACK_H_

// Whether what is said over a connection can be heard beyond this machine.

#include <string_view>

namespace sallyport::process {

// StaysOnThisMachine says whether a gRPC address ("host:port", "unix:/path", or
// a target such as "dns:///host:port") is a Unix socket or loopback. Of names
// only localhost is: another might be anybody's.
bool StaysOnThisMachine(std::string_view address);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_LOOPBACK_H_
