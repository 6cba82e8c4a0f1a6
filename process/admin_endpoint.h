#ifndef SALLYPORT_PROCESS_ADMIN_ENDPOINT_H_
#define SALLYPORT_PROCESS_ADMIN_ENDPOINT_H_

// What sallyportd and sallyportctl must agree on of the Admin service, beside its protocol.
// Thread-safe.

#include <cstddef>
#include <string>

namespace sallyport::process {

// DefaultAdminSocket is where a sallyportd that is told nothing serves, and where a
// sallyportctl that is told nothing looks: in $RUNTIME_DIRECTORY (systemd's, the first of
// its list), in $XDG_RUNTIME_DIR/sallyport, or in /run/sallyport.
std::string DefaultAdminSocket();

// kMaxAdminRequest is the largest request in bytes: a name, a password, groups, attributes
// and credentials, which are all bounded.
inline constexpr size_t kMaxAdminRequest = 64 << 10;

// kMaxAdminAnswer is the largest answer in bytes: it holds a policy.
inline constexpr size_t kMaxAdminAnswer = (64 << 20) + (1 << 20);

}  // namespace sallyport::process

#endif  // SALLYPORT_PROCESS_ADMIN_ENDPOINT_H_
