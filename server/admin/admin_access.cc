#include "server/admin/admin_access.h"

#include "absl/strings/str_cat.h"
#include "server/rpc/peer_identity.h"

namespace sallyport::server {
namespace {

// A certificate's name may be of any size. That of whom it lets in is whole.
std::string Bounded(const std::string& name) {
  constexpr size_t kMaxSize = 256;
  return name.size() <= kMaxSize ? name : absl::StrCat(name.substr(0, kMaxSize), "...");
}

std::string NameOf(const policy::BrokerIdentity& identity) {
  if (!identity.uris.empty()) return Bounded(identity.uris.front());
  if (!identity.dns_names.empty()) return Bounded(identity.dns_names.front());
  return identity.has_certificate ? "without a name" : "missing";
}

}  // namespace

absl::StatusOr<AdminAccess> AdminAccess::OfCertificates(const std::vector<std::string>& allow) {
  if (allow.empty()) {
    return absl::InvalidArgumentError(
        "the admin address lets nobody in: name the certificates whose holders may change users");
  }
  policy::IdentityIndex index;
  for (const std::string& pattern : allow) {
    if (const char* problem = index.Problem(pattern)) {
      return absl::InvalidArgumentError(
          absl::StrCat("the admin address allows '", pattern, "': ", problem));
    }
    index.Add(pattern, 0);
  }
  return AdminAccess(std::move(index));
}

AdminCaller AdminAccess::CallerOf(const grpc::ServerContextBase& context) const {
  if (!allow_) return {.actor = "admin socket", .allowed = true};
  const policy::BrokerIdentity identity = BrokerOf(context);
  const auto found = allow_->Find(identity);
  return {.actor = absl::StrCat("certificate ", found ? found->name : NameOf(identity)),
          .allowed = found.has_value()};
}

}  // namespace sallyport::server
