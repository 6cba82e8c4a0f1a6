#include "server/tokens/http_fetcher.h"

#include <curl/curl.h>

#include <array>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "server/http/curl_handles.h"

namespace sallyport::server {
namespace {

absl::Status Failed(const std::string& url, std::string_view why) {
  return absl::UnavailableError(absl::StrCat(url, ": ", std::string(why)));
}

}  // namespace

// One fetch, and what it has brought so far.
struct HttpFetcher::Transfer {
  explicit Transfer(const HttpFetcherOptions& options);

  static size_t Receive(char* data, size_t size, size_t count, void* transfer);

  const size_t max_bytes;
  const EasyHandle easy;
  std::array<char, CURL_ERROR_SIZE> error{};
  bool too_large = false;
  std::string body;
};

HttpFetcher::Transfer::Transfer(const HttpFetcherOptions& options)
    : max_bytes(options.max_bytes), easy(NewStrictEasy(options.url, options.ca_file)) {
  if (easy == nullptr) return;
  const auto set = [this](CURLoption option, auto value) {
    curl_easy_setopt(easy.get(), option, value);
  };
  // A proxy could put in what it likes, but for TLS.
  if (!options.url.starts_with("https:")) set(CURLOPT_NOPROXY, "*");
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(absl::ToInt64Milliseconds(options.timeout)));
  set(CURLOPT_ERRORBUFFER, error.data());
  set(CURLOPT_WRITEFUNCTION, &Transfer::Receive);
  set(CURLOPT_WRITEDATA, this);
}

size_t HttpFetcher::Transfer::Receive(char* data, size_t size, size_t count, void* transfer) {
  auto& self = *static_cast<Transfer*>(transfer);
  const size_t bytes = size * count;
  if (bytes > self.max_bytes - self.body.size()) {
    self.too_large = true;
    return 0;
  }
  self.body.append(data, bytes);
  return bytes;
}

HttpFetcher::HttpFetcher(HttpFetcherOptions options)
    : options_(std::move(options)), multi_(NewMulti().release()) {}

HttpFetcher::~HttpFetcher() { curl_multi_cleanup(multi_); }

absl::StatusOr<std::string> HttpFetcher::Fetch() {
  Transfer transfer(options_);
  if (transfer.easy == nullptr || multi_ == nullptr) {
    return Failed(options_.url, "there is no memory to fetch it");
  }
  curl_multi_add_handle(multi_, transfer.easy.get());
  const absl::Status status = Run(transfer);
  curl_multi_remove_handle(multi_, transfer.easy.get());
  if (!status.ok()) return status;
  return std::move(transfer.body);
}

absl::Status HttpFetcher::Run(Transfer& transfer) {
  // What wakes a waiting transfer is its socket, its timeout, or Cancel.
  constexpr int kLongest = 1000;
  int running = 1;
  while (running > 0) {
    if (cancelled_.load()) return Failed(options_.url, "cancelled");
    if (curl_multi_perform(multi_, &running) != CURLM_OK) {
      return Failed(options_.url, "cannot be fetched");
    }
    if (running > 0) curl_multi_poll(multi_, nullptr, 0, kLongest, nullptr);
  }
  int left = 0;
  const CURLMsg* const message = curl_multi_info_read(multi_, &left);
  if (message == nullptr) return Failed(options_.url, "cannot be fetched");
  if (transfer.too_large) {
    return Failed(options_.url, absl::StrCat("over ", options_.max_bytes, " bytes"));
  }
  const CURLcode result = message->data.result;
  if (result != CURLE_OK) {
    const std::string_view detail(transfer.error.data());
    return Failed(options_.url, detail.empty() ? curl_easy_strerror(result) : detail);
  }
  long status = 0;
  curl_easy_getinfo(transfer.easy.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    return Failed(options_.url, absl::StrCat("HTTP status ", status, ": expected 200"));
  }
  return absl::OkStatus();
}

void HttpFetcher::Cancel() {
  cancelled_.store(true);
  curl_multi_wakeup(multi_);
}

}  // namespace sallyport::server
