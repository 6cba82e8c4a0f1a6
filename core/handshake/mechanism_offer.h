#ifndef SALLYPORT_CORE_HANDSHAKE_MECHANISM_OFFER_H_
#define SALLYPORT_CORE_HANDSHAKE_MECHANISM_OFFER_H_

// The mechanisms that a class of connections is offered, and the bytes that say
// so, encoded once. Immutable; shared between connections and threads.

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "core/sasl/failure_reason.h"
#include "core/sasl/mechanism_registry.h"

namespace sallyport {

// kMaxMechanismNameSize is the longest that a mechanism's name may be (RFC 4422
// section 3.1).
inline constexpr size_t kMaxMechanismNameSize = 20;

class MechanismOffer {
 public:
  // Create fails with InvalidArgument where `offered` is empty, has a name that
  // RFC 4422 does not allow, names a mechanism twice, or does not fit a frame of
  // amqp::kMinMaxFrameSize. `withheld_for_tls` are those that would have been
  // offered over TLS: choosing one of them fails with kTlsRequired rather than
  // kMechanismNotOffered.
  static absl::StatusOr<std::shared_ptr<const MechanismOffer>> Create(
      std::vector<const MechanismDescriptor*> offered,
      std::vector<const MechanismDescriptor*> withheld_for_tls);

  // greeting is our protocol header and the sasl-mechanisms frame.
  std::string_view greeting() const { return greeting_; }

  // mechanisms are in order of preference.
  const std::vector<const MechanismDescriptor*>& mechanisms() const { return offered_; }

  // Find is null where `name` is not offered.
  const MechanismDescriptor* Find(std::string_view name) const;

  // ReasonAgainst says why `name`, which Find did not find, is not offered.
  FailureReason ReasonAgainst(std::string_view name) const;

  // plus_offered is whether any mechanism of the offer binds to the channel.
  bool plus_offered() const { return plus_offered_; }

 private:
  MechanismOffer() = default;

  std::vector<const MechanismDescriptor*> offered_;
  std::vector<const MechanismDescriptor*> withheld_for_tls_;
  std::string greeting_;
  bool plus_offered_ = false;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_HANDSHAKE_MECHANISM_OFFER_H_
