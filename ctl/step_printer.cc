#include "ctl/step_printer.h"

#include <algorithm>
#include <string>
#include <variant>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "core/amqp/protocol_header.h"
#include "core/amqp/sasl_frames.h"

namespace sallyport::ctl {
namespace {

struct Describer {
  std::string operator()(const amqp::EmptyFrame&) const { return "an empty frame"; }
  std::string operator()(const amqp::SaslMechanisms& frame) const {
    const std::vector<std::string> names(frame.mechanisms.begin(), frame.mechanisms.end());
    return absl::StrCat("sasl-mechanisms: ", absl::StrJoin(names, " "));
  }
  std::string operator()(const amqp::SaslInit& frame) const {
    std::string text = absl::StrCat("sasl-init: ", std::string(frame.mechanism));
    if (!frame.initial_response) return text + ", no initial response";
    return absl::StrCat(text, ", initial response of ", frame.initial_response->size(), " bytes");
  }
  std::string operator()(const amqp::SaslChallenge& frame) const {
    return absl::StrCat("sasl-challenge: ", frame.challenge.size(), " bytes");
  }
  std::string operator()(const amqp::SaslResponse& frame) const {
    return absl::StrCat("sasl-response: ", frame.response.size(), " bytes");
  }
  std::string operator()(const amqp::SaslOutcome& frame) const {
    std::string text = absl::StrCat("sasl-outcome: code ", static_cast<int>(frame.code));
    if (!frame.additional_data) return text;
    return absl::StrCat(text, ", additional data of ", frame.additional_data->size(), " bytes");
  }
};

}  // namespace

void StepPrinter::Print(Direction direction, std::string_view bytes) {
  const char* arrow = direction == Direction::kToService ? "-> " : "<- ";
  Side& side = sides_[static_cast<size_t>(direction)];
  const size_t header_left = amqp::kSaslProtocolHeader.size() - side.header_bytes;
  const size_t header = std::min(header_left, bytes.size());
  side.header_bytes += header;
  bytes.remove_prefix(header);
  if (header > 0 && header == header_left) out_ << arrow << "AMQP SASL header\n";
  while (!bytes.empty()) {
    auto next = side.reader.Next(&bytes);
    const auto* frame = std::get_if<amqp::Frame>(&next);
    if (frame == nullptr) return;
    auto decoded = amqp::DecodeSaslFrame(*frame);
    if (const auto* sasl = std::get_if<amqp::SaslFrame>(&decoded)) {
      out_ << arrow << std::visit(Describer(), *sasl) << "\n";
    } else {
      out_ << arrow << "a frame that is not SASL\n";
    }
  }
}

}  // namespace sallyport::ctl
