#ifndef SALLYPORT_SERVER_LOGIN_CONNECTION_CONTEXT_H_
#define SALLYPORT_SERVER_LOGIN_CONNECTION_CONTEXT_H_

// What a connection's context, as a broker gives it, means to a policy.

#include <vector>

#include "core/sasl/channel_binding.h"
#include "policy/login_policy.h"
#include "sallyport/v1/authenticator.pb.h"

namespace sallyport::server {

// IsBounded says whether the context is of a size that a handshake may keep.
bool IsBounded(const v1::ConnectionContext& context);

// AcceptedBindings are the context's channel bindings that `policy` accepts.
std::vector<ChannelBinding> AcceptedBindings(const v1::ConnectionContext& context,
                                             const policy::LoginPolicy& policy);

// TraitsOf says what a connection can be offered, given its accepted bindings.
policy::ConnectionTraits TraitsOf(const v1::ConnectionContext& context,
                                  const std::vector<ChannelBinding>& bindings);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_LOGIN_CONNECTION_CONTEXT_H_
