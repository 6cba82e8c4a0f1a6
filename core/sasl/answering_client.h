#ifndef SALLYPORT_CORE_SASL_ANSWERING_CLIENT_H_
#define SALLYPORT_CORE_SASL_ANSWERING_CLIENT_H_

// The client's side of a mechanism in which the server begins, and which is a fixed
// number of challenges with their answers: CRAM-MD5, LOGIN. The server proves nothing.
// Not thread-safe.

#include <cstdint>
#include <optional>
#include <string_view>

#include "absl/status/statusor.h"
#include "core/sasl/client_mechanism.h"

namespace sallyport {

// AnsweringClient is the base of such a mechanism.
class AnsweringClient : public ClientMechanism {
 public:
  absl::StatusOr<ClientStepResult> Step(std::optional<std::string_view> challenge) final;
  std::optional<ServerFault> Finish(std::optional<std::string_view> additional_data) final;
  absl::Status SaveState(StateWriter& state) const final;
  absl::Status RestoreState(StateReader& state) final;

 protected:
  explicit AnsweringClient(uint64_t challenges) : challenges_(challenges) {}

  // Answer is what to send to the challenge that comes after `answered` others.
  virtual absl::StatusOr<ClientStepResult> Answer(uint64_t answered,
                                                  std::string_view challenge) = 0;

 private:
  const uint64_t challenges_;
  bool started_ = false;
  bool failed_ = false;
  uint64_t answered_ = 0;
};

}  // namespace sallyport

#endif  // SALLYPORT_CORE_SASL_ANSWERING_CLIENT_H_
