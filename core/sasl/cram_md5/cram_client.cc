#include <optional>
#include <string>
#include <utility>

#include "core/sasl/answering_client.h"
#include "core/sasl/cram_md5/cram_md5.h"
#include "core/sasl/cram_md5/cram_message.h"
#include "core/sasl/md5_hex.h"
#include "core/sasl/password_credentials.h"

namespace sallyport {
namespace {

class CramClient : public AnsweringClient {
 public:
  explicit CramClient(PreparedCredentials credentials)
      : AnsweringClient(1), credentials_(std::move(credentials)) {}

 private:
  absl::StatusOr<ClientStepResult> Answer(uint64_t, std::string_view challenge) override {
    if (!IsCramChallenge(challenge)) return ServerFault{"the challenge is not <...@...>"};
    const std::optional<Secret> digest = HmacMd5Hex(credentials_.password.view(), challenge);
    if (!digest.has_value()) return absl::InternalError("the cryptographic library failed");
    std::string response = credentials_.authentication_id;
    response.append(" ").append(digest->view());
    return ClientResponse{std::move(response)};
  }

  const PreparedCredentials credentials_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ClientMechanism>> CreateCramMd5Client(
    const ClientMechanismContext& context) {
  absl::Status usable = CheckNoOtherIdentity(*context.credentials, kCramMd5.name);
  if (!usable.ok()) return usable;
  auto prepared = PrepareCredentials(*context.credentials, kCramMd5.name);
  if (!prepared.ok()) return prepared.status();
  return std::make_unique<CramClient>(*std::move(prepared));
}

}  // namespace sallyport
