// The five SASL performatives and their frames, both directions (AMQP 1.0 section 5.3). Decoding
// takes every legal encoding and refuses everything else; encoding writes the smallest. What a
// mechanism's name or message holds is for other layers to judge. Plain data and pure functions.
#ifndef SALLYPORT_CORE_AMQP_SASL_FRAMES_H_
#define SALLYPORT_CORE_AMQP_SASL_FRAMES_H_

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/amqp/decode_error.h"
#include "core/amqp/frame_reader.h"
#include "core/amqp/sasl_code.h"

namespace sallyport::amqp {

// The performatives view the bytes that they were decoded from, or that are to be encoded.

// EmptyFrame is a frame without a body.
struct EmptyFrame {};

// SaslMechanisms is what a server offers, in its order; at least one (section 5.3.3.1).
struct SaslMechanisms {
  std::vector<std::string_view> mechanisms;
};

// SaslInit is a client's choice (section 5.3.3.2). An absent initial response differs from an empty
// one.
struct SaslInit {
  std::string_view mechanism;
  std::optional<std::string_view> initial_response;
  std::optional<std::string_view> hostname;
};

// SaslChallenge is a server's step (section 5.3.3.3).
struct SaslChallenge {
  std::string_view challenge;
};

// SaslResponse is a client's step (section 5.3.3.4).
struct SaslResponse {
  std::string_view response;
};

// SaslOutcome is a server's last word (section 5.3.3.5). Zero means success on the wire, so a code
// that nobody has set is something else.
struct SaslOutcome {
  SaslCode code = SaslCode::kSys;
  std::optional<std::string_view> additional_data;
};

// SaslFrame is any frame of the SASL layer.
using SaslFrame =
    std::variant<EmptyFrame, SaslMechanisms, SaslInit, SaslChallenge, SaslResponse, SaslOutcome>;

// DecodeSaslFrame decodes a whole frame. What it gives views frame.body; an error carries
// frame.size. The memory that it takes is at most proportional to the frame.
std::variant<SaslFrame, DecodeError> DecodeSaslFrame(const Frame& frame);

// Each of the following appends one whole frame to *out. It must stay under 4 GiB, and for peers
// that keep to AMQP's limit within kMinMaxFrameSize.

// AppendSaslMechanisms writes an array also for one mechanism, since some clients know no other
// form; `mechanisms` must not be empty.
void AppendSaslMechanisms(std::span<const std::string_view> mechanisms, std::string* out);

// AppendSaslInit leaves absent fields at the end away; an absent initial response before a hostname
// is a null.
void AppendSaslInit(const SaslInit& init, std::string* out);

// AppendSaslChallenge writes a server's step.
void AppendSaslChallenge(std::string_view challenge, std::string* out);

// AppendSaslResponse writes a client's step.
void AppendSaslResponse(std::string_view response, std::string* out);

// AppendSaslOutcome leaves absent additional data away.
void AppendSaslOutcome(const SaslOutcome& outcome, std::string* out);

}  // namespace sallyport::amqp

#endif  // SALLYPORT_CORE_AMQP_SASL_FRAMES_H_
