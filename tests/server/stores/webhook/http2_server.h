#ifndef SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_HTTP2_SERVER_H_
#define SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_HTTP2_SERVER_H_

// A webhook that speaks HTTP/2, in a process of its own (http2_server.js), and knows
// nobody. In tests only; not thread-safe.

#include <memory>
#include <string>

#include "tests/client/test_certificates.h"
#include "tests/server/stores/webhook/line_process.h"

namespace sallyport::server {

class Http2Server {
 public:
  explicit Http2Server(const client::PemPair& certificate)
      : process_({"/usr/bin/env", "node", "tests/server/stores/webhook/http2_server.js",
                  client::WriteFile("h2_cert.pem", certificate.certificate),
                  client::WriteFile("h2_key.pem", certificate.key)}),
        port_(process_.ReadLine()) {}

  std::string Url() const { return "https://localhost:" + port_ + "/users"; }

  // ConnectionsOf answers `count` requests once they are all there, and returns by how
  // many connections they came.
  int ConnectionsOf(int count) { return std::stoi(process_.Ask(std::to_string(count))); }

 private:
  LineProcess process_;
  const std::string port_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_HTTP2_SERVER_H_
