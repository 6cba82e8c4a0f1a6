#ifndef SALLYPORT_SERVER_TOKENS_HTTP_FETCHER_H_
#define SALLYPORT_SERVER_TOKENS_HTTP_FETCHER_H_

// Fetches one small document by HTTP, over and over, and blocks meanwhile. TLS is
// verified, redirects are not followed, and only http and https are spoken. The
// proxy that $https_proxy and $no_proxy name is used for https.

#include <atomic>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace sallyport::server {

struct HttpFetcherOptions {
  std::string url;
  // PEM; the server's certificate must be signed by one of these. Empty: by one
  // that the system trusts.
  std::string ca_file;
  // For the whole of a fetch.
  absl::Duration timeout = absl::Seconds(10);
  size_t max_bytes = 256 * 1024;
};

class HttpFetcher {
 public:
  explicit HttpFetcher(HttpFetcherOptions options);
  ~HttpFetcher();
  HttpFetcher(const HttpFetcher&) = delete;
  HttpFetcher& operator=(const HttpFetcher&) = delete;

  // Fetch returns the document. Unavailable, with the cause, where it cannot be
  // had: also for every status but 200. Not to be called twice at a time.
  absl::StatusOr<std::string> Fetch();

  // Cancel ends the fetch under way, and every later one. Thread-safe.
  void Cancel();

 private:
  struct Transfer;

  absl::Status Run(Transfer& transfer);

  const HttpFetcherOptions options_;
  std::atomic<bool> cancelled_ = false;
  // A CURLM, which curl.h makes a void.
  void* const multi_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_TOKENS_HTTP_FETCHER_H_
