#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_RESPONSE_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_RESPONSE_H_

// What a webhook answers: a JSON object, of which docs/stores.md has the contract. It
// is read strictly: what is not exactly an answer is a failure, and never a "no".
// Members that are not known are passed over. Pure.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"

namespace sallyport::server {

struct WebhookUser {
  // In the text forms of core/credentials/credential.h, unread.
  std::vector<Secret> credentials;
  std::vector<std::string> groups;
  std::map<std::string, std::string> attributes;
  bool disabled = false;
  std::optional<absl::Time> expires_at;
};

// ParseLookupResponse is what the webhook knows of `user`; nullopt where it says that
// there is no such user. `with_credentials` is whether credentials must be there; else
// they are passed over. InvalidArgument, which quotes nothing of the text, where this
// is no answer, or that to a question about another user.
absl::StatusOr<std::optional<WebhookUser>> ParseLookupResponse(std::string_view text,
                                                               std::string_view user,
                                                               bool with_credentials);

// ParseVerifyResponse is whether the password of `user` is right. It fails likewise.
absl::StatusOr<bool> ParseVerifyResponse(std::string_view text, std::string_view user);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_RESPONSE_H_
