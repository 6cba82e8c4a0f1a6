#include "server/stores/webhook/post_transfer.h"

#include <openssl/crypto.h>

#include <algorithm>
#include <cstring>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace sallyport::server {
namespace {

constexpr size_t kFirstCapacity = 4096;
// How soon a change of the file of authorities is noticed, in seconds.
constexpr long kCaCacheSeconds = 60;

// A string that grows by itself leaves copies behind.
void AppendWiping(std::string_view data, std::string* text) {
  const size_t size = text->size() + data.size();
  if (size > text->capacity()) {
    std::string larger;
    larger.reserve(std::max({kFirstCapacity, size, 2 * text->capacity()}));
    larger.append(*text);
    Wipe(text);
    text->swap(larger);
  }
  text->append(data);
}

bool IsServersFault(long status) { return status == 429 || status >= 500; }

}  // namespace

void PostTransfer::HeadersDeleter::operator()(curl_slist* headers) const {
  for (curl_slist* header = headers; header != nullptr; header = header->next) {
    OPENSSL_cleanse(header->data, std::strlen(header->data));
  }
  curl_slist_free_all(headers);
}

PostTransfer::PostTransfer(const PostTarget& target)
    : target_(target), easy_(NewStrictEasy(target.url, target.ca_file)) {
  if (easy_ == nullptr) return;
  const auto set = [this](CURLoption option, auto value) {
    curl_easy_setopt(easy_.get(), option, value);
  };
  if (!target.cert_file.empty()) {
    set(CURLOPT_SSLCERT, target.cert_file.c_str());
    set(CURLOPT_SSLKEY, target.key_file.c_str());
  }
  if (target.insecure_skip_verify) {
    set(CURLOPT_SSL_VERIFYPEER, 0L);
    set(CURLOPT_SSL_VERIFYHOST, 0L);
  }
  set(CURLOPT_CA_CACHE_TIMEOUT, kCaCacheSeconds);
  // Empty: none, whatever the environment says.
  set(CURLOPT_PROXY, "");
  set(CURLOPT_POST, 1L);
  // Where the server speaks HTTP/2, requests share a connection rather than open one each.
  set(CURLOPT_PIPEWAIT, 1L);
  set(CURLOPT_TCP_KEEPALIVE, 1L);
  set(CURLOPT_CONNECTTIMEOUT_MS,
      static_cast<long>(absl::ToInt64Milliseconds(target.connect_timeout)));
  set(CURLOPT_ERRORBUFFER, error_.data());
  set(CURLOPT_WRITEFUNCTION, &PostTransfer::Receive);
  set(CURLOPT_WRITEDATA, this);
  set(CURLOPT_HEADERFUNCTION, &PostTransfer::CountHeader);
  set(CURLOPT_HEADERDATA, this);
}

bool PostTransfer::AddHeader(const char* header) {
  curl_slist* const longer = curl_slist_append(headers_.get(), header);
  if (longer == nullptr) return false;
  headers_.release();
  headers_.reset(longer);
  return true;
}

bool PostTransfer::Prepare(std::string_view body, const std::string& request_id,
                           std::string_view bearer_token) {
  if (easy_ == nullptr || !AddHeader("Content-Type: application/json") ||
      !AddHeader("Accept: application/json") ||
      !AddHeader(absl::StrCat("X-Request-Id: ", request_id).c_str())) {
    return false;
  }
  if (!bearer_token.empty()) {
    constexpr std::string_view kName = "Authorization: Bearer ";
    std::string header;
    header.reserve(kName.size() + bearer_token.size());
    header.append(kName).append(bearer_token);
    const bool added = AddHeader(header.c_str());
    Wipe(&header);
    if (!added) return false;
  }
  error_[0] = '\0';
  received_ = 0;
  too_large_ = false;
  return curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, headers_.get()) == CURLE_OK &&
         curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size())) ==
             CURLE_OK &&
         curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, body.data()) == CURLE_OK;
}

bool PostTransfer::Count(size_t bytes) {
  if (bytes > target_.max_bytes - received_) {
    too_large_ = true;
    return false;
  }
  received_ += bytes;
  return true;
}

size_t PostTransfer::Receive(char* data, size_t size, size_t count, void* self) {
  auto& transfer = *static_cast<PostTransfer*>(self);
  if (!transfer.Count(size * count)) return 0;
  AppendWiping(std::string_view(data, size * count), &transfer.body_);
  return size * count;
}

size_t PostTransfer::CountHeader(char*, size_t size, size_t count, void* self) {
  return static_cast<PostTransfer*>(self)->Count(size * count) ? size * count : 0;
}

PostAnswer PostTransfer::Take(CURLcode result) {
  PostAnswer answer = Judge(result);
  Wipe(&body_);
  curl_easy_setopt(easy_.get(), CURLOPT_POSTFIELDS, nullptr);
  curl_easy_setopt(easy_.get(), CURLOPT_HTTPHEADER, nullptr);
  headers_.reset();
  return answer;
}

PostAnswer PostTransfer::Judge(CURLcode result) {
  const auto failed = [this](std::string_view why) {
    return absl::UnavailableError(absl::StrCat(target_.url, ": ", std::string(why)));
  };
  if (too_large_) {
    return {failed(absl::StrCat("the answer has over ", target_.max_bytes, " bytes"))};
  }
  if (result != CURLE_OK) {
    const std::string_view detail(error_.data());
    return {failed(detail.empty() ? curl_easy_strerror(result) : detail)};
  }
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  if (status != 200) {
    return {failed(absl::StrCat("HTTP status ", status, ": expected 200")),
            !IsServersFault(status)};
  }
  return {Secret(body_), true};
}

}  // namespace sallyport::server
