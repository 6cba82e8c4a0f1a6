#include "core/handshake/mechanism_offer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"

namespace sallyport {
namespace {

const MechanismDescriptor* FindIn(const std::vector<const MechanismDescriptor*>& mechanisms,
                                  std::string_view name) {
  auto found = std::find_if(mechanisms.begin(), mechanisms.end(),
                            [name](const MechanismDescriptor* m) { return m->name == name; });
  return found == mechanisms.end() ? nullptr : *found;
}

// RFC 4422 section 3.1.
bool IsMechanismName(std::string_view name) {
  const auto may_appear = [](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !name.empty() && name.size() <= kMaxMechanismNameSize &&
         std::all_of(name.begin(), name.end(), may_appear);
}

}  // namespace

absl::StatusOr<std::shared_ptr<const MechanismOffer>> MechanismOffer::Create(
    std::vector<const MechanismDescriptor*> offered,
    std::vector<const MechanismDescriptor*> withheld_for_tls) {
  // SRS_SASL_SERVER_IO_01_093
  if (offered.empty()) return absl::InvalidArgumentError("no mechanism is left to offer");
  std::vector<std::string_view> names;
  for (const MechanismDescriptor* mechanism : offered) {
    // SRS_SASL_SERVER_IO_01_021
    if (!IsMechanismName(mechanism->name)) {
      return absl::InvalidArgumentError(absl::StrCat("\"", std::string(mechanism->name),
                                                     "\" is not a mechanism's name (RFC 4422)"));
    }
    if (std::find(names.begin(), names.end(), mechanism->name) != names.end()) {
      return absl::InvalidArgumentError(
          absl::StrCat("mechanism ", std::string(mechanism->name), " is named twice"));
    }
    names.push_back(mechanism->name);
  }

  std::shared_ptr<MechanismOffer> offer(new MechanismOffer);
  offer->greeting_ = amqp::kSaslProtocolHeader;
  // SRS_SASL_SERVER_IO_01_019 SRS_SASL_SERVER_IO_01_090 SRS_SASL_SERVER_IO_01_095
  amqp::AppendSaslMechanisms(names, &offer->greeting_);
  const size_t frame_size = offer->greeting_.size() - amqp::kSaslProtocolHeader.size();
  // SRS_SASL_SERVER_IO_01_022 SRS_SASL_SERVER_IO_01_027
  if (frame_size > amqp::kMinMaxFrameSize) {
    return absl::InvalidArgumentError(
        absl::StrCat("the list of mechanisms takes a frame of ", frame_size, " bytes, over the ",
                     amqp::kMinMaxFrameSize, " that AMQP 1.0 allows; name fewer"));
  }
  offer->plus_offered_ =
      std::any_of(offered.begin(), offered.end(), [](const auto* m) { return m->channel_binding; });
  offer->offered_ = std::move(offered);
  offer->withheld_for_tls_ = std::move(withheld_for_tls);
  return offer;
}

const MechanismDescriptor* MechanismOffer::Find(std::string_view name) const {
  return FindIn(offered_, name);
}

FailureReason MechanismOffer::ReasonAgainst(std::string_view name) const {
  return FindIn(withheld_for_tls_, name) != nullptr ? FailureReason::kTlsRequired
                                                    : FailureReason::kMechanismNotOffered;
}

}  // namespace sallyport
