#ifndef SALLYPORT_SERVER_STORES_WEBHOOK_POST_TRANSFER_H_
#define SALLYPORT_SERVER_STORES_WEBHOOK_POST_TRANSFER_H_

// One HTTP request at a time: a small JSON document that is posted, and the one that
// comes back. No proxy is asked, also none that the environment names. Not
// thread-safe.

#include <array>
#include <cstddef>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "core/credentials/secret.h"
#include "server/http/curl_handles.h"

namespace sallyport::server {

struct PostTarget {
  std::string url;
  // PEM; empty: what the system trusts.
  std::string ca_file;
  // PEM; both or neither.
  std::string cert_file;
  std::string key_file;
  bool insecure_skip_verify = false;
  // For the connection alone, TLS included.
  absl::Duration connect_timeout = absl::Seconds(3);
  // Of a response, its headers included.
  size_t max_bytes = 256 << 10;
};

struct PostAnswer {
  // The body of an answer of status 200; else Unavailable, with the cause.
  absl::StatusOr<Secret> body;
  // Whether the server is at work: it gave a whole answer, of whatever status but
  // 429 and 5xx.
  bool answered = false;
};

class PostTransfer {
 public:
  // PostTransfer keeps a reference to `target`.
  explicit PostTransfer(const PostTarget& target);
  PostTransfer(const PostTransfer&) = delete;
  PostTransfer& operator=(const PostTransfer&) = delete;

  // Prepare makes the handle post `body`, which must stay until Take. `bearer_token`
  // is sent with it, unless it is empty. False where there is no memory.
  [[nodiscard]] bool Prepare(std::string_view body, const std::string& request_id,
                             std::string_view bearer_token);

  // handle is to be run by a CURLM between Prepare and Take.
  CURL* handle() { return easy_.get(); }

  // Take is what came of it, `result` being what libcurl says; what was prepared is
  // wiped.
  PostAnswer Take(CURLcode result);

 private:
  struct HeadersDeleter {
    void operator()(curl_slist* headers) const;
  };

  static size_t Receive(char* data, size_t size, size_t count, void* self);
  static size_t CountHeader(char* data, size_t size, size_t count, void* self);
  // False where the answer gets too large.
  bool Count(size_t bytes);
  bool AddHeader(const char* header);
  PostAnswer Judge(CURLcode result);

  const PostTarget& target_;
  const EasyHandle easy_;
  std::array<char, CURL_ERROR_SIZE> error_{};
  std::unique_ptr<curl_slist, HeadersDeleter> headers_;
  size_t received_ = 0;
  bool too_large_ = false;
  std::string body_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_SERVER_STORES_WEBHOOK_POST_TRANSFER_H_
