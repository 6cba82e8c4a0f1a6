#ifndef SALLYPORT_SERVER_TOKENS_KEY_URL_H_
#define SALLYPORT_SERVER_TOKENS_KEY_URL_H_

// From where a key set may be fetched. Who can alter it on the way can log in as
// anybody.

#include <string>

#include "absl/status/status.h"

namespace sallyport::server {

// CheckKeyUrl is OK for an https URL, and for an http one whose host is loopback
// or that `allow_plaintext` permits. InvalidArgument says what is wrong, also with
// a URL that holds a user name or a password, which logs would show.
absl::Status CheckKeyUrl(const std::string& url, bool allow_plaintext);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_KEY_URL_H_
