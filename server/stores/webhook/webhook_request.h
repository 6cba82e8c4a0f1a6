#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_REQUEST_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_REQUEST_H_

// What a webhook is asked: a JSON object, of which docs/stores.md has the contract.

#include <optional>
#include <string>

#include "core/credentials/secret.h"
#include "server/stores/user_key.h"

namespace sallyport::server {

// FormatLookup asks for `user` of the store that the policy calls `store`; nullopt
// where a name is not UTF-8, and so cannot be asked for.
std::optional<Secret> FormatLookup(const std::string& store, const UserKey& user);

// FormatVerify asks whether `password` is the user's; nullopt where it or a name is
// not UTF-8.
std::optional<Secret> FormatVerify(const std::string& store, const UserKey& user,
                                   const Secret& password);

// FormatPing asks whether the webhook is there.
std::optional<Secret> FormatPing(const std::string& store);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_REQUEST_H_
