#include "server/tokens/key_url.h"

#include <curl/curl.h>

#include <memory>

#include "process/loopback.h"

namespace sallyport::server {
namespace {

struct UrlDeleter {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

// Empty where the URL has no such part.
std::string Part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, 0) != CURLUE_OK) return "";
  std::string copy(text);
  curl_free(text);
  return copy;
}

}  // namespace

absl::Status CheckKeyUrl(const std::string& url, bool allow_plaintext) {
  const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
  if (parsed == nullptr || curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(),
                                        CURLU_NON_SUPPORT_SCHEME) != CURLUE_OK) {
    return absl::InvalidArgumentError("this is not a URL: expected https://HOST/PATH");
  }
  const std::string scheme = Part(parsed.get(), CURLUPART_SCHEME);
  const std::string host = Part(parsed.get(), CURLUPART_HOST);
  if (scheme != "https" && scheme != "http") {
    return absl::InvalidArgumentError("expected a URL that begins with https://");
  }
  if (!Part(parsed.get(), CURLUPART_USER).empty() ||
      !Part(parsed.get(), CURLUPART_PASSWORD).empty()) {
    return absl::InvalidArgumentError(
        "the URL holds a user name or a password, which logs would show: leave it out");
  }
  if (scheme == "http" && !allow_plaintext && !process::IsLoopbackHost(host)) {
    return absl::InvalidArgumentError(
        "over http anybody on the way could put in keys of their own: use https, or set "
        "'allow_plaintext: true' where the network itself encrypts");
  }
  return absl::OkStatus();
}

}  // namespace sallyport::server
