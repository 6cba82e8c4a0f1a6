#ifndef SALLYPORT_TESTS_SERVER_TOKENS_KEY_SERVER_H_
#define SALLYPORT_TESTS_SERVER_TOKENS_KEY_SERVER_H_

// A web server in a process of its own (key_server.py) that publishes a key set,
// and tells what it was asked for. In tests only.

#include <sys/types.h>

#include <string>
#include <string_view>
#include <vector>

#include "tests/client/test_certificates.h"

namespace sallyport::server {

class KeyServer {
 public:
  // KeyServer serves http.
  explicit KeyServer(std::string_view keys) : KeyServer(keys, nullptr) {}
  // KeyServer serves https with that certificate.
  KeyServer(std::string_view keys, const client::PemPair& certificate)
      : KeyServer(keys, &certificate) {}
  ~KeyServer();
  KeyServer(const KeyServer&) = delete;
  KeyServer& operator=(const KeyServer&) = delete;

  // Url is for `path` on that host: "/keys", or "/redirect", "/endless", "/cut",
  // and "/gated", which answers as /keys does, but only once Open was called.
  std::string Url(const std::string& path = "/keys", const std::string& host = "localhost") const;

  void Publish(std::string_view keys);
  void AnswerWith(int status);
  // Open lets one gated request pass, a past or a coming one.
  void Open();

  // AwaitRequest is the path of the next request, once it has come.
  std::string AwaitRequest();
  // Stop ends the server, and returns the paths of all requests that were not
  // awaited.
  std::vector<std::string> Stop();

 private:
  KeyServer(std::string_view keys, const client::PemPair* certificate);

  // False where the server has ended.
  bool ReadLine(std::string* line);

  std::string folder_;
  std::string scheme_ = "http";
  std::string port_;
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_TOKENS_KEY_SERVER_H_
