#include "core/sasl/mechanism_registry.h"

#include <algorithm>
#include <array>

#include "core/sasl/anonymous/anonymous.h"
#include "core/sasl/cram_md5/cram_md5.h"
#include "core/sasl/digest_md5/digest_md5.h"
#include "core/sasl/external/external.h"
#include "core/sasl/gssapi/gssapi.h"
#include "core/sasl/login/login.h"
#include "core/sasl/oauth/oauth.h"
#include "core/sasl/plain/plain.h"
#include "core/sasl/scram/scram.h"

namespace sallyport {
namespace {

constexpr std::array kMechanisms = {
    kScramSha512Plus, kScramSha256Plus, kScramSha1Plus, kScramSha512, kScramSha256,
    kScramSha1,       kGssapi,          kExternal,      kOauthBearer, kXoauth2,
    kDigestMd5,       kCramMd5,         kPlain,         kLogin,       kAnonymous,
};

}  // namespace

std::span<const MechanismDescriptor> Mechanisms() { return kMechanisms; }

const MechanismDescriptor* FindMechanism(std::string_view name) {
  const auto found = std::find_if(
      kMechanisms.begin(), kMechanisms.end(),
      [name](const MechanismDescriptor& descriptor) { return descriptor.name == name; });
  return found == kMechanisms.end() ? nullptr : &*found;
}

}  // namespace sallyport
