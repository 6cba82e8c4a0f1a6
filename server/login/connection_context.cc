#include "server/login/connection_context.h"

#include <string>

namespace sallyport::server {

bool IsBounded(const v1::ConnectionContext& context) {
  constexpr size_t kMaxText = 1024;
  constexpr size_t kMaxCertificate = 64 * 1024;
  constexpr int kMaxBindings = 8;
  const v1::TlsContext& tls = context.tls();
  for (const std::string* text :
       {&context.listener(), &context.remote_address(), &context.local_address(),
        &context.traceparent(), &tls.server_name(), &tls.version(), &tls.cipher()}) {
    if (text->size() > kMaxText) return false;
  }
  for (const v1::ChannelBinding& binding : tls.channel_bindings()) {
    if (binding.type().size() > kMaxText || binding.data().size() > kMaxText) return false;
  }
  return tls.channel_bindings_size() <= kMaxBindings &&
         tls.peer_certificate().size() <= kMaxCertificate;
}

std::vector<ChannelBinding> AcceptedBindings(const v1::ConnectionContext& context,
                                             const policy::LoginPolicy& policy) {
  std::vector<ChannelBinding> accepted;
  for (const v1::ChannelBinding& binding : context.tls().channel_bindings()) {
    if (binding.data().empty() || !policy.AcceptsBinding(binding.type())) continue;
    accepted.push_back({binding.type(), binding.data()});
  }
  return accepted;
}

policy::ConnectionTraits TraitsOf(const v1::ConnectionContext& context,
                                  const std::vector<ChannelBinding>& bindings) {
  return {.encrypted = context.has_tls(),
          .has_certificate = !context.tls().peer_certificate().empty(),
          .has_binding = !bindings.empty()};
}

}  // namespace sallyport::server
