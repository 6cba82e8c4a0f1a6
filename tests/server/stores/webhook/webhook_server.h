#ifndef SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_WEBHOOK_SERVER_H_
#define SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_WEBHOOK_SERVER_H_

// A webhook in a process of its own (webhook_server.py) that knows the users it is
// told of, misbehaves as it is told to, and says what it was asked. In tests only; not
// thread-safe.

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/client/test_certificates.h"
#include "tests/server/stores/webhook/line_process.h"

namespace sallyport::server {

class WebhookServer {
 public:
  // WebhookServer serves http.
  WebhookServer() : WebhookServer(nullptr) {}
  // WebhookServer serves https with that certificate.
  explicit WebhookServer(const client::PemPair& certificate) : WebhookServer(&certificate) {}
  ~WebhookServer();
  WebhookServer(const WebhookServer&) = delete;
  WebhookServer& operator=(const WebhookServer&) = delete;

  std::string Url(const std::string& host = "localhost") const;

  // AddUser has it answer lookups for `name` with `answer`, and verify `password`.
  // An empty tenant is none.
  void AddUser(const std::string& tenant, const std::string& name, nlohmann::json answer,
               const std::string& password = "");

  // Behave says how requests are answered from now on: {"answer"}, {"hold"} until
  // Behave is called again, {"say", TEXT}, {"fail", STATUS}, {"redirect", STATUS},
  // {"cut"}, {"hang_up"}, {"drip"}, {"endless"}, {"endless_headers"}.
  void Behave(nlohmann::json behaviour);

  // AwaitRequests waits until there were `count` in all, AwaitHeld until `count` were
  // held.
  void AwaitRequests(size_t count) { Tell({"await_requests", count}); }
  void AwaitHeld(size_t count) { Tell({"await_held", count}); }
  // Requests are all requests so far, with "path", "body", "content_type",
  // "request_id" and "authorization".
  std::vector<nlohmann::json> Requests() { return Tell({"stats"})["requests"]; }
  size_t Connections() { return Tell({"stats"})["connections"]; }

  // Down closes its port and its connections; Up opens the same port again.
  void Down() { Tell({"down"}); }
  void Up() { Tell({"up"}); }

  // Suspend stops the process where it is; Continue lets it go on.
  void Suspend();
  void Continue();

 private:
  explicit WebhookServer(const client::PemPair* certificate);

  nlohmann::json Tell(const nlohmann::json& command);

  const std::string scheme_;
  LineProcess process_;
  const std::string port_;
};

}  // namespace sallyport::server

#endif  // SALLYPORT_TESTS_SERVER_STORES_WEBHOOK_WEBHOOK_SERVER_H_
