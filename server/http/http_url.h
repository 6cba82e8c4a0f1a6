#ifndef SALLYPORT_SERVER_HTTP_HTTP_URL_H_
#define SALLYPORT_SERVER_HTTP_HTTP_URL_H_

// The URL of a server that we ask by HTTP.

#include <string>

#include "absl/status/statusor.h"

namespace sallyport::server {

struct HttpUrl {
  // Whether it is an https one.
  bool encrypted = false;
  // A name, or an address; that of IPv6 in brackets.
  std::string host;
};

// ParseHttpUrl takes an http or https URL. InvalidArgument says what is wrong, also
// with one that holds a user name or a password, which logs would show.
absl::StatusOr<HttpUrl> ParseHttpUrl(const std::string& url);

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_HTTP_HTTP_URL_H_
