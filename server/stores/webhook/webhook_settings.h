#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_SETTINGS_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_SETTINGS_H_

// The policy's settings of a webhook, checked, with the defaults that
// sallyport/v1/policy.proto states.

#include "absl/status/statusor.h"
#include "sallyport/v1/policy.pb.h"
#include "server/stores/webhook/webhook_client.h"

namespace sallyport::server {

// ReadWebhookSettings fills in `options` what `settings` say. InvalidArgument says
// what is wrong with them, or with a file that they name.
absl::StatusOr<WebhookClientOptions> ReadWebhookSettings(const v1::WebhookStore& settings,
                                                         WebhookClientOptions options);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_WEBHOOK_SETTINGS_H_
