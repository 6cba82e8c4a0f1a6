#include "server/tokens/key_url.h"

#include "absl/status/statusor.h"
#include "process/loopback.h"
#include "server/http/http_url.h"

namespace sallyport::server {

absl::Status CheckKeyUrl(const std::string& url, bool allow_plaintext) {
  const absl::StatusOr<HttpUrl> parsed = ParseHttpUrl(url);
  if (!parsed.ok()) return parsed.status();
  if (!parsed->encrypted && !allow_plaintext && !process::IsLoopbackHost(parsed->host)) {
    return absl::InvalidArgumentError(
        "over http anybody on the way could put in keys of their own: use https, or set "
        "'allow_plaintext: true' where the network itself encrypts");
  }
  return absl::OkStatus();
}

}  // namespace sallyport::server
